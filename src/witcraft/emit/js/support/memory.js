import { trap } from './errors.js';
import { wrong } from './scalars.js';

/** Bytes of a list or a string. */
export const MAX_BYTES = (1 << 28) - 1;

/** Bytes that one call may copy out of the guest. */
export const MAX_COPIED = 1 << 30;

/** A linear memory as typed arrays, with the `realloc` that goes with it. A memory that grows gets new ones. */
export class Memory {
  /**
   * @param {import('./state.js').State} state
   * @param {WebAssembly.Memory} memory
   * @param {Function} [realloc] (old pointer, old size, alignment, size) to pointer
   */
  constructor(state, memory, realloc) {
    this.state = state;
    this.memory = memory;
    this.realloc = realloc;
    this.length = 0; // of the string that was lowered last, in the units that the guest counts
    this.refresh();
  }

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

  /** Traps unless `size` bytes at `ptr` lie in memory. */
  check(ptr, size, align) {
    if (ptr & (align - 1) || ptr + size > this.u8.length) this.recheck(ptr, size, align);
  }

  /** As `check`, of a memory that may have grown. */
  recheck(ptr, size, align) {
    if (this.u8.buffer !== this.memory.buffer) this.refresh();
    if (ptr % align) trap(`unaligned pointer 0x${ptr.toString(16)}`);
    if (ptr + size > this.u8.length) trap(`out of bounds pointer 0x${ptr.toString(16)}, ${size} bytes`);
  }

  /** As `check`, for `count` elements of `size` bytes that will be copied. */
  checkRange(ptr, count, size, align) {
    const bytes = count * size;
    this.check(ptr, bytes, align);
    this.charge(bytes);
  }

  charge(bytes) {
    if (bytes > MAX_BYTES) trap(`${bytes} bytes are too long`);
    if ((this.state.copied += bytes) > MAX_COPIED) trap(`more than ${MAX_COPIED} bytes copied in one call`);
  }

  /** A new place for `size` bytes. */
  alloc(size, align) {
    if (size > MAX_BYTES) wrong(`at most ${MAX_BYTES} bytes`, size);
    try {
      const ptr = this.realloc(0, 0, align, size) >>> 0;
      if (ptr & (align - 1) || ptr + size > this.u8.length || this.u8.length === 0) this.recheck(ptr, size, align);
      return ptr;
    } catch (error) {
      throw this.state.end(error, 'realloc');
    }
  }
}

/** A memory of 64 bits: its addresses are bigints where the guest gives or takes them. */
export class Memory64 extends Memory {
  check(ptr, size, align) {
    if (ptr % align || ptr + size > this.u8.length) this.recheck(ptr, size, align);
  }

  alloc(size, align) {
    if (size > MAX_BYTES) wrong(`at most ${MAX_BYTES} bytes`, size);
    try {
      const ptr = Number(this.realloc(0n, 0n, BigInt(align), BigInt(size)));
      this.recheck(ptr, size, align);
      return ptr;
    } catch (error) {
      throw this.state.end(error, 'realloc');
    }
  }
}

/** An address, or a length, out of a core value of 64 bits. */
export function address(value) {
  return Number(BigInt.asUintN(64, value));
}
