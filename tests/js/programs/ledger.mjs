// A guest in C that counts its memory, and breaks every rule on demand.

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';

import { makeAudit } from '../hosts.mjs';
import { collect, load, open } from './open.mjs';

const { ComponentError } = await load('ledger');
let accounts, trouble, audit;

const entry = (memo, amount, tags = []) => ({ memo, amount: BigInt(amount), tags });
const books = { rent: [entry('rent', -700, ['monthly']), entry('deposit', -1400)] };

async function start(key = 'guest:ledger/audit') {
  const made = makeAudit(books);
  return { ...(await open('ledger', { [key]: made.given })), audit: made.audit };
}

beforeEach(async () => {
  ({ accounts, trouble, audit } = await start());
});

test('a small life', () => {
  const ada = new accounts.Account('Ada');
  assert.equal(ada.owner(), 'Ada');
  assert.equal(ada.add(entry('salary', 3000, ['work', 'ü'])), 3000n);
  assert.equal(ada.copy('rent'), 2);
  assert.deepEqual(ada.entries(), [entry('salary', 3000, ['work', 'ü']), ...books.rent]);
  assert.equal(accounts.sum(ada.entries()), 900n);
  assert.equal(accounts.live(), 1);
  ada[Symbol.dispose]();
  assert.equal(accounts.live(), 0);
  assert.deepEqual(audit.lines, ['salary']);
});

test('exports under their full name too, imports with their version too', async () => {
  const whole = await start('guest:ledger/audit@1.2.0');
  assert.equal(whole['guest:ledger/accounts@1.2.0'], whole.accounts);
  assert.equal(new whole.accounts.Account('x').owner(), 'x');
});

test('what is not given is named', async () => {
  await assert.rejects(open('ledger', {}), /guest:ledger\/audit/);
});

test('failures with payloads', () => {
  const [ada, grace] = accounts.Account.open(['Ada', 'Grace']);
  ada.add(entry('', 10));
  assert.equal(ada.transfer(grace, 4n), undefined);
  const payload = (call) => {
    try {
      call();
    } catch (error) {
      assert.ok(error instanceof ComponentError);
      return error.payload;
    }
    return assert.fail('nothing was thrown');
  };
  assert.deepEqual(payload(() => ada.transfer(grace, 10n)), { tag: 'short', val: 4n });
  assert.deepEqual(payload(() => ada.copy('unknown')), { tag: 'unknown', val: 'unknown' });
  assert.equal(accounts.Account.close(ada), 6n);
  assert.throws(() => ada.owner(), /given away/);
});

test('all memory comes back, whatever a call ended in', () => {
  const use = () => {
    const ada = new accounts.Account('Ada');
    const grace = new accounts.Account('Grace');
    ada.add(entry('memo', 3, ['a', 'b']));
    ada.copy('rent');
    assert.throws(() => ada.copy('unknown'), ComponentError);
    assert.throws(() => grace.transfer(ada, 1n << 40n), ComponentError);
    accounts.sum(ada.entries());
    for (const each of [ada, grace, ...accounts.Account.open(['a', 'b'])]) each[Symbol.dispose]();
    trouble.fuse('text'.repeat(10));
    trouble.amplify(3);
  };
  use();
  for (let i = 0; i < 20; i++) use();
  assert.deepEqual([accounts.live(), accounts.pieces()], [0, 0]);
});

test('what is forgotten ends at the next call', async () => {
  let made = accounts.Account.open(Array(50).fill('a'));
  made = made.slice(0, 10);
  await collect(() => accounts.live() === 10);
  assert.equal(accounts.live(), 10);
  assert.equal(made.length, 10);
});

test('what is disposed of during a call', () => {
  const kept = accounts.Account.open(['a', 'b', 'c']);
  audit.react = () => kept.pop()[Symbol.dispose]();
  kept[0].add(entry('', 1));
  assert.equal(accounts.live(), 2);
});

