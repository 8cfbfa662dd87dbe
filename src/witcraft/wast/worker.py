"""A script in a process of its own: whatever it does to the process, the one that asked for it goes on.

Standard output has a line of JSON before each directive (its index) and one after it (its ``Outcome``).
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from witcraft.resolve.features import Features
from witcraft.wast.engine import refusal_of_module
from witcraft.wast.host import Host, NoHost
from witcraft.wast.outcome import Engine, Failure
from witcraft.wast.player import Player
from witcraft.wast.script import allowed_features, directives

OLDER_INDICES = "WAST_STRICT_COMPONENT_INDICES"
"""The assembler takes the former way to write indices as well, if this is 0 in the environment."""


def host_of(engine: Engine, allowed: Features) -> Host:
    match engine:
        case "witcraft":
            from witcraft.wast.live import LiveHost

            return LiveHost(allowed)
        case "js":
            from witcraft.wast.js import JsHost

            return JsHost(allowed)
        case "native":
            from witcraft.wast.native import NativeHost

            return NativeHost()
        case "none":
            return NoHost(allowed)


def work(path: Path, engine: Engine, skipped: frozenset[int]) -> None:
    """Plays the script at ``path`` but for directives by whose indices the process died before."""
    script = path.read_bytes()
    player = Player(host_of(engine, allowed_features(script)), refusal_of_module)
    for index, directive in enumerate(directives(script)):
        if index in skipped:
            player.failed(directive, Failure("crash", "the process ended"))
        else:
            report(index)
            report(asdict(player.play(directive)))


def report(message: object) -> None:
    line = json.dumps(message) + "\n"
    os.write(OUTPUT, line.encode())


OUTPUT = 1

if __name__ == "__main__":
    os.environ[OLDER_INDICES] = "0"
    OUTPUT = os.dup(1)
    os.dup2(2, 1)  # whatever else prints must not meet the reports
    work(Path(sys.argv[1]), sys.argv[2], frozenset(map(int, sys.argv[3:])))  # type: ignore[arg-type]  # from `run`
