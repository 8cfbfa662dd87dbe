"""A page in headless Chromium that loads emitted modules, calls them, and shows what came of it."""

from __future__ import annotations

import functools
import html
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import path_of
from tests.js import tools
from witcraft import api

pytestmark = [pytest.mark.guest]

SHOWN = [
    ("add", "43"),
    ("echoString", "\ufeffzwölf Ü 🦀"),
    ("echoBytes", "[0,255]"),
    ("echoPoints", '[{"x":1.5,"y":-2,"id":7}]'),
    ("runTicks", "500500"),
    ("checked", "ComponentError: too big"),
    ("add(-1)", "add: a: "),
    ("owner", "Ada"),
    ("live", "0"),
]


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return found or pytest.skip("no Chromium on the path: install Debian's package `chromium`")


class Handler(SimpleHTTPRequestHandler):
    """Python knows the types of JavaScript and WebAssembly itself."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of the page; the folder that it lies in is ``tmp_path``."""
    api.js(path_of("bench"), tmp_path / "plain", name="bench", base64_cutoff=0)
    api.js(path_of("ledger"), tmp_path / "ledger", name="ledger", instantiation="async")
    (tmp_path / "host.js").write_text("export const tick = (n) => n;\n")
    shutil.copy(tools.HERE / "page.html", tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/page.html"
        server.shutdown()


def browse(program: str, profile: Path, *arguments: str) -> str:
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={profile}"]
    done = subprocess.run([program, *flags, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_page_shows_what_components_give(chromium, site, tmp_path):
    page = browse(chromium, tmp_path / "profile", "--virtual-time-budget=20000", "--dump-dom", site)
    assert '<p id="state">done</p>' in page, page
    cells = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td></tr>", page, re.DOTALL)
    shown = [(html.unescape(call), html.unescape(value)) for call, value in cells]
    assert [call for call, _ in shown] == [call for call, _ in SHOWN]
    for (call, value), (_, expected) in zip(shown, SHOWN, strict=True):
        assert value.startswith(expected) if call == "add(-1)" else value == expected
