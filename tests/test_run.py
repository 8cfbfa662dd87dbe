"""`witcraft run`: components as programs, and calls of functions."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("click", reason="the extra `cli`")
import click
from click.testing import CliRunner, Result

from tests import run_programs
from tests.agreement import PROFILE
from tests.support.wat import assemble
from witcraft.cli import grants, native, progress
from witcraft.cli.app import app
from witcraft.cli.progress import Progress
from witcraft.cli.quick import MANY, ONE, quick, read
from witcraft.cli.run import run as verb
from witcraft.runtime import ConfigError

pytestmark = pytest.mark.engine

Make = Callable[[str], str]


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for components and for what is cached of them."""
    return tmp_path_factory.mktemp("programs")


@pytest.fixture(scope="session")
def program(programs: Path) -> Make:
    """``program("hello")``: the path of one of `tests.run_programs`."""

    def made(name: str) -> str:
        path = programs / f"{name}.wasm"
        if not path.exists():
            path.write_bytes(run_programs.library() if name == "library" else run_programs.command(name))
        return str(path)

    return made


@pytest.fixture(autouse=True)
def cache(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(programs))


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "witcraft", "run", *map(str, arguments)]


def run(*arguments: object, **settings: Any) -> subprocess.CompletedProcess[str]:
    """In a process of its own."""
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=60, **settings)


