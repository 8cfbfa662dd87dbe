/// <reference lib="esnext.disposable" />
/**
 * What the host has.
 *
 * @module Interface test:all/host@1.0.0
 */

/** A point. */
export interface Point {
  /** Right. */
  x: number,
  y2?: number | undefined,
}

export type Shape = ShapeDot | ShapeBigCircle | ShapeNone;
/** Nothing to see. *\/ alert() /* */
export interface ShapeDot {
  tag: 'dot',
}
export interface ShapeBigCircle {
  tag: 'big-circle',
  val: number,
}
export interface ShapeNone {
  tag: 'none',
  val: Option<number | undefined>,
}

/** Colours. */
export type Color =
  | 'red'
  /** The logo's. */
  | 'dark-blue';

export interface Access {
  /** May look. */
  read?: boolean,
  writeAll?: boolean,
}

export type Octets = Uint8Array;

export type Failure = Result<number, string | undefined>;

/**
 * Bytes.
 *
 * Many of them.
 */
export class Blob {
  constructor(data: Octets);
  read(a: number): Uint8Array | readonly number[];
  /** @throws {Failure} */
  static empty(): Blob;
  /** Called when the component drops the last handle that it owns. */
  [Symbol.dispose]?(): void;
}

/**
 * All of them.
 *
 * At once.
 */
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
  a: Uint8Array,
  b: BigUint64Array,
  c: Array<string>,
  d: Array<Float32Array>,
  e: Array<Point>,
): BigInt64Array | readonly bigint[];

export function options(
  a: number | undefined,
  b: Option<number | undefined>,
  c: Option<string | undefined> | undefined,
): Point | undefined;

/** @throws {undefined} */
export function results(a: Result<number, void>, b: Result<void, string>): void;

export function more(
  a: Map<string, Uint8Array>,
  b: [number, number, number],
  c: Array<string>,
  d: [number, Octets],
): Octets | readonly number[];

/**
 * Or not.
 *
 * @throws {Shape}
 */
export function fails(a: Shape): Color;

/** @throws {number} */
export function later(a: Access): Promise<string>;

export function streams(
  a: AsyncIterable<number>,
  b: AsyncIterable<void>,
  c: PromiseLike<string>,
): PromiseLike<void>;

export function lends(a: Blob, b: Blob): ReadonlyArray<Blob>;

export type Option<T> = { tag: 'none' } | { tag: 'some', val: T };

export type Result<T, E> = { tag: 'ok', val: T } | { tag: 'err', val: E };
