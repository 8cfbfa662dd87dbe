"""A program moves over from jco: the same exports, values and types; what differs is in `docs/jco.md`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from benchmarks.js.__main__ import transpile
from tests.conftest import path_of
from tests.end_to_end.calls import GROUPS, calls, comes_through
from tests.js import tools
from tests.js.conftest import KINDS, functions_of
from tests.js.host import JsError, JsHost
from tests.js.test_values import Driven
from tests.js.values import Convert
from tests.test_js_declarations import STRICT
from witcraft import api

pytestmark = [pytest.mark.guest]

GUESTS = ("bench", "ledger", "tour-js")
MORE = {"ledger": {"guest:ledger/trouble@1.2.0": ["Account"], "trouble": ["Account"]}}
"""Classes that an interface uses of another: jco exports them there only."""


@pytest.fixture(scope="session")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The folder of jco's output for a guest; each is made once."""
    known: dict[tuple[str, str], Path] = {}

    def made(guest: str, **options: Any) -> Path:
        key = (guest, json.dumps(options))
        if key not in known:
            known[key] = tmp_path_factory.mktemp(guest) / "jco"
            transpile(path_of(guest), known[key], "app", **options)
        return known[key]

    return made


@pytest.mark.parametrize("guest", GUESTS)
def test_exports_have_the_same_names(guest, theirs, opened):
    ours = opened(guest).ask(keys=True)
    with JsHost(theirs(guest, instantiation="async") / "app.js", KINDS[guest], functions_of(guest)) as host:
        found = host.ask(keys=True)
    assert set(ours) == set(found)
    more = {name: sorted(set(ours[name] or []) - set(members or [])) for name, members in found.items()}
    less = {name: sorted(set(members or []) - set(ours[name] or [])) for name, members in found.items()}
    assert not any(less.values())
    assert {name: extra for name, extra in more.items() if extra} == MORE.get(guest, {})


@pytest.mark.parametrize("group", GROUPS)
def test_good_values_are_the_same(group, theirs, opened, python_types):
    """Down to the kinds of arrays, and the keys of objects and their order."""
    guest, types = "tour-js", python_types("tour-js")
    wrong = []
    with JsHost(theirs(guest, instantiation="async") / "app.js", "tour", functions_of(guest)) as host:
        ours, jco = Driven(guest, opened(guest), types), Driven(guest, host, types)
        for name, call in calls(group, types).items():
            key, ty = ours.values[name][0], ours.type(name)
            for value in call.good:
                if not comes_through(guest, name, value):
                    continue
                wire = Convert(types).down(value, ty)
                results = [each.host.call("values", key, args=[wire]) for each in (ours, jco)]
                seen = [each.host.ask(seen=True) for each in (ours, jco)]
                if json.dumps(results[0]) != json.dumps(results[1]) or json.dumps(seen[0]) != json.dumps(seen[1]):
                    wrong.append((name, value, *results))
    assert not wrong, wrong[:5]


def test_errors_of_results_are_the_same(theirs, opened):
    guest = "tour-js"
    with JsHost(theirs(guest, instantiation="async") / "app.js", "tour", functions_of(guest)) as host:
        for payload in ({"tag": "missing", "val": "ü"}, {"tag": "broken"}):
            found = []
            for each in (opened(guest), host):
                each.ask(answer={"error": payload})
                with pytest.raises(JsError) as caught:
                    each.call("values", "tryBoth", args=[1])
                found.append((caught.value.name, caught.value.message, caught.value.payload["tag"]))
            assert found[0][1:] == found[1][1:]


@pytest.mark.parametrize("guest", ["bench", "ledger", "wasi-js"])
def test_declarations_stand_where_theirs_stood(guest, theirs, tmp_path):
    shapes: tuple[tuple[Literal["async"] | None, str, str], ...] = (
        ("async", "jco", "ours"),
        (None, "jco-module", "our-module"),
    )
    for shape, their_folder, our_folder in shapes:
        options = {} if shape is None else {"instantiation": shape}
        ignored = shutil.ignore_patterns("*.js", "*.mjs", "node_modules")
        shutil.copytree(theirs(guest, **options), tmp_path / their_folder, ignore=ignored)
        api.js(path_of(guest), tmp_path / our_folder, name="app", instantiation=shape)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    strict = {
        **STRICT,
        "lib": ["es2022", "dom", "esnext.disposable"],
        "noUnusedLocals": False,
        "exactOptionalPropertyTypes": False,
    }
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": strict, "include": ["as-jco.ts"]}))
    shutil.copy(tools.HERE / "programs" / "as-jco.ts", tmp_path)
    assert tools.tsc("-p", "tsconfig.json", cwd=tmp_path) == ""
