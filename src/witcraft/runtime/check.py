"""The second walk: why a value was refused, said with its path.

Lowering is written to be fast and only finds out *that* something does not fit. When it does not, ``explain`` reads
the WIT text of the signature and walks over the values once more, asking of each what lowering asks, to say
``points[3].x: expected float, got str``. Nothing of this runs, or is even imported, while values are good.
"""

from __future__ import annotations

from struct import error as StructError

from .errors import ArgumentError, ClosedError, Error
from .scalars import double, integer, single
from .sequences import SIZES, buffer, entries, packed, sequence
from .values import Err, Ok, Some

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from .wit import Definition, Type

BadValue = (TypeError, ValueError, ArithmeticError, AttributeError, LookupError, StructError)
"""What lowering may raise for a bad value: only these are explained."""
BOUNDS = {
    **{f"u{bits}": (0, (1 << bits) - 1) for bits in (8, 16, 32, 64)},
    **{f"s{bits}": (-1 << bits - 1, (1 << bits - 1) - 1) for bits in (8, 16, 32, 64)},
}
CODES = {
    "s8": "b", "s16": "h", "s32": "i", "s64": "q", "u8": "B", "u16": "H", "u32": "I", "u64": "Q", "f32": "f", "f64": "d"
}  # fmt: skip
_TEXTS = 60  # characters of a value that a message shows


class Signature:
    """What one function takes or gives: ``text`` is WIT, ``points: list<point>, scale: f64``.

    ``scope`` is the module's namespace; its ``_TYPES`` says what the names mean.
    """

    __slots__ = ("label", "scope", "text")

    def __init__(self, label: str, text: str, scope: Mapping[str, Any]) -> None:
        self.label, self.text, self.scope = label, text, scope


class Flaw(Exception):
    """What is wrong with a value. The steps from the value outwards are put before ``path`` on the way up."""

    def __init__(self, what: str) -> None:
        self.what, self.path = what, ""


def explain(error: BaseException, signature: Signature, *values: object) -> BaseException:
    """The ArgumentError that says which of ``values`` does not fit and why; ``error`` itself if all of them do."""
    from .wit import Scope, parameters

    blamed = isinstance(error, ArgumentError | ClosedError) and error.culprit is not None
    if not blamed and (isinstance(error, Error) or not isinstance(error, BadValue)):
        return error
    try:
        if isinstance(error, ArgumentError | ClosedError):
            names = [name for name, _ in parameters(signature.text, Scope(signature.scope))]
            return located(error, zip(names, values, strict=True))
        for (name, ty), value in zip(parameters(signature.text, Scope(signature.scope)), values, strict=True):
            at(name, ty, value)
    except Flaw as flaw:
        return ArgumentError(f"{flaw.path}: {flaw.what}")
    except Exception:
        pass  # the user's own code raised, or values changed meanwhile
    return ArgumentError(f"{signature.label}: {error}") if isinstance(error, StructError) else error


def located(error: ArgumentError | ClosedError, arguments: Iterable[tuple[str, object]]) -> BaseException:
    """``error`` with the path to the resource that it blames; a method's own needs none.

    One that is fine was given twice: the second place is to blame.
    """
    culprit: Any = error.culprit
    found = (name + path for name, value in arguments for path in paths_to(culprit, value, set()))
    paths = [path for _, path in zip(range(2), found, strict=False)]
    place = 1 if len(paths) > 1 and getattr(culprit, "_rep", None) is not None else 0
    if paths and paths[place] != "self":
        error.args = (f"{paths[place]}: {error}",)
    error.culprit = None
    return error


def paths_to(target: object, value: Any, seen: set[int]) -> Iterator[str]:
    """The ways to come from ``value`` to ``target`` inside of it; ``seen``: values without one, or on the way here."""
    if value is target:
        yield ""
        return
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, list | tuple):
        parts = [(f"[{index}]", part) for index, part in enumerate(value)]
    elif isinstance(value, dict):
        parts = [(f"[{shown(key)}]", part) for key, part in value.items()]
    else:
        parts = [(f".{name}", getattr(value, name)) for name in getattr(value, "__match_args__", ())]
    for step, part in parts:
        for path in paths_to(target, part, seen):
            seen.discard(id(value))
            yield step + path


def at(step: str, ty: Type, value: object) -> None:
    """Checks ``value``, which ``step`` leads to."""
    try:
        check(ty, value)
    except Flaw as flaw:
        flaw.path = step + flaw.path
        raise


def check(ty: Type, value: Any) -> None:
    """Raises a Flaw unless ``value`` fits."""
    match ty.kind, ty.args:
        case "named", _:
            check_named(ty.definition(), value)
        case "list", (element,):
            check_list(element, value, None)
        case "list", (element, length):
            check_list(element, value, int(length.kind))
        case "map", (key, item):
            check_map(key, item, value)
        case "option", (some,):
            check_option(some, value)
        case "result", (ok, err):
            check_result(ok, err, value)
        case "tuple", items:
            for index, (item, part) in enumerate(zip(items, the_sequence(value, len(items)), strict=True)):
                at(f"[{index}]", item, part)
        case kind, _:
            check_scalar(kind, value)


# ---- constructed types -------------------------------------------------------------------------------------------


def check_list(element: Type, value: Any, length: int | None) -> None:
    code = CODES.get(element.resolved().kind)
    items = the_sequence(value, length) if code is None else the_numbers(code, value, length)
    for index, item in enumerate(items):
        at(f"[{index}]", element, item)


