"""Whether two value types of two sides are the same type (Explainer, "Subtyping": value types have to be equal).

Types are structural: what an interface calls a record does not matter, what its fields are called does. A resource is
what its owner and its name say, in whatever version of one semver track.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from witcraft.compare.names import track
from witcraft.model.types import Borrow, Own, Resource, ValType, strip
from witcraft.model.walk import rebuild


@dataclass(slots=True)
class Sameness:
    """Types of both sides without names, each looked at once: as types are interned, equal ones are one object."""

    _shapes: dict[ValType, ValType] = field(default_factory=dict)
    _resources: dict[tuple[str, str], Resource] = field(default_factory=dict)

    def of(self, old: ValType | None, new: ValType | None) -> bool:
        if old is None or new is None:
            return old is new
        return self.shape(old) is self.shape(new)

    def of_resources(self, old: Resource, new: Resource) -> bool:
        return self.resource(old) is self.resource(new)

    def shape(self, ty: ValType) -> ValType:
        if ty not in self._shapes:
            self._shapes[ty] = self._shape(strip(ty))
        return self._shapes[ty]

    def _shape(self, ty: ValType) -> ValType:
        match ty:
            case Own(resource):
                return Own(self.resource(resource))
            case Borrow(resource):
                return Borrow(self.resource(resource))
            case _:
                return rebuild(ty, self.shape)

    def resource(self, resource: Resource) -> Resource:
        """The first that was seen of those that are the same."""
        return self._resources.setdefault((track(resource.owner), resource.name), resource)
