// An everyday program in JavaScript; the first argument says what to do. Those in Python and C print the same lines.
// JavaScript has no library for files and sockets here, so that it calls the interfaces of WASI themselves.

import { getArguments, getEnvironment } from 'wasi:cli/environment@0.2.12';
import { exitWithCode } from 'wasi:cli/exit@0.2.12';
import { getStdin } from 'wasi:cli/stdin@0.2.12';
import { now as monotonic, subscribeDuration } from 'wasi:clocks/monotonic-clock@0.2.12';
import { now as wall } from 'wasi:clocks/wall-clock@0.2.12';
import { getDirectories } from 'wasi:filesystem/preopens@0.2.12';
import { poll } from 'wasi:io/poll@0.2.12';
import { getRandomBytes } from 'wasi:random/random@0.2.12';
import { instanceNetwork } from 'wasi:sockets/instance-network@0.2.12';
import { resolveAddresses } from 'wasi:sockets/ip-name-lookup@0.2.12';
import { createTcpSocket } from 'wasi:sockets/tcp-create-socket@0.2.12';
import { createUdpSocket } from 'wasi:sockets/udp-create-socket@0.2.12';

// The bindings of componentize-js 0.23 use a class for the network, and lack it, since the resource has no methods. They
// stand in a realm of their own, which their functions lead to.
const bindings = instanceNetwork.constructor('return globalThis')();
bindings['import_network_0_2_12$Network'] = class Network {};

const ERRORS = {
  access: 'EACCES', 'access-denied': 'EACCES', 'connection-refused': 'ECONNREFUSED', 'connection-reset': 'ECONNRESET',
  exist: 'EEXIST', 'is-directory': 'EISDIR', loop: 'ELOOP', 'no-entry': 'ENOENT', 'not-directory': 'ENOTDIR',
  'not-empty': 'ENOTEMPTY', 'not-permitted': 'EPERM', 'read-only': 'EROFS', 'would-block': 'EAGAIN',
};
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const yes = (truth) => (truth ? 'yes' : 'no');

/** What an error of WASI carries; other errors go on. */
function codeOf(error) {
  if (error.payload === undefined) throw error;
  return error.payload;
}

function attempt(title, action) {
  try {
    action();
  } catch (error) {
    const code = codeOf(error);
    console.log(`${title} ${ERRORS[code] ?? code}`);
    return;
  }
  console.log(`${title} ok`);
}

/** Calls until the answer is another than that there is none yet; waits in between. */
function finish(socket, call) {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (codeOf(error) !== 'would-block') throw error;
    }
    wait(socket);
  }
}

function wait(of) {
  const pollable = of.subscribe();
  pollable.block();
  drop(pollable);
}

const drop = (...resources) => resources.forEach((resource) => resource[Symbol.dispose]());

/** The next bytes, undefined at the end. */
function read(stream, most) {
  try {
    return stream.blockingRead(BigInt(most));
  } catch (error) {
    if (codeOf(error).tag === 'closed') return undefined;
    throw error;
  }
}

/** Up to `size` bytes, fewer at the end. */
function exactly(stream, size) {
  const data = new Uint8Array(size);
  let got = 0;
  for (let piece; got < size && (piece = read(stream, size - got)); got += piece.length) data.set(piece, got);
  return data.subarray(0, got);
}

/** All of it, as the stream has room. */
function write(stream, data) {
  for (let at = 0; at < data.length; ) {
    const room = Number(stream.checkWrite());
    if (room) {
      stream.write(data.subarray(at, at + room));
      at += room;
    } else {
      wait(stream);
    }
  }
  stream.blockingFlush();
}

// ---- files ---------------------------------------------------------------------------------------------------------

const TEXT = 'a line of text, and another word\n';
const FOLLOW = { symlinkFollow: true };

/** The granted folder of that name. */
function folder(name) {
  const [found] = getDirectories().find(([, path]) => path === name);
  return found;
}

const open = (root, path, how = { read: true }, create = {}) => root.openAt(FOLLOW, path, create, how);

function put(root, path, text, stream = 'writeViaStream') {
  const file = open(root, path, { write: true }, { create: true });
  const output = file[stream](0n);
  write(output, encoder.encode(text));
  drop(output, file);
}

function get(root, path, at = 0) {
  const file = open(root, path);
  const input = file.readViaStream(BigInt(at));
  const data = exactly(input, 1_000_000);
  drop(input, file);
  return data;
}

const textOf = (root, path, at) => decoder.decode(get(root, path, at));

function names(root) {
  const entries = root.readDirectory();
  const found = [];
  for (let entry; (entry = entries.readDirectoryEntry()); ) {
    found.push(entry.name + (entry.type === 'directory' ? '/' : ''));
  }
  drop(entries);
  return found.sort();
}

