"""Instances that take one of everything WASI hands out, and drop none of it, leave no descriptor and no thread behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import CACHE
from tests.support.wat import assemble

pytestmark = [pytest.mark.engine, pytest.mark.slow]

HOARDER = Path(__file__).with_name("hoarder.wat")
SETTING = """
import json, os, sys, threading
import witcraft
from witcraft.wasi import Network, Wasi

component = witcraft.load({path!r}, config=witcraft.Config(cache={cache!r}))
written = bytearray()
wasi = Wasi(
    preopens={{"/": {folder!r}}},
    stdin=b"abc",
    stdout=written.extend,
    network=Network(tcp="*", udp="*"),
)

def state():
    return len(os.listdir("/dev/fd")), threading.active_count()

def use(n):
    app = component.instantiate([wasi])
    app.take()
    if n % 10 == 0:
        try:
            app.take_and_trap()
        except witcraft.Trap:
            pass
    return app

use(0)
first = state()
"""
# One after the other; each is looked at: whoever lets go of an instance need not wait for the garbage collector.
IN_TURN = """
held = state_of_one = None
for n in range(10_000):
    app = use(n)
    if n % 1000 == 0:
        held = state()
    del app
    if n % 1000 == 0:
        assert state() == first, (n, state(), first)
print(json.dumps({"first": first, "held": held, "last": state(), "written": len(written)}))
"""
# Fifty in as many threads, all of them there at once, twenty times.
AT_ONCE = """
from concurrent.futures import ThreadPoolExecutor

def one(n):
    everybody.wait(60)
    app = use(n)
    everybody.wait(60)
    seen = len(os.listdir("/dev/fd"))
    everybody.wait(60)
    return seen

held = 0
everybody = threading.Barrier(50)
for _ in range(20):
    with ThreadPoolExecutor(50) as pool:
        held = max(held, *pool.map(one, range(50)))
print(json.dumps({"first": first, "held": [held], "last": state(), "written": len(written)}))
"""


@pytest.mark.parametrize(
    ("script", "instances", "at_once"), [(IN_TURN, 10_000, 1), (AT_ONCE, 1000, 50)], ids=["turn", "once"]
)
def test_nothing_is_left_behind(script, instances, at_once, tmp_path):
    (tmp_path / "file").write_text("content")
    (tmp_path / "hoarder.wasm").write_bytes(assemble(HOARDER.read_text()))
    setting = SETTING.format(path=str(tmp_path / "hoarder.wasm"), folder=str(tmp_path), cache=str(CACHE))
    command = [sys.executable, "-W", "error", "-c", setting + script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["last"] == report["first"]
    assert report["held"][0] - report["first"][0] >= 4 * at_once  # a folder, a file, two sockets
    assert report["written"] == instances + instances // 10 + 2
