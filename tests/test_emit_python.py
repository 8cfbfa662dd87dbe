"""Emitted packages as others see them: type checkers, linters, formatters, readers, a Python with nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import wasmtime

import witcraft
from tests.conftest import path_of
from tests.end_to_end import hostile
from tests.support.wat import assemble

TESTS = Path(__file__).parent
CASES = {path.parent.name: path.parent / "input.wat" for path in sorted(TESTS.glob("cases/*/plan.txt"))}
GUESTS = ("bench", "ledger", "tour-js", "tour-python")


def component(name: str) -> bytes:
    """A guest, or an assembled case."""
    return path_of(name).read_bytes() if name in GUESTS else assemble(CASES[name].read_text())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packages of guests, of cases, and of hostile names; one with arrays for lists, one with the run time in it."""
    folder = tmp_path_factory.mktemp("packages")
    for name in (*GUESTS, *CASES):
        witcraft.python(component(name), folder / name.replace("-", "_"), name=name)
    witcraft.python(hostile.binary(), folder / "hostile", name="app")
    witcraft.python(component("tour-js"), folder / "tour", name="tour")
    witcraft.python(component("tour-js"), folder / "tour_arrays", name="tour", lists="array")
    witcraft.python(component("ledger"), folder / "standalone", name="ledger", standalone=True)
    return folder


# ---- type checkers ------------------------------------------------------------------------------------------------

