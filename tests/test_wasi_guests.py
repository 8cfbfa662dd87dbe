"""Guests that use `wasi:io`, `cli` and `clocks`, from their instructions to files and back."""

from __future__ import annotations

import gc
import io
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import witcraft
from tests.support.wat import assemble
from witcraft import Config, PoisonedError, Trap
from witcraft.wasi import Exit, MissingError, Wasi

IMPORTS = """
  (import "wasi:io/error@VERSION" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error-type))
  (import "wasi:io/poll@VERSION" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
    (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:io/streams@VERSION" (instance $streams
    (export "input-stream" (type $in (sub resource)))
    (export "output-stream" (type $out (sub resource)))
    (alias outer 1 $error-type (type $outer-error))
    (export "error" (type $an-error (eq $outer-error)))
    (type $failure (variant (case "last-operation-failed" (own $an-error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $failure)))
    (export "[method]input-stream.blocking-read"
      (func (param "self" (borrow $in)) (param "len" u64) (result (result (list u8) (error $stream-error)))))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $stream-error)))))))
  (alias export $streams "input-stream" (type $in))
  (alias export $streams "output-stream" (type $out))
  (import "wasi:cli/stdin@VERSION" (instance $stdin
    (alias outer 1 $in (type $outer-in))
    (export "input-stream" (type $an-in (eq $outer-in)))
    (export "get-stdin" (func (result (own $an-in))))))
  (import "wasi:cli/stdout@VERSION" (instance $stdout
    (alias outer 1 $out (type $outer-out))
    (export "output-stream" (type $an-out (eq $outer-out)))
    (export "get-stdout" (func (result (own $an-out))))))
  (import "wasi:cli/exit@VERSION" (instance $exit (export "exit" (func (param "status" (result))))))
  (import "wasi:clocks/monotonic-clock@VERSION" (instance $clock
    (alias outer 1 $pollable (type $outer-pollable))
    (export "pollable" (type $a-pollable (eq $outer-pollable)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $a-pollable))))))
  (core module $Memory
    (memory (export "memory") 2)
    (global $next (mut i32) (i32.const 65536))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536)))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "memory" (core memory $bytes))
  (alias core export $memory "realloc" (core func $realloc))
  (core func $get-stdin (canon lower (func $stdin "get-stdin")))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $read (canon lower (func $streams "[method]input-stream.blocking-read")
    (memory $bytes) (realloc $realloc)))
  (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush") (memory $bytes)))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $poll-all (canon lower (func $poll "poll") (memory $bytes) (realloc $realloc)))
  (core func $leave (canon lower (func $exit "exit")))
  (core func $drop-pollable (canon resource.drop $pollable))
"""

GUEST = """
  (core module $Main
    (import "memory" "memory" (memory 1))
    (import "host" "get-stdin" (func $get-stdin (result i32)))
    (import "host" "get-stdout" (func $get-stdout (result i32)))
    (import "host" "read" (func $read (param i32 i64 i32)))
    (import "host" "write" (func $write (param i32 i32 i32 i32)))
    (import "host" "subscribe" (func $subscribe (param i64) (result i32)))
    (import "host" "block" (func $block (param i32)))
    (import "host" "poll-all" (func $poll-all (param i32 i32 i32)))
    (import "host" "leave" (func $leave (param i32)))
    (import "host" "drop-pollable" (func $drop-pollable (param i32)))
    (func (export "echo") (result i32) (local $in i32) (local $out i32) (local $sum i32)
      (local.set $in (call $get-stdin))
      (local.set $out (call $get-stdout))
      (loop $more
        (call $read (local.get $in) (i64.const 4096) (i32.const 0))
        (if (i32.eqz (i32.load8_u (i32.const 0)))
          (then
            (call $write (local.get $out) (i32.load (i32.const 4)) (i32.load (i32.const 8)) (i32.const 16))
            (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 8))))
            (br_if $more (i32.eqz (i32.load8_u (i32.const 16)))))))
      (local.get $sum))
    (func (export "fill") (param $size i32)
      (call $write (call $get-stdout) (i32.const 1024) (local.get $size) (i32.const 16)))
    (func (export "nap") (param $nanoseconds i64) (local $timer i32)
      (local.set $timer (call $subscribe (local.get $nanoseconds)))
      (call $block (local.get $timer))
      (call $drop-pollable (local.get $timer)))
    (func (export "poll-nothing") (call $poll-all (i32.const 0) (i32.const 0) (i32.const 16)))
    (func (export "leave") (param i32) (call $leave (local.get 0))))
  (core instance $main (instantiate $Main
    (with "memory" (instance $memory))
    (with "host" (instance
      (export "get-stdin" (func $get-stdin)) (export "get-stdout" (func $get-stdout))
      (export "read" (func $read)) (export "write" (func $write))
      (export "subscribe" (func $subscribe)) (export "block" (func $block)) (export "poll-all" (func $poll-all))
      (export "leave" (func $leave)) (export "drop-pollable" (func $drop-pollable))))))
  (func (export "echo") (result u32) (canon lift (core func $main "echo")))
  (func (export "fill") (param "size" u32) (canon lift (core func $main "fill")))
  (func (export "nap") (param "nanoseconds" u64) (canon lift (core func $main "nap")))
  (func (export "poll-nothing") (canon lift (core func $main "poll-nothing")))
  (func (export "leave") (param "code" u32) (canon lift (core func $main "leave")))
"""

