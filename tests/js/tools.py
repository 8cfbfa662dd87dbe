"""Node.js, TypeScript, ESLint and jco for the tests: installed by npm on first use, then kept beside the guests."""

from __future__ import annotations

import platform
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from tests.guests import build

HERE = Path(__file__).parent
NPM = "tests/js/package.json"
NODES = ("node24", "node22")
"""The versions of Node.js that the output has to run on, the newest first."""


@lru_cache(1)
def installed() -> Path:
    """The folder that holds `node_modules`; nothing in it runs a script of its own for that. Raises `MissingTool`."""
    place = build.CACHE / f"npm-js-{build.digest((NPM,))}"
    if not place.exists():
        npm = build.program("npm")
        with build.folder(build.CACHE) as work:
            build.copy(build.TOP / NPM, work)
            build.run(npm, "install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", cwd=work)
            work.rename(place)
            work.mkdir()  # for the removal at the end of the block
    return place


def node(version: str = NODES[0]) -> Path:
    """The program of one of ``NODES``."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(platform.machine().lower(), "?")
    program = installed() / "node_modules" / f"{version}-{sys.platform}-{machine}" / "bin" / "node"
    if not program.exists():
        raise build.MissingTool(f"npm has no {version} for {sys.platform} on {machine}")
    return program


def run(*command: str | Path, cwd: Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=timeout)


def tool(package: str, script: str, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A command of an installed package, run by the newest Node.js."""
    return run(node(), installed() / "node_modules" / package / script, *arguments, cwd=cwd)


def tsc(*arguments: str | Path, cwd: Path) -> str:
    """What the TypeScript compiler has to say; nothing if all is well."""
    done = tool("typescript", "bin/tsc", "--noEmit", "--pretty", "false", *arguments, cwd=cwd)
    return done.stdout + done.stderr


def eslint(*arguments: str | Path, cwd: Path) -> str:
    done = tool("eslint", "bin/eslint.js", *arguments, cwd=cwd)
    return done.stdout + done.stderr


def link(folder: Path, source: Path | None = None) -> None:
    """Lets modules in ``folder`` import the installed packages."""
    (folder / "node_modules").symlink_to((source or installed()) / "node_modules", target_is_directory=True)


def jco() -> Path:
    """The folder with the `node_modules` that has jco, the version that builds the guests."""
    return build.node_modules()
