"""Documentation out of WIT for components that have none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import wasmtime
from click.testing import CliRunner
from wasmtime import component as native

from tests.support import raw
from tests.support.wat import assemble
from witcraft import api, binary
from witcraft.cli.app import app
from witcraft.core.tree import Custom
from witcraft.craft.decode import decode
from witcraft.craft.document import document
from witcraft.errors import ComponentError, WitcraftError
from witcraft.model.types import TypeDef
from witcraft.model.world import Function, Interface, World, WorldItem, extern_name
from witcraft.resolve.wit.read import read_text

COMPONENT = """(component
  (import "shop:app/store@1.0.5" (instance
    (export "order" (type $order (sub resource)))
    (type $k (enum "food" "tool"))
    (export "kind" (type (eq $k)))
    (type $f (func (param "order" (borrow $order))))
    (export "price" (func (type $f)))))
  (import "hello" (func))
  (core module $m (func (export "ask")))
  (core instance $i (instantiate $m))
  (func $ask (canon lift (core func $i "ask")))
  (export "ask" (func $ask))
  (instance $extra (export "more" (func $ask)))
  (export "extra" (instance $extra)))"""

WIT = """/// The package.
package shop:app@1.0.0;
/// A store.
interface store {
  /// An order.
  resource order;
  /// A kind.
  enum kind { /// To eat.
              food, tool }
  /// A price.
  price: func(order: borrow<order>);
  /// Not there.
  missing: func();
}
/// Another world.
world other { /// Another hello.
              import hello: func(); }
/// An app.
world app {
  /// Where from.
  import store;
  /// Hello.
  import hello: func();
  /// Not imported.
  import gone: func();
  /// Ask.
  export ask: func();
  export extra: interface { /// More.
                            more: func(); }
}"""


def documented(world: str | None = None) -> bytes:
    return document(assemble(COMPONENT), read_text(WIT), world)


def item(items: tuple[WorldItem, ...], name: str) -> WorldItem:
    return next(item for item in items if extern_name(item) == name)


def function(items: tuple[WorldItem, ...], name: str) -> Function:
    found = item(items, name)
    assert isinstance(found, Function)
    return found


def interface(items: tuple[WorldItem, ...], name: str) -> Interface:
    found = item(items, name)
    assert isinstance(found, Interface)
    return found


def check(found: World) -> None:
    """The world that bindings are made of."""
    assert found.docs.text == "An app."
    assert function(found.imports, "hello").docs.text == "Hello."
    assert function(found.exports, "ask").docs.text == "Ask."
    store = interface(found.imports, "shop:app/store@1.0.5")
    assert store.docs.text == "A store."
    kind = item(store.types, "kind")
    assert isinstance(kind, TypeDef)
    assert (kind.docs.text, dict(kind.docs.items)) == ("A kind.", {"food": "To eat."})
    assert function(store.functions, "price").docs.text == "A price."
    assert function(interface(found.exports, "extra").functions, "more").docs.text == "More."


def test_every_item_gets_what_is_said_of_it():
    """Of an interface in a compatible version too."""
    check(api.world(documented()))


def test_the_text_of_the_component_has_it():
    found = api.wit_text(decode(documented()))
    for text in ("An app.", "Hello.", "Ask.", "A store.", "An order.", "To eat.", "A price.", "More."):
        assert f"/// {text}\n" in found


def sections(data: bytes) -> dict[str, Custom]:
    return {custom.name: custom for custom in binary.read(data).customs if custom.name.endswith("-docs")}


def contents(data: bytes, name: str) -> object:
    return json.loads(bytes(sections(data)[name].data[1:]))


def test_what_the_component_does_not_have_is_left_out():
    """Other tools refuse a component that documents more than it has; and what is named is witcraft's own matter."""
    assert contents(documented(), "package-docs") == {
        "worlds": {
            "root": {
                "docs": "An app.",
                "funcs": {"hello": {"docs": "Hello."}},
                "interface_exports": {"extra": {"funcs": {"more": {"docs": "More."}}}},
                "func_exports": {"ask": {"docs": "Ask."}},
            }
        }
    }
    assert "Where from." not in str(contents(documented(), "package-docs"))


def test_the_world_can_be_named():
    found = api.world(documented("other"))
    assert found.docs.text == "Another world."
    assert function(found.imports, "hello").docs.text == "Another hello."
    assert function(found.exports, "ask").docs.text == ""
    with pytest.raises(WitcraftError, match="no world is called 'x'"):
        documented("x")


def test_what_a_component_says_itself_stays():
    own = raw.custom("package-docs", b'\x01{"worlds": {"root": {"docs": "Mine."}}}')
    data = document(assemble(COMPONENT) + own, read_text(WIT))
    assert data.count(b"package-docs") == 1
    assert api.world(data).docs.text == "Mine."
    assert interface(api.world(data).imports, "shop:app/store@1.0.5").docs.text == "A store."


def test_the_component_is_otherwise_the_same():
    assert documented().startswith(assemble(COMPONENT))
    assert document(assemble(COMPONENT), read_text("package a:b; interface i {}")) == assemble(COMPONENT)
    native.Component(wasmtime.Engine(), documented())


def test_a_core_module_is_refused():
    with pytest.raises(ComponentError, match="this is a core module"):
        document(raw.module(), read_text(WIT))


# ---- the command line -------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "app.wasm").write_bytes(assemble(COMPONENT))
    (tmp_path / "app.wit").write_text(WIT)
    (tmp_path / "core.wasm").write_bytes(raw.module())
    return tmp_path


def run(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


@pytest.mark.parametrize("verb", ["python", "js"])
def test_bindings_are_documented(files: Path, verb: str):
    code, output = run(verb, files / "app.wasm", "--wit", files / "app.wit", "-o", files / "out")
    assert code == 0, output
    written = "".join([path.read_text() for path in (files / "out").rglob("*.*") if path.suffix in (".py", ".ts")])
    for text in ("A store.", "A kind.", "A price.", "Ask."):
        assert text in written


def test_embed(files: Path):
    out = files / "out.wasm"
    assert run("embed", files / "core.wasm", "--wit", files / "app.wit", "--world", "app", "-o", out) == (0, "")
    assert run("wit", out)[1].startswith("/// The package.\npackage shop:app@1.0.0;\n")
    assert run("embed", "--dummy", "--wit", files / "app.wit", "--world", "app", "--names", "legacy", "-o", out)[0] == 0
    assert [it.name for it in binary.read_module(out.read_bytes()).exports][:2] == ["ask", "cabi_post_ask"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["core.wasm"], 1, "package shop:app@1.0.0 has 2 worlds: say which; there are other, app"),
        (["core.wasm", "--world", "x"], 1, "no world is called 'x'"),
        (["app.wasm", "--world", "app"], 1, "this is a component, where a core module is expected"),
        (["--world", "app"], 2, "name a core module, or ask for one by --dummy"),
        (["core.wasm", "--world", "app", "--dummy"], 2, "name a core module, or ask for one by --dummy"),
    ],
)
def test_embed_refuses(files: Path, arguments: list[str], code: int, message: str):
    paths = [str(files / it) if it.endswith(".wasm") else it for it in arguments]
    found, output = run("embed", *paths, "--wit", files / "app.wit", "-o", files / "out.wasm")
    assert found == code
    assert message in output
    assert not (files / "out.wasm").exists()
