"""``python -m witcraft``."""

from __future__ import annotations

from witcraft.cli import main

main()
