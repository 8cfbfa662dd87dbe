"""A component in a process of Node.js: modules are written, opened by `driver.mjs`, and called with values as JSON."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.js import tools

Wire = Any
"""A value as `wire.mjs` writes it."""


class JsError(Exception):
    """What a call threw."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['name']}: {error['message']}")
        self.name: str = error["name"]
        self.message: str = error["message"]
        self.is_component_error: bool = error["component"]
        self.payload: Wire = error.get("payload")


@dataclass(slots=True)
class JsHost:
    """An instance of the component whose module stands at ``module``; ``kind`` says what the host gives it."""

    module: Path
    kind: str
    functions: list[str] = field(default_factory=list)
    node: str = tools.NODES[0]
    process: subprocess.Popen[str] | None = None

    def __enter__(self) -> JsHost:
        command: list[str | Path] = [
            tools.node(self.node),
            tools.HERE / "driver.mjs",
            self.module,
            self.kind,
            json.dumps(self.functions),
        ]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"NODE_OPTIONS": ""}
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        if self.lives:
            self.process.communicate(timeout=60)

    @property
    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask(self, **request: Any) -> Wire:
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process ended: {self.process.wait(10)}")
        reply = json.loads(line)
        if "error" in reply:
            raise JsError(reply["error"])
        return reply["ok"]

    def call(self, *path: str, args: list[Wire]) -> Wire:
        return self.ask(call=path, args=args)

    def restart(self) -> None:
        self.ask(restart=True)
