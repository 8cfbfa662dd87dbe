import { wrong } from './scalars.js';

/** The key of the method that ends a resource. */
export const dispose = Symbol.dispose ?? Symbol.for('dispose');

/** What an object stands for in the guest: a number, or nothing any more. */
const representation = Symbol('representation');

/** Whether the host has to dispose of it: it is not only lent for a call. */
const isOwned = Symbol('is owned');

/** The objects that the guest has lent the host for the call that goes on. */
let loans = [];

export function beginLoans() {
  const outer = loans;
  loans = [];
  return outer;
}

export function endLoans(outer) {
  for (const object of loans) object[representation] = undefined;
  loans = outer;
}

/** A resource that the guest defines: makes objects of representations, and the other way round. */
export class GuestResource {
  /**
   * @param {import('./state.js').State} state
   * @param {string} name
   * @param {Function} [destroy] the destructor
   */
  constructor(state, name, destroy) {
    this.state = state;
    this.name = name;
    this.destroy = destroy;
    this.class = Object;
    this.finalizers = new FinalizationRegistry((number) => state.drops.push(() => this.run(number)));
  }

  /** `object` owns what `number` stands for; if it is forgotten, a later call destroys that. */
  adopt(object, number) {
    object[representation] = number;
    object[isOwned] = true;
    this.finalizers.register(object, number, object);
    return object;
  }

  take(number) {
    return this.adopt(Object.create(this.class.prototype), number);
  }

  /** An object that is only good for the call that goes on. */
  lend(number) {
    const object = Object.create(this.class.prototype);
    object[representation] = number;
    object[isOwned] = false;
    loans.push(object);
    return object;
  }

  /** What `object` stands for. */
  look(object, path) {
    if (!(object instanceof this.class)) wrong(`a ${this.name} of this instance`, object, path);
    const number = object[representation];
    if (number === undefined) wrong(`a ${this.name} that was not disposed of, or given away`, object, path);
    return number;
  }

  /** What `object` owned. */
  give(object) {
    const number = this.look(object);
    if (!object[isOwned]) throw new TypeError(`this ${this.name} is only borrowed: it cannot be given away`);
    object[representation] = undefined;
    this.finalizers.unregister(object);
    return number;
  }

  /** Destroys what `object` owns. */
  release(object) {
    if (object[representation] === undefined || !object[isOwned]) return;
    const number = this.give(object);
    if (!this.state.trapped) this.run(number);
  }

  run(number) {
    try {
      this.destroy?.(number);
    } catch (error) {
      throw this.state.end(error, `the destructor of ${this.name}`);
    }
  }

  /** A handle that owns what `object` owned; `moved` notes how to undo that. */
  lowerOwn(object, lower, lift, moved) {
    const number = this.give(object);
    const handle = lower(number);
    moved?.push(() => {
      lift(handle);
      this.adopt(object, number);
    });
    return handle;
  }

  /** A handle for the time of a call. */
  lowerBorrow(object, lower, drop, moved) {
    const handle = lower(this.look(object));
    moved?.push(() => drop(handle));
    return handle;
  }
}

/** The objects that were lent to the guest for the call that goes on, with the resource of each. */
let borrowings = [];

export function beginBorrows(begin) {
  begin();
  const outer = borrowings;
  borrowings = [];
  return outer;
}

/** Traps if the guest still holds a borrow. */
export function endBorrows(end, outer) {
  end();
  for (const [resource, number] of borrowings) resource.take(number);
  borrowings = outer;
}

/** A resource that the host defines: the guest knows its objects by number. */
export class HostResource {
  /** @param {Function} [type] the class that objects must be of, where the host gave it */
  constructor(name, type) {
    this.name = name;
    this.class = type;
    this.objects = [undefined];
    this.free = [];
  }

  look(object, path) {
    const isGood = this.class ? object instanceof this.class : typeof object === 'object' && object !== null;
    if (!isGood) wrong(`a ${this.name}`, object, path);
    return object;
  }

  /** A number for `object`, which the guest has from now on. */
  give(object) {
    this.look(object);
    const number = this.free.length > 0 ? this.free.pop() : this.objects.length;
    this.objects[number] = object;
    return number;
  }

  get(number) {
    return this.objects[number];
  }

  /** The object of a number that the guest has no more. */
  take(number) {
    const object = this.objects[number];
    this.objects[number] = undefined;
    this.free.push(number);
    return object;
  }

  /** The guest dropped its handle. */
  drop(number) {
    this.take(number)[dispose]?.();
  }

  lowerOwn(object, lower, lift, moved) {
    const handle = lower(this.give(object));
    moved?.push(() => this.take(lift(handle)));
    return handle;
  }

  lowerBorrow(object, lower, drop, moved) {
    const number = this.give(object);
    borrowings.push([this, number]);
    const handle = lower(number);
    moved?.push(() => drop(handle));
    return handle;
  }
}

/** A later argument turned out bad: undoes what was lowered before it, last first. */
export function takeBack(moved) {
  while (moved.length > 0) moved.pop()();
}
