// Opens the modules that the tests wrote: their folders stand in MODULES, by name, as JSON.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folders = JSON.parse(process.env.MODULES);
const compiled = new Map();

export const url = (name) => pathToFileURL(folders[name]);
export const load = (name) => import(url(name));

/** The core modules of a module, compiled once. */
export function coreModules(name) {
  return async (path) => {
    const place = join(folders[name], '..', path);
    if (!compiled.has(place)) compiled.set(place, WebAssembly.compile(await readFile(place)));
    return compiled.get(place);
  };
}

/** An instance of a module with a function `instantiate`. */
export async function open(name, imports) {
  const { instantiate } = await load(name);
  return instantiate(coreModules(name), imports);
}

/** Collects garbage until `done` says so. */
export async function collect(done) {
  for (let i = 0; i < 100 && !done(); i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