PRINTER = """
  (import "wasi:io/error@VERSION" (instance $error-N (export "error" (type (sub resource)))))
  (alias export $error-N "error" (type $error-type-N))
  (import "wasi:io/streams@VERSION" (instance $streams-N
    (export "output-stream" (type $out (sub resource)))
    (alias outer 1 $error-type-N (type $outer-error))
    (export "error" (type $an-error (eq $outer-error)))
    (type $failure (variant (case "last-operation-failed" (own $an-error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $failure)))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $stream-error)))))))
  (alias export $streams-N "output-stream" (type $out-N))
  (import "wasi:cli/stdout@VERSION" (instance $stdout-N
    (alias outer 1 $out-N (type $outer-out))
    (export "output-stream" (type $an-out (eq $outer-out)))
    (export "get-stdout" (func (result (own $an-out))))))
  (core func $get-stdout-N (canon lower (func $stdout-N "get-stdout")))
  (core func $write-N (canon lower (func $streams-N "[method]output-stream.blocking-write-and-flush")
    (memory $bytes)))
  (core instance $main-N (instantiate $Main (with "memory" (instance $memory))
    (with "host" (instance (export "get-stdout" (func $get-stdout-N)) (export "write" (func $write-N))))))
  (func (export "print-N") (canon lift (core func $main-N "print")))
"""

PRINTERS = """
  (core module $Memory (memory (export "memory") 1) (data (i32.const 1024) "hello"))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "memory" (core memory $bytes))
  (core module $Main
    (import "memory" "memory" (memory 1))
    (import "host" "get-stdout" (func $get-stdout (result i32)))
    (import "host" "write" (func $write (param i32 i32 i32 i32)))
    (func (export "print") (call $write (call $get-stdout) (i32.const 1024) (i32.const 5) (i32.const 16))))
"""


@pytest.fixture(scope="module", params=["0.2.0", "0.2.12"])
def component(request: pytest.FixtureRequest) -> Any:
    return witcraft.load(assemble(f"(component {IMPORTS}{GUEST})".replace("VERSION", request.param)))


def fill_up(app: Any) -> None:
    """Writes more than any pipe holds."""
    for _ in range(1000):
        app.fill(4096)


def descriptors() -> int:
    return len(os.listdir("/dev/fd"))


# ---- streams -------------------------------------------------------------------------------------------------------


def test_bytes_in_bytes_out(component: Any):
    got: list[bytes] = []
    app = component.instantiate([Wasi(stdin=b"hello, world", stdout=got.append)])
    assert app.echo() == 12
    assert b"".join(got) == b"hello, world"


def test_a_file_in_a_file_out(component: Any, tmp_path: Path):
    data = os.urandom(100_000)
    (tmp_path / "in").write_bytes(data)
    with (tmp_path / "in").open("rb") as stdin, (tmp_path / "out").open("wb") as stdout:
        assert component.instantiate([Wasi(stdin=stdin, stdout=stdout)]).echo() == len(data)
    assert (tmp_path / "out").read_bytes() == data


def test_pipes_pass_bytes_on_as_they_come(component: Any):
    ends = [os.pipe(), os.pipe()]
    with open(ends[0][0], "rb") as stdin, open(ends[1][1], "wb") as stdout, ThreadPoolExecutor(1) as threads:
        app = component.instantiate([Wasi(stdin=stdin, stdout=stdout)])
        running = threads.submit(app.echo)
        for line in (b"one\n", b"two\n"):
            os.write(ends[0][1], line)
            assert os.read(ends[1][0], 99) == line
        os.close(ends[0][1])
        assert running.result(10) == 8
    os.close(ends[1][0])


def test_nothing_is_granted_by_default(component: Any, capfd: pytest.CaptureFixture[str]):
    app = component.instantiate()
    assert app.echo() == 0
    app.fill(5)
    assert capfd.readouterr() == ("", "")


