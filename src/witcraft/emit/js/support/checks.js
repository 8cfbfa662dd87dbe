import { toEntries, toSequence, toTuple } from './lists.js';
import { lowerEnum, lowerFlags, spell, wrong } from './scalars.js';

// A check throws what is wrong with a value, with the path to the part that is wrong.

export function checkList(item) {
  return (value, path) => {
    for (let i = 0; i < toSequence(value, path).length; i++) item(value[i], `${path}[${i}]`);
  };
}

export function checkFixedList(item, length) {
  return (value, path) => checkList(item)(toTuple(value, length, path), path);
}

export function checkTuple(...items) {
  return (value, path) => {
    toTuple(value, items.length, path);
    items.forEach((item, i) => item(value[i], `${path}[${i}]`));
  };
}

export function checkMap(key, item) {
  return (value, path) => {
    for (const [name, one] of toEntries(value, path)) {
      key(name, `${path}: a key`);
      item(one, `${path}[${spell(name)}]`);
    }
  };
}

export function checkRecord(fields) {
  return (value, path) => {
    if (typeof value !== 'object' || value === null) wrong('record', value, path);
    for (const name in fields) fields[name](value[name], `${path}.${name}`);
  };
}

export function checkOption(some) {
  return (value, path) => {
    if (value !== undefined && value !== null) some(value, path);
  };
}

/** `cases` by tag; null for a case without payload. */
export function checkVariant(cases) {
  return (value, path) => {
    if (typeof value !== 'object' || value === null) wrong('variant', value, path);
    if (!Object.hasOwn(cases, value.tag)) wrong(`one of ${Object.keys(cases).join(', ')}`, value.tag, `${path}.tag`);
    cases[value.tag]?.(value.val, `${path}.val`);
  };
}

export function checkEnum(labels) {
  return (value, path) => lowerEnum(labels, value, path);
}

export function checkFlags(labels) {
  return (value, path) => lowerFlags(labels, value, path);
}

/** `resource` knows whether the value is one of its own. */
export function checkResource(resource) {
  return (value, path) => resource.look(value, path);
}
