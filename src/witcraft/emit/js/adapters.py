"""The modules that witcraft makes for calls between inner components: instantiated as they are, or in parts.

An engine that takes one memory a module gets each memory's own module first (``fuse.one_memory``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from witcraft.core.encode import encode
from witcraft.emit.js.names import quoted
from witcraft.fuse.one_memory import COPY, MEMORY, Apart, general, one_memory, several_memories, space
from witcraft.plan.steps import InstantiateAdapters

if TYPE_CHECKING:
    from witcraft.emit.js.glue import Glue


def instantiate(glue: Glue, name: str, step: InstantiateAdapters) -> None:
    wasm, spaces = step.wasm, glue.arguments(step.args)
    if not glue.package.options.multi_memory and several_memories(step.module):
        apart = one_memory(step.module)
        wasm, spaces = encode(apart.adapters), spaces_apart(glue, name, step, apart)
    file = glue.package.made_file(name, wasm)
    glue.instantiate(name, glue.module_value(file, is_once=True), spaces)


def spaces_apart(glue: Glue, name: str, step: InstantiateAdapters, apart: Apart) -> dict[str, list[str]]:
    """What adapters without a memory of their own import."""
    fields = {item.field for item in apart.memories}
    memories = {arg.name: glue.extern(arg.value) for arg in step.args if arg.name in fields}
    spaces = glue.arguments(tuple([arg for arg in step.args if arg.name not in memories]))
    for item in apart.memories:
        file = glue.package.made_file(f"{name} {general(item)}", encode(apart.access_to(item)))
        access = f"{name}-memory{item.field}"
        glue.used.add(access)
        glue.instantiate(access, glue.module_value(file), {"": [f"{MEMORY}: {memories[item.field]}"]})
        spaces[space(item)] = [f"...{glue.made(access)}"]
    copy = glue.module.use("copyBetween") if apart.copies else ""
    for to, source in apart.copies:
        key = quoted(f"{to.field} {source.field}")
        spaces.setdefault(COPY, []).append(f"{key}: {copy}({memories[to.field]}, {memories[source.field]})")
    return spaces
