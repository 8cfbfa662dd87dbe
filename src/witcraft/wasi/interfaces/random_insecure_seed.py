"""``wasi:random/insecure-seed@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol


class InsecureSeed(Protocol):
    """What the component imports as ``wasi:random/insecure-seed@0.2.12``."""

    def insecure_seed(self) -> tuple[int, int]: ...
