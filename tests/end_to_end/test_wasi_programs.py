"""Everyday programs in Python, JavaScript and C, with WASI as their tools bring it: `tests/guests/everyday`.

All print the same, under `witcraft.wasi` and under the WASI of the `wasmtime` package, which has no way to grant
sockets: what needs them is held against the servers and clients of `everyday`.
"""

from __future__ import annotations

import io
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

import witcraft
from tests.conftest import path_of
from tests.end_to_end import everyday
from tests.guests import build
from tests.support.wasi import TRAPPED, Command, Outcome, run, run_native
from witcraft.wasi import MissingError, Network
from witcraft.wasi.filesystem import preopens
from witcraft.wasi.filesystem.walk import walk

pytestmark = pytest.mark.guest

C = pytest.param("everyday-c", marks=pytest.mark.engine)  # the others are large, and take long to compile
guests = pytest.mark.parametrize("guest", [C, "everyday-js", "everyday-python"])
# Python has them in its library, JavaScript calls the interfaces; C does that, too, but for a client only.
guests_with_sockets = pytest.mark.parametrize("guest", ["everyday-js", "everyday-python"])


def command(guest: str, *args: str, **rest) -> Command:
    return Command(path_of(guest), args, **rest)


def printed(outcome: Outcome) -> str:
    """The standard output of a program that did well."""
    assert (outcome.code, outcome.stderr, outcome.error) == (0, "", None)
    return outcome.stdout


# ---- files --------------------------------------------------------------------------------------------------------


@guests
@pytest.mark.parametrize("name", ["/", "/data"])
def test_files(guest, name, tmp_path):
    ours, native = tmp_path / "ours", tmp_path / "native"
    for folder in (ours, native):
        folder.mkdir()
    assert printed(run(command(guest, "files", name, folders={name: ours}))) == everyday.FILES
    assert printed(run_native(command(guest, "files", name, folders={name: native}))) == everyday.FILES
    assert everyday.contents(ours) == {}


@guests
@pytest.mark.parametrize("name", ["/", "/data"])
def test_no_path_leads_out(guest, name, tmp_path):
    after = []
    for runner in (run, run_native):
        outer = tmp_path / runner.__name__
        inner = everyday.lay_out(outer)
        before = everyday.contents(outer)
        assert printed(runner(command(guest, "escape", name, folders={name: inner}))) == everyday.ESCAPE
        after.append(everyday.contents(outer))
        assert after[-1] == before | {"granted/made": "../secret", "granted/nowhere": ""}
    assert after[0] == after[1]


def test_where_the_kernel_does_not_resolve_paths(tmp_path, monkeypatch):
    """As on macOS: component by component."""
    monkeypatch.setattr(preopens, "resolver", lambda base: walk)
    (tmp_path / "empty").mkdir()
    assert printed(run(command("everyday-c", "files", "/", folders={"/": tmp_path / "empty"}))) == everyday.FILES
    inner = everyday.lay_out(tmp_path / "outer")
    assert printed(run(command("everyday-js", "rights", "/", folders={"/": inner}))) == everyday.RIGHTS
    before = everyday.contents(tmp_path / "outer")
    assert printed(run(command("everyday-c", "escape", "/", folders={"/": inner}))) == everyday.ESCAPE
    assert everyday.contents(tmp_path / "outer") == before | {"granted/made": "../secret", "granted/nowhere": ""}


@pytest.mark.parametrize("guest", [C, "everyday-python"])
def test_a_folder_for_reading_is_not_changed(guest, tmp_path):
    for runner in (run, run_native):
        outer = tmp_path / runner.__name__
        inner = everyday.lay_out(outer)
        before = everyday.contents(outer)
        readonly = command(guest, "readonly", "/data", folders={"/data": inner}, writable=False)
        text = everyday.READONLY if runner is run else everyday.READONLY.replace("EROFS", "EPERM")
        assert printed(runner(readonly)) == text
        assert everyday.contents(outer) == before


def test_rights_of_descriptors(tmp_path):
    inner = everyday.lay_out(tmp_path)
    rights = command("everyday-js", "rights", "/data", folders={"/data": inner})
    assert printed(run(rights)) == everyday.RIGHTS
    native = "\n".join(everyday.RIGHTS_OF_THE_ENGINE.get(line, line) for line in everyday.RIGHTS.split("\n"))
    assert printed(run_native(rights)) == native


