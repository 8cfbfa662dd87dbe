/** What is given for an import, under its name with or without the version. */
export function imported(imports, name) {
  const found = imports?.[name] ?? imports?.[name.replace(/@.*/, '')];
  if (!found) throw new TypeError(`the component imports '${name}', which is not given`);
  return found;
}

/** The exports whose names begin so, by the rest of their names. */
export function prefixed(exports, prefix) {
  const found = Object.entries(exports).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
}

/** As `imported`, for what stands at the root: given as it is, or as a module that exports it by default. */
export function importedDefault(imports, name) {
  const found = imported(imports, name);
  return typeof found === 'function' ? found : (found.default ?? found);
}
