// node componentize.mjs WIT WORLD SOURCE OUTPUT FEATURE..: a JavaScript module as a component, without these features of
// componentize-js, and so without the parts of WASI that they stand for.

import { writeFile } from 'node:fs/promises';
import { componentize } from '@bytecodealliance/componentize-js';

const [witPath, worldName, sourcePath, output, ...disableFeatures] = process.argv.slice(2);
const { component } = await componentize({ sourcePath, witPath, worldName, disableFeatures });
await writeFile(output, component);
