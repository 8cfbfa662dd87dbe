"""Limits: fuel, time, memory, stack, bytes copied, recursion; and Ctrl-C in the middle of a guest's loop."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.conftest import path_of
from tests.end_to_end.conftest import CACHE
from witcraft import Config, PoisonedError, Trap
from witcraft.runtime import ConfigError, EngineError

pytestmark = [pytest.mark.engine, pytest.mark.guest]
TROUBLE = "guest:ledger/trouble@1.2.0#"


def test_fuel_ends_a_loop(start_ledger):
    ledger = start_ledger(fuel=1_000_000)
    for _ in range(50):  # every call has its own amount
        assert ledger.app.trouble.recurse(1000) == 1000
    with pytest.raises(Trap, match=f"^{TROUBLE}spin: all fuel consumed") as caught:
        ledger.app.trouble.spin()
    assert caught.value.code == "out of fuel"
    with pytest.raises(PoisonedError):
        ledger.app.trouble.recurse(1)


def test_fuel_is_shared_with_calls_back_into_the_guest(start_ledger):
    ledger = start_ledger(fuel=100_000)
    ledger.host.react = lambda line: ledger.app.trouble.spin()
    with pytest.raises(Trap) as caught:
        ledger.app.accounts.Account("Ada").add(ledger.entry("", 1, []))
    assert caught.value.code == "out of fuel"


def test_a_timeout_ends_a_loop(start_ledger):
    ledger = start_ledger(timeout=0.2)
    begin = time.monotonic()
    with pytest.raises(Trap, match=f"^{TROUBLE}spin: timed out after 0.2 s") as caught:
        ledger.app.trouble.spin()
    assert 0.2 <= time.monotonic() - begin < 5
    assert caught.value.code == "timeout"
    with pytest.raises(PoisonedError):
        ledger.app.trouble.recurse(1)


def test_each_call_has_its_own_time(start_ledger):
    ledger = start_ledger(timeout=0.3)
    for _ in range(3):
        time.sleep(0.15)
        assert ledger.app.trouble.recurse(1000) == 1000


def test_memory_does_not_grow_above_its_limit(start_ledger):
    ledger = start_ledger(max_memory=18 << 20)
    before = ledger.app.trouble.grow(1)
    assert ledger.app.trouble.grow(1000) == -1  # what the guest makes of it is its own affair
    assert ledger.app.trouble.grow(0) == before + 1


def test_a_memory_that_is_too_large_from_the_start_is_told(start_ledger):
    with pytest.raises(EngineError, match=r"memory minimum size of \d+ pages exceeds memory limits"):
        start_ledger(max_memory=1 << 20)


def test_a_guest_cannot_amplify_what_is_copied(start_ledger):
    ledger = start_ledger(max_copied=4 << 20)
    for _ in range(5):  # counted anew in each call
        assert len(ledger.app.trouble.amplify(3)) == 3
    with pytest.raises(Trap, match=rf"^{TROUBLE}amplify: more than {4 << 20} bytes copied .*\(Config\.max_copied\)"):
        ledger.app.trouble.amplify(5)
    with pytest.raises(PoisonedError):
        ledger.app.trouble.amplify(1)


def test_copies_stop_at_128_mebibytes(start_ledger):
    ledger = start_ledger()
    begin = time.monotonic()
    with pytest.raises(Trap, match=f"more than {128 << 20} bytes copied"):
        ledger.app.trouble.amplify(1 << 16)  # 64 GiB
    assert time.monotonic() - begin < 5


def test_the_guests_stack_has_an_end(start_ledger):
    with pytest.raises(Trap, match=f"^{TROUBLE}recurse: call stack exhausted") as caught:
        start_ledger().app.trouble.recurse(2**32 - 1)
    assert caught.value.code == "stack overflow"


def test_a_larger_stack_goes_deeper(start_ledger):
    depths = [deepest(start_ledger, max_wasm_stack=size) for size in (64 << 10, 256 << 10)]
    assert depths[0] * 3 < depths[1] < depths[0] * 5


def deepest(start, **settings):
    """By halving; each stack overflow costs an instance."""
    low, high = 100, 100_000
    while high - low > 100:
        middle = (low + high) // 2
        try:
            start(**settings).app.trouble.recurse(middle)
            low = middle
        except Trap:
            high = middle
    return low


def endless(ledger):
    """A host that calls the guest that calls the host..."""
    account = ledger.app.accounts.Account("Ada")
    ledger.host.react = lambda line: account.add(ledger.entry("", 1, []))
    return account


def test_recursion_through_the_host_ends_in_an_error(start_ledger):
    ledger = start_ledger()
    with pytest.raises((RecursionError, Trap)):
        endless(ledger).add(ledger.entry("", 1, []))
    with pytest.raises(PoisonedError):
        ledger.app.accounts.live()


def test_recursion_at_every_distance_from_the_limit(start_ledger):
    """Whatever frame the limit falls into, it is an exception, never a crash; what is usable afterwards is sound."""
    outcomes = set()
    for room in range(1, 40):
        ledger = start_ledger()
        account, entry = ledger.app.accounts.Account("Ada"), ledger.entry("", 1, [])
        outcomes.add(outcome(room, lambda account=account, entry=entry: account.add(entry)))
        outcomes.add(outcome(free_frames() - 10, account.owner))
    assert {"RecursionError", 1, "Ada"} <= outcomes <= {"RecursionError", "PoisonedError", 1, "Ada"}


def outcome(room, call):
    """What ``call`` gives, or the class of what it raises, where that many frames are left to it."""
    try:
        return deeper(free_frames() - room, call)
    except RecursionError:
        return "RecursionError"
    except PoisonedError:
        return "PoisonedError"


def deeper(levels, call):
    return deeper(levels - 1, call) if levels > 0 else call()


def free_frames():
    try:
        return 1 + free_frames()
    except RecursionError:
        return 0


# ---- Ctrl-C -------------------------------------------------------------------------------------------------------


def test_ctrl_c_interrupts_a_loop(start_ledger):
    ledger = start_ledger(timeout=30)
    timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
    begin = time.monotonic()
    with started(timer), pytest.raises(KeyboardInterrupt):
        ledger.app.trouble.spin()
    assert time.monotonic() - begin < 5
    with pytest.raises(PoisonedError):
        ledger.app.trouble.recurse(1)


class started:
    """A timer that runs meanwhile; what a signal sets off runs in the main thread, where the guest is."""

    def __init__(self, timer):
        self.timer = timer

    def __enter__(self):
        self.timer.start()

    def __exit__(self, *_):
        self.timer.join()


def test_ctrl_c_in_a_host_function_reaches_the_caller(start_ledger):
    ledger = start_ledger()
    ledger.host.react = lambda line: signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        ledger.app.accounts.Account("Ada").add(ledger.entry("", 1, []))


INTERRUPTED = """
import os, signal, threading, time
import witcraft

