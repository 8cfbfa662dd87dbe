// What has functions of its own, in a memory of either width.

import assert from 'node:assert/strict';
import test from 'node:test';

import { open } from './open.mjs';

const app = await open('widths', {});
const point = (n) => ({ x: n, y: -n, name: `name ${n}`, ids: new Uint32Array([n, 2 * n]) });

test('lists of records', () => assert.deepEqual(app.points([point(1), point(2)]), [point(1), point(2)]));

test('variants', () => {
  const shapes = [{ tag: 'dot' }, { tag: 'line', val: [point(1), point(2)] }, { tag: 'poly', val: [point(3)] }];
  assert.deepEqual(app.shapes(shapes), shapes);
});

test('parameters in memory', () => {
  const points = [point(1), point(2), point(3)];
  assert.deepEqual(app.three(...points), points);
});

test('a bad value, deep inside', () => {
  const shapes = [{ tag: 'line', val: [point(1), { ...point(2), ids: [1, -1] }] }];
  assert.throws(() => app.shapes(shapes), { name: 'RangeError', message: 'shapes: v[0].val[1].ids[1]: expected u32, got -1' });
  assert.deepEqual(app.points([point(1)]), [point(1)]);
});
