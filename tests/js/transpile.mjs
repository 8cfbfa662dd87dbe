// node transpile.mjs COMPONENT FOLDER OPTIONS: jco's output for a component; OPTIONS as JSON.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { transpile } from '@bytecodealliance/jco';

const [component, folder, options] = process.argv.slice(2);
const { files } = await transpile(await readFile(component), JSON.parse(options));
for (const [path, contents] of Object.entries(files)) {
  const place = join(folder, path.slice(path.startsWith(folder) ? folder.length : 0));
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, contents);
}