USER = '''\
"""A program on the bindings of the tour: its imports are plain classes, which know nothing of the bindings' ones."""

from __future__ import annotations

import array
from typing import Self, assert_never

from tour import Config, Err, Ok, Some, Tour, TourImports
from tour.exports.stores import Blob
from tour.imports.shapes import (
    Access,
    Color,
    Everything,
    Failure_Missing,
    Keywords,
    Mixed,
    Mixed_Wide,
    Nine,
    Point,
    Segment,
    Seventeen,
    Shape,
    Shape_Circle,
    Shape_Dot,
    Shape_Named,
    Shape_Polygon,
)


class Values:
    def echo_bool(self, v: bool) -> bool:
        return v

    def echo_u8(self, v: int) -> int:
        return v

    echo_s8 = echo_u16 = echo_s16 = echo_u32 = echo_s32 = echo_u64 = echo_s64 = echo_u8

    def echo_f32(self, v: float) -> float:
        return v

    echo_f64 = echo_f32

    def echo_char(self, v: str) -> str:
        return v

    echo_string = echo_char

    def echo_bools(self, v: list[bool]) -> list[bool]:
        return v

    def echo_bytes(self, v: bytes) -> bytearray:
        return bytearray(v)

    def echo_s8s(self, v: list[int]) -> list[int]:
        return v

    echo_u16s = echo_s32s = echo_u64s = echo_s8s

    def echo_f32s(self, v: list[float]) -> array.array[float]:
        return array.array("f", v)

    def echo_f64s(self, v: list[float]) -> tuple[float, ...]:
        return tuple(v)

    def echo_chars(self, v: list[str]) -> list[str]:
        return v

    echo_words = echo_chars

    def echo_rows(self, v: list[list[int]]) -> list[list[int]]:
        return v

    def echo_points(self, v: list[Point]) -> list[Point]:
        return v

    def echo_segments(self, v: list[Segment]) -> list[Segment]:
        return v

    def echo_shapes(self, v: list[Shape]) -> list[Shape]:
        return v

    def echo_colors(self, v: list[Color]) -> list[Color]:
        return v

    def echo_pairs(self, v: list[tuple[str, float]]) -> list[tuple[str, float]]:
        return v

    def echo_tuple(self, v: tuple[int, str, float]) -> tuple[int, str, float]:
        return v

    def echo_point(self, v: Point) -> Point:
        return Point(v.x, v.y, v.id)

    def echo_segment(self, v: Segment) -> Segment:
        return v

    def echo_keywords(self, v: Keywords) -> Keywords:
        return Keywords(v.class_, v.from_, v.lambda_, v.self)

    def echo_shape(self, v: Shape) -> Shape:
        match v:
            case Shape_Dot():
                return Shape_Dot()
            case Shape_Circle(radius):
                return Shape_Circle(radius + 1)
            case Shape_Polygon(points):
                return Shape_Polygon(points[:1])
            case Shape_Named((name, number)):
                return Shape_Named((name.upper(), number + 1))
            case _:
                assert_never(v)

    def echo_mixed(self, v: Mixed) -> Mixed:
        return Mixed_Wide(v.value) if isinstance(v, Mixed_Wide) else v

    def echo_color(self, v: Color) -> Color:
        return Color.RED if v is Color.GREEN else v

    def echo_access(self, v: Access) -> Access:
        return v | Access.READ

    def echo_nine(self, v: Nine) -> Nine:
        return v

    def echo_seventeen(self, v: Seventeen) -> Seventeen:
        return v

    def echo_option(self, v: int | None) -> int | None:
        return v

    def echo_option_point(self, v: Point | None) -> Point | None:
        return v

    def echo_nested_option(self, v: Some[str | None] | None) -> Some[str | None] | None:
        match v:
            case None:
                return Some(None)
            case Some(None):
                return None
            case Some(text):
                return Some(text)

    def echo_results(self, v: list[Ok[int] | Err[str]]) -> list[Ok[int] | Err[str]]:
        return v

    def echo_everything(self, v: Everything) -> Everything:
        return v

    def echo_many(
        self,
        a: int,
        b: int,
        c: int,
        d: int,
        e: float,
        f: float,
        g: bool,
        h: str,
        i: str,
        j: int | None,
        k: Point,
        l: Color,
        m: Access,
    ) -> tuple[int, int, int, int, float, float, bool, str, str, int | None, Point, Color, Access]:
        return a, b, c, d, e, f, g, h, i, j, k, l, m

    def try_both(self, v: int) -> str:
        if v:
            raise Err(Failure_Missing("x"))
        return "x"

    def try_ok(self, v: int) -> int:
        return v

    def try_error(self, v: int) -> None:
        raise Err(Color.RED)

    def try_bare(self, v: int) -> None:
        raise Err(None)

    def nothing(self) -> None: ...


class Stores:
    class Blob:
        def __init__(self, data: bytes) -> None:
            self.data = data

        @classmethod
        def open(cls, name: str) -> Self:
            return cls(name.encode())

        @classmethod
        def merge(cls, lhs: Stores.Blob, rhs: Stores.Blob) -> Self:
            return cls(lhs.data + rhs.data)

        def read(self, n: int) -> bytes:
            return self.data[:n]

        def write(self, data: bytes) -> None:
            self.data += data

        def size(self) -> int:
            return len(self.data)

        def clone(self) -> Stores.Blob:
            return Stores.Blob(self.data)

        def same(self, other: Stores.Blob) -> bool:
            return self.data == other.data

    def total(self, blobs: list[Stores.Blob]) -> int:
        return sum(blob.size() for blob in blobs)

    def swap(self, lhs: Stores.Blob, rhs: Stores.Blob) -> tuple[Stores.Blob, Stores.Blob]:
        return rhs, lhs

    def larger(self, lhs: Stores.Blob | None, rhs: Stores.Blob | None) -> Stores.Blob | None:
        return lhs or rhs

    def discard(self, blob: Stores.Blob) -> None: ...

    def live(self) -> int:
        return 0


imports = TourImports(log=print, values=Values(), stores=Stores())
app = Tour(imports, config=Config(fuel=10**9, timeout=1.5))
text: str = app.greet("you")
number: int = app.values.echo_u8(1)
octets: bytes = app.values.echo_bytes(bytearray(b"ab"))
octets = app.values.echo_bytes([1, 2])
floats: list[float] = app.values.echo_f64s(array.array("d", [1.0]))
floats = app.values.echo_f64s((1, 2.5))
points: list[Point] = app.values.echo_points([Point(1, 2, 3)])
shape: Shape = app.values.echo_shape(Shape_Circle(1.5))
nested: Some[str | None] | None = app.values.echo_nested_option(Some(None))
results: list[Ok[int] | Err[str]] = app.values.echo_results([Ok(1), Err("x")])
everything: Everything = app.samples.sample()
words: list[str] = everything.words
with app.stores.Blob(b"abc") as blob:
    kept: Blob = blob.clone()
    merged = app.stores.Blob.merge(kept, app.stores.Blob.open("x"))
    total: int = app.stores.total([blob, merged])
    both: tuple[Blob, Blob] = app.stores.swap(blob, merged)
    either: Blob | None = app.stores.larger(None, both[0])
kept.close()
try:
    text = app.values.try_both(7)
except Err as error:
    print(error.value)
anything: object = app["guest:tour/values"]
'''

