/// <reference lib="esnext.disposable" />
/** @module Interface test:names/host */

export interface Map {
  x: number,
}

export interface Promise {
  x: number,
}

export interface Array {
  x: number,
}

export interface Uint8Array {
  x: number,
}

export interface Option {
  x: number,
}

export interface Result {
  x: number,
}

export interface AsyncIterable {
  x: number,
}

export interface Error {
  x: number,
}

export interface Record {
  x: number,
}

export type Shape = ShapeDot$1 | ShapeLine2$1;
export interface ShapeDot$1 {
  tag: 'dot',
}
export interface ShapeLine2$1 {
  tag: 'line-2',
  val: number,
}

export interface ShapeDot {
  a1: number,
  a1$1: string,
}

export interface ShapeLine2 {
  a1?: boolean,
  a1$1?: boolean,
}

export class Odd {
  /** This type does not have a public constructor. */
  private constructor();
  constructor_(): void;
  delete(): void;
  a1(): void;
  a1$1(): void;
  static prototype_(): void;
  static name(): void;
  /** Called when the component drops the last handle that it owns. */
  [Symbol.dispose]?(): void;
}

export { Odd as AlsoOdd };

export class Disposable {
  /** This type does not have a public constructor. */
  private constructor();
  /** Called when the component drops the last handle that it owns. */
  [Symbol.dispose]?(): void;
}

declare function _default(
  a: globalThis.Map<string, number>,
  b: globalThis.Uint8Array,
  c: Option$1<number | undefined>,
  d: Result$1<number, number>,
  e: globalThis.AsyncIterable<number>,
): globalThis.Promise<void>;
export { _default as default };

declare function _class(): void;
export { _class as class };

declare function _delete(): void;
export { _delete as delete };

declare function _await(): void;
export { _await as await };

export function a1(): void;

export function a1$1(): void;

export function constructor(): void;

declare function _let(): void;
export { _let as let };

export function then(): void;

export function keywords(class_: number, a1: number, a1$1: number, eval_: number): void;

export function arrays(a: globalThis.Array<Map>): Float64Array | readonly number[];

export type Option$1<T> = { tag: 'none' } | { tag: 'some', val: T };

export type Result$1<T, E> = { tag: 'ok', val: T } | { tag: 'err', val: E };
