import { wrong } from './scalars.js';

export function toSequence(value, path) {
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && 'length' in value)) wrong('list', value, path);
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
 * @param view the name of the memory's typed array for these numbers: what has its type goes as a whole
 * @param toNumber checks one item
 * @param [at] where it goes, if room is made already
 */
export function lowerNumbers(memory, view, toNumber, value, at) {
  const { length } = toSequence(value);
  const size = memory[view].BYTES_PER_ELEMENT;
  const ptr = at ?? memory.alloc(length * size, size);
  const target = memory[view].subarray(ptr / size, ptr / size + length);
  if (value instanceof target.constructor) target.set(value);
  else (view[0] === 'f' ? copyFloats : copyIntegers)(target, toNumber, value);
  if (target.length !== length) throw new TypeError('reading the list let the memory grow');
  memory.length = length;
  return ptr;
}

/** One loop for all numbers is three times as slow. */
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

export function liftNumbers(memory, view, ptr, length) {
  const size = memory[view].BYTES_PER_ELEMENT;
  memory.checkRange(ptr, length, size, size);
  return memory[view].slice(ptr / size, ptr / size + length);
}
