"""Whether any core module of a plan could throw an exception: who calls into it has to stop one then."""

from __future__ import annotations

from witcraft.binary.core import TITLES
from witcraft.binary.cursor import Cursor
from witcraft.binary.sections import Layer, preamble, sections
from witcraft.core.tree import Module
from witcraft.plan.steps import ImportedModule, InstantiateModule, Plan, Step

TAG_SECTION = next(code for code, title in TITLES.items() if title == "tag")


def can_throw(plan: Plan) -> bool:
    return any(map(has_tags, plan.modules)) or any(map(instantiates_import, plan.steps))


def instantiates_import(step: Step) -> bool:
    """Nothing is known of a module that the host gives."""
    return isinstance(step, InstantiateModule) and isinstance(step.module, ImportedModule)


def has_tags(module: Module) -> bool:
    """Whether its code can throw at all."""
    c = Cursor(module.data, module.offset, "the module")
    preamble(c, Layer.MODULE)
    return any(code == TAG_SECTION for code, _ in sections(c, TITLES))
