"""Re-entrance is told from a second thread by the frames of the calls, whatever the parameters of an export are called."""

from __future__ import annotations

from typing import Any

import pytest

import witcraft
from tests.support.wat import assemble

pytestmark = pytest.mark.engine

NESTED = """
(component
  (import "again" (func $again (param "n" u32) (result u32)))
  (core func $lowered (canon lower (func $again)))
  (core module $M
    (import "host" "again" (func $again (param i32) (result i32)))
    (func (export "run") (param i32) (result i32) (call $again (local.get 0))))
  (core instance $m (instantiate $M (with "host" (instance (export "again" (func $lowered))))))
  (func (export "run") (param "store" u32) (result u32) (canon lift (core func $m "run"))))
"""


def test_an_export_whose_parameter_is_called_store_may_be_entered_again() -> None:
    app: Any = witcraft.load(assemble(NESTED)).instantiate({"again": lambda n: app.run(n - 1) + 1 if n else 0})
    assert app.run(5) == 5