config = witcraft.Config(cache={cache!r}, timeout=60)
component = witcraft.load({path!r}, name="ledger", config=config)
armed, seen = False, 0

def handle(*_):
    if armed:
        raise KeyboardInterrupt

class Audit:
    def note(self, line): sum(range(10))
    def lookup(self, book): return None

def work():
    app = component.instantiate({{"guest:ledger/audit": Audit()}})
    account = app.accounts.Account("Ada")
    entry = app["guest:ledger/accounts"]["entry"]("memo", 1, ["tag"])
    while thread.is_alive():
        if account.add(entry) % 500 == 0:
            account.entries()
            account = app.accounts.Account("Ada")

def interrupt():
    for _ in range({times}):
        time.sleep(0.002)
        os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, handle)
thread = threading.Thread(target=interrupt)
thread.start()
while thread.is_alive():
    try:
        try:
            armed = True
            work()
        finally:
            armed = False
    except KeyboardInterrupt:
        seen += 1
print("interrupted", seen > 10)
"""


def test_ctrl_c_at_any_moment_crashes_nothing():
    """Hundreds of interrupts, wherever they fall: in trampolines, between calls, while an instance is put together."""
    script = INTERRUPTED.format(cache=str(CACHE), path=str(path_of("ledger")), times=300)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "interrupted True\n"), done.stderr[-2000:]


# ---- settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"fuel": 0}, "fuel: expected 1 or more, got 0"),
        ({"fuel": 1.5}, "fuel: expected int, got 1.5"),
        ({"fuel": True}, "fuel: expected int, got True"),
        ({"fuel": 1 << 64}, "fuel: 18446744073709551616 is too much"),
        ({"timeout": 0}, "timeout: expected more than 0 seconds"),
        ({"timeout": -1}, "timeout: expected more than 0 seconds"),
        ({"timeout": float("nan")}, "timeout: expected more than 0 seconds"),
        ({"timeout": "1"}, "timeout: expected seconds, got '1'"),
        ({"max_memory": 0}, "max_memory: expected 65536 or more, got 0"),
        ({"max_table_elements": -1}, "max_table_elements: expected 0 or more, got -1"),
        ({"max_wasm_stack": 0}, "max_wasm_stack: expected 16384 or more, got 0"),
        ({"max_wasm_stack": 1 << 60}, "max_wasm_stack: 1152921504606846976 is too much"),
        ({"max_copied": -1}, "max_copied: expected 0 or more, got -1"),
        ({"cache": 5}, "cache: expected True, False or a path, got 5"),
        ({"cache": ""}, "cache: expected True, False or a path, got ''"),
    ],
)
def test_settings_are_checked_before_the_engine_sees_them(settings, text):
    with pytest.raises(ConfigError) as caught:
        Config(**settings)
    assert str(caught.value).startswith(text)
