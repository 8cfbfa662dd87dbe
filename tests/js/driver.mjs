// node driver.mjs MODULE KIND: an instance that does what the lines of standard input say, and says what came of it.
//
// MODULE has a function `instantiate`, as `-I async` gives it. A line is a request as JSON: `{ call, args }` calls an
// export (a path of names), `{ answer }` decides what the host's functions do, `{ restart }` makes a new instance.

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import { Echo, makeAudit, makeStore } from './hosts.mjs';
import { decode, encode, encodeError } from './wire.mjs';

const [path, kind, functions = '[]'] = process.argv.slice(2);
const { instantiate, ComponentError } = await import(pathToFileURL(path));
const compiled = new Map();

async function getCoreModule(name) {
  if (!compiled.has(name)) compiled.set(name, await WebAssembly.compile(await readFile(join(dirname(path), name))));
  return compiled.get(name);
}

const fail = (payload) => Object.assign(new Error('failed'), { payload });
let echo, exports, logged;

function imports() {
  logged = [];
  echo = new Echo();
  const log = { default: (message) => void logged.push(message) };
  switch (kind) {
    case 'tour':
      return {
        log,
        'guest:tour/values': echo.functions(JSON.parse(functions)),
        'guest:tour/stores': makeStore(fail).given,
        'guest:tour/shapes': {},
      };
    case 'ledger':
      return { 'guest:ledger/audit': makeAudit().given, 'guest:ledger/types': {} };
    default:
      return { 'test:bench/host': { tick: (n) => n } };
  }
}

async function restart() {
  exports = await instantiate(getCoreModule, imports());
}

const requests = {
  async restart() {
    await restart();
  },
  call: (names, { args }) => {
    const name = names.at(-1);
    const owner = names.slice(0, -1).reduce((at, each) => at[each], exports);
    return encode(owner[name](...args.map(decode)));
  },
  answer: (answer) => {
    if (answer === null) echo.answer = null;
    else echo.answer = 'error' in answer ? { error: fail(decode(answer.error)) } : { value: decode(answer.value) };
  },
  seen: () => echo.seen.splice(0).map(encode),
  logged: () => logged.splice(0),
  keys: () => Object.fromEntries(Object.entries(exports).map(([key, value]) => [key, typeof value === 'object' ? Object.keys(value) : null])),
};

await restart();
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const request = JSON.parse(line);
  const [verb] = Object.keys(request).filter((key) => key !== 'args');
  let reply;
  try {
    reply = { ok: (await requests[verb](request[verb], request)) ?? null };
  } catch (error) {
    reply = { error: { ...encodeError(error), component: ComponentError !== undefined && error instanceof ComponentError } };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
