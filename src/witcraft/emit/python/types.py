"""Model types -> annotations and declarations.

What a component gives is annotated narrowly (``bytes``, ``list``), what it takes widely (any buffer, any sequence).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from witcraft.emit.python.module import PyModule
from witcraft.emit.python.names import Taken, case_class, class_name, function_name, member_name
from witcraft.emit.python.places import Place, Places, nominal
from witcraft.errors import EmitError
from witcraft.model.types import (
    Borrow,
    Enum,
    ErrorContext,
    FixedList,
    Flags,
    Future,
    Kind,
    List,
    Map,
    Option,
    Own,
    Prim,
    Record,
    Resource,
    Result,
    Stream,
    String,
    Tuple,
    TypeDef,
    ValType,
    Variant,
    strip,
)

INTEGERS = frozenset({Kind.U8, Kind.S8, Kind.U16, Kind.S16, Kind.U32, Kind.S32, Kind.U64, Kind.S64})
FLOATS = frozenset({Kind.F32, Kind.F64})
NUMBERS = INTEGERS | FLOATS

DATACLASS = "(slots=True, unsafe_hash=True)"
MOST_JOINED = 1000  # with | in one expression: in a few thousands Python's compiler would lose itself
MOST_CASES = 10_000  # each class that joins a union is compared with all before: so many take a second of an import


class Annotator:
    """Annotations as one module writes them; ``array`` makes numeric lists ``array.array``."""

    def __init__(self, module: PyModule, places: Places, array: bool) -> None:
        self.module, self.places, self.array = module, places, array
        self.aliases: dict[Resource, str] = {}  # other names of resource classes, where their own are hidden
        self.hosts = False

    def for_host(self) -> Annotator:
        """For parameters of the host's functions: handles come as objects of classes that it alone can name."""
        other = Annotator(self.module, self.places, self.array)
        other.hosts = True
        return other

    def given(self, ty: ValType) -> str:
        """What the component gives."""
        return self._say(ty, at_run_time=False)

    def taken(self, ty: ValType) -> str:
        """What the component takes."""
        match strip(ty):
            case List(element) if _numeric(element):
                buffer = self.module.typing("runtime", "Buffer")
                sequence = self.module.typing("collections.abc", "Sequence")
                return f"{buffer} | {sequence}[{self.taken(element)}]"
            case List(element):
                return f"{self.module.typing('collections.abc', 'Sequence')}[{self.given(element)}]"
            case Map(key, value):
                mapping = self.module.typing("collections.abc", "Mapping")
                return f"{mapping}[{self.given(key)}, {self.given(value)}]"
            case _:
                return self.given(ty)

    def alias(self, ty: ValType) -> str:
        """For an assignment that runs."""
        return self._say(ty, at_run_time=True)

    def result(self, ty: ValType | None, given: bool = True) -> str:
        """A function's result: ``result`` returns its ok and raises its err."""
        say = self.given if given else self.taken
        match strip(ty) if ty is not None else None:
            case None | Result(None, _):
                return "None"
            case Result(ok, _) if ok is not None:
                return say(ok)
            case _:
                assert ty is not None
                return say(ty)

    def _say(self, ty: ValType, at_run_time: bool) -> str:
        def inner(part: ValType | None) -> str:
            return "None" if part is None else self._say(part, at_run_time)

        match ty:
            case Prim(kind):
                return self.module.builtin(scalar_class(kind))
            case String():
                return self.module.builtin("str")
            case List(element):
                return self._list(element, at_run_time)
            case FixedList(element, _):
                return f"{self.module.builtin('tuple')}[{inner(element)}, ...]"
            case Map(key, value):
                return f"{self.module.builtin('dict')}[{inner(key)}, {inner(value)}]"
            case Tuple(items):
                return f"{self.module.builtin('tuple')}[{', '.join(map(inner, items)) or '()'}]"
            case Option(some) if isinstance(strip(some), Option):
                return f"{self._runtime('Some', at_run_time)}[{inner(some)}] | None"
            case Option(some):
                return f"{inner(some)} | None"
            case Result(ok, err):
                good, bad = self._runtime("Ok", at_run_time), self._runtime("Err", at_run_time)
                return f"{good}[{inner(ok)}] | {bad}[{inner(err)}]"
            case Own() | Borrow() if self.hosts:
                return self.module.typing("typing", "Any")
            case Own(resource) | Borrow(resource) if resource in self.aliases:
                return self.aliases[resource]
            case Own(resource) | Borrow(resource):
                return self.places.resource_name(self.module, resource, at_run_time)
            case TypeDef():
                return self.places.type_name(self.module, ty, at_run_time)
            case ErrorContext() | Stream() | Future() | Record() | Variant() | Enum() | Flags():
                return self.module.builtin(
                    "object"
                )  # asynchronous types are refused by the plan; others always have a name
            case _:
                assert_never(ty)

    def _list(self, element: ValType, at_run_time: bool) -> str:
        if element_kind(element) is Kind.U8:
            return self.module.builtin("bytes")
        if self.array and _numeric(element):
            name = self.module.stdlib("array", "array") if at_run_time else self.module.typing("array", "array")
            return f"{name}[{self._say(element, at_run_time)}]"
        return f"{self.module.builtin('list')}[{self._say(element, at_run_time)}]"

    def _runtime(self, name: str, at_run_time: bool) -> str:
        return self.module.runtime(name) if at_run_time else self.module.typing("runtime", name)


