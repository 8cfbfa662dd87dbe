"""What must never happen: that the process ends. Signals, recursion and threads, each in a process of its own."""

from __future__ import annotations

import functools
import operator
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

import witcraft
from tests.test_runtime_client import App
from witcraft.runtime import Config, ThreadError
from witcraft.runtime.trampoline import covered, read_table, widened, write_table

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parent.parent


def run(code: str, timeout: float = 100) -> subprocess.CompletedProcess[str]:
    """Runs ``code`` after the client's definitions; the process must end by itself and well."""
    places = [str(ROOT), str(Path(witcraft.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, "-c", "from tests.test_runtime_client import *\n" + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
    )
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}\n{done.stderr[-4000:]}"
    return done


# ---- recursion ---------------------------------------------------------------------------------------------------


def test_recursion_through_the_guest_ends_in_an_exception_at_every_limit():
    """With each limit of Python's stack another instruction fails, the entry of a trampoline among them."""
    done = run(
        """
        import sys
        from collections import Counter

        sys.unraisablehook = lambda failed: None  # what ctypes swallows at the entry of a trampoline
        ends = Counter()

        def recurse():
            app = None
            def tick(n):
                return app.ticks(1)
            app = App(tick)
            app.ticks(1)

        for limit in range(40, 300):
            sys.setrecursionlimit(limit)
            try:
                recurse()
            except RecursionError as error:
                name = RecursionError.__name__
            except BaseException as error:
                name = type(error).__name__
            finally:
                sys.setrecursionlimit(1000)
            ends[name] += 1
        print(dict(ends))
        """
    )
    assert "RecursionError" in done.stdout
    assert "Trap" not in done.stdout


def test_recursion_without_a_limit_ends_in_a_trap():
    run(
        """
        import sys

        sys.setrecursionlimit(1_000_000)
        app = None
        def tick(n):
            return app.ticks(1)
        app = App(tick)
        with pytest.raises(Trap, match="call stack exhausted"):
            app.ticks(1)
        """
    )


# ---- signals -----------------------------------------------------------------------------------------------------

STORM = """
    import _thread, os, signal, sys, threading, time
    from witcraft.runtime import Config

    lost, ended = [], []
    sys.unraisablehook = lambda failed: lost.append(str(failed.err_msg))
    got = strange = 0
    armed = False
    main = threading.get_ident()
    App(config={config})  # the engine is there
    end = time.monotonic() + 2.5

    def interrupt(*_):
        if armed:
            raise KeyboardInterrupt

    def shoot():
        while time.monotonic() < end:
            if armed:
                {shot}
            time.sleep({pause})
        ended.append(True)

    signal.signal(signal.SIGINT, interrupt)
    _thread.start_new_thread(shoot, ())
    while not ended:
        try:  # one that comes when the loop below is over, or between two of its rounds
            while not ended:
                try:
                    try:
                        armed = True
                        while not ended:
                            app = App(config={config})
                            while not ended:
                                {call}
                    except KeyboardInterrupt:
                        armed = False
                        got += 1
                    except BaseException as error:
                        armed = False
                        strange += 1
                        lost.append(f"callback: {{error!r}}")
                except KeyboardInterrupt:
                    armed = False
        except KeyboardInterrupt:
            armed = False
    print(got, strange, [what for what in lost if "callback" in what])
"""
SIGNAL = "os.kill(os.getpid(), signal.SIGINT)"
ASYNCHRONOUS = (
    "import ctypes; "
    "ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(main), ctypes.py_object(KeyboardInterrupt))"
)


@pytest.mark.parametrize("shot", [SIGNAL, ASYNCHRONOUS], ids=["signal", "asynchronous"])
def test_a_storm_of_interrupts_at_every_instruction_of_a_callback(shot):
    """Thousands of them, many at the first instruction of a trampoline: none is lost there, none ends the process."""
    code = STORM.format(shot=shot, pause=0.0003, config=None, call="app.ticks(100_000)")
    got, strange, lost = run(code).stdout.split(maxsplit=2)
    assert int(got) > 200
    assert int(strange) == 0
    assert lost.strip() == "[]"


def test_a_storm_of_interrupts_under_a_timeout():
    code = STORM.format(shot=SIGNAL, pause=0.0007, config="Config(timeout=4)", call='app.plain("spin")')
    got, strange, lost = run(code).stdout.split(maxsplit=2)
    assert int(got) > 20
    assert int(strange) <= 1  # the last call has nobody left to interrupt it: it times out
    assert "KeyboardInterrupt" not in lost


def test_a_handler_of_another_signal_may_raise_too():
    run(
        """
        import signal

        class Late(Exception):
            pass

        def late(*_):
            raise Late

        signal.signal(signal.SIGALRM, late)
        for _ in range(20):
            app = App()
            signal.setitimer(signal.ITIMER_REAL, 0.02)
            with pytest.raises(Late):
                while True:
                    app.ticks(1000)
        """
    )


def test_no_signal_handler_is_installed():
    before = signal.getsignal(signal.SIGINT)
    App().ticks(3)
    assert signal.getsignal(signal.SIGINT) is before


# ---- the exception table -----------------------------------------------------------------------------------------


def sample(body):
    def call():
        try:
            try:
                body()
            except ValueError as error:
                raise TypeError from error
            for _ in range(2):
                with open(os.devnull) as file:
                    file.read()
        except BaseException as error:
            return repr(error)
        return "done"

    return call


def test_the_outermost_handler_begins_at_the_first_instruction():
    code = sample(None).__code__
    entries, wide = list(read_table(code.co_exceptiontable)), list(read_table(widened(code.co_exceptiontable)))
    assert write_table(entries) == code.co_exceptiontable
    assert wide[1:] == entries
    assert wide[0][:2] == (0, entries[0][0])
    call = sample(lambda: None)
    call.__code__ = covered(call.__code__)
    assert call() == "done"

    def wrong():
        raise ValueError

    call = sample(wrong)
    call.__code__ = covered(call.__code__)
    assert call() == "TypeError()"


def test_an_error_at_the_first_instruction_is_caught():
    """A trace function that raises does so before anything of the body ran."""
    call = sample(lambda: None)
    call.__code__ = covered(call.__code__)

    def trace(frame, event, arg):
        if frame.f_code is call.__code__:
            raise LookupError

    former = sys.gettrace()
    sys.settrace(trace)
    try:
        result = call()
    finally:
        sys.settrace(former)
    assert result == "LookupError()"


def test_a_table_in_another_format_is_left_alone():
    for table in (b"", b"\xff", b"\x40\x40", bytes(range(256))):
        assert widened(table) == table


# ---- threads -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", [None, Config(fuel=10**9), Config(timeout=60)], ids=["plain", "fuel", "timeout"])
def test_a_second_thread_is_refused_while_a_call_goes_on(config):
    app: App
    errors: list[BaseException] = []

    def other():
        for call in (lambda: app.add(1, 2), lambda: app.ticks(1)):
            try:
                call()
            except BaseException as error:
                errors.append(error)

    def tick(n: int) -> int:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        return n

    app = App(tick, config=config)
    assert app.ticks(1) == 1
    assert [type(error) for error in errors] == [ThreadError, ThreadError]
    assert app.add(1, 2) == 3


def test_a_second_thread_inside_another_instance_of_the_same_component_is_refused():
    first: App
    second: App
    errors: list[BaseException] = []

    def inside_second(n: int) -> int:
        try:
            first.add(1, 2)
        except ThreadError as error:
            errors.append(error)
        return n

    def inside_first(n: int) -> int:
        thread = threading.Thread(target=second.ticks, args=(1,))
        thread.start()
        thread.join()
        return n

    first, second = App(inside_first), App(inside_second)
    first.ticks(1)
    assert len(errors) == 1


def test_handing_over_works():
    app = App()
    results: list[int] = []

    def work(n: int) -> None:
        results.append(app.ticks(n))

    for n in range(5):
        thread = threading.Thread(target=work, args=(n,))
        thread.start()
        thread.join()
    assert results == [0, 1, 3, 6, 10]


def test_many_instances_in_many_threads():
    results: list[int] = []

    def work():
        for n in range(20):
            app = App(functools.partial(operator.add, n))
            results.append(app.ticks(100) - 100 * n)
            assert app.echo_string("é" * n) == "é" * n

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [5050] * 160


def test_two_threads_that_fight_over_one_instance():
    """One gets in, the other is refused; none of both ends the process."""
    run(
        """
        import threading
        from witcraft.runtime import ThreadError

        app = App()
        outcome = []

        def work():
            for _ in range(20_000):
                try:
                    assert app.add(1, 2) == 3
                    assert app.ticks(3) == 6
                except ThreadError:
                    outcome.append("refused")

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert app.add(1, 2) == 3
        """
    )


def test_finalizers_run_in_another_thread_and_in_the_middle_of_calls():
    run(
        """
        import gc, threading

        app = App(lambda n: gc.collect() and n or n)
        cycles = []

        class Cycle:
            pass

        for _ in range(200):
            cycle = Cycle()
            cycle.me, cycle.blob = cycle, app.Blob()
        thread = threading.Thread(target=lambda: [gc.collect() for _ in range(50)])
        thread.start()
        del cycle
        for _ in range(50):
            app.ticks(3)
        thread.join()
        gc.collect()
        assert app.destroyed() == 200
        """
    )
