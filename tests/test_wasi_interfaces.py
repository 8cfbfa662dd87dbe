"""`wasi/interfaces` is what witcraft prints from `wasi/wit`. `--bless` prints it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

import witcraft
from witcraft import api
from witcraft.emit.python.interfaces import interfaces, print_shapes
from witcraft.emit.python.providers import module_name
from witcraft.model.world import World

ROOM = Path(witcraft.__file__).parent / "wasi"
FOLDER = ROOM / "interfaces"


@pytest.fixture(scope="module")
def world() -> World:
    return api.wit(ROOM / "wit", features=("*",)).root.worlds[0]


def test_the_modules_are_those_of_the_wit(world: World, pytestconfig: pytest.Config):
    printed = {**interfaces(world, ("wasi", "interfaces"), ".runtime"), "shapes.py": print_shapes(world)}
    if pytestconfig.getoption("--bless"):
        for path, text in printed.items():
            (FOLDER / path).write_text(str(text), "utf-8")
    found = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.py") if path.name != "__init__.py"}
    assert found == printed


def test_every_interface_of_the_command_world_has_a_module(world: World):
    names = {module_name(item.name) for item in world.imports if not hasattr(item, "params")}
    assert names == {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "shapes"}


def test_the_wit_holds_no_prose():
    for path in (ROOM / "wit").rglob("*.wit"):
        assert "//" not in path.read_text("utf-8"), path
