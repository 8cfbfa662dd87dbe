import { isUnplaced, place } from './scalars.js';

/** Whether an instance may be called. */
export class State {
  attention = false; // whether there is something to be done before the next call
  trapped = '';
  error = undefined;
  copied = 0; // bytes, out of the guest, in the call that goes on

  /** Begins a call. */
  enter() {
    this.copied = 0;
    if (this.attention) this.attend();
  }

  attend() {
    if (!this.trapped) return;
    throw new WebAssembly.RuntimeError(`the instance cannot be called any more: ${this.trapped} failed in it`);
  }

  /**
   * A call failed with `error`: gives what to throw. If one of `values` is bad, the call never began: says which, and
   * where in it. Lowering only finds out that something does not fit; `check` asks the same once more, of each part.
   *
   * @param {string} label of the function
   * @param values name, value and check of each argument
   */
  fail(error, label, values) {
    if (this.trapped || error instanceof WebAssembly.RuntimeError) return this.end(error, label);
    try {
      for (const [name, value, check] of values ?? []) check(value, `${label}: ${name}`);
    } catch (flaw) {
      return flaw;
    }
    return error?.[isUnplaced] ? place(error, label) : this.end(error, label);
  }

  /**
   * No call may follow. Gives the error that was the first; what the guest throws is a trap. A bad value that nobody has
   * placed is the result of a host function.
   */
  end(error, label) {
    if (!this.trapped) {
      const isThrown = error instanceof WebAssembly.Exception;
      this.attention = true;
      this.trapped = label;
      this.error = isThrown ? new WebAssembly.RuntimeError('an exception was thrown') : place(error, `${label}: result`);
    }
    return this.error;
  }
}

/** As `State`, of an instance with resources: their destructors may wait for the next call. */
export class DroppingState extends State {
  drops = [];

  putOff(drop) {
    this.drops.push(drop);
    this.attention = true;
  }

  attend() {
    super.attend();
    this.attention = false;
    for (const drop of this.drops.splice(0)) drop();
  }
}

/** In place of a result that has not come yet. */
export const unset = Symbol('unset');

/** As `State.end`, for an import that failed: what the host function returned may be bad in some part. */
export function endImport(state, error, label, result, check) {
  if (result !== unset && !state.trapped) {
    try {
      check(result, `${label}: result`);
    } catch (flaw) {
      return state.end(flaw, label);
    }
  }
  return state.end(error, label);
}

/** The gate found a broken rule. */
export function noteTrap(state, messages, code, detail) {
  const number = detail >>> 0;
  const text = messages[code].replace(/{detail(:#x)?}/, (_, hex) => (hex ? `0x${number.toString(16)}` : number));
  throw state.end(new WebAssembly.RuntimeError(text), 'a call');
}
