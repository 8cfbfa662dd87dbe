"""Tracebacks show the lines of the bindings, those on disk and those that only live in memory."""

from __future__ import annotations

import inspect
import linecache
import subprocess
import sys
import traceback

import pytest

import witcraft
from tests.conftest import path_of
from tests.end_to_end.conftest import CACHE
from witcraft import Config, Trap

pytestmark = [pytest.mark.engine, pytest.mark.guest]


def text_of(error):
    return "".join(traceback.format_exception(error))


def test_a_bad_argument_shows_the_line_of_the_caller_and_of_the_bindings(ledger_app):
    with pytest.raises(TypeError) as caught:
        ledger_app.app.accounts.Account(5)  # this very line
    shown = text_of(caught.value)
    assert "# this very line" in shown
    assert "raise explain(error, _CONSTRUCTOR_ACCOUNT, owner) from None" in shown
    assert "During handling" not in shown
    assert shown.endswith("ArgumentError: owner: expected str, got int\n")


def test_a_trap_shows_the_call(ledger_app):
    with pytest.raises(Trap) as caught:
        ledger_app.app.trouble.trap()
    shown = text_of(caught.value)
    assert 'raise store.failure("guest:ledger/trouble@1.2.0#trap", failed)' in shown
    assert "wasm backtrace:" in shown


def test_an_exception_of_the_host_shows_its_own_lines(ledger_app):
    def refuse(_line):
        raise LookupError("no such line")  # the host's own line

    ledger_app.host.react = refuse
    with pytest.raises(LookupError) as caught:
        ledger_app.app.accounts.Account("Ada").add(ledger_app.entry("", 1, []))
    shown = text_of(caught.value)
    assert "# the host's own line" in shown
    assert "note(line)" in shown  # the trampoline's
    assert "raise store.failure(" in shown  # the export's


def test_the_source_of_live_bindings_can_be_looked_at(opener):
    module = opener("ledger", "live").module
    assert "class Ledger(Root):" in inspect.getsource(module.Ledger)
    exported = sys.modules[f"{module.__name__}.exports.accounts"]
    assert "def sum(self, entries: Sequence[Entry]) -> int:" in inspect.getsource(exported.Accounts.sum)
    assert linecache.getline(str(exported.__file__), 1, vars(exported)).startswith('"""')


def test_without_a_cache_lines_are_shown_as_well():
    loaded = witcraft.load(path_of("bench"), name="uncached", config=Config(cache=False))
    with pytest.raises(TypeError) as caught:
        loaded.instantiate({"test:bench/host": {"tick": abs}}).add("1", 2)
    assert "raise explain(error, _ADD, a, b) from None" in text_of(caught.value)


UNCAUGHT = """
import witcraft
component = witcraft.load({path!r}, name="ledger", config=witcraft.Config(cache={cache!r}))
app = component.instantiate({{"guest:ledger/audit": {{"note": print, "lookup": print}}}})
app.accounts.Account(5)
"""


def test_an_uncaught_exception_shows_lines():
    script = UNCAUGHT.format(path=str(path_of("ledger")), cache=str(CACHE))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "raise explain(error, _CONSTRUCTOR_ACCOUNT, owner) from None" in done.stderr
    assert done.stderr.endswith("ArgumentError: owner: expected str, got int\n")
