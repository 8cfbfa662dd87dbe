"""Witcraft against another host: the same component, the same values, the same traps.

`types` and `values` draw what is passed, `wat` writes a guest for it, `ours` and `native` run that guest, and `check`
compares. Values are those of `tests.abi_interpreter`, which belong to neither side.

``WITCRAFT_PROFILE=deep`` draws many more examples, other ones at every run.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_COMMON = settings(deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("ci", _COMMON, max_examples=25, derandomize=True)
settings.register_profile("deep", _COMMON, max_examples=2000)

PROFILE = settings.get_profile(os.environ.get("WITCRAFT_PROFILE", "ci"))
"""Decorates the property tests."""
