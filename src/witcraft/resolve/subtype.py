"""Is what is given good enough for what is wanted? (component-model Explainer, "Type Checking")

``wanted`` speaks of a template's own names: an ``Opening`` of that template says what they stand for, and learns it
from what is given. Value and function types match where they are equal; instances, components and modules may export
more and import less.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from witcraft.errors import ComponentError
from witcraft.model.text import wit
from witcraft.model.types import Resource, TypeDef, ValType
from witcraft.resolve.core_types import check_module
from witcraft.resolve.ledger import Ledger
from witcraft.resolve.meaning import (
    AnyType,
    ComponentType,
    Extern,
    FuncType,
    Instance,
    InstanceType,
    ModuleType,
    TypeItem,
    ValueItem,
    noun,
)
from witcraft.resolve.names import quoted
from witcraft.resolve.substitute import Opening

MAX_WRITTEN = 50  # nodes of a type in a message
PAIR = 5  # units of work to compare one


def check(given: Extern, wanted: Extern, opening: Opening) -> None:
    """Raises ``ComponentError`` unless ``given`` can stand where ``wanted`` is asked for."""
    opening.ledger.spend(PAIR)
    match given, wanted:
        case FuncType(), FuncType():
            check_function(given, opening.function(wanted), opening.ledger)
        case TypeItem(have), TypeItem(want):
            check_type(have, want, opening)
        case ValueItem(have), ValueItem(want):
            if not same_value(have, opening.value(want), opening.ledger):
                raise ComponentError("the value has another type")
        case Instance(have), Instance(want):
            check_exports(have, want, opening)
        case ComponentType(), ComponentType():
            check_component(given, opening.component_type(wanted), opening.ledger)
        case ModuleType(), ModuleType():
            opening.ledger.spend(PAIR * (len(given.imports) + len(wanted.exports)))
            check_module(given, wanted)
        case _:
            _expected(wanted, given)


def check_exports(given: Mapping[str, Extern], wanted: Mapping[str, Extern], opening: Opening) -> None:
    for name, want in wanted.items():
        have = given.get(name)
        if have is None:
            raise ComponentError(f'it has no export "{name}"')
        check_item(f'export "{name}"', have, want, opening)


def check_item(title: str, given: Extern, wanted: Extern, opening: Opening) -> None:
    """``check``, whose errors begin with what was checked."""
    try:
        check(given, wanted, opening)
    except ComponentError as error:
        raise ComponentError(f"{title}: {error.message}") from None


# ---- types ------------------------------------------------------------------------------------------------------


def check_type(given: AnyType, wanted: AnyType, opening: Opening) -> None:
    ledger = opening.ledger
    match given, wanted:
        case Resource(), Resource():
            if opening.is_free(wanted):
                opening.bind(wanted, given)
            elif ledger.original(given) is not ledger.original(opening.resource(wanted)):
                raise ComponentError(f'it is another resource type than "{wanted.name}"')
        case FuncType(), FuncType():
            check_function(given, opening.function(wanted), ledger)
        case InstanceType(), InstanceType():
            check_both(given, opening.instance_type(wanted), ledger)
        case ComponentType(), ComponentType():
            check_both(given, opening.component_type(wanted), ledger)
        case (Resource() | FuncType() | InstanceType() | ComponentType(), _):
            _expected(wanted, given)
        case (_, Resource() | FuncType() | InstanceType() | ComponentType()):
            _expected(wanted, given)
        case _:
            check_value_type(given, wanted, opening)


def check_value_type(given: ValType, wanted: ValType, opening: Opening) -> None:
    """A named type stands for what is given from here on, so that the name that it has there is kept."""
    inner = wanted.type if isinstance(wanted, TypeDef) else wanted
    if not same_value(given, opening.value(inner), opening.ledger):
        raise ComponentError("it is another value type")
    if isinstance(wanted, TypeDef) and opening.ledger.stamp(wanted) >= opening.first:
        opening.values[wanted] = given


def same_value(given: ValType, wanted: ValType, ledger: Ledger) -> bool:
    return ledger.shape(given) is ledger.shape(wanted)


def check_function(given: FuncType, wanted: FuncType, ledger: Ledger) -> None:
    ledger.spend(len(wanted.params))
    if given.is_async != wanted.is_async:
        raise ComponentError(f"the function is {'' if given.is_async else 'not '}async")
    if [param.name for param in given.params] != [param.name for param in wanted.params]:
        raise ComponentError(
            f"the function has other parameters: ({labels(given)}), where ({labels(wanted)}) is needed"
        )
    for have, want in zip(given.params, wanted.params, strict=True):
        if not same_value(have.type, want.type, ledger):
            raise ComponentError(f'parameter "{have.name}" has another type{both(have.type, want.type, ledger)}')
    if not same_result(given.result, wanted.result, ledger):
        raise ComponentError(f"the result has another type{both(given.result, wanted.result, ledger)}")


def labels(ty: FuncType) -> str:
    return quoted(", ".join([param.name for param in ty.params])).strip('"')


def both(given: ValType | None, wanted: ValType | None, ledger: Ledger) -> str:
    """For a message: the two types, if that says something and is not too long."""
    if any(ty is not None and ledger.facts[ty].size > MAX_WRITTEN for ty in (given, wanted)):
        return ""
    have, want = (wit(ty) if ty else "none" for ty in (given, wanted))
    return "" if have == want else f": {quoted(have)[1:-1]}, where {quoted(want)[1:-1]} is needed"


def same_result(given: ValType | None, wanted: ValType | None, ledger: Ledger) -> bool:
    if given is None or wanted is None:
        return given is wanted
    return same_value(given, wanted, ledger)


# ---- templates --------------------------------------------------------------------------------------------------


def check_both(given: InstanceType | ComponentType, wanted: InstanceType | ComponentType, ledger: Ledger) -> None:
    """Types that are named must be equal: each as good as the other."""
    if isinstance(given, InstanceType) and isinstance(wanted, InstanceType):
        check_instance_type(given, wanted, ledger)
        check_instance_type(wanted, given, ledger)
    elif isinstance(given, ComponentType) and isinstance(wanted, ComponentType):
        check_component(given, wanted, ledger)
        check_component(wanted, given, ledger)


def check_instance_type(given: InstanceType, wanted: InstanceType, ledger: Ledger) -> None:
    exports = Opening(ledger, given).externs(given.exports)
    check_exports(exports, wanted.exports, Opening(ledger, wanted))


def check_component(given: ComponentType, wanted: ComponentType, ledger: Ledger) -> None:
    """Instantiates ``given`` with what ``wanted`` imports, and compares the exports."""
    outside, inside = Opening(ledger, wanted), Opening(ledger, given)
    check_imports(outside.externs(wanted.imports), given, inside)
    check_exports(inside.externs(given.exports), wanted.exports, outside)


def check_imports(args: Mapping[str, Extern], component: ComponentType, opening: Opening) -> None:
    """The arguments of an instantiation; ``opening`` learns what the component's imports stand for."""
    for name, wanted in component.imports.items():
        given = args.get(name)
        if given is None:
            raise ComponentError(f'no argument for the import "{name}"')
        check_item(f'import "{name}"', given, wanted, opening)


def _expected(wanted: AnyType | Extern, given: AnyType | Extern) -> NoReturn:
    raise ComponentError(f"expected {noun(wanted)}, found {noun(given)}")
