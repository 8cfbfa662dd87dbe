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

const guest = await open('growing', {});

/** An object whose property lets the memory grow, by a call that has nothing to do in it, before it gives `value`. */
const late = (object, name, value) => Object.defineProperty(object, name, { get() { guest.grow(); return value; } });

test('a field, by a call of scalars', () => {
  assert.equal(guest.records([late({ key: 0 }, 'number', 5), { key: 0, number: 2 }]), 7);
  assert.equal(guest.records([late({ number: 5 }, 'key', 0), { key: 0, number: 2 }]), 7);
});

test('a payload, or a tag', () => {
  assert.equal(guest.variants([late({ tag: 'square' }, 'val', 5), late({ val: 2 }, 'tag', 'square')]), 7);
});

test('an item of a tuple, or of a list', () => {
  assert.equal(guest.tuples([late([0, 0], 1, 5), [0, 2]]), 7);
  assert.equal(guest.tuples(late([[0, 5], [0, 0]], 1, [0, 2])), 7);
});

test('a flag', () => {
  assert.equal(guest.flags([late({ read: true }, 'write', true)]), 3);
});

test('a list of bytes that would be many objects', async () => {
  const other = await open('growing', {});
  assert.equal(other.many(1000).length, 1000);
  assert.throws(() => other.many(1 << 26), { name: 'RuntimeError', message: /^more than 1073741824 bytes copied/ });
});
