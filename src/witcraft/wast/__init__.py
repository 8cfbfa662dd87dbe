"""Scripts of components (``.wast``): read, played by a host in a process of their own, and scored."""

from __future__ import annotations

from witcraft.wast.outcome import Engine, Outcome, Report, Stage
from witcraft.wast.run import run

__all__ = ["Engine", "Outcome", "Report", "Stage", "run"]
