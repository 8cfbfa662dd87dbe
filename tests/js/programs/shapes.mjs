// The two functions `instantiate`: what they take, and when they are done.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { load, url } from './open.mjs';

const imports = { 'test:bench/host': { tick: (n) => n } };
const compile = (name) => (path) => new WebAssembly.Module(readFileSync(new URL(path, url(name))));
const now = (module, given) => new WebAssembly.Instance(module, given);

test('sync: at once, with or without a function that instantiates', async () => {
  const { instantiate } = await load('sync');
  for (const rest of [[], [now]]) {
    const bench = instantiate(compile('sync'), imports, ...rest);
    assert.equal(bench.add(1, 2), 3);
    assert.equal(bench.runTicks(3), 6);
  }
});

test('async: a promise, unless both functions are synchronous', async () => {
  const { instantiate } = await load('async');
  assert.equal(instantiate(compile('async'), imports, now).add(1, 2), 3);
  for (const given of [
    [compile('async'), imports],
    [async (path) => compile('async')(path), imports],
    [compile('async'), imports, async (...both) => now(...both)],
    [undefined, imports],
    [null, imports],
  ]) {
    const promise = instantiate(...given);
    assert.equal(typeof promise.then, 'function');
    assert.equal((await promise).add(1, 2), 3);
  }
});

test('instances have nothing in common', async () => {
  const { instantiate } = await load('sync');
  const seen = [];
  const [one, other] = [1, 10].map((factor) =>
    instantiate(compile('sync'), { 'test:bench/host': { tick: (n) => seen.push(n) && n * factor } }),
  );
  assert.deepEqual([one.runTicks(2), other.runTicks(2)], [3, 30]);
  assert.equal(seen.length, 4);
});

test('a host function of another kind is named', async () => {
  const { instantiate } = await load('sync');
  assert.throws(() => instantiate(compile('sync'), {}), /test:bench\/host/);
  assert.throws(() => instantiate(compile('sync')), /test:bench\/host/);
  for (const [tick, text] of [[() => 'x', /tick: result: expected u32/], [async () => 1, /tick.*Promise/], [() => {}, /tick: result: /]]) {
    const bench = instantiate(compile('sync'), { 'test:bench/host': { tick } });
    assert.throws(() => bench.runTicks(1), text);
    assert.throws(() => bench.add(1, 2), /cannot be called any more/);
  }
});

test('calls between inner components', async () => {
  const { instantiate } = await load('composed');
  const { adds, strs } = instantiate(compile('composed'));
  assert.deepEqual([adds(2, 5), strs(10, 1), strs(0, 3)], [10, 75, 65]);
});
