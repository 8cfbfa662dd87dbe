// The host's side of the guests, as hosts.py has it for Python: what they import, given back or counted.

/** `guest:tour/values`: each function gives back what it is given, unless it is told to answer otherwise. */
export class Echo {
  seen = [];
  answer = null; // or { value }, or { error }

  functions(names) {
    return Object.fromEntries(names.map((name) => [name, (...values) => this.#echo(values)]));
  }

  #echo(values) {
    this.seen.push(values);
    if (this.answer && 'error' in this.answer) throw this.answer.error;
    if (this.answer) return this.answer.value;
    return values.length === 1 ? values[0] : values;
  }
}

/** `guest:tour/stores`: blobs, and a record of their ends. */
export function makeStore(fail) {
  const named = { greeting: new TextEncoder().encode('hello') };
  const store = { made: 0, ended: [] };

  class Blob {
    constructor(data) {
      this.data = Uint8Array.from(data);
      store.made += 1;
    }
    static open(name) {
      if (!(name in named)) throw fail({ tag: 'missing', val: name });
      return new Blob(named[name]);
    }
    static merge(lhs, rhs) {
      return new Blob([...lhs.data, ...rhs.data]);
    }
    read(n) {
      const taken = this.data.slice(0, n);
      this.data = this.data.slice(n);
      return taken;
    }
    write(data) {
      this.data = Uint8Array.of(...this.data, ...data);
    }
    size() {
      return this.data.length;
    }
    clone() {
      return new Blob(this.data);
    }
    same(other) {
      return String(this.data) === String(other.data);
    }
    [Symbol.dispose]() {
      store.ended.push(String.fromCharCode(...this.data));
    }
  }

  const given = {
    Blob,
    total: (blobs) => blobs.reduce((sum, blob) => sum + blob.size(), 0),
    swap: (lhs, rhs) => [rhs, lhs],
    larger: (lhs, rhs) => (!rhs || (lhs && lhs.size() >= rhs.size()) ? lhs : rhs),
    discard: (blob) => blob[Symbol.dispose](),
    live: () => store.made - store.ended.length,
  };
  return { store, given };
}

/** `guest:ledger/audit`: notes lines, reacts to them, and finds the entries of books. */
export function makeAudit(books = {}) {
  const audit = { books, lines: [], react() {} };
  const given = {
    note(line) {
      audit.lines.push(line);
      audit.react(line);
    },
    lookup: (book) => audit.books[book],
  };
  return { audit, given };
}
