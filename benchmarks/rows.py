"""The rows of the benchmark: an export of a component, with arguments that each column makes in its own types."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from . import wasi


class Values(Protocol):
    """How a column writes values that are not Python's own."""

    def point(self, x: float, y: float, id: int) -> Any: ...  # noqa: A002
    def reading(self, ok: bool, level: int, offset: int, count: int, total: int, ratio: float) -> Any: ...
    def segment(self, x: float, y: float, to_x: float, to_y: float, weight: float) -> Any: ...
    def rights(self, bits: int) -> Any: ...
    def color(self, index: int) -> Any: ...
    def circle(self, radius: float) -> Any: ...
    def rectangle(self, x: float, y: float) -> Any: ...


class Opened(Protocol):
    """One instance of a component in one column."""

    values: Values

    def function(self, name: str) -> Callable[..., Any]:
        """The export of that WIT name."""


class Column(Protocol):
    name: str

    def open(self, component: str) -> Opened | None:
        """A fresh instance of the component; None if the column cannot run it."""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    component: str
    export: str
    arguments: Callable[[Values], tuple[Any, ...]]
    result: Any = "echo"
    """What must come back: the first argument ("echo"), another value, or (a function) the outcome of a check."""
    raises: bool = False
    """Whether the call may raise (`result` as an exception), which then is part of what is measured."""

    def agrees(self, result: Any, arguments: tuple[Any, ...]) -> bool:
        if callable(self.result):
            return bool(self.result(result))
        return bool(result == (arguments[0] if self.result == "echo" else self.result))


def constant(*arguments: Any) -> Callable[[Values], tuple[Any, ...]]:
    return lambda _: arguments


def points(v: Values) -> tuple[Any, ...]:
    return ([v.point(float(i), 0.5, i) for i in range(10_000)],)


MIXED = ("abc \N{LATIN SMALL LETTER E WITH ACUTE}\N{SQUARE ROOT}\N{GRINNING FACE}xyz" * 10)[:100]
FLOATS = [i * 0.5 for i in range(10_000)]
STRINGS = [f"string number {i}" for i in range(1000)]


def too_big(result: Any) -> bool:
    return bool(getattr(result, "value", result) == "too big")


BENCH = (
    Row("add", "bench", "add", constant(1, 2), 3),
    Row("echo-string 100 ascii", "bench", "echo-string", constant("x" * 100)),
    Row("echo-string 100 mixed", "bench", "echo-string", constant(MIXED)),
    Row("echo-string 1 MB", "bench", "echo-string", constant("x" * 1_000_000)),
    Row("echo-bytes 100 kB", "bench", "echo-bytes", constant(bytes(100_000))),
    Row("echo-f64s 10k", "bench", "echo-f64s", constant(FLOATS)),
    Row(
        "echo-f64s 10k from array", "bench", "echo-f64s", constant(array("d", FLOATS)), lambda result: result == FLOATS
    ),
    Row("echo-points 10k", "bench", "echo-points", points),
    Row("sum-points 10k", "bench", "sum-points", points, sum(i + 0.5 for i in range(10_000))),
    Row("make-points 10k", "bench", "make-points", constant(10_000), lambda result: len(result) == 10_000),
    Row("echo-strings 1,000", "bench", "echo-strings", constant(STRINGS)),
    Row("run-ticks 1,000", "bench", "run-ticks", constant(1000), 500_500),
    Row("checked ok", "bench", "checked", constant(7), 14),
    Row("checked err", "bench", "checked", constant(200), too_big, raises=True),
)
LAYOUTS = (
    Row("record of 6", "layouts", "echo-record", lambda v: (v.reading(True, 200, -300, 4_000_000_000, -5, 0.5),)),
    Row("nested record", "layouts", "echo-nested", lambda v: (v.segment(1.0, 2.0, 3.0, 4.0, 0.5),)),
    Row("flags", "layouts", "echo-flags", lambda v: (v.rights(5),)),
    Row("enum", "layouts", "echo-enum", lambda v: (v.color(2),)),
    Row("char", "layouts", "echo-char", constant("\N{SQUARE ROOT}")),
    Row("option some", "layouts", "echo-option", constant(7)),
    Row("option none", "layouts", "echo-option", constant(None)),
    Row("variant circle", "layouts", "echo-variant", lambda v: (v.circle(1.5),)),
    Row("variant rectangle", "layouts", "echo-variant", lambda v: (v.rectangle(1.0, 2.0),)),
    Row("list<u32> 10k", "layouts", "echo-u32s", constant([i * 7 for i in range(10_000)])),
    Row("list<s64> 10k", "layouts", "echo-s64s", constant([i * -70_000 for i in range(10_000)])),
    Row("list<f32> 10k", "layouts", "echo-f32s", constant(FLOATS)),
    Row("list<bool> 10k", "layouts", "echo-bools", constant([i % 3 == 0 for i in range(10_000)])),
    Row("list<char> 10k", "layouts", "echo-chars", constant(list(MIXED * 100))),
    Row("list<flags> 10k", "layouts", "echo-flags-list", lambda v: ([v.rights(i % 16) for i in range(10_000)],)),
    Row("list<enum> 10k", "layouts", "echo-enums", lambda v: ([v.color(i % 3) for i in range(10_000)],)),
    Row("list<nested record> 10k", "layouts", "echo-segments", lambda v: (segments(v),)),
    Row("list<tuple> 10k", "layouts", "echo-tuples", constant([(i, i * 0.5) for i in range(10_000)])),
)
COMPOSED_ROWS = (
    Row("composed add x 1,000", "composed", "adds", constant(1, 1000), 1000),
    Row("composed bytes 100 kB x 100", "composed", "bytes", constant(100_000, 100), 100_065),
    Row("composed string 1,000 x 100", "composed", "strs", constant(1000, 100), 1065),
    Row(
        "composed tuples 10k x 100",
        "composed",
        "recs",
        constant(10_000, 100),
        lambda result: result in (10_000, 10_065),
    ),
)


STREAM_ROWS = (
    Row("read 100 MB by 4 kB", "streams", "sum", constant(4096), wasi.SUM),
    Row("read 100 MB by 64 kB", "streams", "sum", constant(65536), wasi.SUM),
    Row("print 100,000 lines", "streams", "print", constant(wasi.LINES), wasi.LINES),
    Row("100,000 lines to a file", "streams", "lines", constant(wasi.LINES), wasi.LINES),
)


def segments(v: Values) -> list[Any]:
    return [v.segment(float(i), 0.5, float(i), 1.5, i * 0.25) for i in range(10_000)]


ROWS = BENCH + LAYOUTS + COMPOSED_ROWS + STREAM_ROWS