def scalar_class(kind: Kind) -> str:
    """The built-in class of a scalar."""
    return "int" if kind in INTEGERS else "float" if kind in FLOATS else "bool" if kind is Kind.BOOL else "str"


def element_kind(ty: ValType) -> Kind | None:
    base = strip(ty)
    return base.kind if isinstance(base, Prim) else None


def _numeric(ty: ValType) -> bool:
    return element_kind(ty) in NUMBERS


# ---- declarations ------------------------------------------------------------------------------------------------


def reserve(module: PyModule, places: Places, ty: TypeDef) -> None:
    """Takes the names that ``ty`` declares, before any code of the module is printed."""
    name = module.names.take(class_name(ty.name))
    places.types[ty] = Place(module, name)
    module.all.append(name)
    if isinstance(ty.type, Variant):
        cases = tuple(module.names.take(case_class(name, case.name)) for case in ty.type.cases)
        places.cases[ty] = cases
        module.all += cases
    elif isinstance(ty.type, Record):
        taken = Taken()
        places.fields[ty] = tuple(taken.take(function_name(field.name)) for field in ty.type.fields)


def declare(note: Annotator, ty: TypeDef) -> None:
    """Writes the declaration of ``ty`` into its module."""
    name = note.places.types[ty].name
    match ty.type:
        case Record():
            _declare_record(note, ty, name)
        case Variant():
            _declare_variant(note, ty, name)
        case Enum(labels):
            numbers = {label: index for index, label in enumerate(labels)}
            _declare_members(note, ty, note.module.stdlib("enum", "Enum"), numbers)
        case Flags(labels):
            bits = {label: 1 << index for index, label in enumerate(labels)}
            _declare_members(note, ty, note.module.runtime("Flags"), bits)
        case TypeDef() if note.places.types[nominal(ty)].module is not note.module:
            _use(note, ty, note.places.types[nominal(ty)], name)
        case _:
            with note.module.section(late=True) as out:
                out.line(f"{name} = {note.alias(ty.type)}")
                out.doc(ty.docs.text)


def _use(note: Annotator, ty: TypeDef, base: Place, name: str) -> None:
    """``use`` of another interface's type: the same class, and the classes of its cases, importable from here too."""
    note.module.member(base.module.path, base.name, name)
    for case in note.places.cases.get(nominal(ty), ()):
        local = note.module.names.take(case)
        note.module.member(base.module.path, case, local)
        note.module.all.append(local)


def _declare_record(note: Annotator, ty: TypeDef, name: str) -> None:
    assert isinstance(ty.type, Record)
    fields = [
        (attribute, note.given(field.type), ty.docs.items.get(field.name, ""))
        for attribute, field in zip(note.places.field_names(ty), ty.type.fields, strict=True)
    ]
    _dataclass(note, name, ty.docs.text, fields)


def _declare_variant(note: Annotator, ty: TypeDef, name: str) -> None:
    assert isinstance(ty.type, Variant)
    classes = note.places.cases[ty]
    if len(classes) > MOST_CASES:
        raise EmitError(f"variant {ty.name} has {len(classes)} cases, which are more than Python takes ({MOST_CASES})")
    for cls, case in zip(classes, ty.type.cases, strict=True):
        fields = [("value", note.given(case.type), "")] if case.type is not None else []
        _dataclass(note, cls, ty.docs.items.get(case.name, ""), fields)
    _union(note, name, classes, ty.docs.text)


def _union(note: Annotator, name: str, members: Sequence[str], docs: str = "") -> None:
    """One of many members is made of smaller ones."""
    starts = range(0, len(members), MOST_JOINED)
    if len(starts) > 1:
        groups = {note.module.names.take(f"_{name}"): members[start : start + MOST_JOINED] for start in starts}
        for part, group in groups.items():
            _union(note, part, group)
        members = list(groups)
    with note.module.section() as out:
        out.line(f"{name} = {' | '.join(members)}")
        out.doc(docs)


def _dataclass(note: Annotator, name: str, docs: str, fields: list[tuple[str, str, str]]) -> None:
    decorator = note.module.runtime("dataclass")
    with note.module.section() as out:
        out.line(f"@{decorator}{DATACLASS}")
        with out.block(f"class {name}:"):
            out.doc(docs)
            if docs and fields:
                out.line()
            for field, hint, text in fields:
                out.line(f"{field}: {hint}")
                out.doc(text)
            if not docs and not fields:
                out.line("pass")


def _declare_members(note: Annotator, ty: TypeDef, base: str, members: dict[str, int]) -> None:
    """The class of an enum or of flags; the members are those labels with these values."""
    taken = Taken()
    with note.module.section() as out, out.block(f"class {note.places.types[ty].name}({base}):"):
        out.doc(ty.docs.text)
        if ty.docs.text:
            out.line()
        for label, value in members.items():
            out.line(f"{taken.take(member_name(label))} = {value}")
            out.doc(ty.docs.items.get(label, ""))