def test_writing_too_much_at_once_traps(component: Any):
    app = component.instantiate([Wasi()])
    app.fill(4096)
    with pytest.raises(Trap, match=r"fill: wasi:io/streams blocking-write-and-flush: 4097 bytes, but 4096"):
        app.fill(4097)
    with pytest.raises(PoisonedError):
        app.fill(1)


def test_what_a_function_raises_comes_out(component: Any):
    class MyError(Exception):
        pass

    def refuse(_: bytes) -> None:
        raise MyError

    with pytest.raises(MyError):
        component.instantiate([Wasi(stdout=refuse)]).fill(1)


def test_two_versions_side_by_side():
    printers = [PRINTER.replace("VERSION", version).replace("-N", f"-{letter}")
                for version, letter in (("0.2.1", "a"), ("0.2.8", "b"))]  # fmt: skip
    component = witcraft.load(assemble(f"(component {PRINTERS}{''.join(printers)})"))
    out = io.BytesIO()
    app = component.instantiate([Wasi(stdout=out)])
    app.print_a()
    app.print_b()
    assert out.getvalue() == b"hellohello"


# ---- exit ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [0, 1])
def test_exit_comes_out_of_the_call(component: Any, code: int):
    app = component.instantiate([Wasi()])
    with pytest.raises(Exit) as leaving:
        app.leave(code)
    assert leaving.value.code == code
    with pytest.raises(PoisonedError):
        app.leave(code)


# ---- waiting -------------------------------------------------------------------------------------------------------


def test_sleep(component: Any):
    start = time.monotonic()
    component.instantiate([Wasi()]).nap(20_000_000)
    assert 0.019 < time.monotonic() - start < 5
    component.instantiate([Wasi(clock=0)]).nap(1 << 62)
    assert time.monotonic() - start < 10


def test_polling_nothing_traps(component: Any):
    with pytest.raises(Trap, match="poll-nothing: wasi:io/poll poll: the list of pollables is empty"):
        component.instantiate([Wasi()]).poll_nothing()


def test_a_timeout_ends_a_sleep(component: Any):
    app = component.instantiate([Wasi()], config=Config(timeout=0.05))
    app.nap(1_000_000)
    start = time.monotonic()
    with pytest.raises(Trap, match=r"nap: timed out after 0.05 s") as trap:
        app.nap((1 << 64) - 1)
    assert trap.value.code == "timeout"
    assert time.monotonic() - start < 5


def test_a_timeout_ends_a_read_and_a_write(component: Any):
    reader, writer = os.pipe()
    with open(reader, "rb") as stdin, open(writer, "wb", 0) as stdout:
        with pytest.raises(Trap, match="timed out"):
            component.instantiate([Wasi(stdin=stdin)], config=Config(timeout=0.05)).echo()
        app = component.instantiate([Wasi(stdout=stdout)], config=Config(timeout=0.2))
        with pytest.raises(Trap, match="timed out"):
            fill_up(app)


def test_an_interrupt_ends_a_sleep(component: Any):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            component.instantiate([Wasi()]).nap(1 << 63)
    finally:
        signal.signal(signal.SIGALRM, before)


# ---- what is not here, and what stays ------------------------------------------------------------------------------


def test_an_interface_that_is_not_here_links():
    component = witcraft.load(
        assemble("""(component
          (import "wasi:http/odd@0.2.3" (instance $odd
            (export "thing" (type $thing (sub resource)))
            (export "ask" (func (param "x" u32) (result u32)))))
          (core func $ask (canon lower (func $odd "ask")))
          (core module $Main (import "odd" "ask" (func $ask (param i32) (result i32)))
            (func (export "run") (result i32) (call $ask (i32.const 1))))
          (core instance $main (instantiate $Main (with "odd" (instance (export "ask" (func $ask))))))
          (func (export "run") (result u32) (canon lift (core func $main "run"))))""")
    )
    with pytest.raises(MissingError, match=r"wasi:http/odd@0.2.3 ask"):
        component.instantiate([Wasi()]).run()


def test_instances_leave_nothing_behind(component: Any):
    for rounds in (2, 200):
        before = descriptors(), threading.active_count()
        for _ in range(rounds):
            app = component.instantiate([Wasi(stdin=b"x")])
            app.echo()
            app.nap(0)
        del app
        gc.collect()
    assert (descriptors(), threading.active_count()) == before


def test_many_instances_in_many_threads(component: Any):
    def run(text: bytes) -> bytes:
        got: list[bytes] = []
        app = component.instantiate([Wasi(stdin=text, stdout=got.append)])
        app.nap(1_000_000)
        app.echo()
        return b"".join(got)

    texts = [bytes([65 + n % 26]) * n for n in range(50)]
    with ThreadPoolExecutor(25) as threads:
        assert list(threads.map(run, texts)) == texts
