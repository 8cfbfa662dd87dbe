"""A world with all that it needs: interfaces whose types are used are imported too, or are those that are exported.

What an export uses comes from an export if the world exports it, else from an import; it cannot come from both
(component-model WIT.md, "Package format"; pull request 208 of the component model says why).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from witcraft.model.types import TypeDef
from witcraft.model.world import Interface, NamedResource, Statement
from witcraft.model.world import extern_name as key
from witcraft.resolve.wit.draft import Border, Draft, dependencies, foreign_owner, identity, in_order
from witcraft.wit.source import Report


def elaborate(draft: Draft, report: Report) -> None:
    """Puts the items of both sides in order and adds the imports that follow from them."""
    imports = Border("import")
    for item in in_order(list(draft.imports.items.values())):
        match item:
            case Interface():
                import_all(draft, imports, item, draft.imports.statements[item.name])
            case TypeDef() | NamedResource():
                import_of(draft, imports, item)
                imports.items[item.name] = item
            case _:
                imports.items[key(item)] = item
    exports = Border("export")
    wanted = {}
    for name, item in draft.exports.items.items():
        if isinstance(item, Interface):
            wanted[name] = item
        else:
            exports.items[name] = item
    Exports(draft, imports, exports, wanted, report).run()
    imports.items = {key(item): item for item in in_order(list(imports.items.values()))}
    draft.imports, draft.exports = imports, exports


def import_of(draft: Draft, imports: Border, item: TypeDef | NamedResource) -> None:
    """The interface that a type of the world is used from."""
    owner = foreign_owner(item)
    if owner:
        import_all(draft, imports, draft.interface(owner), Statement(stability=item.stability, written=False))


def import_all(draft: Draft, imports: Border, interface: Interface, statement: Statement) -> None:
    """``interface`` after those that it depends on; those that nobody imports have its gate."""
    if interface.name in imports.items:
        return
    follows = Statement(stability=statement.stability, written=False)
    open_ones = [(interface, statement, iter(dependencies(interface)))]
    while open_ones:
        found, says, rest = open_ones[-1]
        name = next((name for name in rest if name not in imports.items), None)
        if name is not None:
            needed = draft.interface(name)
            own = draft.imports.statements.get(name, follows)
            open_ones.append((needed, own, iter(dependencies(needed))))
            continue
        open_ones.pop()
        if found.name not in imports.items:
            imports.add(found.name, found, says)


@dataclass(eq=False, slots=True)
class Visit:
    """An interface on its way to one side, what is left of those that it uses, and who uses it."""

    interface: Interface
    statement: Statement
    exported: bool
    rest: Iterator[str]
    user: Visit | None = None


@dataclass(slots=True)
class Exports:
    """Adds the interfaces ``wanted`` as exports, those that they use before them.

    ``required`` are imports that exports need: none of them can be exported as well.
    """

    draft: Draft
    imports: Border
    exports: Border
    wanted: dict[str, Interface]
    report: Report
    required: dict[str, Visit] = field(default_factory=dict)

    def run(self) -> None:
        for interface in self.wanted.values():
            if interface.name in self.exports.items:
                continue
            statement = self.draft.exports.statements[interface.name]
            visit: Visit | None = Visit(interface, statement, True, iter(dependencies(interface)))
            while visit is not None:
                step = self.step(visit)
                if step is None:
                    return
                visit = visit.user if step is visit else step

    def step(self, visit: Visit) -> Visit | None:
        """Who is next: one that ``visit`` uses, or itself if it is done. None where one would come from both sides."""
        for name in visit.rest:
            exported = visit.exported and name in self.wanted
            if name in self.exports.items and exported:
                continue
            if name in self.required and not exported:
                continue
            needed = self.draft.interface(name)
            statement = Statement(stability=visit.statement.stability, written=False)
            if exported:
                statement = self.draft.exports.statements[name]
            found = Visit(needed, statement, exported, iter(dependencies(needed)), visit)
            if name not in self.exports.items:
                return found
            self.clash(found)
            return None
        return self.place(visit)

    def place(self, visit: Visit) -> Visit | None:
        name, which = visit.interface.name, identity(visit.interface)
        if visit.exported and which in self.required:
            self.clash(self.required[which])
            return None
        if visit.exported:
            self.exports.add(name, visit.interface, visit.statement)
            return visit
        self.required[which] = visit
        if name not in self.imports.items:
            self.imports.add(name, visit.interface, visit.statement)
        return visit

    def clash(self, visit: Visit) -> None:
        names = [visit.interface.name]
        while visit.user is not None:
            visit = visit.user
            names.insert(0, visit.interface.name)
        shown = [*names[:6], "...", names[-1]] if len(names) > 8 else names
        chain = " uses ".join([f"`{name}`" for name in shown])
        hint = ", ".join([f"`{name}`" for name in shown if name not in self.wanted])
        message = f"world `{self.draft.name}` would export `{names[-1]}` and import it for an export: {chain}"
        self.report.add(message, self.draft.place, f"export {hint} as well")
