"""Types at run time: what a definition means in one instantiation, with the numbers of its resources.

``resolve`` types every component once; calls between component instances ask what is what in each of its instances.
Nothing is looked at until somebody asks.
"""

from __future__ import annotations

from typing import assert_never

from witcraft.component import tree
from witcraft.errors import UnsupportedError
from witcraft.model import types as model
from witcraft.model.types import ERROR_CONTEXT, STRING, Kind, Prim, Resource, ValType
from witcraft.model.world import Freestanding, Function, Param
from witcraft.plan.values import Definition, Frame, TypeValue

PRIMITIVES: dict[str, ValType] = {
    "string": STRING,
    "error-context": ERROR_CONTEXT,
    **{kind.value: Prim(kind) for kind in Kind},
}


class Types:
    """Remembers what it has found, so that a type is as small a graph as its definitions."""

    def __init__(self) -> None:
        self.resource_ids: dict[Resource, int] = {}
        self._resources: dict[int, Resource] = {}
        self._found: dict[tuple[int, int], ValType] = {}  # by component instance and offset

    def function(self, value: TypeValue, name: str, offset: int) -> Function:
        """The type of a lift, as a function of that name; ``offset`` is where it is asked for.

        Raises ``UnsupportedError`` for one that the root imports: the world has no such types.
        """
        if not isinstance(value.source, Definition):
            what = "calls between component instances by a function type that is imported"
            raise UnsupportedError(f"{what}: not supported yet", offset)
        assert isinstance(value.source.tree.type, tree.FuncType)
        frame, ty = value.source.frame, value.source.tree.type
        params = tuple([Param(param.name, self.ref(frame, param.type)) for param in ty.params])
        result = None if ty.result is None else self.ref(frame, ty.result)
        return Function(name, name, Freestanding(), params, result, ty.is_async)

    def ref(self, frame: Frame, ref: tree.TypeRef) -> ValType:
        return PRIMITIVES[ref.name] if isinstance(ref, tree.PrimType) else self.value(frame.types[ref])

    def value(self, value: TypeValue) -> ValType:
        source = value.source
        if not isinstance(source, Definition):
            assert source is not None, "a value type"
            return source
        key = source.frame.number, source.tree.offset
        if key not in self._found:
            self._found[key] = self._value(source.frame, source.tree)
        return self._found[key]

    def resource(self, value: TypeValue) -> Resource:
        assert value.resource is not None, "a resource type"
        if value.resource not in self._resources:
            made = self._resources[value.resource] = Resource("", f"resource-{value.resource}")
            self.resource_ids[made] = value.resource
        return self._resources[value.resource]

    def _value(self, frame: Frame, definition: tree.TypeDef) -> ValType:
        match definition.type:
            case tree.PrimType(name):
                return PRIMITIVES[name]
            case tree.RecordType(fields):
                return model.Record(tuple([model.Field(field.name, self.ref(frame, field.type)) for field in fields]))
            case tree.VariantType(cases):
                return model.Variant(tuple([model.Case(case.name, self.optional(frame, case.type)) for case in cases]))
            case tree.ListType(element):
                return model.List(self.ref(frame, element))
            case tree.FixedListType(element, length):
                return model.FixedList(self.ref(frame, element), length)
            case tree.MapType(key, value):
                return model.Map(self.ref(frame, key), self.ref(frame, value))
            case tree.TupleType(items):
                return model.Tuple(tuple([self.ref(frame, item) for item in items]))
            case tree.FlagsType(labels):
                return model.Flags(labels)
            case tree.EnumType(labels):
                return model.Enum(labels)
            case tree.OptionType(some):
                return model.Option(self.ref(frame, some))
            case tree.ResultType(ok, err):
                return model.Result(self.optional(frame, ok), self.optional(frame, err))
            case tree.OwnType(resource):
                return model.Own(self.resource(frame.types[resource]))
            case tree.BorrowType(resource):
                return model.Borrow(self.resource(frame.types[resource]))
            case tree.StreamType(element):
                return model.Stream(self.optional(frame, element))
            case tree.FutureType(element):
                return model.Future(self.optional(frame, element))
            case tree.FuncType() | tree.ComponentType() | tree.InstanceType() | tree.ResourceType():
                raise AssertionError("no value type")
            case _:
                assert_never(definition.type)

    def optional(self, frame: Frame, ref: tree.TypeRef | None) -> ValType | None:
        return None if ref is None else self.ref(frame, ref)
