"""Fuel, time, memory, tables, stack; and what `Config` refuses."""

from __future__ import annotations

import gc
import hashlib
import sys
import threading
import time
from ctypes import addressof, c_uint8, c_uint64

import pytest

from tests.test_runtime_client import App
from tests.test_runtime_safety import run
from witcraft.runtime import Config, ConfigError, EngineError, Error, Files, PoisonedError, Store, Trap
from witcraft.runtime.engine import assemble
from witcraft.runtime.limits import Clock, watching
from witcraft.runtime.store import Mail

pytestmark = pytest.mark.engine


def test_fuel_is_for_each_call():
    app = App(config=Config(fuel=10_000))
    for _ in range(50):
        assert app.ticks(100) == 5050
    with pytest.raises(Trap, match="spin: all fuel consumed by WebAssembly") as caught:
        app.plain("spin")
    assert caught.value.code == "out of fuel"
    with pytest.raises(PoisonedError):
        app.add(1, 2)


def test_calls_back_into_the_instance_share_the_fuel():
    app: App

    def tick(n: int) -> int:
        return app.plain("add", n, 0) + (app.ticks(n - 1) if n > 1 else 0)

    app = App(tick, config=Config(fuel=3_000))
    assert app.ticks(3) > 0
    with pytest.raises(Trap, match="all fuel consumed"):
        app.ticks(9)


def test_a_timeout_stops_a_loop():
    app = App(config=Config(timeout=0.2))
    assert app.add(1, 2) == 3
    start = time.monotonic()
    with pytest.raises(Trap) as caught:
        app.plain("spin")
    assert 0.15 < time.monotonic() - start < 5
    assert str(caught.value).splitlines()[0] == "spin: timed out after 0.2 s"
    assert "guest!" in str(caught.value)
    assert caught.value.code == "timeout"


def test_a_timeout_is_for_each_call():
    app = App(config=Config(timeout=0.3))
    for _ in range(8):
        app.ticks(3)
        time.sleep(0.05)
    assert app.add(1, 2) == 3


def test_a_host_function_that_takes_too_long_is_seen_afterwards():

    def tick(n: int) -> int:
        time.sleep(0.1)
        return n

    app = App(tick, config=Config(timeout=0.05))
    with pytest.raises(Trap, match=r"timed out after 0.05 s"):
        app.ticks(1000)


def test_timeouts_in_two_threads_and_the_end_of_the_clock():
    def work() -> None:
        app = App(config=Config(timeout=0.1))
        with pytest.raises(Trap, match="timed out"):
            app.plain("spin")
        done.append(app)

    done: list[App] = []
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    engine = done[0]._store.engine
    done.clear()
    gc.collect()  # the class of a resource and its instance refer to each other
    for _ in range(200):
        if not engine.ticking:
            break
        time.sleep(0.02)
    assert not engine.ticking
    with pytest.raises(Trap, match="timed out"):
        App(config=Config(timeout=0.1)).plain("spin")


def test_control_c_works_in_the_middle_of_a_loop_with_a_timeout():
    run(
        """
        import os, signal, threading, time
        from witcraft.runtime import Config

        for _ in range(10):
            app = App(config=Config(timeout=60))
            timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
            timer.start()
            start = time.monotonic()
            try:
                app.plain("spin")
            except KeyboardInterrupt:
                pass
            else:
                raise SystemExit("no interrupt")
            assert time.monotonic() - start < 5
            with pytest.raises(PoisonedError):
                app.add(1, 2)
        """
    )


def test_timeouts_hold_at_every_depth_of_pythons_stack():
    run(
        """
        import sys
        from witcraft.runtime import Config

        sys.unraisablehook = lambda failed: None

        def deep(levels, name, *args):
            if levels:
                deep(levels - 1, name, *args)
            else:
                app.plain(name, *args)

        def start():
            while True:
                try:
                    return App(lambda n: app.plain("spin"), config=Config(timeout=0.02))
                except Trap:
                    pass  # the machine is busy

        for call in (("spin",), ("ticks", 1)):
            ends = set()
            for levels in range(20, 80):
                app = start()
                sys.setrecursionlimit(80)
                try:
                    deep(levels, *call)
                except (Trap, RecursionError) as error:
                    ends.add(type(error).__name__)
                finally:
                    sys.setrecursionlimit(1000)
            assert ends == {"Trap", "RecursionError"}, ends
        """
    )


def test_an_interrupt_before_the_clock_was_looked_at_stops_the_guest():
    """At its first instruction nothing is said yet; the engine, told nothing, would let the guest go on."""
    mail = Mail(0, 0)
    watch = watching(Clock(60), mail)
    ticks, verdict = c_uint64(0), c_uint8(0)

    def trace(frame, event, arg):
        if frame.f_code.co_name == "watch":
            raise KeyboardInterrupt

    former = sys.gettrace()
    sys.settrace(trace)
    try:
        watch(None, None, addressof(ticks), addressof(verdict))
    finally:
        sys.settrace(former)
    assert isinstance(mail.error, KeyboardInterrupt)
    assert verdict.value == 1  # stop
    assert mail.drops  # the next entry looks what happened
    mail.error = None
    watch(None, None, addressof(ticks), addressof(verdict))
    assert (ticks.value, verdict.value) == (1, 0)


