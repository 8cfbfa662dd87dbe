/// <reference lib="esnext.disposable" />

import type * as ImportedTestNamesHost from './interfaces/imported-test-names-host.js'; // test:names/host
import type * as Import from './interfaces/import.js'; // import
import type * as TestNamesHost from './interfaces/test-names-host.js'; // test:names/host

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
  'test:names/host': typeof ImportedTestNamesHost,
  odd: { default: typeof Odd },
  default: {
    default(a: Error): void,
  },
}

export interface Root {
  /** @throws {ComponentError<Error>} */
  default(): void,
  a1(a: Root$1): void,
  a1$1(a: Odd): void,
  import: typeof Import,
  'test:names/host': typeof TestNamesHost,
  class: WebAssembly.Module,
  host: typeof TestNamesHost,
}

/**
 * Instantiates the component: `imports` is what it imports, the result is what it exports.
 *
 * `getCoreModule` gives the compiled core module of a path, `instantiateCore` instantiates one. At once, if both do so.
 */
export function instantiate(
  getCoreModule: (path: string) => WebAssembly.Module,
  imports: ImportObject,
  instantiateCore: (module: WebAssembly.Module, imports: globalThis.Record<string, any>) => WebAssembly.Instance,
): Root;

/**
 * Instantiates the component: `imports` is what it imports, the result is what it exports.
 *
 * `getCoreModule` gives the compiled core module of a path, `instantiateCore` instantiates one. By default modules are
 * fetched from where this module lies, and `WebAssembly.instantiate` instantiates them.
 */
export function instantiate(
  getCoreModule: ((path: string) => WebAssembly.Module | Promise<WebAssembly.Module>) | null | undefined,
  imports: ImportObject,
  instantiateCore?: (module: WebAssembly.Module, imports: globalThis.Record<string, any>) => WebAssembly.Instance | Promise<WebAssembly.Instance>,
): Promise<Root>;

/** What a function throws whose result is an error: `payload` is that error. */
export class ComponentError<E = unknown> extends globalThis.Error {
  constructor(payload: E);
  readonly payload: E;
}
