"""Resources: what stands on the host's side for a handle of the guest.

CanonicalABI.md, "Resource State" and the `own` and `borrow` cases of lifting and lowering. The handle tables are the
gate's; it turns handles into *representations* and back, and traps where a rule is broken. Here a representation
becomes a Python object: a resource that the guest defines an ``ExportedResource``, one that the host defines the
host's own object, which a ``Registry`` knows by number.
"""

from __future__ import annotations

import sys

from .endings import Ending, in_turn, partial, set_ending
from .errors import ArgumentError, ClosedError, PoisonedError, Trap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any, Self, TypeAlias, TypeVar

    from .registry import Registry
    from .store import CoreInstance, Drop, Store

    F = TypeVar("F", ArgumentError, ClosedError)
    R = TypeVar("R", bound="OwnedResource")
    Moved: TypeAlias = tuple[Callable[[int], int], int, "OwnedResource | None"]
    """How to take a lowered handle back, the handle, and the object that gave its representation away."""
else:
    Moved = tuple


class GateCall:
    """A function of the gate, called with one number: ``call(handle)``."""

    __slots__ = ("_args", "_mail", "_slots", "_trap")

    def __init__(self, store: Store, gate: CoreInstance, name: str) -> None:
        self._args = store.prepare(gate.extern(name))
        self._mail, self._trap, self._slots = store.mail, store.trap, store.u32

    def __call__(self, number: int = 0) -> int:
        slots = self._slots
        slots[0] = number
        failed = self._mail.call(*self._args)
        if failed or self._trap:
            raise self._mail.failure("", failed)
        return slots[0]


def find(store: Store, gate: CoreInstance, name: str) -> GateCall | None:
    """The gate has only what the component's types can ask for."""
    return GateCall(store, gate, name) if gate.has(name) else None


def ask(call: GateCall | None, number: int) -> int:
    """Calls a function that the gate has wherever emitted code comes here."""
    assert call is not None
    return call(number)


# ---- resources of the guest --------------------------------------------------------------------------------------


class Unbound:
    """What a resource class has in place of an instance."""

    __slots__ = ()

    def __get__(self, resource: object, cls: type) -> object:
        raise TypeError(f"this {cls.__name__} belongs to no instance: take the class from one, as in app.blobs.Blob")


class OwnedResource(Ending):
    """Base of the classes for resources of a component. The host owns one until it closes it or gives it away.

    A context manager; it closes at the end. An object that is just forgotten is destroyed by a later call into its
    instance, never in the middle of one and never in another thread.
    """

    __slots__ = ("__weakref__", "_owned", "_rep")

    if TYPE_CHECKING:
        _api: Any
        _resource: GuestResource
        _rep: int | None
        _owned: bool
    else:
        _api = Unbound()

    def __reduce__(self) -> str:
        raise TypeError(f"a {self.__class__.__name__} can be neither copied nor pickled: it is one of its kind")

    def _adopt(self, rep: int) -> None:
        """The constructor of the guest gave ``rep``."""
        release(self)
        own(self, rep)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        release(self)


_NO_ENDING = in_turn()


def own(resource: OwnedResource, rep: int) -> None:
    """``resource`` owns ``rep`` from now on; if it is forgotten, the destructor is left to the next call."""
    resource._rep, resource._owned = rep, True
    set_ending(resource, resource._resource.ending(rep))


def disown(resource: OwnedResource) -> None:
    resource._rep = None
    set_ending(resource, _NO_ENDING)


class ExportedResource(OwnedResource):
    """The usual base: none of the resource's own functions is called ``close``."""

    __slots__ = ()

    def close(self) -> None:
        """Destroys the resource. While a call of the instance is going on, it is destroyed after that."""
        release(self)


def release(resource: OwnedResource) -> None:
    """``close``, under a name that no method of the resource can take away."""
    rep = getattr(resource, "_rep", None)
    if rep is not None and resource._owned:
        disown(resource)
        resource._resource.destroy(rep)
    resource._rep = None