def run_here(*arguments: object, **settings: Any) -> Result:
    """In this process."""
    return CliRunner().invoke(app, ["run", *map(str, arguments)], **settings)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a program whose stdin and stdout are pipes; none survives the test."""
    started: list[subprocess.Popen[bytes]] = []

    def started_one(*arguments: object) -> subprocess.Popen[bytes]:
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        started.append(subprocess.Popen(command(*arguments), bufsize=0, **pipes))
        return started[-1]

    yield started_one
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


# ---- exit codes, streams ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"), [("succeed", 0), ("fail", 1), ("exit-ok", 0), ("exit-err", 1), ("exit-42", 42), ("hello", 0)]
)
def test_the_exit_code_is_the_programs(program: Make, name: str, code: int) -> None:
    done = run_here(program(name))
    assert (done.exit_code, done.stderr) == (code, "")
    assert done.stdout == ("hello\n" if name == "hello" else "")


def test_a_trap_is_told_and_ends_as_abort_does(program: Make) -> None:
    done = run(program("trap"))
    assert done.returncode == 134
    assert done.stdout == "hello\n"
    assert done.stderr.startswith("error: wasi:cli/run@0.2.0#run: wasm `unreachable` instruction executed")


def test_stderr_is_stderr(program: Make) -> None:
    done = run(program("complain"))
    assert (done.stdout, done.stderr) == ("", "hello\n")


def test_bytes_go_through_as_they_are(program: Make) -> None:
    data = bytes(range(256)) * 1000
    done = subprocess.run(command(program("cat")), input=data, capture_output=True, timeout=60, check=True)
    assert done.stdout == data


def test_what_is_written_is_passed_on_at_once(program: Make, start: Callable[..., subprocess.Popen[bytes]]) -> None:
    process = start(program("cat"))
    assert process.stdin is not None
    assert process.stdout is not None
    for line in (b"one\n", b"two\n"):
        process.stdin.write(line)
        assert process.stdout.read(4) == line
    process.stdin.close()
    assert process.wait(30) == 0


@pytest.mark.parametrize(("closed", "heard"), [("<&-", ""), (">&-", ""), ("2>&-", "x"), ("<&- >&- 2>&-", "")])
def test_streams_may_be_closed(program: Make, closed: str, heard: str) -> None:
    shell = ["sh", "-c", f'"$@" {closed}', "sh", *command(program("cat"))]
    done = subprocess.run(shell, input="x", capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, heard, "")


def test_arguments_and_environment(program: Make) -> None:
    done = run_here(program("arguments"), "one", "--", "--two", "", "drei zwölf")
    assert done.stdout.splitlines() == ["arguments.wasm", "one", "--two", "", "drei zwölf"]
    done = run_here(program("variables"), "--env", "A=b=c", "--env", "HOST", "--env", "E=", env={"HOST": "ours"})
    assert done.stdout.splitlines() == ["A=b=c", "HOST=ours", "E="]
    assert run_here(program("variables")).stdout == ""


# ---- signals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", ["spin", "cat"])
def test_signals_end_it_as_a_native_program(
    program: Make, start: Callable[..., subprocess.Popen[bytes]], name: str, number: signal.Signals
) -> None:
    process = start(program(name))
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"hello\n")
    assert process.stdout.read(6) == b"hello\n"
    process.send_signal(number)
    assert process.wait(30) == -number
    assert process.stderr is not None
    assert process.stderr.read() == b""


def test_who_ignores_ctrl_c_goes_on_ignoring_it(program: Make) -> None:
    ignoring = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command(program("cat"))]
    with subprocess.Popen(ignoring, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in (b"one\n", b"two\n"):
            process.stdin.write(line)
            assert process.stdout.read(4) == line
            process.send_signal(signal.SIGINT)
        process.stdin.close()
        assert process.wait(30) == 0


def test_it_ends_when_nobody_reads_any_more(program: Make, start: Callable[..., subprocess.Popen[bytes]]) -> None:
    process = start(program("yes"))
    assert process.stdout is not None
    assert process.stdout.read(6) == b"hello\n"
    process.stdout.close()
    assert process.wait(30) == -signal.SIGPIPE
    assert process.stderr is not None
    assert process.stderr.read() == b""


def test_a_closed_socket_is_an_error_and_no_end() -> None:
    before = signal.getsignal(signal.SIGPIPE)
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours, native.Signals(), pytest.raises(BrokenPipeError):
        ours.send(b"x")
    assert signal.getsignal(signal.SIGPIPE) is before


def test_a_pipe_is_broken_when_its_other_end_is_closed() -> None:
    read, write = os.pipe()
    assert not native.is_broken(write)
    os.close(read)
    assert native.is_broken(write)
    os.close(write)


# ---- limits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "said"), [(("--timeout", 0.3), "timed out"), (("--fuel", 100_000), "all fuel")])
def test_a_program_that_never_ends_is_stopped(program: Make, limit: tuple[str, float], said: str) -> None:
    done = run_here(program("spin"), *limit)
    assert done.exit_code == 134
    assert done.stdout == "hello\n"
    assert said in done.stderr


@pytest.mark.parametrize(("megabytes", "code"), [(1, 1), (5, 0)])
def test_memory(program: Make, megabytes: int, code: int) -> None:
    assert run_here(program("grow"), "--memory", megabytes).exit_code == code


# ---- calls --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "printed"),
    [
        ("add(1, 2)", "3"),
        ("nothing", "()"),
        ("nothing()", "()"),
        ("check(3)", "ok"),
        ("check(30)", "err"),
        (r'echo(["a", "\n"])', r'["a", "\n"]'),
        ("turn(left)", "%none"),
        ("whole.area({y: 2, x: 1.5})", "3"),
        ("test:shapes/whole.area({x: 1.5, y: 2})", "3"),
        ("test:shapes/whole@1.0.3.area({x: 1.5, y: 2})", "3"),
        ("test:shapes/halves@1.2.0.area({x: 1.5, y: 2})", "1.5"),
        ("test:shapes/halves.area@1.2.0({x: 1.5, y: 2})", "1.5"),
        ("halves.add({x: 1.5, y: 2})", "1.5"),
        ("blob.count()", "1"),
    ],
)
def test_a_call_prints_the_result(program: Make, call: str, printed: str) -> None:
    done = run_here("--invoke", call, program("library"))
    assert (done.stdout, done.stderr) == (f"{printed}\n", "")
    assert done.exit_code == (printed == "err")


@pytest.mark.parametrize(
    ("call", "place", "said"),
    [
        ("area({x: 1, y: 1})", "1:1", "several functions are called `area`"),
        ("ad(1, 2)", "1:1", "no exported function is called `ad`"),
        ("other.add(1, 2)", "1:1", "no exported function is called `other.add`"),
        ("test:shapes/whole@2.0.0.area({x: 1, y: 1})", "1:1", "no exported function is called"),
        ("blob()", "1:1", "`test:shapes/whole@1.2.0.blob` cannot be called from here: its result is `blob`, a handle"),
        ("add(1, -2)", "1:8", "b: u32 goes from 0 to 4294967295"),
        ("add(1)", "1:6", "the argument `b: u32` is missing"),
        ("whole.area({x: 1, z: 1})", "1:19", "p: expected point: {x: f64, y: f64}, got `z`"),
        ('echo(["a",\n 3])', "2:2", 'words[1]: expected string: "...", got `3`'),
        ("", "1:1", "expected the name of a function and its arguments"),
    ],
)
def test_a_call_that_is_none(program: Make, call: str, place: str, said: str) -> None:
    done = run_here("--invoke", call, program("library"))
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: --invoke:{place}: {said}")


def test_candidates_are_listed(program: Make) -> None:
    said = run_here("--invoke", "area({x: 1, y: 1})", program("library")).stderr
    assert "say which one: test:shapes/whole@1.2.0.area, test:shapes/halves@1.2.0.area" in said
    assert "there are test:shapes/whole@1.2.0.turn" in run_here("--invoke", "trun(left)", program("library")).stderr


def test_a_call_that_traps(program: Make) -> None:
    done = run_here("--invoke", "crash()", program("library"))
    assert done.exit_code == 134
    assert "unreachable" in done.stderr


def test_a_command_has_functions_too(program: Make) -> None:
    done = run_here("--invoke", "wasi:cli/run.run()", program("hello"))
    assert (done.exit_code, done.stdout) == (0, "hello\nok\n")
    done = run_here("--invoke", "run()", program("exit-42"))
    assert (done.exit_code, done.stdout) == (42, "")


# ---- what cannot be run ---------------------------------------------------------------------------------------------


def test_a_component_that_is_no_command_lists_its_functions(program: Make) -> None:
    done = run_here(program("library"))
    assert done.exit_code == 1
    lines = done.stderr.splitlines()
    assert lines[0].endswith("library.wasm is no command: it does not export wasi:cli/run@0.2")
    assert lines[1:4] == [
        "  call one of its functions with --invoke:",
        "  add: func(a: u32, b: u32) -> u32",
        "  check: func(n: u32) -> result",
    ]
    assert "  test:shapes/whole@1.2.0.area: func(p: point) -> f64" in lines


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(module)", "is a core module: only components can be run"),
        ('(module (import "wasi_snapshot_preview1" "f" (func)))', "is a core module, made for WASI preview 1: only"),
        ("(component)", "is no command: it does not export wasi:cli/run@0.2\n  it does not export any function either"),
        ('(component (import "log" (func)))', "is no command"),
    ],
)
def test_other_files(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "file.wasm"
    path.write_bytes(assemble(text))
    done = run_here(path)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"error: {path} {said}")


LOGGER = """(component
  (import "log" (func $log))
  (core func $lowered (canon lower (func $log)))
  (core module $M (import "" "log" (func)) (func (export "f")))
  (core instance $m (instantiate $M (with "" (instance (export "log" (func $lowered))))))
  (func $f (canon lift (core func $m "f")))
  (export "f" (func $f)))"""


def test_imports_that_nobody_provides(tmp_path: Path) -> None:
    path = tmp_path / "file.wasm"
    path.write_bytes(assemble(LOGGER))
    done = run_here("--invoke", "f()", path)
    assert done.exit_code == 1
    assert done.stderr == "error: the imports do not fit the component\n  missing  log: func()\n"


def test_a_pipe_that_is_no_component() -> None:
    done = run("/dev/stdin", input="not a component")
    assert (done.returncode, done.stderr) == (1, "error: /dev/stdin: 0x0: not a WebAssembly file\n")


# ---- grants ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ("data", ("data", "data", False)),
        ("data:ro", ("data", "data", True)),
        (".::/", (".", "/", False)),
        ("/var/data::/data:ro", ("/var/data", "/data", True)),
        ("a:b::c:d", ("a:b", "c:d", False)),
        ("a::b::c", ("a", "b::c", False)),
        ("./x:ro::y", ("./x:ro", "y", False)),
        ("ro", ("ro", "ro", False)),
        ("a\udcff::b", ("a\udcff", "b", False)),
    ],
)
def test_folders(given: str, folder: grants.Folder) -> None:
    assert grants.folder(given) == folder


@pytest.mark.parametrize("given", ["", ":ro", "::", "data::", "::data", "::data:ro", "data:::ro", "a\udcff"])
def test_folders_that_are_none(given: str) -> None:
    with pytest.raises(ConfigError):
        grants.folder(given)


@pytest.mark.parametrize(
    ("given", "variable"), [("A=b", ("A", "b")), ("A=", ("A", "")), ("A=b=c", ("A", "b=c")), ("HERE", ("HERE", "x"))]
)
def test_variables(monkeypatch: pytest.MonkeyPatch, given: str, variable: tuple[str, str]) -> None:
    monkeypatch.setenv("HERE", "x")
    assert grants.variable(given) == variable


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--env", "=x"], "'=x' has no name"),
        (["--env", "NOT_SET_HERE"], "NOT_SET_HERE is not set here"),
        (["--env", "A=\udcff"], "is no UTF-8"),
        (["--dir", "missing"], "missing"),
        (["--dir", "::x"], "is not of the form HOST[::GUEST][:ro]"),
        (["--dir", ".", "--dir", "./::."], ". is granted twice"),
        (["--tcp", "host:port"], "'port' is no port"),
        (["--timeout", "0"], "--timeout"),
        (["--memory", "0"], "--memory"),
        (["--fuel", "x"], "--fuel"),
        (["--strange"], "--strange"),
        (["--", "\udcff"], "is no UTF-8"),
    ],
)
def test_a_wrong_command_line_is_code_2(program: Make, options: list[str], said: str) -> None:
    done = run_here(program("hello"), *options)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert quick([program("hello"), *options]) is None


def test_directories_are_granted(guest: Callable[[str], Path], tmp_path: Path) -> None:
    wasm = guest("everyday-c")
    assert run(wasm, "files", "/top").returncode == 1
    done = run("--dir", f"{tmp_path}::/top", wasm, "files", "/top")
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / "plain").write_text("plain")
    done = run("--dir", f"{tmp_path}::/top:ro", wasm, "readonly", "/top")
    assert done.stdout.startswith("read plain\ncreate E")
    assert [(it.name, it.read_text()) for it in tmp_path.iterdir()] == [("plain", "plain")]


# ---- the same without click -----------------------------------------------------------------------------------------

WORDS = [
    __file__,
    "a",
    "-",
    "--",
    "--dir",
    "--dir=a::b:ro",
    "--env",
    "A=b",
    "--fuel",
    "5",
    "--timeout=1.5",
    "--memory=x",
]
WORDS += ["-x", "--help", "--no", "", "--invoke=f()", "--lookup", "--tcp="]


def test_both_know_the_same_options() -> None:
    options = {it.opts[0]: it.name for it in verb.params if isinstance(it, click.Option)}
    assert options == {**MANY, **{name: parameter for name, (parameter, _) in ONE.items()}}


@settings(PROFILE, max_examples=PROFILE.max_examples * 10)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6))
def test_both_read_the_same(words: list[str]) -> None:
    """Where the quick one does not give up."""
    try:
        arguments, options = read(iter(words))
    except (LookupError, ValueError, StopIteration):
        return
    if arguments and Path(arguments[0]).is_file():
        theirs = verb.make_context("run", list(words)).params
        given = {name: value for name, value in theirs.items() if value not in (None, ())}
        ours = {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
        rest = {"arguments": tuple(arguments[1:])} if arguments[1:] else {}
        assert given == {"component": arguments[0], **rest, **ours}


def test_a_small_program_starts_without_what_takes_long(program: Make) -> None:
    run(program("hello"))  # what it is made of is cached now
    watched = "import sys\nfrom witcraft.cli import main\ntry: main()\nfinally: print(*sys.modules)"
    shell = [sys.executable, "-c", watched, "run", program("hello")]
    loaded = subprocess.run(shell, capture_output=True, text=True, timeout=60).stdout.split()
    assert "witcraft.cli.program" in loaded
    assert not {"click", "inspect", "dataclasses", "witcraft.binary", "witcraft.resolve"} & {*loaded}


# ---- progress -------------------------------------------------------------------------------------------------------


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def wait_for(terminal: Terminal) -> None:
    """Until something is said there."""
    deadline = time.monotonic() + 30
    while not terminal.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)


def on_terminal(monkeypatch: pytest.MonkeyPatch, patience: float = 0.01) -> Terminal:
    """Puts a terminal in place of stderr: in the test itself, since pytest sets streams anew after fixtures."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "PATIENCE", patience)
    monkeypatch.setattr(progress, "STEP", 0.01)
    return terminal


def test_what_takes_long_is_said_on_a_terminal_and_wiped_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with Progress("compiling app.wasm"):
        wait_for(terminal)
    *lines, wiped, end = terminal.getvalue().split("\r")[1:]
    assert lines[0] == "compiling app.wasm (0 s)"
    assert (wiped, end) == (" " * len(lines[-1]), "")


def test_a_line_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    monkeypatch.setenv("COLUMNS", "20")
    with Progress("compiling a-name-of-many-letters.wasm"):
        wait_for(terminal)
    assert terminal.getvalue().split("\r")[1] == "compiling a-name-of"


def test_what_is_quick_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch, patience=30)
    with Progress("compiling app.wasm"):
        pass
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("stream", [StringIO(), None], ids=["a file", "none at all"])
def test_without_a_terminal_nothing_is_said(monkeypatch: pytest.MonkeyPatch, stream: StringIO | None) -> None:
    on_terminal(monkeypatch)
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress("compiling app.wasm"):
        time.sleep(0.05)
    assert stream is None or stream.getvalue() == ""