def check_map(key: Type, item: Type, value: Any) -> None:
    try:
        pairs = entries(value)
    except TypeError:
        raise Flaw(f"expected a mapping, got {type_of(value)}") from None
    for name, part in pairs:
        at(f" key {shown(name)}", key, name)
        at(f"[{shown(name)}]", item, part)


def check_option(some: Type, value: Any) -> None:
    if value is None:
        return
    if some.resolved().kind != "option":
        check(some, value)
    elif isinstance(value, Some):
        at(".value", some, value.value)
    else:
        raise Flaw(f"expected Some or None, got {type_of(value)}")


def check_result(ok: Type | None, err: Type | None, value: Any) -> None:
    if not isinstance(value, Ok | Err):
        raise Flaw(f"expected Ok or Err, got {type_of(value)}")
    payload = ok if isinstance(value, Ok) else err
    if payload is not None:
        at(".value", payload, value.value)


# ---- named types -------------------------------------------------------------------------------------------------


def check_named(ty: Definition, value: Any) -> None:
    match ty.kind:
        case "alias":
            assert ty.alias is not None
            check(ty.alias, value)
        case "record":
            for name, field in zip(ty.cls.__match_args__, ty.items, strict=True):
                assert field is not None
                at(f".{name}", field, attribute(value, name, ty))
        case "variant":
            check_variant(ty, value)
        case "resource" if not hasattr(ty.cls, "_adopt"):
            return  # the host's own: any object
        case _:
            if not isinstance(value, ty.cls):
                raise Flaw(f"expected {ty.cls.__name__}, got {type_of(value)}")


def check_variant(ty: Definition, value: Any) -> None:
    for cls, payload in zip(ty.cases, ty.items, strict=True):
        if isinstance(value, cls):
            if payload is not None:
                at(".value", payload, value.value)
            return
    raise Flaw(f"expected {' or '.join([cls.__name__ for cls in ty.cases])}, got {type_of(value)}")


def attribute(value: object, name: str, ty: Definition) -> object:
    try:
        return getattr(value, name)
    except AttributeError:
        raise Flaw(f"expected {ty.cls.__name__}, got {type_of(value)} (it has no {name})") from None


# ---- lists -------------------------------------------------------------------------------------------------------


def the_sequence(value: Any, length: int | None) -> Any:
    try:
        return sequence(value, length)
    except TypeError:
        raise Flaw(f"expected a sequence, got {type_of(value)}") from None
    except ValueError as error:
        raise Flaw(str(error)) from None


def the_numbers(code: str, value: Any, length: int | None) -> Any:
    """The items of a list of numbers that are still to be checked: none of a buffer that is right as a whole."""
    try:
        count = len(packed(code, value)) // SIZES[code]
    except BadValue:
        if isinstance(value, str):
            raise Flaw("expected a list of numbers, got str") from None
        return numbers(value)
    if length is not None and count != length:
        raise Flaw(f"expected {length} items, got {count}")
    return ()


def numbers(value: Any) -> Any:
    """The items of a list of numbers that does not go as it is: of a buffer, or of a sequence."""
    view = buffer(value)
    if view is None:
        return the_sequence(value, None)
    try:
        return view.tolist() if view.ndim == 1 else refuse(f"expected one dimension, got {view.ndim}")
    except NotImplementedError:
        return refuse(f"expected numbers, got a buffer of format {view.format!r}")


def refuse(what: str) -> Any:
    raise Flaw(what)


# ---- scalars -----------------------------------------------------------------------------------------------------


def check_scalar(kind: str, value: Any) -> None:
    match kind:
        case "bool":
            if value is not True and value is not False:
                raise Flaw(f"expected bool, got {type_of(value)}")
        case "string":
            check_text(value)
        case "char":
            check_text(value)
            if len(value) != 1:
                raise Flaw(f"expected one character, got {len(value)}")
        case "f32" | "f64":
            check_float(kind, value)
        case _ if kind in BOUNDS:
            check_integer(kind, value)
        case _:
            raise Flaw(f"expected {kind}, got {type_of(value)}")


def check_integer(kind: str, value: Any) -> None:
    try:
        number = integer(value)
    except TypeError:
        raise Flaw(f"expected int, got {type_of(value)}") from None
    low, high = BOUNDS[kind]
    if not low <= number <= high:
        raise Flaw(f"expected {low} to {high} ({kind}), got {shown(number)}")


def check_float(kind: str, value: Any) -> None:
    convert: Callable[[Any], float] = single if kind == "f32" else double
    try:
        convert(value)
    except OverflowError:
        raise Flaw(f"{shown(value)} is too large for {kind}") from None
    except (TypeError, ValueError, StructError):
        if issubclass(type(value), int):
            raise Flaw(f"{shown(value)} is too large for {kind}") from None
        raise Flaw(f"expected float, got {type_of(value)}") from None


def check_text(value: Any) -> None:
    if not isinstance(value, str):
        raise Flaw(f"expected str, got {type_of(value)}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Flaw(f"expected Unicode text, got a lone surrogate at {error.start}") from None


# ---- words -------------------------------------------------------------------------------------------------------


def type_of(value: object) -> str:
    return "None" if value is None else value.__class__.__qualname__


def shown(value: object) -> str:
    """``value`` in a message, shortened. Nothing that the user wrote runs for this."""
    if type(value) is int and abs(value) >> 200:
        return f"a number of {value.bit_length()} bits"
    text = repr(value) if value.__class__ in (int, float, str, bool) else type_of(value)
    return text if len(text) <= _TEXTS else f"{text[:_TEXTS]}..."
