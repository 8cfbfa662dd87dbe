import { trap } from './errors.js';
import { MAX_BYTES } from './memory.js';
import { toText } from './scalars.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Where texts of up to `MOST_UNITS` are encoded. */
let scratch = new Uint8Array(3 << 10);
const MOST_UNITS = 1 << 21;
const utf16Decoder = new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true });

/** Shorter strings are copied letter by letter. */
const SHORT = 24;

// ---- UTF-8

export function liftString(memory, ptr, length) {
  const end = ptr + length;
  if (length > SHORT || end > memory.u8.length) return decode(memory, decoder, ptr, length, 1);
  const { u8 } = memory;
  let text = '';
  for (let at = ptr; at < end; at++) {
    const byte = u8[at];
    if (byte > 0x7f) return decode(memory, decoder, ptr, length, 1);
    text += String.fromCharCode(byte);
  }
  memory.state.copied += length;
  return text;
}

/** The string in `size` bytes at `ptr`. */
export function decode(memory, reader, ptr, size, align) {
  memory.checkRange(ptr, size, 1, align);
  try {
    return reader.decode(memory.u8.subarray(ptr, ptr + size));
  } catch {
    return trap(`invalid ${reader.encoding} in a string`);
  }
}

/** Gives the pointer; the length is `memory.length`. Lone surrogates become U+FFFD. */
export function lowerString(memory, text) {
  const units = toText(text).length;
  if (units <= SHORT && isAscii(text)) {
    const ptr = memory.alloc(units, 1);
    const { u8 } = memory;
    for (let i = 0; i < units; i++) u8[ptr + i] = text.charCodeAt(i);
    memory.length = units;
    return ptr;
  }
  const bytes = units > MOST_UNITS ? encoder.encode(text) : encode(text);
  const ptr = memory.alloc(bytes.length, 1);
  memory.u8.set(bytes, ptr);
  memory.length = bytes.length;
  return ptr;
}

function isAscii(text) {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return false;
  }
  return true;
}

/** The bytes of a text, until the next one. */
function encode(text) {
  if (3 * text.length > scratch.length) scratch = new Uint8Array(3 * text.length);
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}

// ---- UTF-16

export function liftString16(memory, ptr, units) {
  return decode(memory, utf16Decoder, ptr, 2 * units, 2);
}

export function lowerString16(memory, text) {
  toText(text);
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  const ptr = memory.alloc(2 * whole.length, 2);
  const { u16 } = memory;
  for (let i = 0; i < whole.length; i++) u16[ptr / 2 + i] = whole.charCodeAt(i);
  memory.length = whole.length;
  return ptr;
}

// ---- Latin-1 if it can be, else UTF-16: the topmost bit of the length tells

const UTF16_TAG = 0x80000000;

export function liftCompact(memory, ptr, units) {
  if (units >= UTF16_TAG) return decode(memory, utf16Decoder, ptr, 2 * (units - UTF16_TAG), 2);
  memory.checkRange(ptr, units, 1, 2);
  let text = '';
  for (let at = ptr; at < ptr + units; at += 8192) {
    text += String.fromCharCode(...memory.u8.subarray(at, Math.min(at + 8192, ptr + units)));
  }
  return text;
}

/** As `liftCompact`: in a memory of 64 bits it is the topmost of 64 that tells. */
export function liftCompact64(memory, ptr, units) {
  const length = BigInt.asUintN(63, units);
  if (length > MAX_BYTES) trap(`string of ${length} units is too long`);
  return liftCompact(memory, ptr, Number(length) + (BigInt.asIntN(64, units) < 0n ? UTF16_TAG : 0));
}

export function lowerCompact64(memory, text) {
  const ptr = lowerCompact(memory, text);
  const length = BigInt(memory.length % UTF16_TAG);
  memory.length = memory.length < UTF16_TAG ? length : length | (1n << 63n);
  return ptr;
}

export function lowerCompact(memory, text) {
  toText(text);
  const isLatin = !/[^\0-\xff]/.test(text);
  if (!isLatin) {
    const ptr = lowerString16(memory, text);
    memory.length += UTF16_TAG;
    return ptr;
  }
  const ptr = memory.alloc(text.length, 2);
  for (let i = 0; i < text.length; i++) memory.u8[ptr + i] = text.charCodeAt(i);
  memory.length = text.length;
  return ptr;
}