WRONG = """\
class NoStores(Stores):
    def live(self) -> str:  # error: override
        return ""


class HalfStores:
    def total(self, blobs: list[Stores.Blob]) -> int:
        return 0


class WrongBlob(Stores.Blob):
    def size(self) -> str:  # error: override
        return ""


class Texts(Values):
    def echo_string(self, v: int) -> int:  # error: override
        return v


class OtherValues:
    def __getattr__(self, name: str) -> int:
        return 0


TourImports(log=print, values=Values())  # error: call-arg
TourImports(print, Values(), Stores())  # error: arg-type,call-arg
TourImports(log=print, values=Values(), stores=HalfStores())  # error: arg-type
TourImports(log=print, values=Stores(), stores=Stores())  # error: arg-type
TourImports(log=5, values=Values(), stores=Stores())  # error: arg-type
TourImports(log=lambda: None, values=Values(), stores=Stores())  # error: arg-type,misc
Tour()  # error: call-arg
Tour(imports, Config())  # error: call-arg
Config(fule=5)  # error: call-arg
app.gret("you")  # error: attr-defined
app.greet(5)  # error: arg-type
app.greet("a", "b")  # error: call-arg
app.values.echo_u8("1")  # error: arg-type
app.values.echo_u8(1.5)  # error: arg-type
app.values.echo_bool("x")  # error: arg-type
app.values.echo_f64s("ab")  # error: arg-type
app.values.echo_words([1])  # error: list-item
app.values.echo_point((1, 2, 3))  # error: arg-type
app.values.echo_color(1)  # error: arg-type
app.values.echo_color(Access.READ)  # error: arg-type
app.values.echo_shape(1.5)  # error: arg-type
app.values.echo_nested_option("x")  # error: arg-type
app.values.echo_results([1])  # error: list-item
Point(1, 2)  # error: call-arg
Point(1, 2, "3")  # error: arg-type
Shape_Circle("x")  # error: arg-type
number = app.values.echo_string("x")  # error: assignment
text = everything.pair[0]  # error: assignment
text = app.values.try_both(7).value  # error: attr-defined
everything.shapes[0].value  # error: union-attr
app.values.echo_option(1) + 1  # error: operator
app.stores.Blob("x")  # error: arg-type
app.stores.Blob()  # error: call-arg
app.stores.total([1])  # error: list-item
app.stores.discard(Stores.Blob(b""))  # error: arg-type
kept.read("1")  # error: arg-type
"""


def mypy(folder: Path, *targets: str) -> subprocess.CompletedProcess[str]:
    """With a cache of its own, and with no settings but ``--strict``."""
    tool = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-pretty"]
    command = [*tool, "--cache-dir", str(folder / ".mypy"), *targets]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def test_type_checkers_accept_every_package(folder):
    pytest.importorskip("mypy")
    packages = sorted(path.name for path in folder.iterdir() if (path / "__init__.py").is_file())
    assert len(packages) == len(GUESTS) + len(CASES) + 4
    done = mypy(folder, *packages)
    assert done.returncode == 0, done.stdout


def test_programs_that_use_them_rightly_pass_and_others_do_not(folder):
    pytest.importorskip("mypy")
    program = USER + "\n\n" + WRONG
    (folder / "program.py").write_text(program)
    done = mypy(folder, "program.py")
    expected = [
        (line, code)
        for line, text in enumerate(program.splitlines(), 1)
        for code in re.findall(r"# error: (\S+)", text)
    ]
    found = re.findall(r"^program\.py:(\d+): error: .*  \[([\w-]+)\]$", done.stdout, re.MULTILINE)
    assert merged((int(line), code) for line, code in found) == dict(expected), done.stdout


def merged(found: Iterator[tuple[int, str]]) -> dict[int, str]:
    """The codes of each line, in order."""
    codes: dict[int, set[str]] = {}
    for line, code in found:
        codes.setdefault(line, set()).add(code)
    return {line: ",".join(sorted(names)) for line, names in codes.items()}


