"""Threads: two in one instance are refused, handing it over works, instances of their own run side by side."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from witcraft import ThreadError

pytestmark = [pytest.mark.engine, pytest.mark.guest]


@pytest.fixture
def pool():
    with ThreadPoolExecutor(8) as pool:
        yield pool


def test_a_second_thread_raises(ledger_app, pool):
    """While one thread is in a call, every way in is closed to others; afterwards all is well."""
    account, other = ledger_app.app.accounts.Account.open(["Ada", "Grace"])
    inside, leave, refused = threading.Event(), threading.Event(), []

    def note(_line):
        inside.set()
        assert leave.wait(10)

    ledger_app.host.react = note
    call = pool.submit(account.add, ledger_app.entry("", 1, []))
    assert inside.wait(10)
    for use in (ledger_app.app.accounts.live, account.owner, lambda: ledger_app.app.accounts.Account("c")):
        with pytest.raises(ThreadError, match="the instance is in a call in another thread"):
            use()
        refused.append(use)
    del other
    gc.collect()  # forgotten in this thread, ended in the next call
    leave.set()
    assert call.result(10) == 1
    assert ledger_app.app.accounts.live() == 1
    assert len(refused) == 3


def test_handing_over_works(ledger_app, pool):
    account = pool.submit(ledger_app.app.accounts.Account, "Ada").result(10)
    for amount in range(1, 100):
        assert pool.submit(account.add, ledger_app.entry("", 1, [])).result(10) == amount
    assert account.owner() == "Ada"


def test_a_call_back_from_another_thread_is_refused(ledger_app, pool):
    """A host function may call the guest again, but not from a thread that the guest did not call."""
    seen = []

    def note(_line):
        seen.append(ledger_app.app.accounts.live())
        with pytest.raises(ThreadError):
            pool.submit(ledger_app.app.accounts.live).result(10)

    ledger_app.host.react = note
    ledger_app.app.accounts.Account("Ada").add(ledger_app.entry("", 1, []))
    assert seen == [1]


def test_instances_run_side_by_side(start_ledger, pool):
    def work(number):
        ledger = start_ledger()
        with ledger.app.accounts.Account(str(number)) as account:
            for _ in range(200):
                account.add(ledger.entry("memo", number, ["tag"]))
            entries = account.entries()
        return account, entries == [ledger.entry("memo", number, ["tag"])] * 200, ledger.app.accounts.live()

    for _, same, live in pool.map(work, range(24)):
        assert (same, live) == (True, 0)


def test_threads_at_one_instance_never_crash(ledger_app, pool):
    """Eight threads that want in at once: a call comes through or is refused, and what came through is counted."""
    account = ledger_app.app.accounts.Account("Ada")
    entry = ledger_app.entry("memo", 1, ["tag"])

    def work(_):
        done = 0
        for _ in range(300):
            try:
                account.add(entry)
                done += 1
            except ThreadError:
                pass
        return done

    done = sum(pool.map(work, range(8)))
    assert account.add(entry) == done + 1


def test_finalizers_in_other_threads_only_enqueue(ledger_app, pool):
    accounts = ledger_app.app.accounts
    made = accounts.Account.open(["a"] * 200)
    busy = pool.submit(lambda: [accounts.sum([]) for _ in range(2000)])
    while made:
        made.pop()
        gc.collect(0)
    busy.result(30)
    assert accounts.live() == 0


def test_an_instance_may_end_in_another_thread(start_ledger, pool):
    ledger = start_ledger()
    made = ledger.app.accounts.Account.open(["a"] * 10)
    keep = [ledger.app, made]
    del ledger, made

    def end():
        keep.clear()
        gc.collect()

    pool.submit(end).result(10)
    assert start_ledger().app.accounts.live() == 0
