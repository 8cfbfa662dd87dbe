/// <reference lib="esnext.disposable" />

import type * as TestNamesHost from './interfaces/imported-test-names-host.js'; // test:names/host
export type { TestNamesHost };

export type Error = 'a' | 'b';

export type Root$1 = 'a' | 'b';

export type ImportObject$1 = 'a' | 'b';

export type ComponentError$1 = 'a' | 'b';

export type Record = 'a' | 'b';

declare class Odd {
  /** This type does not have a public constructor. */
  private constructor();
  /** Called when the component drops the last handle that it owns. */
  [Symbol.dispose]?(): void;
}
export type { Odd };

export interface ImportObject {
  'test:names/host': typeof TestNamesHost,
  odd: { default: typeof Odd },
  default: {
    default(a: Error): void,
  },
}

/** @throws {ComponentError<Error>} */
declare function _default(): void;
export { _default as default };

export function a1(a: Root$1): void;

export function a1$1(a: Odd): void;

export * as import from './interfaces/import.js'; // export import
export * as 'test:names/host' from './interfaces/test-names-host.js'; // export test:names/host

declare const _class: WebAssembly.Module;
export { _class as class };
export * as host from './interfaces/test-names-host.js'; // export test:names/host

/** What a function throws whose result is an error: `payload` is that error. */
export class ComponentError<E = unknown> extends globalThis.Error {
  constructor(payload: E);
  readonly payload: E;
}
