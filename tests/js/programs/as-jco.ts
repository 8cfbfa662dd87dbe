// What `witcraft js` declares stands where jco's declarations stood: `jco` and `ours` are of one component, both shapes.
import type * as jco from './jco/app.js';
import type * as ours from './ours/app.js';
import type * as jcoModule from './jco-module/app.js';
import type * as ourModule from './our-module/app.js';

declare const exported: ours.Root;
export const root: jco.Root = exported;

declare const given: jco.ImportObject;
export const imports: ours.ImportObject = given;

declare const module: typeof ourModule;
export const same: typeof jcoModule = module;

declare const getCoreModule: (path: string) => Promise<WebAssembly.Module>;
declare const instantiate: typeof ours.instantiate;
export const later: Promise<jco.Root> | jco.Root = instantiate(getCoreModule, given);
