// Modules that instantiate themselves, in every shape that there are options for; they import the host's functions.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { load, url } from './open.mjs';

const points = [{ x: 1, y: -0, id: 2 ** 32 - 1 }];

for (const name of ['plain', 'inline', 'files', 'minified', 'unchecked', 'compatible']) {
  test(`${name}: every function`, async () => {
    const bench = await load(name);
    if (name === 'compatible') await bench.$init;
    assert.equal(bench.add(2 ** 32 - 1, 2), 1);
    assert.equal(bench.echoString('\ufeffzwölf Ü 🦀'), '\ufeffzwölf Ü 🦀');
    assert.deepEqual(bench.echoBytes([0, 255]), Uint8Array.of(0, 255));
    assert.deepEqual(bench.echoF64s(Float64Array.of(0.1, NaN)), Float64Array.of(0.1, NaN));
    assert.deepEqual(bench.echoPoints(points), points);
    assert.deepEqual(bench.makePoints(2), [0, 1].map((id) => ({ x: id, y: 0.5, id })));
    assert.equal(bench.sumPoints([{ x: 0.5, y: 1, id: 0 }]), 1.5);
    assert.deepEqual(bench.echoStrings(['', 'a', 'ü']), ['', 'a', 'ü']);
    assert.equal(bench.runTicks(3), 6);
    assert.equal(bench.checked(99), 198);
    assert.throws(() => bench.checked(100), (error) => error instanceof bench.ComponentError && error.payload === 'too big');
  });
}

test('what is checked, and what is not', async () => {
  const [checked, unchecked] = [await load('plain'), await load('unchecked')];
  for (const bad of [-1, 1.5, 2 ** 32, '1', null, undefined, 1n, true]) {
    assert.throws(() => checked.add(bad, 1), /add: a: expected u32|add: a: .* out of the range/);
  }
  assert.throws(() => checked.add(1), /add: b: /);
  assert.throws(() => checked.echoPoints([points[0], { x: 1, y: 2, id: -1 }]), /echo-points: v\[1\]\.id: /);
  assert.equal(checked.add(1, 2), 3);
  assert.equal(unchecked.add(-1, 2), 1);
});

test('modules beside the source, or in it', async () => {
  const text = async (name) => readFile(fileURLToPath(url(name)), 'utf8');
  assert.match(await text('files'), /\.core\.wasm/);
  assert.doesNotMatch(await text('inline'), /\.core\.wasm/);
  assert.ok((await text('minified')).length < (await text('plain')).length);
});