function writeAndRead(root) {
  put(root, 'notes.txt', TEXT);
  put(root, 'notes.txt', 'appended\n', 'appendViaStream');
  console.log('size', Number(root.statAt(FOLLOW, 'notes.txt').size));
  const rest = textOf(root, 'notes.txt', TEXT.length);
  console.log('read', rest.trim(), 'to', TEXT.length + rest.length);
  const file = open(root, 'notes.txt', { read: true, write: true });
  file.write(encoder.encode('A'), 0n);
  file.setSize(6n);
  drop(file);
  console.log('kept', textOf(root, 'notes.txt'));
  attempt('create what is there', () => open(root, 'notes.txt', { write: true }, { create: true, exclusive: true }));
  attempt('open what is not', () => open(root, 'nothing'));
  attempt('below a file', () => open(root, 'notes.txt/below'));
}

function adler32(data) {
  let a = 1, b = 0;
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return (b * 65536 + a).toString(16).padStart(8, '0');
}

const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');

function bigFile(root) {
  const file = open(root, 'big', { read: true, write: true }, { create: true });
  const data = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251);
  const output = file.writeViaStream(0n);
  for (let at = 0; at < data.length; at += 1000) output.blockingWriteAndFlush(data.subarray(at, at + 1000));
  drop(output);
  const again = get(root, 'big');
  console.log('big', again.length, adler32(again));
  const pieces = [0n, 1000n, 299_998n, 300_000n].map((at) => hex(file.read(3n, at)[0]) || '-');
  console.log('pieces', pieces.join(' '));
  drop(file);
}

function folders(root) {
  root.createDirectoryAt('folder');
  root.createDirectoryAt('folder/inner');
  for (const name of ['b', 'a', 'c']) put(root, `folder/${name}`, name);
  attempt('make what is there', () => root.createDirectoryAt('folder'));
  attempt('remove a full folder', () => root.removeDirectoryAt('folder'));
  attempt('write to a folder', () => open(root, 'folder', { write: true }));
  const inside = open(root, 'folder', { read: true }, { directory: true });
  console.log('list', names(inside).join(' '));
  inside.renameAt('a', root, 'folder/inner/z');
  drop(inside);
  console.log('moved', ['folder/a', 'folder/inner/z'].map((name) => yes(exists(root, name))).join(' '));
}

function exists(root, path) {
  try {
    root.statAt(FOLLOW, path);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'no-entry') throw error;
    return false;
  }
}

function links(root) {
  root.linkAt({}, 'notes.txt', root, 'hard');
  root.symlinkAt('folder/b', 'soft');
  const [hard, notes] = [open(root, 'hard'), open(root, 'notes.txt')];
  console.log('hard', Number(hard.stat().linkCount), yes(hard.isSameObject(notes)));
  console.log('soft', root.readlinkAt('soft'), textOf(root, 'soft'), Number(root.statAt({}, 'soft').size));
  drop(hard, notes);
}

function times(root) {
  const at = (seconds) => ({ tag: 'timestamp', val: { seconds, nanoseconds: 0 } });
  root.setTimesAt(FOLLOW, 'notes.txt', at(1_000_000_000n), at(1_234_567_890n));
  const found = root.statAt(FOLLOW, 'notes.txt');
  console.log('times', Number(found.dataAccessTimestamp.seconds), Number(found.dataModificationTimestamp.seconds));
}

function clear(root) {
  for (const name of ['folder/inner/z', 'folder/b', 'folder/c', 'notes.txt', 'big', 'hard', 'soft']) root.unlinkFileAt(name);
  root.removeDirectoryAt('folder/inner');
  root.removeDirectoryAt('folder');
  console.log('left', names(root).length);
}

function files(top) {
  const root = folder(top);
  for (const part of [writeAndRead, bigFile, folders, links, times, clear]) part(root);
}

/** Every way out of `top` that a path can name; `tests/end_to_end/everyday.py` lays the folder out. */
function escape(top) {
  const root = folder(top);
  for (const name of ['../secret', 'folder/../../secret', '../../secret', 'out/secret', 'absolute', 'up', 'loop', 'dangling']) {
    attempt(`read ${name}`, () => open(root, name));
  }
  for (const name of ['../made', 'out/made', 'up', 'dangling']) {
    attempt(`create ${name}`, () => open(root, name, { write: true }, { create: true }));
  }
  for (const name of ['../made', 'out/made']) attempt(`make ${name}`, () => root.createDirectoryAt(name));
  for (const name of ['../secret', 'out/secret', 'up']) attempt(`look at ${name}`, () => root.statAt(FOLLOW, name));
  for (const name of ['..', 'out']) attempt(`list ${name}`, () => open(root, name, { read: true }, { directory: true }));
  for (const name of ['../secret', 'out/secret']) {
    attempt(`remove ${name}`, () => root.unlinkFileAt(name));
    attempt(`rename ${name}`, () => root.renameAt(name, root, 'made'));
    attempt(`link ${name}`, () => root.linkAt({}, name, root, 'made'));
  }
  for (const name of ['../made', 'out/made']) {
    attempt(`rename to ${name}`, () => root.renameAt('plain', root, name));
    attempt(`link to ${name}`, () => root.linkAt({}, 'plain', root, name));
  }
  attempt('link to an absolute path', () => root.symlinkAt('/etc/passwd', 'made'));
  attempt('link upwards', () => root.symlinkAt('../secret', 'made'));
  attempt('read through it', () => open(root, 'made'));
  for (const name of ['folder/../plain', 'folder/back/plain']) attempt(`read ${name}`, () => open(root, name));
}

