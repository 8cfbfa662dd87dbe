"""Golden files of worlds in binaries: ``tests/cases/embed-*``, written by ``pytest tests/test_craft_cases.py --bless``.

`input.wit` becomes `package.txt`, the package as a binary, `embedded.txt`, its world for a core module, and `dummy.txt`,
what a core module imports and exports that fits the world. Offsets, sizes and the version of witcraft are left out.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_show import plain
from witcraft import __version__, api, binary
from witcraft.component.show import show
from witcraft.component.spell import core_extern_type
from witcraft.component.tree import Component
from witcraft.core.tree import Module
from witcraft.craft.dummy import dummy_module
from witcraft.craft.mangling import MANGLINGS
from witcraft.craft.metadata import metadata
from witcraft.craft.package import package_component
from witcraft.model.package import Packages

CASES = sorted((Path(__file__).parent / "cases").glob("embed-*"))


def package(packages: Packages) -> str:
    return component(package_component(packages))


def embedded(packages: Packages) -> str:
    return component(metadata(packages.root.worlds[0], about=packages.root.docs.text))


def dummy(packages: Packages) -> str:
    world = packages.root.worlds[0]
    return "\n".join(
        f"{name}\n{module(binary.read_module(dummy_module(world, mangling)))}" for name, mangling in MANGLINGS.items()
    )


def component(data: bytes) -> str:
    found = binary.read(data)
    return plain(show(found, binary.item_names)).replace(f'"{__version__}"', "VERSION") + customs(found)


def customs(found: Component) -> str:
    shown = [section for section in found.customs if section.name != "producers"]
    return "".join([f"{section.name}: {bytes(section.data)!r}\n" for section in shown])


def module(found: Module) -> str:
    imports = [f"  import {item.module} {item.name}: {core_extern_type(item.type)}" for item in found.imports]
    exports = [f"  export {item.name}: {core_extern_type(item.type)}" for item in found.exports]
    return "\n".join([*imports, *exports]) + "\n"


STAGES = {"package.txt": package, "embedded.txt": embedded, "dummy.txt": dummy}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path, stage: str, request: pytest.FixtureRequest):
    golden = case / stage
    text = STAGES[stage](api.wit(case / "input.wit"))
    if request.config.getoption("--bless"):
        golden.write_text(text, encoding="utf-8")
    assert golden.is_file(), f"{golden.name} is not there: write it by --bless, and read it"
    assert text == golden.read_text(encoding="utf-8")


def test_every_case_is_whole():
    assert CASES
    for case in CASES:
        assert {path.name for path in case.iterdir()} == {"input.wit", *STAGES}
