/** All there is. */

import type * as TestAllHost100 from './interfaces/test-all-host.js'; // test:all/host@1.0.0
export type { TestAllHost100 };

export interface UnversionedImportObject {
  'test:all/host': typeof TestAllHost100,
  log: {
    default(a: string): void,
  },
  libc: { default: WebAssembly.Module },
}

export interface VersionedImportObject {
  'test:all/host@1.0.0': typeof TestAllHost100,
  log: {
    default(a: string): void,
  },
  libc: { default: WebAssembly.Module },
}

export type ImportObject = UnversionedImportObject | VersionedImportObject;

/**
 * Runs.
 *
 * @throws {ComponentError<string>}
 */
export function run(a: Uint16Array | readonly number[]): void;

export * as 'test:all/api@1.0.0' from './interfaces/test-all-api.js'; // export test:all/api@1.0.0

export const app: WebAssembly.Module;
export * as api from './interfaces/test-all-api.js'; // export test:all/api@1.0.0

/** What a function throws whose result is an error: `payload` is that error. */
export class ComponentError<E = unknown> extends Error {
  constructor(payload: E);
  readonly payload: E;
}
