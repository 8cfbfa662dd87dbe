/// <reference lib="esnext.disposable" />
/** @module Interface test:all/api@1.0.0 */

export type Spot = import('./test-all-host.js').Point;

export class Session implements Disposable {
  /** This type does not have a public constructor. */
  private constructor();
  close(a: Spot): void;
  [Symbol.dispose](): void;
}

export type Bytes = import('./test-all-host.js').Blob;

export function scalars(
  a: boolean,
  b: number,
  c: number,
  d: bigint,
  e: number,
  f: number,
  g: string,
  h: string,
): bigint;

export function lists(
  a: Uint8Array | readonly number[],
  b: BigUint64Array | readonly bigint[],
  c: ReadonlyArray<string>,
  d: ReadonlyArray<Float32Array | readonly number[]>,
  e: ReadonlyArray<Spot>,
): BigInt64Array;

export function options(
  a: number | undefined,
  b: Option<number | undefined>,
  c: Option<string | undefined> | undefined,
): Spot | undefined;

/** @throws {ComponentError<undefined>} */
export function results(a: Result<number, void>, b: Result<void, string>): void;

export function more(
  a: ReadonlyMap<string, Uint8Array | readonly number[]>,
  b: readonly [number, number, number] | Uint8Array,
  c: ReadonlyArray<string>,
  d: readonly [number, import('./test-all-host.js').Octets | readonly number[]],
): import('./test-all-host.js').Octets;

/** @throws {ComponentError<import('./test-all-host.js').Shape>} */
export function fails(a: import('./test-all-host.js').Shape): import('./test-all-host.js').Color;

export function open(): Session;

export type Option<T> = { tag: 'none' } | { tag: 'some', val: T };

export type Result<T, E> = { tag: 'ok', val: T } | { tag: 'err', val: E };
