"""Where each named type and resource stands in the emitted package, and how another module says its name."""

from __future__ import annotations

from dataclasses import dataclass, field

from witcraft.emit.python.module import PyModule
from witcraft.model.types import Resource, TypeDef


@dataclass(frozen=True, slots=True)
class Place:
    module: PyModule
    name: str


@dataclass(slots=True)
class Places:
    types: dict[TypeDef, Place] = field(default_factory=dict)
    cases: dict[TypeDef, tuple[str, ...]] = field(default_factory=dict)
    fields: dict[TypeDef, tuple[str, ...]] = field(default_factory=dict)
    resources: dict[Resource, Place] = field(default_factory=dict)

    def type_name(self, module: PyModule, ty: TypeDef, at_run_time: bool) -> str:
        return self._say(module, self.types[ty], at_run_time)

    def resource_name(self, module: PyModule, resource: Resource, at_run_time: bool = False) -> str:
        return self._say(module, self.resources[resource], at_run_time)

    def case_name(self, module: PyModule, ty: TypeDef, index: int) -> str:
        """The class of a variant's case, for code that runs."""
        base = nominal(ty)
        place = self.types[base]
        return self._say(module, Place(place.module, self.cases[base][index]), at_run_time=True)

    def field_names(self, ty: TypeDef) -> tuple[str, ...]:
        """The attributes of a record's class, in order."""
        return self.fields[nominal(ty)]

    @staticmethod
    def _say(module: PyModule, place: Place, at_run_time: bool) -> str:
        if place.module is module:
            return place.name
        return f"{module.sibling(place.module.path, at_run_time)}.{place.name}"


def nominal(ty: TypeDef) -> TypeDef:
    """The definition that a chain of ``use`` ends in: the one with a class of its own."""
    while isinstance(ty.type, TypeDef):
        ty = ty.type
    return ty
