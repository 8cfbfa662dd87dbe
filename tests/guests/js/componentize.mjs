// node componentize.mjs WIT WORLD SOURCE OUTPUT: a JavaScript module as a component that needs nothing of WASI.

import { writeFile } from 'node:fs/promises';
import { componentize } from '@bytecodealliance/componentize-js';

const [witPath, worldName, sourcePath, output] = process.argv.slice(2);
const disableFeatures = ['random', 'stdio', 'clocks', 'http', 'fetch-event'];
const { component } = await componentize({ sourcePath, witPath, worldName, disableFeatures });
await writeFile(output, component);
