// node component.mjs WIT WORLD CORE OUTPUT: a core module, whose names follow the world, as a component.

import { readFile, writeFile } from 'node:fs/promises';
import { componentEmbed, componentNew } from '@bytecodealliance/jco';

const [wit, world, core, output] = process.argv.slice(2);
const witSource = await readFile(wit, 'utf8');
const embedded = await componentEmbed({ binary: await readFile(core), witSource, world });
await writeFile(output, await componentNew(embedded, []));
