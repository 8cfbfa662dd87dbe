// Arguments whose reading runs code that calls the same instance, and lets its memory grow.

import assert from 'node:assert/strict';
import test from 'node:test';

import { open } from './open.mjs';

const app = await open('bench', { 'test:bench/host': { tick: (n) => n } });
const rest = { x: 1, y: 1, id: 1 };

/** Lets the memory grow the first time that it is called. */
function growing(size) {
  let grown = false;
  return () => {
    if (!grown) app.echoString('x'.repeat(size));
    grown = true;
  };
}

test('a field of a record', () => {
  const grow = growing(20_000_000);
  const point = { get x() { grow(); return 1.5; }, y: 2, id: 3 };
  assert.equal(app.sumPoints([point, rest]), app.sumPoints([{ x: 1.5, y: 2, id: 3 }, rest]));
});

test('an item of a list of numbers', () => {
  const grow = growing(40_000_000);
  const numbers = [1.5, 2, 3];
  Object.defineProperty(numbers, 1, { get() { grow(); return 2; } });
  assert.throws(() => app.echoF64s(numbers), /reading the list let the memory grow/);
});