def test_a_start_function_is_limited_too():
    wasm = assemble("(module (func $start (loop $l (br $l))) (start $start))")
    digest = hashlib.sha256(wasm).hexdigest()
    for config, what in ((Config(fuel=1000), "all fuel consumed"), (Config(timeout=0.05), "timed out")):
        store = Store(config, Files({"a": wasm}))
        with pytest.raises(Trap, match=f"instantiation: {what}"):
            store.instantiate(store.module("a", digest), [])


# ---- sizes -------------------------------------------------------------------------------------------------------


def test_memory_stops_growing():
    app = App(config=Config(max_memory=4 << 16))
    assert app.plain("grow", 2) == 2
    assert app.plain("grow", 1) == 0xFFFFFFFF
    assert app.add(1, 2) == 3


def test_a_module_that_needs_more_memory_is_refused():
    with pytest.raises(EngineError, match=r"cannot be instantiated: .*memory"):
        App(config=Config(max_memory=1 << 16))


def test_a_table_that_is_too_large_is_refused():
    with pytest.raises(EngineError, match=r"cannot be instantiated: .*table"):
        App(config=Config(max_table_elements=2))


def deepest(size: int) -> int:
    """How often host and guest call each other before the stack of the guest is used up."""
    app: App
    levels = 0

    def tick(n: int) -> int:
        nonlocal levels
        levels += 1
        return app.ticks(1)

    app = App(tick, config=Config(max_wasm_stack=size))
    with pytest.raises(Trap, match="call stack exhausted") as caught:
        app.ticks(1)
    assert caught.value.code == "stack overflow"
    return levels


def test_the_stack_of_the_guest_can_be_set():
    assert 0 < 2 * deepest(64 << 10) < deepest(256 << 10)


@pytest.mark.parametrize("size", [16 << 10, 512 << 10, 2 << 20, 4 << 20])
def test_no_size_of_the_stack_ends_the_process(size):
    run(
        f"""
        from witcraft.runtime import Config
        import sys

        sys.setrecursionlimit(100_000)
        app = App(config=Config(max_wasm_stack={size}))
        with pytest.raises(Trap, match="call stack exhausted"):
            app.plain("deep")
        app = None
        app = App(lambda n: app.ticks(1), config=Config(max_wasm_stack={size}))
        with pytest.raises((Trap, RecursionError)):
            app.ticks(1)
        """
    )


# ---- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"fuel": 0}, "fuel: expected 1 or more, got 0"),
        ({"fuel": -5}, "fuel: expected 1 or more, got -5"),
        ({"fuel": 1.5}, "fuel: expected int, got 1.5"),
        ({"fuel": True}, "fuel: expected int, got True"),
        ({"fuel": 1 << 70}, "fuel: 1180591620717411303424 is too much"),
        ({"timeout": 0}, "timeout: expected more than 0 seconds"),
        ({"timeout": -1.0}, "timeout: expected more than 0 seconds"),
        ({"timeout": float("nan")}, "timeout: expected more than 0 seconds"),
        ({"timeout": float("inf")}, "timeout: expected more than 0 seconds"),
        ({"timeout": "1"}, "timeout: expected seconds, got '1'"),
        ({"max_memory": 100}, "max_memory: expected 65536 or more, got 100"),
        ({"max_table_elements": -1}, "max_table_elements: expected 0 or more"),
        ({"max_wasm_stack": 0}, "max_wasm_stack: expected 16384 or more, got 0"),
        ({"max_wasm_stack": 1 << 40}, "max_wasm_stack: 1099511627776 is too much"),
        ({"max_copied": -1}, "max_copied: expected 0 or more"),
        ({"cache": 5}, "cache: expected True, False or a path, got 5"),
        ({"cache": ""}, "cache: expected True, False or a path, got ''"),
        ({"cache": b"x"}, "cache: expected True, False or a path"),
    ],
)
def test_senseless_settings_are_refused_by_name(settings, what):
    with pytest.raises(ConfigError) as caught:
        Config(**settings)
    assert str(caught.value).startswith(what)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, Error)


def test_the_stack_of_threads_stays_as_it_was_set():
    """To ask for it is to set it."""
    former = threading.stack_size(1 << 20)
    try:
        App(config=Config(max_wasm_stack=64 << 10))
        assert threading.stack_size(1 << 20) == 1 << 20
    finally:
        threading.stack_size(former)


def test_a_config_shows_itself():
    assert repr(Config(fuel=3)).startswith("Config(cache=True, fuel=3, max_copied=134217728,")