test('an error of the host comes back unchanged', () => {
  const error = new RangeError('mine');
  audit.react = () => {
    throw error;
  };
  const ada = new accounts.Account('Ada');
  assert.throws(() => ada.add(entry('', 1)), (found) => found === error);
  assert.throws(() => ada.owner(), /cannot be called any more/);
});

for (const [name, args, what] of [
  ['trap', [], /unreachable/],
  ['badUtf8', [], /utf-8/i],
  ['badPointer', [], /out of bounds/],
  ['badLength', [], /too long|out of bounds/],
  ['badAlignment', [], /unaligned pointer 0x11/],
  ['badProduct', [], /too long|out of bounds/],
  ['badArea', [], /unaligned pointer 0x12/],
  ['badChar', [0xd800], /char.*0xd800/],
  ['badChar', [0x110000], /char.*0x110000/],
  ['badChar', [0xffffffff], /char.*0xffffffff/],
  ['badCase', [], /discriminant 2/],
  ['badEnum', [], /discriminant 3/],
  ['badHandle', [0], /handle index 0/],
  ['badHandle', [7], /handle index 7/],
  ['badHandle', [0xffffffff], /handle index 4294967295/],
  ['badDrop', [7], /handle index 7/],
]) {
  test(`${name}(${args}) traps, and no other call follows`, () => {
    const before = new accounts.Account('Ada');
    assert.throws(() => trouble[name](...args), (error) => {
      assert.ok(error instanceof WebAssembly.RuntimeError, String(error));
      assert.match(error.message, what);
      return true;
    });
    for (const call of [() => trouble[name](...args), () => accounts.live(), () => before.owner(), () => new accounts.Account('x')]) {
      assert.throws(call, /cannot be called any more/);
    }
    before[Symbol.dispose]();
  });
}

for (const moment of ['realloc', 'post-return']) {
  test(`no call leaves the guest during ${moment}`, () => {
    trouble.arm(moment);
    assert.throws(() => trouble.fuse('text'), /cannot leave component instance/);
    assert.deepEqual(audit.lines, []);
  });
}

test('only the low bits count', () => {
  assert.deepEqual([0, 1, 2, 256, 2 ** 32 - 1].map(trouble.looseBool), [false, true, true, true, true]);
  assert.deepEqual([0, 255, 256, 300].map(trouble.looseU8), [0, 255, 0, 44]);
  assert.deepEqual([0x7fff, 0x8000, 0x1ffff].map(trouble.looseS16), [32767, -32768, -1]);
  const rights = (read, write) => ({ read, write });
  assert.deepEqual([0, 3, 4, 0xff].map(trouble.looseFlags), [rights(false, false), rights(true, true), rights(false, false), rights(true, true)]);
});

test('a memory that grows', () => {
  assert.equal(trouble.recurse(100), 100);
  const before = trouble.grow(1);
  assert.equal(trouble.grow(2), before + 1);
  assert.equal(trouble.fuse('x'.repeat(1_000_000)), 'x'.repeat(1_000_000));
  assert.deepEqual(trouble.amplify(2), Array(2).fill(new Uint8Array(1 << 20).fill(7)));
});

test('bad entries of both sides name their part', () => {
  const ada = new accounts.Account('Ada');
  for (const [bad, path] of [
    [{ ...entry('', 1), amount: 1 }, 'amount'],
    [{ ...entry('', 1), memo: 1 }, 'memo'],
    [{ ...entry('', 1), tags: 'tags' }, 'tags'],
    [{ ...entry('', 1), tags: ['a', 1] }, 'tags[1]'],
    [entry('', 1n << 63n), 'amount'],
  ]) {
    assert.throws(() => ada.add(bad), (error) => error.message.includes(`entry.${path}: `));
    assert.throws(() => accounts.sum([entry('', 1), bad]), (error) => error.message.includes(`entries[1].${path}: `));
  }
  assert.deepEqual(ada.entries(), []);
  audit.books = { bad: [entry('', 1), { ...entry('', 1), memo: 1 }] };
  assert.throws(() => ada.copy('bad'), (error) => error.message.includes('result[1].memo: '));
  assert.throws(() => ada.owner(), /cannot be called any more/);
});