def bind(cls: type[R], api: object, resource: GuestResource) -> type[R]:
    """``cls`` as one instance of the component has it: its constructor and static functions know what to call."""
    space = {"__slots__": (), "__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
    bound: type[R] = type(cls.__name__, (cls,), {**space, "_api": api, "_resource": resource})
    resource.cls = bound
    return bound


class GuestResource:
    """A resource that the guest defines, in one instance: makes objects of it, and destroys what they stand for."""

    __slots__ = ("_destroy", "_forget", "_mail", "cls", "number")

    cls: type[OwnedResource]

    def __init__(self, store: Store, gate: CoreInstance, number: int) -> None:
        self.number = number
        self._mail = store.mail
        self._destroy = find(store, gate, f"dtor-{number}")
        self._forget: Callable[[Drop], object] = id if self._destroy is None else store.mail.drops.append
        """What is done with what nobody closed. Finalizers come here, in any thread and in the middle of anything."""

    # ---- representation -> object ----

    def take(self, rep: int) -> OwnedResource:
        """A new object, which owns ``rep``."""
        made = self.cls.__new__(self.cls)
        made._rep, made._owned = rep, True
        set_ending(made, partial(self._forget, (self, rep)))  # as `own` does
        return made

    def ending(self, rep: int) -> Callable[[], object]:
        """Leaves the destructor of ``rep`` to the next call."""
        return partial(self._forget, (self, rep))

    def get(self, rep: int) -> OwnedResource:
        """A new object that is only good for the call that lends ``rep``."""
        made = self.cls.__new__(self.cls)
        made._rep, made._owned = rep, False
        self._mail.lend(made)
        return made

    # ---- object -> representation ----

    def look(self, value: OwnedResource) -> int:
        """What ``value`` stands for. Raises TypeError, ValueError or ClosedError if it stands for nothing here."""
        if value.__class__ is not self.cls:
            self._check(value)
        rep: int | None = getattr(value, "_rep", None)
        if rep is None:
            raise blame(value, ClosedError(f"this {self.cls.__name__} was closed, or given away"))
        return rep

    def add(self, value: OwnedResource) -> int:
        """What ``value`` owned; it is given away."""
        rep = self.look(value)
        if not value._owned or is_lent(value, sys._getframe(1)):
            raise blame(value, ArgumentError(f"this {self.cls.__name__} is only borrowed: it cannot be given away"))
        disown(value)
        return rep

    def _check(self, value: object) -> None:
        """Subclasses are welcome; others are not."""
        if isinstance(value, self.cls):
            return
        name = self.cls.__name__
        if isinstance(value, self.cls.__bases__[0]):
            raise blame(value, ArgumentError(f"expected {name} of this instance, got one of another instance"))
        raise TypeError(f"expected {name}, got {value.__class__.__name__}")

    # ---- the end of a resource ----

    def destroy(self, rep: int) -> None:
        """Runs the destructor now, or after the call that is going on."""
        store: Store = self.cls._api._store
        if self._destroy is None or self._mail.poisoned:
            return
        if store.busy:
            self._forget((self, rep))
            return
        try:
            outer = store.enter()
        except RecursionError:
            self._forget((self, rep))
            raise
        try:
            self.run(rep)
        finally:
            store.busy = outer

    def run(self, rep: int) -> None:
        """Runs the destructor."""
        assert self._destroy is not None
        try:
            self._destroy(rep)
        except Trap as trap:
            raise self._mail.trapped(f"destructor of {self.cls.__name__}", trap) from None


def blame(value: object, error: F) -> F:
    """``error`` with what it is about: ``explain`` says where among the arguments that is."""
    error.culprit = value
    return error


def is_lent(value: object, frame: FrameType | None) -> bool:
    """Whether a call that is going on has borrowed ``value``: then the frame of that export has it as a local variable.

    The export that wants to give it away now, the first on the way out, has it as well; a trampoline on the way out
    means that there is none.
    """
    inner = True
    while frame is not None:
        code = frame.f_code
        if inner and "mail" in code.co_freevars:
            inner = False
        if "busy" in code.co_names:
            if not inner and any(local is value for local in frame.f_locals.values()):
                return True
            inner = False
        frame = frame.f_back
    return False


class GuestHandles:
    """Handles of one component instance for a resource that the guest defines; ``defined``: by this very instance."""

    __slots__ = ("_defined", "_lift_borrow", "_lift_own", "_lower_borrow", "_lower_own", "_resource", "_return_borrow")

    def __init__(self, store: Store, gate: CoreInstance, instance: int, resource: GuestResource, defined: bool) -> None:
        place = f"{instance}-{resource.number}"
        self._resource, self._defined = resource, defined
        self._lift_own, self._lift_borrow = (
            find(store, gate, f"lift-own-{place}"),
            find(store, gate, f"lift-borrow-{place}"),
        )
        self._lower_own = find(store, gate, f"lower-own-{place}")
        self._lower_borrow = find(store, gate, f"lower-borrow-{place}")
        self._return_borrow = find(store, gate, f"resource.drop-{place}")

    def lift_own(self, handle: int) -> Any:
        """The object that owns from now on what ``handle`` stood for."""
        return self._resource.take(ask(self._lift_own, handle))

    def lift_rep(self, handle: int) -> int:
        """As ``lift_own``, without the object: for constructors, which have one already."""
        return ask(self._lift_own, handle)

    def lift_borrow(self, handle: int) -> Any:
        """An object for the time of the call."""
        return self._resource.get(ask(self._lift_borrow, handle))

    def lower_own(self, value: Any, moved: list[Moved] | None = None) -> int:
        """A handle for the guest, which owns from now on what ``value`` stood for. ``moved``: see ``take_back``."""
        handle = ask(self._lower_own, self._resource.add(value))
        if moved is not None:
            assert self._lift_own is not None
            moved.append((self._lift_own, handle, value))
        return handle

    def lower_borrow(self, value: Any, moved: list[Moved] | None = None) -> int:
        """A handle for the time of the call; the representation itself for the instance that defines the resource."""
        rep = self._resource.look(value)
        if self._defined:
            return rep
        handle = ask(self._lower_borrow, rep)
        if moved is not None:
            assert self._return_borrow is not None
            moved.append((self._return_borrow, handle, None))
        return handle


def take_back(moved: list[Moved]) -> None:
    """A later argument turned out bad: takes back what was lowered before, last first, as if nothing had happened."""
    try:
        for call, handle, value in reversed(moved):
            rep = call(handle)
            if value is not None:
                own(value, rep)
    except PoisonedError:
        pass  # the guest trapped meanwhile: all that it had is lost


# ---- resources of the host ---------------------------------------------------------------------------------------


class HostHandles:
    """Handles of one component instance for a resource that the host defines."""

    __slots__ = ("_lift_borrow", "_lift_own", "_lower_borrow", "_lower_own", "_mail", "_registry", "_return_borrow")

    def __init__(self, store: Store, gate: CoreInstance, instance: int, number: int, registry: Registry) -> None:
        place = f"{instance}-{number}"
        self._registry, self._mail = registry, store.mail
        self._lift_own, self._lift_borrow = (
            find(store, gate, f"lift-own-{place}"),
            find(store, gate, f"lift-borrow-{place}"),
        )
        self._lower_own, self._lower_borrow = (
            find(store, gate, f"lower-own-{place}"),
            find(store, gate, f"lower-borrow-{place}"),
        )
        self._return_borrow = find(store, gate, f"resource.drop-{place}")

    def lift_own(self, handle: int) -> Any:
        """The host's object, which the guest has no more."""
        return self._registry.take(ask(self._lift_own, handle))

    def lift_borrow(self, handle: int) -> Any:
        """The host's object."""
        return self._registry.get(ask(self._lift_borrow, handle))

    def lower_own(self, value: Any, moved: list[Moved] | None = None) -> int:
        """A handle for the guest, which owns the host's object ``value`` from now on."""
        handle = ask(self._lower_own, self._registry.add(value))
        if moved is not None:
            moved.append((self._take_back, handle, None))
        return handle

    def _take_back(self, handle: int) -> int:
        self.lift_own(handle)
        return 0

    def lower_borrow(self, value: Any, moved: list[Moved] | None = None) -> int:
        """A handle for the time of the call; the object leaves the registry at the end of its scope."""
        number = self._registry.add(value)
        self._mail.scopes[-1].append((self._registry, number))
        handle = ask(self._lower_borrow, number)
        if moved is not None:
            assert self._return_borrow is not None
            moved.append((self._return_borrow, handle, None))
        return handle


class Borrows:
    """The scopes in which a component instance is lent something: one for each call of an export that takes borrows."""

    __slots__ = ("_begin", "_end", "_mail")

    def __init__(self, store: Store, gate: CoreInstance, instance: int) -> None:
        self._begin, self._end = (
            GateCall(store, gate, f"begin-scope-{instance}"),
            GateCall(store, gate, f"end-scope-{instance}"),
        )
        self._mail = store.mail

    def begin(self) -> None:
        """Stands first in a call; what it lowers as a borrow is counted from here on."""
        self._begin(0)
        self._mail.scopes.append([])

    def end(self) -> None:
        """Stands last: traps if the guest still holds a borrow."""
        if not self._mail.ended:
            self._end(0)
        for registry, number in self._mail.scopes.pop():
            registry.take(number)
