"""The values that WIT types have in common: ``Some`` (an option inside an option), ``Ok`` and ``Err`` (a result)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generic, TypeVar

    T = TypeVar("T")
else:
    from types import GenericAlias

    T = None

    class Generic:
        """Stands in for the one of `typing`, which takes longer to import than all of the run time."""

        __slots__ = ()

        def __class_getitem__(cls, item: object) -> object:
            return cls if cls is Generic else GenericAlias(cls, item)


class Some(Generic[T]):
    """An option that holds something, where that may be an option itself: ``Some(None)`` is not ``None``."""

    __slots__ = ("value",)
    __match_args__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return self.value == other.value if isinstance(other, Some) else NotImplemented

    def __hash__(self) -> int:
        return hash((Some, self.value))

    def __repr__(self) -> str:
        return f"Some({self.value!r})"


class Ok(Generic[T]):
    """The result of a success, where a result is a value: in a list or a record, say."""

    __slots__ = ("value",)
    __match_args__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return self.value == other.value if isinstance(other, Ok) else NotImplemented

    def __hash__(self) -> int:
        return hash((Ok, self.value))

    def __repr__(self) -> str:
        return f"Ok({self.value!r})"


class Err(Exception, Generic[T]):
    """The result of a failure: raised where it is a function's result, else a value like ``Ok``.

    Not frozen: `contextlib` and others set attributes of exceptions.
    """

    __match_args__ = ("value",)

    def __init__(self, value: T) -> None:
        super().__init__(value)
        self.value = value

    def __eq__(self, other: object) -> bool:
        return self.value == other.value if isinstance(other, Err) else NotImplemented

    def __hash__(self) -> int:
        return hash((Err, self.value))

    def __repr__(self) -> str:
        return f"Err({self.value!r})"
