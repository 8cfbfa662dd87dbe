// The limit: glue for `bench.wat` written by hand, with every check that generated code needs: no call after a trap, exact
// integers, lists and strings by their type, alignment and bounds before any read and of what realloc gives, UTF-8 that
// must be valid, a limit on bytes, a memory that may grow, may-leave, post-return.

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const MAX_BYTES = (1 << 28) - 1;
const SHORT = 24;

export class ComponentError extends Error {
  constructor(payload) {
    super(payload);
    Object.defineProperty(this, 'payload', { value: payload });
  }
}

export function instantiate(module, tick) {
  let dead, mayLeave = true;
  let buffer, u8, u32, f64, length, budget;
  let scratch = new Uint8Array(4096);

  const core = new WebAssembly.Instance(module, {
    host: {
      tick(n) {
        if (!mayLeave) throw new WebAssembly.RuntimeError('cannot leave component instance');
        const result = tick(n >>> 0);
        if (typeof result !== 'number' || result >>> 0 !== result) refuse('tick', 'result', 'u32', result);
        return result;
      },
    },
  }).exports;
  const { memory, realloc, post } = core;
  refresh();

  // ---- what every call needs ----

  function refresh() {
    buffer = memory.buffer;
    u8 = new Uint8Array(buffer);
    u32 = new Uint32Array(buffer);
    f64 = new Float64Array(buffer);
  }

  function trap(message) {
    throw new WebAssembly.RuntimeError(message);
  }

  function refuse(label, path, expected, value) {
    throw new TypeError(`${label}: ${path}: expected ${expected}, got ${typeof value}`);
  }

  function refuseDead() {
    throw new WebAssembly.RuntimeError(`the instance cannot be called any more: ${dead} failed in it`);
  }

  function fail(label, error) {
    dead ??= label;
    mayLeave = true;
    return error;
  }

  /** Traps unless `size` bytes at `ptr` are in memory. */
  function check(ptr, size, align) {
    if (u8.length === 0 || buffer !== memory.buffer) refresh();
    if (ptr & (align - 1)) trap(`unaligned pointer ${ptr}`);
    if (ptr + size > u8.length) trap(`pointer out of bounds: ${ptr}`);
  }

  function alloc(size, align) {
    if (size > MAX_BYTES) throw new RangeError(`${size} bytes are too many`);
    mayLeave = false;
    let ptr;
    try {
      ptr = realloc(0, 0, align, size) >>> 0;
    } catch (error) {
      throw fail('realloc', error);
    }
    mayLeave = true;
    if (ptr & (align - 1) || ptr + size > u8.length || u8.length === 0) check(ptr, size, align);
    return ptr;
  }

  function spend(size) {
    if ((budget -= size) < 0 || size > MAX_BYTES) trap('too many bytes');
  }

  /** Where the two words of a result in memory stand. */
  function area(ptr, size, align) {
    if (ptr & (align - 1) || ptr + size > u8.length || u8.length === 0) check(ptr, size, align);
    budget = MAX_BYTES;
  }

  function finish(ptr) {
    mayLeave = false;
    post(ptr);
    mayLeave = true;
  }

  // ---- strings ----

  /** Gives the pointer, and the bytes as `length`. */
  function lowerString(text) {
    const units = text.length;
    if (units <= SHORT) {
      let ascii = 0;
      while (ascii < units && text.charCodeAt(ascii) <= 0x7f) ascii++;
      if (ascii === units) {
        const ptr = alloc(units, 1);
        for (let at = 0; at < units; at++) u8[ptr + at] = text.charCodeAt(at);
        length = units;
        return ptr;
      }
    }
    if (3 * units > scratch.length) scratch = new Uint8Array(3 * units);
    length = encoder.encodeInto(text, scratch).written;
    const ptr = alloc(length, 1);
    u8.set(scratch.subarray(0, length), ptr);
    return ptr;
  }

  function liftString(ptr, size) {
    const end = ptr + size;
    if (end > u8.length || u8.length === 0) check(ptr, size, 1);
    spend(size);
    if (size > SHORT) return decode(ptr, end);
    let text = '';
    for (let at = ptr; at < end; at++) {
      const byte = u8[at];
      if (byte > 0x7f) return decode(ptr, end);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  function decode(ptr, end) {
    try {
      return decoder.decode(u8.subarray(ptr, end));
    } catch {
      return trap('invalid UTF-8');
    }
  }

  // ---- lists ----

  function checkList(label, path, value) {
    if (!Array.isArray(value) && (!ArrayBuffer.isView(value) || value instanceof DataView)) refuse(label, path, 'list', value);
  }

  function range(ptr, count, size, align) {
    const bytes = count * size;
    spend(bytes);
    if (ptr & (align - 1) || ptr + bytes > u8.length || u8.length === 0) check(ptr, bytes, align);
  }

  // ---- the exports ----

  function add(a, b) {
    if (dead) refuseDead();
    if (typeof a !== 'number' || a >>> 0 !== a) refuse('add', 'a', 'u32', a);
    if (typeof b !== 'number' || b >>> 0 !== b) refuse('add', 'b', 'u32', b);
    try {
      return core.add(a, b) >>> 0;
    } catch (error) {
      throw fail('add', error);
    }
  }

  function echoString(s) {
    if (dead) refuseDead();
    if (typeof s !== 'string') refuse('echo-string', 's', 'string', s);
    const ptr = lowerString(s);
    try {
      const at = core.echo(ptr, length);
      area(at, 8, 4);
      const result = liftString(u32[at >> 2], u32[(at >> 2) + 1]);
      finish(at);
      return result;
    } catch (error) {
      throw fail('echo-string', error);
    }
  }

  function echoBytes(b) {
    if (dead) refuseDead();
    checkList('echo-bytes', 'b', b);
    const size = b.length;
    const ptr = alloc(size, 1);
    if (b instanceof Uint8Array) u8.set(b, ptr);
    else {
      for (let i = 0; i < size; i++) {
        const byte = b[i];
        if (typeof byte !== 'number' || (byte & 0xff) !== byte) refuse('echo-bytes', `b[${i}]`, 'u8', byte);
        u8[ptr + i] = byte;
      }
    }
    try {
      const at = core.echo(ptr, size);
      area(at, 8, 4);
      const start = u32[at >> 2], count = u32[(at >> 2) + 1];
      range(start, count, 1, 1);
      const result = u8.slice(start, start + count);
      finish(at);
      return result;
    } catch (error) {
      throw fail('echo-bytes', error);
    }
  }

  function echoF64s(v) {
    if (dead) refuseDead();
    checkList('echo-f64s', 'v', v);
    const count = v.length;
    const ptr = alloc(8 * count, 8);
    const target = f64, first = ptr >>> 3;
    if (v instanceof Float64Array) target.set(v, first);
    else {
      for (let i = 0; i < count; i++) {
        const item = v[i];
        if (typeof item !== 'number') refuse('echo-f64s', `v[${i}]`, 'f64', item);
        target[first + i] = item;
      }
    }
    try {
      const at = core.echo(ptr, count);
      area(at, 8, 4);
      const start = u32[at >> 2], items = u32[(at >> 2) + 1];
      range(start, items, 8, 8);
      const result = f64.slice(start / 8, start / 8 + items);
      finish(at);
      return result;
    } catch (error) {
      throw fail('echo-f64s', error);
    }
  }

  function lowerPoints(label, v) {
    checkList(label, 'v', v);
    const count = v.length;
    const ptr = alloc(24 * count, 8);
    const floats = f64, words = u32;
    let at = ptr / 8;
    for (let i = 0; i < count; i++, at += 3) {
      const point = v[i];
      if (typeof point !== 'object' || point === null) refuse(label, `v[${i}]`, 'record', point);
      const { x, y, id } = point;
      if (typeof x !== 'number' || typeof y !== 'number' || typeof id !== 'number' || id >>> 0 !== id) refusePoint(label, i, point);
      floats[at] = x;
      floats[at + 1] = y;
      words[2 * at + 4] = id;
    }
    return ptr;
  }

  function refusePoint(label, i, { x, y, id }) {
    if (typeof x !== 'number') refuse(label, `v[${i}].x`, 'f64', x);
    if (typeof y !== 'number') refuse(label, `v[${i}].y`, 'f64', y);
    refuse(label, `v[${i}].id`, 'u32', id);
  }

  function liftPoints(at) {
    area(at, 8, 4);
    const start = u32[at >> 2], count = u32[(at >> 2) + 1];
    range(start, count, 24, 8);
    const floats = f64, words = u32;
    const points = new Array(count);
    for (let i = 0, item = start / 8; i < count; i++, item += 3) {
      points[i] = { x: floats[item], y: floats[item + 1], id: words[2 * item + 4] };
    }
    return points;
  }

  function echoPoints(v) {
    if (dead) refuseDead();
    const ptr = lowerPoints('echo-points', v);
    try {
      const at = core.echo(ptr, v.length);
      const points = liftPoints(at);
      finish(at);
      return points;
    } catch (error) {
      throw fail('echo-points', error);
    }
  }

  function sumPoints(v) {
    if (dead) refuseDead();
    const ptr = lowerPoints('sum-points', v);
    try {
      return core.sum(ptr, v.length);
    } catch (error) {
      throw fail('sum-points', error);
    }
  }

  function makePoints(n) {
    if (dead) refuseDead();
    if (typeof n !== 'number' || n >>> 0 !== n) refuse('make-points', 'n', 'u32', n);
    try {
      const at = core.make(n);
      const points = liftPoints(at);
      finish(at);
      return points;
    } catch (error) {
      throw fail('make-points', error);
    }
  }

  function echoStrings(v) {
    if (dead) refuseDead();
    checkList('echo-strings', 'v', v);
    const count = v.length;
    const ptr = alloc(8 * count, 4);
    for (let i = 0, at = ptr >> 2; i < count; i++, at += 2) {
      const text = v[i];
      if (typeof text !== 'string') refuse('echo-strings', `v[${i}]`, 'string', text);
      const start = lowerString(text);
      u32[at] = start;
      u32[at + 1] = length;
    }
    try {
      const at = core.echo(ptr, count);
      area(at, 8, 4);
      const start = u32[at >> 2], items = u32[(at >> 2) + 1];
      range(start, items, 8, 4);
      const texts = new Array(items);
      for (let i = 0, word = start >> 2; i < items; i++, word += 2) texts[i] = liftString(u32[word], u32[word + 1]);
      finish(at);
      return texts;
    } catch (error) {
      throw fail('echo-strings', error);
    }
  }

  function runTicks(n) {
    if (dead) refuseDead();
    if (typeof n !== 'number' || n >>> 0 !== n) refuse('run-ticks', 'n', 'u32', n);
    try {
      return core.ticks(n) >>> 0;
    } catch (error) {
      throw fail('run-ticks', error);
    }
  }

  function checked(n) {
    if (dead) refuseDead();
    if (typeof n !== 'number' || n >>> 0 !== n) refuse('checked', 'n', 'u32', n);
    let tag, value;
    try {
      const at = core.checked(n);
      area(at, 12, 4);
      tag = u8[at];
      if (tag === 0) value = u32[(at >> 2) + 1];
      else if (tag === 1) value = liftString(u32[(at >> 2) + 1], u32[(at >> 2) + 2]);
      else trap(`invalid discriminant ${tag}`);
      finish(at);
    } catch (error) {
      throw fail('checked', error);
    }
    if (tag === 1) throw new ComponentError(value);
    return value;
  }

  return { add, echoString, echoBytes, echoF64s, echoPoints, sumPoints, makePoints, echoStrings, runTicks, checked };
}
