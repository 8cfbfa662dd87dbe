/** What a function throws whose result is an `err`: that is its `payload`. */
export class ComponentError extends Error {
  name = 'ComponentError';

  constructor(payload) {
    const isText = typeof payload === 'string';
    super(isText ? payload : `${String(payload)} (see error.payload)`);
    Object.defineProperty(this, 'payload', { value: payload, enumerable: !isText });
  }
}

/** The guest broke a rule of the canonical ABI. */
export function trap(message) {
  throw new WebAssembly.RuntimeError(message);
}

export function badCase(type, tag) {
  trap(`invalid ${type} discriminant ${tag >>> 0}`);
}

/** What a host function means by what it threw: the `err` of its result. An `Error` without payload goes on. */
export function errorPayload(error) {
  if (error !== null && typeof error === 'object' && Object.hasOwn(error, 'payload')) return error.payload;
  if (error instanceof Error) throw error;
  return error;
}

/** What a host function does, whose result is a `result`. */
export function attempt(call) {
  try {
    return asResult(call());
  } catch (error) {
    return { tag: 'err', val: errorPayload(error) };
  }
}

/** As `attempt`, for an `ok` that may itself be an object with a tag. */
export function attemptPlainly(call) {
  try {
    return { tag: 'ok', val: call() };
  } catch (error) {
    return { tag: 'err', val: errorPayload(error) };
  }
}

/** What a host function returned for a `result`: a `{ tag, val }` as it is, anything else as its `ok`. */
export function asResult(value) {
  const tag = typeof value === 'object' && value !== null ? value.tag : undefined;
  return tag === 'ok' || tag === 'err' ? value : { tag: 'ok', val: value };
}
