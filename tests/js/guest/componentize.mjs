// node componentize.mjs WIT WORLD SOURCE OUTPUT: a JavaScript module as a component, with the WASI that it uses.

import { writeFile } from 'node:fs/promises';
import { componentize } from '@bytecodealliance/componentize-js';

const [witPath, worldName, sourcePath, output] = process.argv.slice(2);
const { component } = await componentize({ sourcePath, witPath, worldName, disableFeatures: ['http', 'fetch-event'] });
await writeFile(output, component);
