import { trap } from './errors.js';
import { wrong } from './scalars.js';

export const MAX_BYTES = (1 << 28) - 1; // of a list
export const MAX_COPIED = 1 << 30; // in one call

/** A linear memory as typed arrays, with its `realloc`. */
export class Memory {
  length = 0; // of the list or string that was lowered last, or is lifted next

  /**
   * @param {import('./state.js').State} state
   * @param {WebAssembly.Memory} memory
   * @param {Function} [realloc] (old pointer, old size, alignment, size) to pointer
   */
  constructor(state, memory, realloc) {
    Object.assign(this, { state, memory, realloc });
    this.refresh();
  }

  /** The memory has grown. */
  refresh() {
    const { buffer } = this.memory;
    this.u8 = new Uint8Array(buffer);
    this.s8 = new Int8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.s16 = new Int16Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.s32 = new Int32Array(buffer);
    this.u64 = new BigUint64Array(buffer);
    this.s64 = new BigInt64Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }

  /** Code of the caller ran, which may have called the guest. */
  renew() {
    if (this.u8.length === 0) this.refresh();
  }

  /** The address in a core value. Traps unless `size` bytes are there. */
  area(ptr, size, align) {
    const at = ptr >>> 0;
    if (at % align) trap(`unaligned pointer 0x${at.toString(16)}`);
    if (at + size >= this.u8.length) this.refresh();
    if (at + size > this.u8.length) trap(`out of bounds pointer 0x${at.toString(16)}, ${size} bytes`);
    return at;
  }

  /** As `area`, of what will be copied; an element becomes an object of `cost` bytes. */
  checkRange(ptr, count, size, align, cost = size) {
    const bytes = count * size;
    this.area(ptr, bytes, align);
    if (bytes > MAX_BYTES) trap(`${bytes} bytes are too long`);
    if ((this.state.copied += count * cost) > MAX_COPIED) trap(`more than ${MAX_COPIED} bytes copied in one call`);
  }

  /** The pointer of a list or string. */
  get(at) {
    this.length = this.u32[(at + 4) >>> 2];
    return this.u32[at >>> 2];
  }

  put(at, ptr) {
    this.u32[at >>> 2] = ptr;
    this.u32[(at + 4) >>> 2] = this.length;
  }

  alloc(size, align) {
    if (size > MAX_BYTES) wrong(`at most ${MAX_BYTES} bytes`, size);
    try {
      return this.area(this.realloc(0, 0, align, size), size, align);
    } catch (error) {
      throw this.state.end(error, 'realloc');
    }
  }
}

/** A memory of 64 bits: its addresses are bigints where the guest gives or takes them. */
export class Memory64 extends Memory {
  area(ptr, size, align) {
    const at = typeof ptr === 'bigint' ? address(ptr) : ptr;
    if (at % align) trap(`unaligned pointer 0x${at.toString(16)}`);
    if (at + size >= this.u8.length) this.refresh();
    if (at + size > this.u8.length) trap(`out of bounds pointer 0x${at.toString(16)}, ${size} bytes`);
    return at;
  }

  get(at) {
    this.length = Number(this.u64[(at + 8) / 8]);
    return Number(this.u64[at / 8]);
  }

  put(at, ptr) {
    this.u64[at / 8] = BigInt(ptr);
    this.u64[(at + 8) / 8] = BigInt(this.length);
  }

  alloc(size, align) {
    if (size > MAX_BYTES) wrong(`at most ${MAX_BYTES} bytes`, size);
    try {
      return this.area(this.realloc(0n, 0n, BigInt(align), BigInt(size)), size, align);
    } catch (error) {
      throw this.state.end(error, 'realloc');
    }
  }
}

/** An address, or a length, out of a core value of 64 bits. */
export function address(value) {
  return Number(BigInt.asUintN(64, value));
}
