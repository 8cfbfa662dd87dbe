"""Imports that a Python module provides (``--with``), and WASI, which `witcraft.wasi` provides by default."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

import witcraft
from witcraft import api
from witcraft.cli.app import app
from witcraft.errors import EmitError
from witcraft.runtime import LinkError, Trap
from witcraft.runtime.engine import assemble

pytestmark = pytest.mark.engine

STORE = """
(component
  (import "test:kv/store@1.2.0" (instance $store
    (export "bucket" (type $bucket (sub resource)))
    (type $fault' (variant (case "missing" u32) (case "broken")))
    (export "fault" (type $fault (eq $fault')))
    (type $entry' (record (field "key" u32) (field "value" u32)))
    (export "entry" (type $entry (eq $entry')))
    (export "open" (func (result (own $bucket))))
    (export "[method]bucket.get" (func (param "self" (borrow $bucket)) (param "key" u32)
      (result (result $entry (error $fault)))))))
  (alias export $store "bucket" (type $bucket))
  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $open (canon lower (func $store "open")))
  (core func $get (canon lower (func $store "[method]bucket.get") (memory (core memory $memory "memory"))))
  (core func $drop (canon resource.drop $bucket))
  (core module $guest
    (import "store" "open" (func $open (result i32)))
    (import "store" "get" (func $get (param i32 i32 i32)))
    (import "store" "drop" (func $drop (param i32)))
    (import "memory" "memory" (memory 1))
    (func (export "look") (param $key i32) (result i32) (local $bucket i32)
      (local.set $bucket (call $open))
      (call $get (local.get $bucket) (local.get $key) (i32.const 64))
      (call $drop (local.get $bucket))
      (if (result i32) (i32.load8_u (i32.const 64))
        (then (i32.add (i32.const 1000) (i32.load8_u (i32.const 68))))
        (else (i32.load (i32.const 72))))))
  (core instance $guest (instantiate $guest
    (with "memory" (instance $memory))
    (with "store" (instance (export "open" (func $open)) (export "get" (func $get)) (export "drop" (func $drop))))))
  (func (export "look") (param "key" u32) (result u32) (canon lift (core func $guest "look"))))
"""

PROVIDER = """
from __future__ import annotations

from {types} import Entry as Entry, Fault as Fault, Fault_Broken as Fault_Broken, Fault_Missing as Fault_Missing
from {types} import Store as Store
from witcraft.runtime import Err

left: list[int] = []


class Bucket:
    def get(self, key: int, /) -> Entry:
        if key == 0:
            raise Err(Fault_Broken())
        if key > 9:
            raise Err(Fault_Missing(key))
        return Entry(key, key * key)

    def __exit__(self, *_: object) -> None:
        left.append(1)


def open() -> Bucket:  # noqa: A001
    return Bucket()
"""


@pytest.fixture(scope="module")
def component() -> bytes:
    return assemble(STORE)


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, component: bytes) -> str:
    """The name of a module that provides the import, with types that witcraft printed."""
    name = f"shop_{abs(hash(request.node.name))}"
    path = tmp_path / "store.wasm"
    path.write_bytes(component)
    api.interfaces(path, tmp_path / f"{name}_types")
    (tmp_path / f"{name}.py").write_text(PROVIDER.format(types=f"{name}_types.kv_store"))
    monkeypatch.syspath_prepend(tmp_path)
    return name


NAMES = ["test:kv/store", "test:kv/store@1.2.0", "test:kv/store@1.0.0"]


@pytest.mark.parametrize("name", NAMES)
def test_a_module_is_the_host_and_has_the_types(component: bytes, provider: str, name: str):
    loaded = witcraft.load(component, name="shop", providers={name: provider})
    instance = loaded.instantiate()
    assert [instance.look(key) for key in (3, 0, 10)] == [9, 1001, 1000]
    module = sys.modules[provider]
    assert module.left == [1, 1, 1]
    assert instance["test:kv/store"].Entry is module.Entry


def test_the_caller_may_still_give_another_host(component: bytes, provider: str):
    loaded = witcraft.load(component, name="shop", providers={"test:kv/store": provider})
    entry = instance_types(loaded, provider).Entry

    class Bucket:
        def get(self, key: int, /) -> object:
            return entry(key, 77)

    host = SimpleNamespace(Bucket=Bucket, open=Bucket)
    assert loaded.instantiate({"test:kv/store": host}).look(1) == 77
    assert loaded.instantiate().look(2) == 4, "the next instance has the module again"


def instance_types(loaded: witcraft.Component, provider: str):
    loaded.instantiate()
    return sys.modules[provider]


def test_a_module_that_lacks_a_function_is_named_with_it(component: bytes, provider: str, tmp_path: Path):
    path = tmp_path / f"{provider}.py"
    path.write_text(path.read_text().replace("def open", "def close"))
    with pytest.raises(LinkError, match=r"missing  test:kv/store@1\.2\.0 open: func\(\) -> bucket"):
        witcraft.load(component, name="shop", providers={"test:kv/store": provider}).instantiate()


def test_a_package_on_disk(component: bytes, provider: str, tmp_path: Path):
    api.python(component, tmp_path / "app", name="app", providers={"test:kv/store": provider})
    (tmp_path / "program.py").write_text(
        f"import app\nimport {provider}\n"
        "print(app.App().look(4), app.App(app.AppImports()).look(5))\n"
        f"print(app.App(app.AppImports(store={provider})).look(12))\n"
    )
    ran = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (ran.stdout, ran.stderr) == ("16 25\n1000\n", "")


def test_types_of_the_module_pass_mypy(component: bytes, provider: str, tmp_path: Path):
    pytest.importorskip("mypy")
    api.python(component, tmp_path / "app", name="app", providers={"test:kv/store": provider})
    (tmp_path / "program.py").write_text(
        f"import {provider}\nimport {provider}_types.kv_store as types\nfrom app import App, AppImports\n\n"
        f"host: types.Store = {provider}\nApp(AppImports(store=host)).look(1)\n"
    )
    tool = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "program.py", "app"]
    ran = subprocess.run(tool, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert ran.stdout == ""


def test_the_command_line(component: bytes, provider: str, tmp_path: Path):
    path, folder = tmp_path / "shop.wasm", tmp_path / "shop_app"
    path.write_bytes(component)
    ran = CliRunner().invoke(app, ["python", str(path), "-o", str(folder), "--with", f"test:kv/store={provider}"])
    assert ran.exit_code == 0, ran.output
    assert f"import {provider}\n" in (folder / "imports" / "store.py").read_text()


@pytest.mark.parametrize(
    "text", ["test:kv/store", "=shop", "test:kv/store=1shop", "test:kv/store=a..b", "test:kv/store=import"]
)
def test_what_with_does_not_take(component: bytes, tmp_path: Path, text: str):
    path = tmp_path / "shop.wasm"
    path.write_bytes(component)
    ran = CliRunner().invoke(app, ["python", str(path), "-o", str(tmp_path / "app"), "--with", text])
    assert ran.exit_code == 2
    assert "expected 'ns:pkg/interface=python.module'" in ran.output


def test_an_import_that_is_not_there(component: bytes):
    with pytest.raises(EmitError, match="test:kv/shop: there is no such import"):
        api.bind(component, name="app", providers={"test:kv/shop": "shop"})


# ---- WASI --------------------------------------------------------------------------------------------------------

RANDOM = """
(component
  (import "wasi:random/random@{version}" (instance $random
    (export "get-random-u64" (func (result {type})))))
  (core func $get (canon lower (func $random "get-random-u64")))
  (core module $guest
    (import "" "get" (func $get (result {core})))
    (func (export "draw") (result {core}) (call $get)))
  (core instance $guest (instantiate $guest (with "" (instance (export "get" (func $get))))))
  (func (export "draw") (result {type}) (canon lift (core func $guest "draw"))))
"""


def draws(version: str = "0.2.3", type_: str = "u64", core: str = "i64") -> bytes:
    return assemble(RANDOM.format(version=version, type=type_, core=core))


@pytest.mark.parametrize("version", ["0.2.0", "0.2.3", "0.2.12", "0.2.99"])
def test_wasi_is_there_without_being_given(version: str):
    instance = witcraft.load(draws(version), name="app").instantiate()
    assert len({instance.draw() for _ in range(4)}) == 4


def test_wasi_is_configured_by_what_is_given():
    from witcraft.wasi import Wasi

    loaded = witcraft.load(draws(), name="app")
    seeded = [loaded.instantiate([Wasi(random=7), {}]).draw(), loaded.instantiate(Wasi(random=7)).draw()]
    assert seeded[0] == seeded[1]
    given = loaded.instantiate({"wasi:random/random": {"get-random-u64": lambda: 5}})
    assert given.draw() == 5


def test_two_providers_are_too_many():
    from witcraft.wasi import Wasi

    with pytest.raises(LinkError, match="ambiguous  WASI"):
        witcraft.load(draws(), name="app").instantiate([Wasi(), Wasi()])


@pytest.mark.parametrize("standalone", [False, True])
def test_wasi_on_disk(tmp_path: Path, standalone: bool):
    api.python(draws(), tmp_path / "app", name="app", standalone=standalone)
    wasi = "app._witcraft.wasi" if standalone else "witcraft.wasi"
    (tmp_path / "program.py").write_text(
        f"import sys\nfrom app import App\nfrom {wasi} import Wasi\n"
        "assert App(wasi=Wasi(random=1)).draw() == App(wasi=Wasi(random=1)).draw()\n"
        "assert App().draw() != App().draw()\n"
        "print(sorted(name for name in sys.modules if name.startswith('witcraft'))[:1])\n"
    )
    ran = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (ran.stdout, ran.stderr) == ("[]\n" if standalone else "['witcraft']\n", "")


def test_a_function_of_another_type_is_not_that_of_wasi():
    component = draws(type_="u32", core="i32")
    with pytest.raises(EmitError, match=r"wasi:random/random@0\.2\.3: its get-random-u64 is not that of WASI 0\.2"):
        witcraft.load(component, name="app")
    loaded = witcraft.load(component, name="app", providers={"wasi:random/random": ""})
    with pytest.raises(LinkError, match="missing  wasi:random/random"):
        loaded.instantiate()
    assert loaded.instantiate({"wasi:random/random": {"get-random-u64": lambda: 5}}).draw() == 5


@pytest.mark.parametrize("version", ["0.2.0-rc-2023-11-10", "0.3.0", "1.0.0"])
def test_drafts_and_other_tracks_are_imports_like_any(version: str):
    with pytest.raises(LinkError, match="missing  wasi:random/random"):
        witcraft.load(draws(version), name="app").instantiate()


def test_an_interface_that_witcraft_lacks_links_and_says_so_when_called():
    component = assemble(
        RANDOM.format(version="0.2.3", type="u64", core="i64").replace("wasi:random/random", "wasi:dice/dice")
    )
    instance = witcraft.load(component, name="app").instantiate()
    with pytest.raises(Exception, match=r"wasi:dice/dice@0\.2\.3.*get.random.u64") as caught:
        instance.draw()
    assert "witcraft" in str(caught.value)


def test_modules_for_a_provider_from_the_command_line(tmp_path: Path, component: bytes):
    path = tmp_path / "store.wasm"
    path.write_bytes(component)
    assert CliRunner().invoke(app, ["wit", str(path), "--python"]).exit_code == 2
    ran = CliRunner().invoke(app, ["wit", str(path), "--python", "-o", str(tmp_path / "types")])
    assert ran.exit_code == 0, ran.output
    assert "class Store(Protocol):" in (tmp_path / "types" / "kv_store.py").read_text()


TIMERS = """
(component
  (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type (sub resource)))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $outer))
    (export "pollable" (type $p (eq $outer)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $p))))))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core module $guest
    (import "" "subscribe" (func $subscribe (param i64) (result i32)))
    (func (export "hoard") (param $n i32)
      (loop $next
        (drop (call $subscribe (i64.const 0)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
  (core instance $guest (instantiate $guest (with "" (instance (export "subscribe" (func $subscribe))))))
  (func (export "hoard") (param "n" u32) (canon lift (core func $guest "hoard"))))
"""


def test_a_guest_cannot_hold_resources_without_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("witcraft.runtime.registry.MOST_LENT", 100)
    instance = witcraft.load(assemble(TIMERS), name="app").instantiate()
    instance.hoard(100)
    with pytest.raises(Trap, match="cannot hold more than 100 resources"):
        instance.hoard(1)
