"""Exports and imports by WIT names and by Python names, versions left out; everything that is missing at once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import witcraft
from tests.conftest import path_of
from tests.end_to_end.conftest import CACHE
from tests.end_to_end.hosts import Audit, Echo, Store
from witcraft import Config, LinkError

pytestmark = [pytest.mark.engine, pytest.mark.guest]


# ---- exports ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "guest:ledger/accounts@1.2.0",
        "guest:ledger/accounts",
        "guest:ledger/accounts@1.0.0",
        "guest:ledger/accounts@1.9.9",
    ],
)
def test_an_interface_by_its_wit_name(ledger_app, name):
    accounts = ledger_app.app[name]
    assert accounts["live"]() == accounts.live() == 0
    assert accounts["account"] is ledger_app.app.accounts.Account
    assert accounts["entry"] is accounts.Entry is ledger_app.entry
    assert accounts["failure"] is accounts.Failure
    assert accounts.Failure_Closed() == accounts.Failure_Closed()
    account = accounts["[constructor]account"]("Ada")
    assert accounts["[method]account.owner"](account) == "Ada"
    assert [item.owner() for item in accounts["[static]account.open"](["a"])] == ["a"]


@pytest.mark.parametrize("name", ["guest:ledger/accounts@2.0.0", "guest:ledger/account", "accounts", "", "ledger"])
def test_an_unknown_interface_is_told_with_those_there_are(ledger_app, name):
    with pytest.raises(KeyError) as caught:
        ledger_app.app[name]
    assert f"there is no export {name!r}; " in str(caught.value)
    assert "'guest:ledger/accounts@1.2.0', 'guest:ledger/trouble@1.2.0'" in str(caught.value)


def test_an_unknown_item_is_told_with_those_there_are(ledger_app):
    accounts = ledger_app.app["guest:ledger/accounts"]
    with pytest.raises(KeyError, match=r"guest:ledger/accounts@1.2.0 has no 'sums'; .*'sum'"):
        accounts["sums"]
    with pytest.raises(AttributeError, match="has no 'sums'"):
        _ = accounts.sums
    with pytest.raises(AttributeError):
        _ = accounts.__wrapped__
    assert "sum" in accounts
    assert "sums" not in accounts
    assert {"sum", "[method]account.owner"} < set(accounts)
    assert {"sum", "Account", "Entry"} < set(dir(accounts))


def test_types_of_imports_stand_in_their_interface(tour_app):
    shapes = tour_app.app["guest:tour/shapes@0.1.0"]
    assert shapes["point"] is shapes.Point is tour_app.types.Point
    assert shapes.Shape_Circle(1.5).value == 1.5
    assert tour_app.app["guest:tour/values"].Shape_Circle is shapes.Shape_Circle
    assert tour_app.app["guest:tour/values"]["point"] is shapes.Point


def test_types_stand_beside_functions_on_disk(opened_tour):
    values = opened_tour.types("exports.values", "exports.stores")
    shapes = opened_tour.types("imports.shapes")
    for name in ("Point", "Shape_Circle", "Color", "Access", "Everything", "Failure_Missing"):
        assert getattr(values, name) is getattr(shapes, name)


def test_what_a_component_tells():
    component = witcraft.load(path_of("ledger"), name="ledger", config=Config(cache=CACHE))
    assert component.imports["guest:ledger/audit@1.2.0"] == {
        "entry": "entry",
        "note": "func(line: string)",
        "lookup": "func(book: string) -> option<list<entry>>",
    }
    accounts, trouble = component.exports.values()
    assert isinstance(accounts, dict)
    assert isinstance(trouble, dict)
    assert accounts["[static]account.close"] == "func(account: account) -> result<s64, failure>"
    assert trouble["moment"] == "enum { never, realloc, post-return }"
    assert [item.name for item in component.world.exports] == list(component.exports)


# ---- imports ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tour_component():
    return witcraft.load(path_of("tour-python"), name="tour-python", config=Config(cache=CACHE))


@pytest.mark.parametrize("version", ["@0.1.0", "@0.1.9", ""])
def test_a_version_may_be_left_out_or_be_another_of_its_track(tour_component, version):
    host = Echo()
    seen: list[str] = []
    app = tour_component.instantiate(
        {"log": seen.append, f"guest:tour/values{version}": host, f"guest:tour/stores{version}": Store()}
    )
    assert (app.greet("you"), app.values.echo_u8(5), seen) == ("hello, you", 5, ["you"])


def test_mappings_of_python_names_of_wit_names_and_lists_of_both(tour_component):
    host, store = Echo(), Store()
    seen: list[str] = []
    items = tour_component.imports["guest:tour/values@0.1.0"]
    functions = {name for name, text in items.items() if text.startswith("func")}
    by_wit = {name: getattr(host, name) for name in functions}
    by_python = {name.replace("-", "_"): function for name, function in by_wit.items() if name != "nothing"}
    stores = {name: getattr(store, name) for name in ("total", "swap", "larger", "discard", "live")}
    app = tour_component.instantiate(
        [
            {"log": seen.append, "guest:tour/values": by_python},
            {"guest:tour/values@0.1.0": {"nothing": by_wit["nothing"]}, "guest:tour/stores": {"blob": store.Blob}},
            {"guest:tour/stores@0.1.0": SimpleNamespace(**stores)},
        ]
    )
    assert app.values.echo_words(["a"]) == ["a"]
    assert app.values.nothing() is None
    assert app.stores.Blob(b"abc").size() == 3
    assert app.stores.total([app.stores.Blob(b"abc")]) == 3


def test_all_that_is_missing_is_listed_with_its_wit_type(opened_ledger):
    with pytest.raises(LinkError) as caught:
        opened_ledger.start(audit=object())
    assert str(caught.value).splitlines() == [
        "the imports do not fit the component",
        "  missing  guest:ledger/audit@1.2.0 note: func(line: string)",
        "  missing  guest:ledger/audit@1.2.0 lookup: func(book: string) -> option<list<entry>>",
    ]


def test_everything_wrong_with_the_imports_of_a_tour(tour_component):
    class Half:
        open = None

        def __init__(self, data):
            pass

        def read(self, n):
            return b""

    with pytest.raises(LinkError) as caught:
        tour_component.instantiate(
            {
                "lag": print,
                "guest:tour/values@2.0.0": {},
                "guest:tour/stores": {"blob": Half, "swop": print, "total": 5},
            }
        )
    text = str(caught.value)
    assert "extra  'lag': nothing asks for it; is it 'log'?" in text
    assert "extra  'guest:tour/values@2.0.0': nothing asks for it" in text
    assert "extra  'swop' in 'guest:tour/stores': nothing asks for it; is it 'swap'?" in text
    assert "missing  log: func(message: string)" in text
    assert "missing  guest:tour/values@0.1.0 echo-point: func(v: point) -> point" in text
    assert "missing  guest:tour/stores@0.1.0 [static]blob.open: func(name: string) -> result<blob, failure>" in text
    assert "missing  guest:tour/stores@0.1.0 [method]blob.size: func(self: borrow<blob>) -> u32" in text
    assert "missing  guest:tour/stores@0.1.0 larger: func(lhs: option<blob>, rhs: option<blob>) -> option<blob>" in text
    assert "total: func(blobs: list<borrow<blob>>) -> u32, but int cannot be called" in text
    assert "[method]blob.read" not in text


def test_a_missing_argument_of_the_imports_class_is_a_type_error(opener):
    module = opener("tour-python", "disk").module
    with pytest.raises(TypeError, match="values"):
        module.TourPythonImports(log=print, stores=Store())
    with pytest.raises(TypeError):
        module.TourPython()


def test_imports_are_looked_up_once(opened_ledger):
    """When an instance is made: a host may be changed afterwards, and nothing else is asked of it."""
    host = Audit()
    app = opened_ledger.start(audit=host)
    host.__class__ = type("Changed", (Audit,), {"note": None})
    account = app.accounts.Account("Ada")
    account.add(opened_ledger.types("imports.types").Entry("memo", 1, []))
    assert host.lines == ["memo"]
