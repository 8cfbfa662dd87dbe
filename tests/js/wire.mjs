// Values as JSON, whatever they are: `{ $: kind, v: ... }` where JSON has nothing of its own.

const ARRAYS = [
  Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array, BigUint64Array, BigInt64Array, Float32Array,
  Float64Array,
];
const kept = [];

/** An object that is no plain data (a resource) stays here: the other side has its number. */
function keep(value) {
  const known = kept.indexOf(value);
  return known >= 0 ? known : kept.push(value) - 1;
}

export function encode(value) {
  switch (typeof value) {
    case 'undefined':
      return { $: 'undefined' };
    case 'bigint':
      return { $: 'bigint', v: String(value) };
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: 'number', v: Object.is(value, -0) ? '-0' : String(value) };
    case 'string':
    case 'boolean':
      return value;
    case 'function':
      return { $: 'function' };
  }
  if (value === null) return value;
  if (Array.isArray(value)) return value.map(encode);
  const array = ARRAYS.find((each) => value instanceof each);
  if (array) return { $: array.name, v: Array.from(value, encode) };
  if (value instanceof Map) return { $: 'map', v: Array.from(value, (pair) => pair.map(encode)) };
  if (Object.getPrototypeOf(value) !== Object.prototype) return { $: 'object', v: keep(value), name: value.constructor.name };
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, encode(part)]));
}

export function decode(wire) {
  if (Array.isArray(wire)) return wire.map(decode);
  if (wire === null || typeof wire !== 'object') return wire;
  const { $: kind, v } = wire;
  switch (kind) {
    case undefined:
      return Object.fromEntries(Object.entries(wire).map(([key, part]) => [key, decode(part)]));
    case 'undefined':
      return undefined;
    case 'bigint':
      return BigInt(v);
    case 'number':
      return Number(v);
    case 'map':
      return new Map(v.map((pair) => pair.map(decode)));
    case 'set':
      return new Set(v.map(decode));
    case 'iterator':
      return [].values();
    case 'function':
      return () => undefined;
    case 'promise':
      return Promise.resolve(decode(v));
    case 'view': // onto part of a larger buffer
      return viewed(ARRAYS.find((each) => each.name === wire.of), v.map(decode));
    case 'object':
      return kept[v];
    default:
      return ARRAYS.find((each) => each.name === kind).from(v, decode);
  }
}

function viewed(array, items) {
  const buffer = new ArrayBuffer((items.length + 2) * array.BYTES_PER_ELEMENT);
  const view = new array(buffer, array.BYTES_PER_ELEMENT, items.length);
  view.set(items);
  return view;
}

export function encodeError(error) {
  if (!(error instanceof Error)) return { name: 'thrown', message: String(error), value: encode(error) };
  const found = { name: error.name, class: error.constructor.name, message: error.message };
  return Object.hasOwn(error, 'payload') ? { ...found, payload: encode(error.payload) } : found;
}