/** What no library of another language lets through: paths that are none, and rights that a descriptor lacks. */
function rights(top) {
  const root = folder(top);
  attempt('absolute path', () => open(root, '/etc/passwd'));
  attempt('absolute path inside', () => open(root, '/plain'));
  attempt('empty path', () => open(root, ''));
  attempt('NUL', () => open(root, 'plain\0.txt'));
  attempt('trailing slash', () => open(root, 'plain/'));
  attempt('link not followed', () => root.openAt({}, 'soft', {}, { read: true }));
  attempt('folder that is none', () => open(root, 'plain', { read: true }, { directory: true }));
  const reader = open(root, 'plain');
  attempt('write to a reader', () => reader.write(encoder.encode('x'), 0n));
  attempt('stream to a reader', () => reader.writeViaStream(0n));
  attempt('resize a reader', () => reader.setSize(0n));
  attempt('folder of a file', () => reader.readDirectory());
  attempt('open below a file', () => open(reader, 'x'));
  attempt('read a folder', () => root.read(1n, 0n));
  attempt('stream of a folder', () => exactly(root.readViaStream(0n), 1));
  console.log('flags', Object.keys(reader.getFlags()).filter((name) => reader.getFlags()[name]).join(' '));
}

// ---- the rest of a machine -----------------------------------------------------------------------------------------

function environment(...given) {
  console.log(given.map((argument) => `[${argument}]`).join(' '));
  for (const line of getEnvironment().map(([name, value]) => `${name}=${value}`).sort()) console.log(line);
}

function clocks() {
  const seconds = wall().seconds;
  const start = monotonic();
  const timer = subscribeDuration(20_000_000n);
  timer.block();
  drop(timer);
  console.log('wall', Number(seconds), 'slept', yes(monotonic() - start >= 20_000_000n));
}

/** Those of WASI, and those of the engine. */
function random() {
  const number = crypto.getRandomValues(new Uint8Array(8)).some((byte) => byte);
  console.log(hex(getRandomBytes(16n)), yes(number), new Set(getRandomBytes(10_000n)).size);
}

/** Standard input in capitals, as it comes; how many lines there were goes to standard error. */
function upper() {
  const input = getStdin();
  let text = '';
  for (let piece; (piece = read(input, 1000)); ) text += decoder.decode(piece, { stream: true });
  const lines = text.split('\n').filter((line) => line);
  for (const line of lines) console.log(line.toUpperCase());
  console.error(lines.length);
}

/** Whatever is first of standard input and two timers. */
function first() {
  const input = getStdin();
  const pollables = [subscribeDuration(5_000_000_000n), input.subscribe(), subscribeDuration(6_000_000_000n)];
  console.log('ready', poll(pollables).join(' '));
  const timer = subscribeDuration(1n);
  timer.block();
  console.log('timer', yes(timer.ready()), poll([pollables[0], timer]).join(' '));
  drop(...pollables, timer, input);
}

function exit(code) {
  console.log('leaving');
  exitWithCode(Number(code));
}

function fail() {
  console.log('failing');
  throw new Error('on purpose');
}

function sleep(seconds) {
  console.log('sleeping');
  subscribeDuration(BigInt(seconds) * 1_000_000_000n).block();
}

function spin() {
  console.log('spinning');
  for (;;);
}

// ---- sockets -------------------------------------------------------------------------------------------------------

const address = (host, port) => ({ tag: 'ipv4', val: { address: host.split('.').map(Number), port: Number(port) } });
const shown = ({ val }) => `${Array.from(val.address).join('.')}:${val.port}`;

/** A connected socket with its streams. */
function connection(host, port) {
  const socket = createTcpSocket('ipv4');
  socket.startConnect(instanceNetwork(), address(host, port));
  const [input, output] = finish(socket, () => socket.finishConnect());
  return { socket, input, output };
}

const dropConnection = ({ socket, input, output }) => drop(input, output, socket);

