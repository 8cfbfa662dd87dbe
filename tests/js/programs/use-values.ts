// A host of the world `values` of worlds.py, and a program that uses what it gets: what is right compiles, what is wrong
// does not (`@ts-expect-error` is an error where the next line has none).
import { ComponentError, instantiate, type ImportObject, type Root } from './values.js';
import type { Blob, Option, Point, Shape } from './interfaces/test-all-host.js';

class HostBlob {
  constructor(readonly data: Uint8Array) {}
  static empty(): HostBlob {
    return new HostBlob(new Uint8Array());
  }
  read(n: number): Uint8Array {
    return this.data.subarray(0, n);
  }
}

const host = {
  Blob: HostBlob,
  scalars: (a: boolean, b: number, c: number, d: bigint) => (a ? d : BigInt(b + c)),
  lists: (a: Uint8Array, b: BigUint64Array, c: string[]) => (c.length ? [BigInt(a.length)] : new BigInt64Array(b)),
  options: (a: number | undefined, b: Option<number | undefined>): Point | undefined =>
    b.tag === 'some' && b.val === a ? { x: 1 } : undefined,
  results() {},
  more: (_: Map<string, Uint8Array>, b: [number, number, number], _c: string[], d: [number, Uint8Array]) => [...b, d[0]],
  fails: (shape: Shape) => (shape.tag === 'big-circle' && shape.val > 1 ? ('red' as const) : ('dark-blue' as const)),
  later: async () => 'later',
  async *streamed() {},
  streams: () => Promise.resolve(),
  lends: (a: Blob, b: Blob) => [a, b],
};

const imports: ImportObject = {
  'test:all/host': host,
  log: { default: (line) => console.log(line.length) },
  libc: { default: new WebAssembly.Module(new Uint8Array()) },
};
const { 'test:all/host': same, ...rest } = imports;
export const root: Promise<Root> = instantiate(null, { 'test:all/host@1.0.0': same, ...rest });
export const atOnce: Root = instantiate(
  (path) => new WebAssembly.Module(new Uint8Array(path.length)),
  imports,
  (module, given) => new WebAssembly.Instance(module, given),
);

export function use({ api, run, app }: Root): void {
  run([1, 2]);
  run(new Uint16Array(2));
  const sums: BigInt64Array = api.lists([1], [2n], ['a'], [[1], new Float32Array(1)], [{ x: 1, y2: 2 }]);
  api.options(undefined, { tag: 'none' }, { tag: 'some', val: 'x' });
  const octets: Uint8Array = api.more(new Map([['a', [1]]]), [1, 2, 3], [], [1, [2]]);
  const color: 'red' | 'dark-blue' = api.fails({ tag: 'none', val: { tag: 'some', val: 1 } });
  using session = api.open();
  session.close({ x: sums.length });
  session[Symbol.dispose]();
  WebAssembly.Module.exports(app);
  try {
    run(octets.length ? [] : [color.length]);
  } catch (error) {
    if (error instanceof ComponentError) console.log((error as ComponentError<string>).payload.length);
  }
}

export function misuse({ api, run }: Root): void {
  // @ts-expect-error a string is no list
  run('12');
  // @ts-expect-error an array of another width
  run(new Uint8Array(2));
  // @ts-expect-error s64 is a bigint
  api.scalars(true, 1, 2, 3, 4, 5, 'c', 's');
  // @ts-expect-error no such case
  api.fails({ tag: 'square' });
  // @ts-expect-error a nested option has a tag
  api.options(1, 2, undefined);
  // @ts-expect-error three items
  api.more(new Map(), [1, 2], [], [1, [2]]);
  // @ts-expect-error the component alone makes sessions
  new api.Session();
  // @ts-expect-error every interface has to be given
  instantiate(null, { log: imports.log, libc: imports.libc });
}
