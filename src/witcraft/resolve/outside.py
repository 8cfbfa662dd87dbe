"""The borders of a whole component, in types that have names there.

An import may mention a type by a name that only the inside knows, as long as the type can do without: a list, not a
record (``Border.unnamed``). Who looks at the component from outside is told what is behind such a name.
"""

from __future__ import annotations

from collections.abc import Mapping

from witcraft.model.types import Resource, TypeDef, ValType
from witcraft.resolve.meaning import Extern, TypeItem
from witcraft.resolve.scope import Scope
from witcraft.resolve.substitute import Substitution

Externs = Mapping[str, Extern]


def outside(scope: Scope) -> tuple[Externs, Externs]:
    """Imports and exports."""
    imports, exports, unnamed = scope.imports.items, scope.exports.items, scope.imports.unnamed | scope.exports.unnamed
    if not unnamed:
        return imports, exports
    plain = Plain(scope, unnamed)
    return plain.externs(imports), plain.externs(exports)


class Plain(Substitution):
    """Puts what is behind them for ``unnamed`` names, but where it is the name itself that goes in or out."""

    def __init__(self, scope: Scope, unnamed: set[TypeDef]) -> None:
        super().__init__(scope.ledger, min(map(scope.ledger.stamp, unnamed)))
        self.unnamed = unnamed
        self.renewed: dict[TypeDef, TypeDef] = {}

    def extern(self, extern: Extern) -> Extern:
        match extern:
            case TypeItem(TypeDef() as ty):
                return self.ledger.note(TypeItem(self.renew(ty)))
            case _:
                return super().extern(extern)

    def resource(self, resource: Resource) -> Resource:
        return resource

    def named(self, ty: TypeDef) -> ValType:
        return self.value(ty.type) if ty in self.unnamed else self.renew(ty)

    def renew(self, ty: TypeDef) -> TypeDef:
        found = self.renewed.get(ty)
        if found is None:
            inner = self.value(ty.type)
            new = ty if inner is ty.type else TypeDef(ty.owner, ty.name, inner, ty.docs)
            found = self.renewed[ty] = self.ledger.note(new)
        return found