@guests
def test_no_folder_is_there_unless_granted(guest):
    ours, native = run(command(guest, "files", "/")), run_native(command(guest, "files", "/"))
    assert ours.code == native.code != 0
    assert (ours.stdout, native.stdout) == ("", "")


@pytest.mark.engine
def test_fifty_at_once(tmp_path):
    def one(number: int) -> str:
        folder = tmp_path / str(number)
        folder.mkdir()
        return printed(run(command("everyday-c", "files", "/", folders={"/": folder})))

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(one, range(50))) == {everyday.FILES}


# ---- the rest of a machine ----------------------------------------------------------------------------------------


@guests
def test_arguments_and_environment(guest):
    given = command(guest, "environment", "a", "b c", "", "ü", env={"B": "", "A": "1=2\n", "Ü": "🦀"})
    text = "[a] [b c] [] [ü]\nA=1=2\n\nB=\nÜ=🦀\n"
    assert printed(run(given)) == printed(run_native(given)) == text
    assert printed(run(command(guest, "environment"))) == "\n"


@guests
def test_clocks(guest):
    for runner in (run, run_native):
        before = int(time.time())
        _, seconds, _, slept = printed(runner(command(guest, "clocks"))).split()
        assert before <= int(seconds) <= time.time()
        assert slept == "yes"


@guests
def test_a_clock_that_stands(guest):
    """Sleeping takes no time of ours, and all that it should of the guest's."""
    moment = datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)
    assert printed(run(command(guest, "clocks"), clock=moment)) == "wall 1000000000 slept yes\n"
    start = time.monotonic()
    assert printed(run(command(guest, "sleep", "3600"), clock=moment)) == "sleeping\n"
    assert time.monotonic() - start < 60


@guests
def test_random_bytes(guest):
    texts = [printed(runner(command(guest, "random"))) for runner in (run, run, run_native)]
    assert len(set(texts)) == 3
    assert all(re.fullmatch("[0-9a-f]{32} yes 256\n", text) for text in texts)


@guests
def test_a_seed_makes_it_repeatable(guest):
    first, again, other = (printed(run(command(guest, "random"), random=seed)) for seed in (7, 7, 8))
    assert first == again != other


LINES = "".join(f"line {number} of many\n" for number in range(20_000))


@guests
@pytest.mark.parametrize("text", ["one\ntwo\nthree\n", "", LINES], ids=["lines", "nothing", "much"])
def test_standard_streams(guest, text):
    for runner in (run, run_native):
        outcome = runner(command(guest, "upper", stdin=text.encode()))
        assert outcome == Outcome(0, text.upper(), f"{text.count(chr(10))}\n")


@guests
def test_standard_streams_of_files_and_functions(guest, tmp_path):
    path = tmp_path / "input"
    path.write_text(LINES)
    with path.open("rb") as file:
        assert run(command(guest, "upper"), stdin=file).stdout == LINES.upper()
    source, sink = io.BytesIO(LINES.encode()), io.BytesIO()
    run(command(guest, "upper"), stdin=source.read, stdout=sink)
    assert sink.getvalue().decode() == LINES.upper()


def test_first_of_input_and_timers():
    assert printed(run(command("everyday-c", "poll", stdin=b"x"))) == "poll 1 yes\n"
    for runner in (run, run_native):
        assert printed(runner(command("everyday-js", "first", stdin=b"x"))) == "ready 1\ntimer yes 1\n"


@guests
def test_exit_codes(guest):
    """`exit-with-code` keeps the code. Python and the adapter know no more than failure."""
    code = 7 if guest == "everyday-js" else 1
    for runner in (run, run_native):
        outcome = runner(command(guest, "exit", "7"))
        assert (outcome.code, outcome.stdout) == (code, "leaving\n")
        assert runner(command(guest, "exit", "0")).code == 0


@guests
def test_failures(guest):
    """JavaScript's function answers with an error, the others trap."""
    ours, native = (runner(command(guest, "fail")) for runner in (run, run_native))
    assert (ours.code, ours.stdout, ours.stderr) == (native.code, native.stdout, native.stderr)
    assert ours.stdout == "failing\n"
    assert ours.code == (1 if guest == "everyday-js" else TRAPPED)


