"""Which resources a component type or an instance type mentions that are not its own."""

from __future__ import annotations

from collections.abc import Iterator

from witcraft.model.types import Resource
from witcraft.resolve.ledger import NEVER, Known, Ledger, parts
from witcraft.resolve.meaning import ComponentType, InstanceType, Template


def mentioned(ledger: Ledger, template: Template) -> Iterator[Resource]:
    """As the scope around the template knows them."""
    seen: set[Known] = set()
    todo: list[Known] = [template]
    while todo:
        known = todo.pop()
        if known in seen or ledger.facts[known].resource == NEVER:
            continue
        seen.add(known)
        ledger.spend(1)
        match known:
            case Resource():
                if ledger.stamp(known) < template.first:
                    yield actual(known, template)
            case InstanceType() | ComponentType() if known is not template and known.within:
                for resource in mentioned(ledger, known):
                    yield actual(resource, template)
            case _:
                todo += parts(known)


def actual(resource: Resource, template: Template) -> Resource:
    """What stands for it, once the template has been moved to where it is now."""
    for substitution in template.within:
        resource = substitution.resource(resource)
    return resource
