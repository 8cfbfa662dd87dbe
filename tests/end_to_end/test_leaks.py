"""Ten thousand instances and a million calls leave nothing behind: no memory, no descriptors, no threads."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import path_of
from tests.end_to_end.conftest import CACHE

pytestmark = [pytest.mark.engine, pytest.mark.slow]
MOST = 5 << 20
SETTING = """
import gc, json, os, resource, sys, threading
import witcraft

config = witcraft.Config(cache={cache!r})
component = witcraft.load({path!r}, name={name!r}, config=config)
unit = 1 if sys.platform == "darwin" else 1024

def peak():
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

def expect(kind, call, *arguments):
    try:
        call(*arguments)
    except kind:
        return
    raise AssertionError(call)
"""
REPORT = """
def state():
    return len(os.listdir("/dev/fd")), threading.active_count()

for n in range({warm}):
    use(n)
before, first = peak(), state()
for n in range({times}):
    use(n)
print(json.dumps({{"grown": peak() - before, "same": state() == first}}))
"""
# An instance a turn, one of ten of them ended by an exception of its host, and most of what can be done with it.
INSTANCES = """
def tick(n):
    if n == 13:
        raise LookupError
    return n

host = {"test:bench/host": {"tick": tick}}
def use(n):
    app = component.instantiate(host)
    app.add(1, n)
    app.echo_string("zwölf")
    expect(TypeError, app.add, 1, "2")
    expect(witcraft.Err, app.checked, 100)
    if n % 10 == 0:
        expect(LookupError, app.run_ticks, 13)
        expect(witcraft.PoisonedError, app.add, 1, 2)
"""
CALLS = """
app = component.instantiate({"test:bench/host": {"tick": abs}})
point = app["point"]
points = [point(1.0, 2.0, 3)] * 3
def use(n):
    for _ in range(200):
        app.add(1, n)
    app.run_ticks(100)
    for _ in range(20):
        app.echo_string("zwölf")
        app.echo_bytes(b"abc")
        app.echo_f64s([1.5])
        app.echo_points(points)
        app.echo_strings(["a", "b"])
    expect(TypeError, app.echo_points, [5])
    expect(witcraft.Err, app.checked, 100)
"""
RESOURCES = """
class Audit:
    def note(self, line): pass
    def lookup(self, book): return [entry("memo", 1, ["tag"])]

def start():
    return component.instantiate({"guest:ledger/audit": Audit()})

entry = start()["guest:ledger/accounts"]["entry"]
app = start()
def use(n):
    made = app.accounts.Account.open(["a"] * 20)
    made[0].add(entry("memo", 1, ["tag"]))
    made[0].copy("book")
    made[0].entries()
    with made[1]:
        pass
    expect(witcraft.Err, made[2].transfer, made[3], 5)
    expect(TypeError, made[2].transfer, 5, 5)
    if n % 10 == 0:
        ended = start()
        ended.accounts.Account("kept")
        expect(witcraft.Trap, ended.trouble.trap)
"""


@pytest.mark.parametrize(
    ("name", "script", "warm", "times"),
    [("bench", INSTANCES, 100, 10_000), ("bench", CALLS, 100, 2_500), ("ledger", RESOURCES, 100, 2_000)],
    ids=["instances", "calls", "resources"],
)
def test_nothing_is_left_behind(name, script, warm, times):
    setting = SETTING.format(cache=str(CACHE), path=str(path_of(name)), name=name)
    whole = setting + script + REPORT.format(warm=warm, times=times)
    done = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["grown"] < MOST
    assert report["same"]
