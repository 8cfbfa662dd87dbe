import { trap } from './errors.js';
import { MAX_BYTES } from './memory.js';
import { toText } from './scalars.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const scratch = new Uint8Array(3 << 14); // faster than `encode`
// ---- UTF-8

export function liftString(memory, ptr, length) {
  memory.checkRange(ptr, length, 1, 1);
  try {
    return decoder.decode(memory.u8.subarray(ptr, ptr + length));
  } catch {
    return trap('invalid utf-8 in a string');
  }
}

/** Gives the pointer; the length is `memory.length`. Lone surrogates become U+FFFD. Short texts go letter by letter. */
export function lowerString(memory, text) {
  const { length } = toText(text);
  if (length < 25 && !/[^\0-\x7f]/.test(text)) {
    const ptr = memory.alloc(length, 1);
    for (let i = 0; i < length; i++) memory.u8[ptr + i] = text.charCodeAt(i);
    memory.length = length;
    return ptr;
  }
  const bytes = length > 1 << 14 ? encoder.encode(text) : scratch.subarray(0, encoder.encodeInto(text, scratch).written);
  const ptr = memory.alloc(bytes.length, 1);
  memory.u8.set(bytes, ptr);
  memory.length = bytes.length;
  return ptr;
}

// ---- UTF-16

const utf16Decoder = new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true });

export function liftString16(memory, ptr, units) {
  memory.checkRange(ptr, units, 2, 2);
  try {
    return utf16Decoder.decode(memory.u8.subarray(ptr, ptr + 2 * units));
  } catch {
    return trap('invalid utf-16le in a string');
  }
}

export function lowerString16(memory, text) {
  toText(text);
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  const ptr = memory.alloc(2 * whole.length, 2);
  for (let i = 0; i < whole.length; i++) memory.u16[ptr / 2 + i] = whole.charCodeAt(i);
  memory.length = whole.length;
  return ptr;
}

// ---- Latin-1 if it can be, else UTF-16: the topmost bit of the length tells

const UTF16_TAG = 0x80000000;

export function liftCompact(memory, ptr, units) {
  if (units >= UTF16_TAG) return liftString16(memory, ptr, units - UTF16_TAG);
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
