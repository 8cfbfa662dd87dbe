// Resources in both directions: made, lent, given away, disposed of, forgotten, and all that one can do wrong with them.

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';

import { makeStore } from '../hosts.mjs';
import { collect, load, open } from './open.mjs';

const { ComponentError } = await load('tour');
const fail = (payload) => Object.assign(new Error('failed'), { payload });
const text = (bytes) => String.fromCharCode(...bytes);
const bytes = (string) => Uint8Array.from(string, (char) => char.charCodeAt(0));
const isLazy = process.env.LAZY === '1'; // a guest with a collector of its own ends what it holds when it likes
let stores, store, given;

async function start() {
  const made = makeStore(fail);
  const values = new Proxy({}, { get: () => (value) => value });
  const imports = { log: () => {}, 'guest:tour/values': values, 'guest:tour/stores': made.given };
  return { ...(await open('tour', imports)), ...made };
}

beforeEach(async () => {
  ({ stores, store, given } = await start());
});

test('a resource is a class', () => {
  const blob = new stores.Blob(bytes('hello'));
  assert.ok(blob instanceof stores.Blob);
  assert.deepEqual([blob.size(), text(blob.read(2)), text(blob.read(9)), blob.size()], [5, 'he', 'llo', 0]);
  blob.write([0, 255]);
  assert.deepEqual([...blob.clone().read(2)], [0, 255]);
  assert.throws(() => stores.Blob(bytes('x')), TypeError);
});

test('statics make resources, or throw the error', () => {
  assert.equal(text(stores.Blob.open('greeting').read(5)), 'hello');
  const merged = stores.Blob.merge(new stores.Blob(bytes('ab')), new stores.Blob(bytes('cd')));
  assert.ok(merged instanceof stores.Blob);
  assert.equal(text(merged.read(4)), 'abcd');
  assert.throws(() => stores.Blob.open('unknown'), (error) => {
    assert.ok(error instanceof ComponentError && error instanceof Error);
    assert.deepEqual(error.payload, { tag: 'missing', val: 'unknown' });
    return true;
  });
});

test('what is disposed of is good for nothing', () => {
  const blob = new stores.Blob(bytes('hello'));
  const other = new stores.Blob(bytes(''));
  const before = store.ended.length;
  blob[Symbol.dispose]();
  blob[Symbol.dispose]();
  if (!isLazy) assert.equal(store.ended.length, before + 1);
  for (const use of [
    () => blob.size(),
    () => other.same(blob),
    () => stores.total([other, blob]),
    () => stores.discard(blob),
    () => stores.Blob.merge(other, blob),
    () => stores.larger(other, blob),
  ]) {
    assert.throws(use, /blob.*(disposed of|given away)/i);
  }
  assert.equal(other.size(), 0);
});

test('what is given away is good for nothing', () => {
  const blob = new stores.Blob(bytes('hello'));
  stores.discard(blob);
  assert.throws(() => blob.size(), /given away/);
  blob[Symbol.dispose]();
});

test('lists, tuples and options of handles', () => {
  const [first, second, third, fourth] = ['a', 'bcd', 'ef', 'g'].map((data) => new stores.Blob(bytes(data)));
  assert.equal(stores.total([first, second, third]), 6);
  assert.equal(stores.total([]), 0);
  assert.equal(stores.total([first, first, first]), 3);
  assert.ok(first.same(first));
  const [back, forth] = stores.swap(first, second);
  assert.deepEqual([text(back.read(9)), text(forth.read(9))], ['bcd', 'a']);
  const larger = stores.larger(third, fourth);
  assert.equal(text(larger.read(9)), 'ef');
  assert.equal(text(stores.larger(undefined, larger).read(9)), '');
  assert.equal(stores.larger(undefined, undefined), undefined);
});

for (const [name, call, path] of [
  ['a number for a handle', (blob) => stores.total([blob, 5]), 'total: blobs[1]: '],
  ['nothing for a handle', (blob) => stores.total([blob, undefined]), 'total: blobs[1]: '],
  ['no list', () => stores.total(5), 'total: blobs: '],
  ['a string for a handle', () => stores.discard('x'), 'discard: blob: '],
  ['an object for an option', (blob) => stores.larger(blob, {}), 'larger: rhs: '],
  ['nothing for an own handle', (blob) => stores.swap(blob, undefined), 'swap: rhs: '],
  ['another object', (blob) => stores.Blob.merge(blob, stores), 'merge: rhs: '],
  ['the same one twice', (blob) => stores.swap(blob, blob), 'swap: expected a blob that was not disposed of'],
  ['a method with a bad argument', (blob) => blob.read(-1), 'read: n: '],
  ['a bad argument of a constructor', () => new stores.Blob('x'), 'blob: data: '],
]) {
  test(`${name} leaves the other arguments where they are`, () => {
    const blob = new stores.Blob(bytes('hello'));
    assert.throws(() => call(blob), (error) => {
      assert.ok(error instanceof Error);
      assert.ok(error.message.includes(path.slice(path.indexOf(' '))), error.message);
      return true;
    });
    assert.equal(blob.size(), 5);
  });
}

test('objects of another instance are refused', async () => {
  const other = (await start()).stores;
  const theirs = new other.Blob(bytes('abc'));
  for (const call of [() => stores.discard(theirs), () => stores.total([theirs]), () => new stores.Blob(bytes('')).same(theirs)]) {
    assert.throws(call, TypeError);
  }
  assert.equal(theirs.size(), 3);
});

test('a method of something else is refused', () => {
  const { size } = stores.Blob.prototype;
  assert.throws(() => size.call({}), TypeError);
  assert.throws(() => size.call(undefined), TypeError);
});

test('the host gets its own objects back', () => {
  const seen = [];
  given.total = (blobs) => seen.push(...blobs) && 7;
  assert.equal(store.made, 0);
  const blob = new stores.Blob(bytes('abc'));
  assert.equal(store.made, 1);
  assert.equal(typeof blob.size(), 'number');
  assert.equal(seen.length, 0);
});

test('what is forgotten ends', { skip: isLazy }, async () => {
  const before = stores.live();
  (() => {
    for (let i = 0; i < 50; i++) new stores.Blob(bytes('x'));
  })();
  await collect(() => stores.live() <= before + 1);
  assert.ok(stores.live() <= before + 1, `${stores.live()} are left`);
});
