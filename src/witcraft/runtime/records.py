"""Record classes without the price of `dataclasses`, whose import takes longer than starting a component.

``@dataclass(slots=True, unsafe_hash=True)`` is for type checkers the one of the standard library. At run time it makes
the same class (slots, ``__init__``, ``__eq__``, ``__hash__``, ``__repr__``, ``__match_args__``), and lets the standard
library explain it when somebody asks: ``dataclasses.fields``, ``asdict``, ``replace``, ``copy.replace`` work.
"""

from __future__ import annotations

from itertools import repeat
from itertools import starmap as starmap
from struct import Struct as Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass
    from types import CodeType, FunctionType
    from typing import Any, TypeVar
    from typing import Protocol as Protocol

    R = TypeVar("R")

_templates: dict[tuple[int, bool], FunctionType] = {}


def make(cls: type, kw_only: bool) -> type:
    """``cls`` again, with slots for its annotated fields and the methods of a record."""
    names = tuple(cls.__annotations__)
    defaults = {name: cls.__dict__[name] for name in names if name in cls.__dict__}
    if defaults and not kw_only:
        raise TypeError(f"{cls.__qualname__}.{min(defaults)}: only keyword-only fields of these records have defaults")
    space = {key: value for key, value in cls.__dict__.items() if key not in ("__dict__", "__weakref__", *defaults)}
    made = {
        "__slots__": names,
        "__match_args__": names,
        "__init__": initializer(names, kw_only, defaults, cls.__qualname__),
        "__eq__": equal,
        "__hash__": hashed,
        "__repr__": shown,
        "__replace__": replaced,
        "__dataclass_fields__": Lazy("__dataclass_fields__"),
        "__dataclass_params__": Lazy("__dataclass_params__"),
    }
    return type(cls)(cls.__name__, cls.__bases__, space | made)


def initializer(names: tuple[str, ...], kw_only: bool, defaults: dict[str, object], owner: str) -> Callable[..., None]:
    """``def __init__(self, x, y): self.x = x; self.y = y``: compiled once for each number of fields, then renamed."""
    template = _templates.get((len(names), kw_only))
    if template is None:
        template = _templates[len(names), kw_only] = compiled(len(names), kw_only)
    me = "self" if "self" not in names else "__dataclass_self__"
    code: CodeType = template.__code__.replace(
        co_names=names, co_varnames=(me, *names), co_qualname=f"{owner}.__init__"
    )
    function = type(template)(code, {})
    function.__kwdefaults__ = defaults or None
    function.__annotations__ = {**dict.fromkeys(names, "object"), "return": "None"}
    return function


def compiled(count: int, kw_only: bool) -> FunctionType:
    names = [f"_{n}" for n in range(count)]
    params = ["self", *(["*"] if kw_only and names else []), *names]
    body = "".join(f"  self.{name} = {name}\n" for name in names) or "  pass\n"
    scope: dict[str, Any] = {}
    exec(f"def __init__({', '.join(params)}):\n{body}", scope)
    function: FunctionType = scope["__init__"]
    return function


def values(record: Any) -> tuple[object, ...]:
    return tuple([getattr(record, name) for name in record.__match_args__])


def equal(self: Any, other: object) -> bool:
    return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented


def hashed(self: Any) -> int:
    return hash(values(self))


def shown(self: Any) -> str:
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{self.__class__.__qualname__}({fields})"


def replaced(self: Any, /, **changes: object) -> Any:
    return self.__class__(**dict(zip(self.__match_args__, values(self), strict=True)) | changes)


class Lazy:
    """A class attribute that the standard library makes when it is first read."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, record: object, cls: type) -> Any:
        from dataclasses import make_dataclass

        owner = next(base for base in cls.__mro__ if base.__dict__.get(self.name) is self)
        defaults = owner.__init__.__kwdefaults__ or {}  # type: ignore[misc]
        fields = [
            (name, owner.__annotations__[name], *([defaults[name]] if name in defaults else []))
            for name in owner.__match_args__  # type: ignore[attr-defined]
        ]
        twin = make_dataclass(owner.__name__, fields, unsafe_hash=True, kw_only=bool(defaults))
        value = getattr(twin, self.name)
        setattr(owner, self.name, value)
        return value


if not TYPE_CHECKING:

    class Protocol:
        """Stands in for the one of `typing`, which takes longer to import than all of the run time."""

    def dataclass(cls: type | None = None, /, *, slots: bool = True, unsafe_hash: bool = True, kw_only: bool = False):
        """See the module; the first two settings stand there for readers and type checkers."""
        return (lambda cls: make(cls, kw_only)) if cls is None else make(cls, kw_only)


def blanks(cls: type[R], count: int) -> list[R]:
    """So many objects of a record's class, attributes still unset: emitted code fills them at once."""
    return list(map(object.__new__, repeat(cls, count)))
