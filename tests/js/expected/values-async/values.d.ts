/** All there is. */

import type * as TestAllHost from './interfaces/test-all-host.js'; // test:all/host@1.0.0
import type * as TestAllApi from './interfaces/test-all-api.js'; // test:all/api@1.0.0

export interface UnversionedImportObject {
  'test:all/host': typeof TestAllHost,
  log: {
    default(a: string): void,
  },
  libc: { default: WebAssembly.Module },
}

export interface VersionedImportObject {
  'test:all/host@1.0.0': typeof TestAllHost,
  log: {
    default(a: string): void,
  },
  libc: { default: WebAssembly.Module },
}

export type ImportObject = UnversionedImportObject | VersionedImportObject;

export interface Root {
  'test:all/api@1.0.0': typeof TestAllApi,
  app: WebAssembly.Module,
  /**
   * Runs.
   *
   * @throws {ComponentError<string>}
   */
  run(a: Uint16Array | readonly number[]): void,
  api: typeof TestAllApi,
}

/**
 * Instantiates the component: `imports` is what it imports, the result is what it exports.
 *
 * `getCoreModule` gives the compiled core module of a path, `instantiateCore` instantiates one. At once, if both do so.
 */
export function instantiate(
  getCoreModule: (path: string) => WebAssembly.Module,
  imports: ImportObject,
  instantiateCore: (module: WebAssembly.Module, imports: Record<string, any>) => WebAssembly.Instance,
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
  instantiateCore?: (module: WebAssembly.Module, imports: Record<string, any>) => WebAssembly.Instance | Promise<WebAssembly.Instance>,
): Promise<Root>;

/** What a function throws whose result is an error: `payload` is that error. */
export class ComponentError<E = unknown> extends Error {
  constructor(payload: E);
  readonly payload: E;
}
