import { trap } from './errors.js';

/** Errors of bad values, until somebody says where these were. */
export const unplaced = new WeakSet();

export function place(error, label) {
  if (unplaced.delete(error)) error.message = `${label}: ${error.message}`;
  return error;
}

/** Refuses a value. The path is known when a call that failed is looked at once more. */
export function wrong(expected, value, path) {
  const isInteger = expected.endsWith('64') ? typeof value === 'bigint' : Number.isInteger(value);
  const Kind = isInteger && /^[us]\d/.test(expected) ? RangeError : TypeError;
  const error = new Kind(`${path ? `${path}: ` : ''}expected ${expected}, got ${spell(value)}`);
  if (!path) unplaced.add(error);
  throw error;
}

export function spell(value) {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 37)}...` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value?.then === 'function') return 'a Promise, but the call is synchronous';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return value && typeof value === 'object' ? `an ${value.constructor?.name ?? 'object'}` : String(value);
}

// ---- host values to core values, checked

export function toU8(value, path) {
  if (typeof value !== 'number' || (value & 0xff) !== value) wrong('u8', value, path);
  return value;
}

export function toS8(value, path) {
  if (typeof value !== 'number' || (value << 24) >> 24 !== value) wrong('s8', value, path);
  return value;
}

export function toU16(value, path) {
  if (typeof value !== 'number' || (value & 0xffff) !== value) wrong('u16', value, path);
  return value;
}

export function toS16(value, path) {
  if (typeof value !== 'number' || (value << 16) >> 16 !== value) wrong('s16', value, path);
  return value;
}

export function toU32(value, path) {
  if (typeof value !== 'number' || value >>> 0 !== value) wrong('u32', value, path);
  return value;
}

export function toS32(value, path) {
  if (typeof value !== 'number' || (value | 0) !== value) wrong('s32', value, path);
  return value;
}

export function toU64(value, path) {
  if (typeof value !== 'bigint' || BigInt.asUintN(64, value) !== value) wrong('u64', value, path);
  return value;
}

export function toS64(value, path) {
  if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) wrong('s64', value, path);
  return value;
}

export function toF32(value, path) {
  if (typeof value !== 'number') wrong('f32', value, path);
  return value;
}

export function toF64(value, path) {
  if (typeof value !== 'number') wrong('f64', value, path);
  return value;
}

export function toBool(value, path) {
  if (typeof value !== 'boolean') wrong('bool', value, path);
  return value ? 1 : 0;
}

/** What a host function without a result returned is nobody's business, unless it comes later. */
export function toNothing(value) {
  if (typeof value?.then === 'function') wrong('nothing', value);
}

export function toText(value, path) {
  if (typeof value !== 'string') wrong('string', value, path);
  return value;
}

/** A string of one Unicode scalar value as its number. */
export function toChar(value, path) {
  const code = typeof value === 'string' && value !== '' ? value.codePointAt(0) : -1;
  if (code < 0 || (code >= 0xd800 && code <= 0xdfff) || value.length !== (code > 0xffff ? 2 : 1)) wrong('char', value, path);
  return code;
}

// ---- core values to host values

export function liftChar(code) {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) trap(`invalid \`char\` bit pattern 0x${code.toString(16)}`);
  return String.fromCodePoint(code);
}

// ---- core values as other core values

const bits = new DataView(new ArrayBuffer(8));

export function f32Bits(value) {
  bits.setFloat32(0, value);
  return bits.getUint32(0);
}

export function f64Bits(value) {
  bits.setFloat64(0, value);
  return bits.getBigInt64(0);
}

export function f32FromBits(value) {
  bits.setUint32(0, value);
  return bits.getFloat32(0);
}

export function f64FromBits(value) {
  bits.setBigInt64(0, value);
  return bits.getFloat64(0);
}

// ---- enums and flags

export function liftEnum(labels, index) {
  return labels[index] ?? trap(`invalid enum discriminant ${index >>> 0}`);
}

export function lowerEnum(labels, value, path) {
  const index = labels.indexOf(value);
  if (index < 0) wrong(`one of ${labels.join(', ')}`, value, path);
  return index;
}

export function liftFlags(labels, word) {
  const flags = {};
  labels.forEach((label, bit) => {
    flags[label] = (word & (1 << bit)) !== 0;
  });
  return flags;
}

/** Labels that are not there are not set. */
export function lowerFlags(labels, value, path) {
  if (typeof value !== 'object' || value === null) wrong('flags', value, path);
  let word = 0;
  labels.forEach((label, bit) => {
    const flag = value[label];
    if (typeof flag !== 'boolean' && flag !== undefined) wrong('bool', flag, `${path}.${label}`);
    if (flag) word |= 1 << bit;
  });
  return word >>> 0;
}