@pytest.mark.engine
@pytest.mark.parametrize("busy", ["spin", "sleep"])
def test_a_timeout_ends_what_computes_and_what_waits(busy):
    start = time.monotonic()
    outcome = run(command("everyday-c", busy, "60"), config=witcraft.Config(timeout=0.5, cache=build.CACHE / "code"))
    assert time.monotonic() - start < 30
    assert (outcome.code, outcome.stdout) == (TRAPPED, f"{busy}ing\n".replace("spin", "spinn"))
    assert "timed out after 0.5 s" in str(outcome.error)


# ---- sockets ------------------------------------------------------------------------------------------------------


@guests
def test_a_client(guest):
    with everyday.server(everyday.upper) as (host, port):
        client = command(guest, "connect", host, port)
        assert printed(run(client, network=Network(tcp=f"{host}:{port}"))) == "peer yes\nanswer 200002 yes\n"


@guests_with_sockets
def test_a_server(guest):
    clients = everyday.Clients(3)
    serving = command(guest, "serve", "3")
    outcome = run(serving, network=Network(listen="127.0.0.1"), seen=clients.hear)
    assert clients.join() == [b"HELLO 0, AGAIN", b"HELLO 1, AGAIN", b"HELLO 2, AGAIN"]
    assert printed(outcome) == f"port {clients.port}\nserved 3\n"


@guests_with_sockets
def test_datagrams(guest):
    with everyday.datagrams() as (host, port):
        outcome = run(command(guest, "datagrams", host, port), network=Network(udp=f"{host}:{port}"))
    assert printed(outcome) == "answer 3 yes yes\nanswer 0 yes yes\nanswer 1000 yes yes\n"


@guests_with_sockets
def test_a_silent_server(guest):
    with everyday.server(everyday.silent) as (host, port):
        outcome = run(command(guest, "silence", host, port), network=Network(tcp=f"{host}:{port}"))
    assert printed(outcome) == "timed out yes\nreadable 0\nwritable 1\n"


@guests_with_sockets
def test_names_are_looked_up(guest):
    assert printed(run(command(guest, "lookup", "localhost"), network=Network(lookup="localhost"))) == "127.0.0.1\n"
    assert printed(run_native(command(guest, "lookup", "localhost"), lookup=True)) == "127.0.0.1\n"
    refused = run(command(guest, "lookup", "example.org"), network=Network(lookup="example.com"))
    assert (refused.code != 0, refused.stdout) == (True, "")


@guests_with_sockets
def test_no_network_unless_granted(guest):
    attempts = command(guest, "attempts", everyday.HOST, everyday.unused_port())
    for runner in (run, run_native):
        assert printed(runner(attempts)) == "connect EACCES\nsend EACCES\nlisten EACCES\n"


@guests_with_sockets
def test_the_network_is_granted_by_address(guest):
    host, port = everyday.HOST, everyday.unused_port()
    attempts = command(guest, "attempts", host, port)
    elsewhere = Network(tcp=f"{host}:{int(port) ^ 1}", udp=f"{host}:{int(port) ^ 1}", listen=f"{host}:{port}")
    assert printed(run(attempts, network=elsewhere)) == "connect EACCES\nsend EACCES\nlisten EACCES\n"
    here = Network(tcp=f"{host}:{port}", udp=f"{host}:{port}", listen=host)
    assert printed(run(attempts, network=here)) == "connect ECONNREFUSED\nsend ok\nlisten ok\n"


@pytest.mark.engine
def test_a_client_in_c_is_granted_by_address():
    host, port = everyday.HOST, everyday.unused_port()
    attempts = command("everyday-c", "attempts", host, port)
    assert printed(run(attempts)) == printed(run_native(attempts)) == "connect EACCES\n"
    assert printed(run(attempts, network=Network(tcp=f"{host}:{port}"))) == "connect ECONNREFUSED\n"


# ---- what is not there --------------------------------------------------------------------------------------------


def test_http_links_and_says_that_it_is_missing():
    with pytest.raises(MissingError, match="wasi:http/") as raised:
        run(command("everyday-js", "http", "http://127.0.0.1/"))
    assert "witcraft does not have this interface" in str(raised.value)
