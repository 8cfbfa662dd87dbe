// A component of which only some functions need the asynchronous ABI.

import assert from 'node:assert/strict';
import test from 'node:test';

import { open } from './open.mjs';

const message = (text) => (error) => error.constructor === Error && error.message === text;

test('an export says that it cannot be called, and the others can', async () => {
  const app = await open('asynchronous', {});
  assert.throws(() => app.run(), message('run: not supported yet: asynchronous functions'));
  assert.throws(() => app.take(undefined), message('take: not supported yet: streams'));
  assert.equal(app.add(1, 2), 3);
});

for (const [name, text] of [
  ['nap', 'sleep: not supported yet: asynchronous functions'],
  ['flow', 'drain: not supported yet: streams'],
]) {
  test(`an import that is called: ${name}`, async () => {
    const app = await open('asynchronous', { sleep: () => {}, drain: () => {} });
    assert.throws(() => app[name](), message(text));
    assert.throws(() => app.add(1, 2), WebAssembly.RuntimeError);
  });
}

test('a built-in', async () => {
  const app = await open('asynchronous', {});
  assert.throws(() => app.wait(), { name: 'RuntimeError', message: 'not supported yet: waitable-set.new' });
});
