// A guest that uses WASI, which its module imports from the preview2 shim.

import assert from 'node:assert/strict';
import test from 'node:test';

import { load } from './open.mjs';

const wasi = await load('wasi');

test('a clock', () => {
  const now = wasi.now();
  assert.equal(typeof now, 'bigint');
  assert.ok(Math.abs(Number(now) - Date.now()) < 60_000, String(now));
});

test('randomness', () => {
  const [one, other] = [wasi.random(32), wasi.random(32)];
  assert.ok(one instanceof Uint8Array);
  assert.equal(one.length, 32);
  assert.notDeepEqual(one, other);
});

test('standard output', () => {
  const lines = [];
  const { write } = process.stdout;
  process.stdout.write = (chunk, ...rest) => {
    lines.push(Buffer.from(chunk).toString());
    return write.call(process.stdout, chunk, ...rest);
  };
  try {
    wasi.say('zwölf Ü');
  } finally {
    process.stdout.write = write;
  }
  assert.ok(lines.length === 0 || lines.join('').includes('zwölf Ü'));
});

test('a timer', () => {
  assert.ok(wasi.wait(20) >= 15);
});
