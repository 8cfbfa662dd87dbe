import { wrong } from './scalars.js';

/** Something with a length and numbered items: an array or a typed array. */
export function toSequence(value, path) {
  if (!Array.isArray(value) && (!ArrayBuffer.isView(value) || value instanceof DataView)) wrong('list', value, path);
  return value;
}

/** As `toSequence`, of just so many items. */
export function toTuple(value, length, path) {
  if (toSequence(value, path).length !== length) wrong(`${length} items`, value, path);
  return value;
}

/** The entries of a map. */
export function toEntries(value, path) {
  if (!(value instanceof Map)) wrong('Map', value, path);
  return [...value];
}

/**
 * Copies a list of numbers into memory and gives its pointer.
 *
 * @param view the name of the memory's typed array for these numbers: what has the same type is copied as a whole
 * @param toNumber checks one item
 */
export function lowerNumbers(memory, view, toNumber, value) {
  const size = memory[view].BYTES_PER_ELEMENT;
  const { length } = toSequence(value);
  const ptr = memory.alloc(length * size, size);
  storeNumbers(memory, view, toNumber, value, ptr, length);
  memory.length = length;
  return ptr;
}

/** A list of numbers at its place. */
export function storeNumbers(memory, view, toNumber, value, ptr, length) {
  const start = ptr / memory[view].BYTES_PER_ELEMENT;
  const target = memory[view].subarray(start, start + length);
  if (value instanceof target.constructor) target.set(value);
  else if (view === 'f64' || view === 'f32') copyFloats(target, toNumber, value);
  else copyIntegers(target, toNumber, value);
  if (target.length !== length) throw new TypeError('reading the list let the memory grow that it was copied to');
}

/** A loop of their own: one that has seen integers as well is three times as slow. */
function copyFloats(target, toNumber, value) {
  for (let i = 0; i < target.length; i++) {
    const item = value[i];
    if (typeof item !== 'number') toNumber(item);
    target[i] = item;
  }
}

/** What does not come back as it was does not fit. */
function copyIntegers(target, toNumber, value) {
  for (let i = 0; i < target.length; i++) {
    const item = value[i];
    target[i] = item;
    if (target[i] !== item) toNumber(item);
  }
}

/** The numbers of a list, as a typed array of their own. */
export function liftNumbers(view, ptr, count) {
  const start = ptr / view.BYTES_PER_ELEMENT;
  return view.slice(start, start + count);
}
