// node run.mjs CONFIG: every row in every column, interleaved. CONFIG as JSON: { columns: { name: path }, core, rounds };
// a column is a module that exports `instantiate`, as `-I sync` gives it, or with the name `hand` the one written by hand.
// Prints JSON: for each row and column the samples in microseconds a call, and what was wrong instead.

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import * as hand from './hand.mjs';
import { ROWS } from './rows.mjs';

const { columns, core, rounds, rows, sample } = JSON.parse(process.argv[2]);
const tick = (n) => n;

async function open(name, path) {
  if (name === 'hand') return hand.instantiate(new WebAssembly.Module(await readFile(core)), tick);
  const { instantiate } = await import(pathToFileURL(path));
  const files = new Map();
  for (const file of await (await import('node:fs/promises')).readdir(dirname(path))) {
    if (file.endsWith('.wasm')) files.set(file, new WebAssembly.Module(await readFile(join(dirname(path), file))));
  }
  return instantiate((file) => files.get(file), { 'test:bench/host': { tick } });
}

function loop(target, { call, given: [a, b], throws }) {
  const f = target[call];
  if (throws) {
    return (n) => {
      for (let i = 0; i < n; i++) {
        try {
          f(a);
        } catch {
          // what is measured
        }
      }
    };
  }
  return (n) => {
    for (let i = 0; i < n; i++) f(a, b);
  };
}

function verdict(target, { call, given, throws, good }) {
  try {
    const result = target[call](...given);
    return !throws && good(result) ? '' : 'wrong result';
  } catch (error) {
    return throws && good(error) ? '' : String(error);
  }
}

/** Microseconds of processor time: neighbours cost less of that than of the clock's. */
function time(run, n) {
  const { user, system } = process.cpuUsage();
  run(n);
  const after = process.cpuUsage();
  return after.user + after.system - user - system;
}

const opened = [];
for (const [name, path] of Object.entries(columns)) opened.push([name, await open(name, path)]);

const report = [];
for (const row of ROWS.filter(({ name }) => rows.length === 0 || rows.some((part) => name.includes(part)))) {
  const cells = opened.map(([name, target]) => ({ name, wrong: verdict(target, row), run: loop(target, row), calls: 1, samples: [] }));
  for (const cell of cells.filter(({ wrong }) => !wrong)) {
    while (time(cell.run, cell.calls) < sample * 1e6) cell.calls *= 2;
  }
  const sound = cells.filter(({ wrong }) => !wrong);
  for (let round = 0; round < rounds; round++) {
    sound.push(sound.shift()); // so that no column always comes after the same other
    for (const cell of sound) {
      globalThis.gc();
      cell.samples.push(time(cell.run, cell.calls) / cell.calls);
    }
  }
  report.push({ row: row.name, cells: cells.map(({ name, wrong, samples }) => ({ name, wrong, samples })) });
}
console.log(JSON.stringify(report));