# ---- linters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["check"], ["format", "--check", "--diff"]], ids=["lint", "format"])
def test_linters_and_formatters_have_nothing_to_say(folder, command):
    pytest.importorskip("ruff")
    tool = [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", "--exclude", "program.py"]
    done = subprocess.run([*tool, str(folder)], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


# ---- an interpreter of its own ------------------------------------------------------------------------------------

SITE = Path(wasmtime.__file__).parent.parent
"""Where `wasmtime` is installed: an editable witcraft is not found there without the `site` module."""
ALONE = """
import sys
sys.path[:0] = [{folder!r}, {site!r}]

class Refuse:
    def find_spec(name, path=None, target=None):
        assert name.partition(".")[0] != {refused!r}, name

sys.meta_path.insert(0, Refuse)
{code}
"""
USE = """
class Audit:
    def note(self, line): pass
    def lookup(self, book): return None

app = standalone.Ledger(standalone.LedgerImports(audit=Audit()), config=standalone.Config(cache={cache!r}))
account = app.accounts.Account("Ada")
account.add(standalone.exports.accounts.Entry("memo", 7, ["tag"]))
try:
    account.copy("book")
except standalone.Err as error:
    print(error.value)
try:
    account.add(None)
except TypeError as error:
    print(error)
try:
    app.trouble.trap()
except Exception as error:
    print(type(error).__module__)
"""


def run_alone(folder: Path, code: str, refused: str = "") -> list[str]:
    """What ``code`` prints in a new interpreter that finds the packages and what is installed beside `wasmtime`."""
    script = ALONE.format(folder=str(folder), site=str(SITE), refused=refused, code=code)
    command = [sys.executable, "-IS", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.engine
def test_a_standalone_package_needs_wasmtime_only(folder, tmp_path):
    code = "import standalone" + USE.format(cache=str(tmp_path / "cache"))
    assert run_alone(folder, code, refused="witcraft") == [
        "Failure_Unknown(value='book')",
        "entry: expected Entry, got None (it has no memo)",
        "standalone._witcraft.runtime.errors",
    ]


HEAVY = {"asyncio", "collections", "dataclasses", "enum", "functools", "inspect", "pathlib", "re", "typing", "wasmtime"}
LOADED = "\nprint(*sys.modules)"


@pytest.mark.engine
def test_a_call_imports_nothing_heavy(folder, tmp_path):
    code = "import bench as app"
    code += f"\napp.Bench(app.BenchImports(host=HOST), config=app.Config(cache={str(tmp_path / 'cache')!r})).add(1, 2)"
    code = code.replace("HOST", "type('Host', (), {'tick': abs})")
    loaded = set(run_alone(folder, AT_SOURCE + code + LOADED)[0].split())
    assert not loaded & HEAVY
    assert of_witcraft(loaded) <= RUNTIME


@pytest.mark.parametrize("name", ["bench", "ledger", "tour_js", "tour_python", "interfaces", "exported_resource"])
def test_importing_bindings_loads_neither_compiler_nor_engine(folder, name):
    loaded = set(run_alone(folder, f"{AT_SOURCE}import {name}{LOADED}")[0].split())
    assert of_witcraft(loaded) <= RUNTIME
    declares_enums = "Enum" in "".join(path.read_text() for path in (folder / name).rglob("*.py"))
    assert not loaded & (HEAVY - ({"collections", "enum", "functools", "re"} if declares_enums else set()))


CASES_IN_THOUSANDS = """(component
  (core module $m
    (memory (export "memory") 1)
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store16 (i32.const 16) (local.get 0))
      (i32.store (i32.const 20) (local.get 1))
      (i32.const 16)))
  (core instance $i (instantiate $m))
  (type $v (variant {cases}))
  (export $number "number" (type $v))
  (func (export "echo") (param "v" $number) (result $number)
    (canon lift (core func $i "echo") (memory (core memory $i "memory")))))"""


@pytest.mark.engine
def test_a_variant_of_thousands_of_cases():
    """Python's compiler loses itself in so many ``|`` of one expression."""
    cases = " ".join(f'(case "c{n}" u32)' for n in range(2500))
    app = witcraft.load(assemble(CASES_IN_THOUSANDS.format(cases=cases)), name="app").instantiate()
    for name in ("C0", "C999", "C1000", "C2499"):
        value = getattr(app, f"Number_{name}")(7)
        assert app.echo(value) == value
        assert isinstance(value, app.Number)


AT_SOURCE = f"sys.path.append({str(Path(witcraft.__file__).parent.parent)!r})\n"
RUNTIME = {"witcraft", "witcraft.runtime"} | {
    f"witcraft.runtime.{path.stem}" for path in Path(witcraft.__file__).parent.glob("runtime/*.py")
}


def of_witcraft(modules: set[str]) -> set[str]:
    return {name for name in modules if name.partition(".")[0] == "witcraft"}


# ---- golden files -------------------------------------------------------------------------------------------------

GOLDEN = {
    "python-bench": "bench",
    "python-exported-resource": "exported-resource",
    "python-imported-resource": "imported-resource",
}
"""Whole packages to be read, by the folder in `tests/cases` that holds them as one text."""


def whole(name: str) -> str:
    """All Python of a package, file after file; digests change with the assembler."""
    files = witcraft.bind(component(name), name=name)
    parts = [f"{'#' * 20} {path}\n\n{text}" for path, text in sorted(files.items()) if isinstance(text, str) and text]
    return re.sub(r"\b[0-9a-f]{64}\b", "0" * 64, "\n".join(parts))


@pytest.mark.parametrize("case", GOLDEN)
def test_a_whole_package(case, request):
    golden = TESTS / "cases" / case / "package.txt"
    found = whole(GOLDEN[case])
    if request.config.getoption("--bless"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(found)
    assert golden.is_file(), f"{golden.name} is not there: write it by --bless, and read it"
    assert found == golden.read_text()
