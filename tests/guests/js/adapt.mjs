// node adapt.mjs [CORE OUTPUT]..: commands for WASI's preview 1 as components, each by the reference adapter.

import { readFile, writeFile } from 'node:fs/promises';
import { componentNew } from '@bytecodealliance/jco';

const lib = new URL('./node_modules/@bytecodealliance/jco/lib/', import.meta.url);
const adapter = await readFile(new URL('wasi_snapshot_preview1.command.wasm', lib));
const paths = process.argv.slice(2);
for (let i = 0; i < paths.length; i += 2) {
  const made = await componentNew(await readFile(paths[i]), [['wasi_snapshot_preview1', adapter]]);
  await writeFile(paths[i + 1], made);
}