/** Sends 200,002 bytes to a server that answers in capitals, half of them when the first half has come back. */
function connect(host, port) {
  const text = 'some text. '.repeat(18_182);
  const connected = connection(host, port);
  console.log('peer', yes(shown(connected.socket.remoteAddress()) === `${host}:${port}`));
  const { socket, input, output } = connected;
  write(output, encoder.encode(text.slice(0, 100_000)));
  let answer = decoder.decode(exactly(input, 100_000));
  write(output, encoder.encode(text.slice(100_000)));
  socket.shutdown('send');
  answer += decoder.decode(exactly(input, 1_000_000));
  dropConnection(connected);
  console.log('answer', answer.length, yes(answer === text.toUpperCase()));
}

/** Each kind of use of the network, and what comes of it. */
function attempts(host, port) {
  attempt('connect', () => dropConnection(connection(host, port)));
  attempt('send', () => {
    const socket = createUdpSocket('ipv4');
    socket.startBind(instanceNetwork(), address('0.0.0.0', 0));
    finish(socket, () => socket.finishBind());
    const [, outgoing] = socket.stream(undefined);
    outgoing.checkSend();
    outgoing.send([{ data: Uint8Array.of(1), remoteAddress: address(host, port) }]);
  });
  attempt('listen', () => listener(host));
}

function listener(host) {
  const socket = createTcpSocket('ipv4');
  socket.startBind(instanceNetwork(), address(host, 0));
  finish(socket, () => socket.finishBind());
  socket.startListen();
  finish(socket, () => socket.finishListen());
  return socket;
}

/** Echoes in capitals to so many clients, several at once; prints the port first. */
function serve(count) {
  const socket = listener('127.0.0.1');
  console.log('port', socket.localAddress().val.port);
  let clients = Number(count);
  let open = [];
  while (clients || open.length) {
    const pollables = [socket, ...open.map(({ input }) => input)].map((of) => of.subscribe());
    const ready = poll(pollables);
    drop(...pollables);
    const ended = open.filter((connected, n) => ready.includes(n + 1) && !echo(connected));
    ended.forEach(dropConnection);
    open = open.filter((connected) => !ended.includes(connected));
    if (ready.includes(0)) {
      const [accepted, input, output] = socket.accept();
      open.push({ socket: accepted, input, output });
      clients -= 1;
    }
  }
  drop(socket);
  console.log('served', count);
}

/** Whether there was anything to answer to. */
function echo({ input, output }) {
  const piece = read(input, 10_000);
  if (piece) write(output, encoder.encode(decoder.decode(piece).toUpperCase()));
  return piece !== undefined;
}

/** To a server that answers in capitals. */
function datagrams(host, port) {
  const socket = createUdpSocket('ipv4');
  socket.startBind(instanceNetwork(), address('127.0.0.1', 0));
  finish(socket, () => socket.finishBind());
  const [incoming, outgoing] = socket.stream(address(host, port));
  for (const text of ['one', '', 'three'.repeat(200)]) {
    while (!outgoing.checkSend()) wait(outgoing);
    outgoing.send([{ data: encoder.encode(text), remoteAddress: undefined }]);
    wait(incoming);
    const [{ data, remoteAddress }] = incoming.receive(1n);
    const same = decoder.decode(data) === text.toUpperCase();
    console.log('answer', data.length, yes(same), yes(shown(remoteAddress) === `${host}:${port}`));
  }
  drop(incoming, outgoing, socket);
}

/** Waits for a server that accepts and says nothing. */
function silence(host, port) {
  const connected = connection(host, port);
  const start = monotonic();
  const pollables = [connected.input.subscribe(), subscribeDuration(50_000_000n)];
  const ready = poll(pollables);
  console.log('timed out', yes(ready.join() === '1' && monotonic() - start >= 50_000_000n));
  console.log('readable', Number(pollables[0].ready()));
  const room = connected.output.subscribe();
  console.log('writable', Number(room.ready()));
  drop(...pollables, room);
  dropConnection(connected);
}

function lookup(name) {
  const addresses = resolveAddresses(instanceNetwork(), name);
  const found = new Set();
  for (let one; (one = finish(addresses, () => addresses.resolveNextAddress())); ) {
    if (one.tag === 'ipv4') found.add(Array.from(one.val).join('.'));
  }
  drop(addresses);
  console.log([...found].sort().join(' '));
}

/** By `wasi:http`. */
async function http(url) {
  console.log('fetching');
  const response = await fetch(url);
  console.log(response.status, await response.text());
}

const programs = {
  files, escape, rights, environment, clocks, random, upper, first, exit, fail, sleep, spin,
  connect, attempts, serve, datagrams, silence, lookup, http,
};

export const run = {
  run() {
    const [, name, ...given] = getArguments();
    return programs[name](...given);
  },
};
