import { ComponentError, trap } from './errors.js';
import { place, unplaced } from './scalars.js';

/** Whether an instance may be called. */
export class State {
  trapped = ''; // the function that failed
  error = undefined;
  copied = 0; // bytes, out of the guest, in one call

  enter() {
    this.copied = 0;
    if (this.trapped) trap(`the instance cannot be called any more: ${this.trapped} failed in it`);
  }

  /**
   * What to throw. Lowering only finds out that something does not fit; `checks` ask the same once more, of each part:
   * if one of `values` is bad, the call never began.
   *
   * @param {string} label of the function
   * @param values of the arguments, by name
   * @param checks of the arguments
   */
  fail(error, label, values = {}, ...checks) {
    if (this.trapped || error instanceof WebAssembly.RuntimeError) return this.end(error, label);
    if (error instanceof ComponentError) return error; // with ComponentError
    try {
      Object.entries(values).forEach(([name, value], i) => checks[i](value, `${label}: ${name}`));
    } catch (flaw) {
      return flaw;
    }
    return unplaced.has(error) ? place(error, label) : this.end(error, label);
  }

  /** As `fail`, and no call may follow. A bad value is the result of a host function. */
  end(error, label) {
    if (!this.trapped) {
      this.trapped = label;
      this.error = place(error, `${label}: result`);
      if (error instanceof WebAssembly.Exception) this.error = uncaught(); // with uncaught
    }
    return this.error;
  }
}

/** What the guest throws is a trap. */
export function uncaught() {
  return new WebAssembly.RuntimeError('an exception was thrown');
}

/** As `State`, of an instance with resources: their destructors may wait for the next call. */
export class DroppingState extends State {
  drops = [];

  enter() {
    super.enter();
    if (this.drops.length > 0) for (const drop of this.drops.splice(0)) drop();
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
