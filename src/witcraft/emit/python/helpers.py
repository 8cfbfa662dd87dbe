"""Helper functions: one for each large type, direction and source, printed when first asked for."""

from __future__ import annotations

from typing import Any

from witcraft.abi.helpers import helper_name, helper_program
from witcraft.abi.ops import Direction, HelperKey
from witcraft.emit.python.frames import HelperFrame
from witcraft.emit.python.module import PyModule
from witcraft.emit.python.ops import Body
from witcraft.model.types import TypeDef
from witcraft.words import snake

EXTRAS = ("context", "memory", "moved")  # what a helper may need besides its values, in this order


class Helpers:
    """``call`` gives the text that names a helper, and the arguments that stand before its own."""

    def __init__(self, package: Any) -> None:
        self.package = package
        self._known: dict[tuple[HelperKey, int, int], tuple[PyModule, str, tuple[str, ...]]] = {}

    def call(self, body: Body, key: HelperKey, component_instance: int, pointer: int) -> tuple[str, tuple[str, ...]]:
        module, name, extras = self._find(body.module, key, component_instance, pointer)
        if module is not body.module:
            name = f"{body.module.sibling(module.path, at_run_time=True)}.{name}"
        return name, tuple(body.frame.extra(body, extra) for extra in extras)

    def _find(
        self, caller: PyModule, key: HelperKey, instance: int, pointer: int
    ) -> tuple[PyModule, str, tuple[str, ...]]:
        place = (key, instance, pointer)
        if place not in self._known:
            module = self.package.places.types[key.type].module if isinstance(key.type, TypeDef) else caller
            name = module.names.take(f"_{snake(helper_name(key))}")
            self._known[place] = (module, name, self._print(module, name, key, instance, pointer))
        return self._known[place]

    def _print(self, module: PyModule, name: str, key: HelperKey, instance: int, pointer: int) -> tuple[str, ...]:
        program = self.package.simplify(helper_program(key, self.package.layout(pointer)))
        note = self.package.annotator(module)
        body = Body(note, HelperFrame(self.package, instance, pointer), {})
        params = [(body.local(param), sort) for param, sort in program.params]
        body.out.depth = 1
        body.block(program.body)
        extras = tuple(extra for extra in EXTRAS if extra in body.needs)
        hints = {
            "context": self.package.context_type,
            "memory": lambda m: m.typing("runtime", "Memory"),
            "moved": lambda m: f"list[{m.typing('runtime', 'Moved')}] | None",
        }
        typed = [f"{body.local(f'frame {extra}')}: {hints[extra](module)}" for extra in extras]
        for param, sort in params:
            hint = note.given(key.type) if sort == "value" else "float" if sort in ("f32", "f64") else "int"
            typed.append(f"{param}: {hint}")
        with module.section() as out:
            out.bracket(f"def {name}(", typed, f") -> {self._returns(note, key, pointer)}:")
            out.lines += body.out.lines
        return extras

    def _returns(self, note: Any, key: HelperKey, pointer: int) -> str:
        if key.direction is Direction.LIFT:
            return str(note.given(key.type))
        if not key.flat:
            return "None"
        cores = self.package.layout(pointer).flatten(key.type)
        assert cores is not None, "a flat helper stands for a type that fits"
        return f"tuple[{', '.join('float' if core in ('f32', 'f64') else 'int' for core in cores)}]"
