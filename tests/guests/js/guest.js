// The guest of tour.wit, in JavaScript: componentize-js finds the exports by the names of the interfaces.

import log from 'log';
import * as values from 'guest:tour/values@0.1.0';
import * as host from 'guest:tour/stores@0.1.0';

export { values };

const point = { x: 1, y: 2, id: 3 };

function sample() {
  return {
    truth: true,
    u8: 255, s8: -128, u16: 65535, s16: -32768, u32: 2 ** 32 - 1, s32: -(2 ** 31), u64: 2n ** 64n - 1n, s64: -(2n ** 63n),
    f32: 1.5, f64: -0.1,
    letter: '\u{1f980}', text: 'zwölf Ü 🦀', bytes: Uint8Array.of(0, 1, 255), numbers: Int16Array.of(-32768, 32767),
    words: ['', 'a', 'ü'],
    pair: [7, 'seven'], maybe: undefined, perhaps: { tag: 'some', val: undefined },
    outcome: { tag: 'err', val: 'no' }, nothing: { tag: 'ok' },
    point, segment: { start: point, end: { x: -1, y: -2, id: 4 }, label: 'edge' },
    shapes: [{ tag: 'dot' }, { tag: 'circle', val: 0.5 }, { tag: 'polygon', val: [point] }, { tag: 'named', val: ['n', 9] }],
    mixed: { tag: 'wide', val: 2n ** 64n - 1n }, color: 'dark-blue', access: { read: true, execute: true },
    nine: { a: true, i: true }, seventeen: { a16: true },
  };
}

// Equal as text: fields in one order, integers of any width alike, flags and cases without what they leave out.
function text(value) {
  if (typeof value === 'bigint') return String(value);
  if (value === undefined || value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'none';
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `[${Array.from(value, text)}]`;
  const fields = Object.keys(value).filter((key) => value[key] !== false && value[key] !== undefined);
  return `{${fields.sort().map((key) => `${key}:${text(value[key])}`)}}`;
}

export const samples = {
  sample,
  isSample: (v) => text(v) === text(sample()),
};

let live = 0;

/** A blob of the host, under a handle of the guest. */
class Blob {
  constructor(data, kept = new host.Blob(data)) {
    this.kept = kept;
    live += 1;
  }

  static around(kept) {
    return new Blob(undefined, kept);
  }

  /** The host's blob, for a call that takes it over. */
  give() {
    const kept = this.kept;
    this.kept = undefined;
    live -= 1;
    return kept;
  }

  /** Runs when the host drops the handle, and when the guest itself has done with it. */
  [Symbol.dispose]() {
    if (this.kept) this.give()[Symbol.dispose]();
  }

  static open(name) {
    return Blob.around(host.Blob.open(name));
  }

  static merge(lhs, rhs) {
    return Blob.around(host.Blob.merge(lhs.give(), rhs.give()));
  }

  read(n) {
    return this.kept.read(n);
  }

  write(data) {
    this.kept.write(data);
  }

  size() {
    return this.kept.size();
  }

  clone() {
    return Blob.around(this.kept.clone());
  }

  same(other) {
    return this.kept.same(other.kept);
  }
}

export const stores = {
  Blob,
  total: (blobs) => host.total(blobs.map((blob) => blob.kept)),
  swap: (lhs, rhs) => host.swap(lhs.give(), rhs.give()).map(Blob.around),
  larger(lhs, rhs) {
    const kept = host.larger(lhs?.give(), rhs?.give());
    return kept && Blob.around(kept);
  },
  discard: (blob) => blob[Symbol.dispose](),
  live: () => live,
};

export function greet(name) {
  log(name);
  return `hello, ${name}`;
}

export function crash(message) {
  throw new Error(message);
}
