// Runs emitted modules for scripts: a request a line of standard input, its answer a line of standard output.

import { readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const instances = [];

/** Values that JSON has no word for are objects of one key. */
function decode(given) {
  if (typeof given !== 'object' || given === null) return given;
  const [[kind, value]] = Object.entries(given);
  switch (kind) {
    case 'big':
      return BigInt(value);
    case 'float':
      return Number(value);
    case 'list':
      return value.map(decode);
    case 'map':
      return new Map(value.map((pair) => pair.map(decode)));
    case 'object':
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, decode(part)]));
    default:
      return undefined;
  }
}

function encode(value) {
  switch (typeof value) {
    case 'undefined':
      return { nothing: 1 };
    case 'bigint':
      return { big: String(value) };
    case 'number':
      return Number.isInteger(value) && !Object.is(value, -0) ? value : { float: spell(value) };
    case 'object':
      return encodeObject(value);
    default:
      return value;
  }
}

function spell(value) {
  return Object.is(value, -0) ? '-0' : String(value);
}

function encodeObject(value) {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return { list: Array.from(value, encode) };
  if (value instanceof Map) return { map: [...value].map((pair) => pair.map(encode)) };
  return { object: Object.fromEntries(Object.entries(value).map(([key, part]) => [key, encode(part)])) };
}

const requests = {
  /** Functions of other instances are given as they are: `[instance, key]` each. */
  async instantiate({ folder, imports }) {
    const { instantiate } = await import(pathToFileURL(`${folder}/script.js`));
    const given = {};
    for (const [name, functions] of Object.entries(imports)) {
      given[name] = {};
      for (const [key, [instance, member]] of Object.entries(functions)) given[name][key] = instances[instance][member];
    }
    const getCoreModule = (path) => new WebAssembly.Module(readFileSync(`${folder}/${path}`));
    return { value: instances.push(instantiate(getCoreModule, given)) - 1 };
  },

  call({ instance, key, args }) {
    try {
      return { value: encode(instances[instance][key](...args.map(decode))) };
    } catch (error) {
      if (!Object.hasOwn(error, 'payload')) throw error;
      return { thrown: encode(error.payload) };
    }
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { request, ...given } = JSON.parse(line);
  let answer;
  try {
    answer = await requests[request](given);
  } catch (error) {
    answer = { error: error?.constructor?.name ?? typeof error, message: String(error?.message ?? error) };
  }
  writeSync(1, `${JSON.stringify(answer)}\n`);
}
