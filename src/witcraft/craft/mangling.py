"""How functions of a world are called in a core module: two manglings, for the synchronous ABI.

*Standard* is component-model pull request 378, prefix ``cm32p2``; interfaces go by the track of their version.
*Legacy* is what toolchains have always written: full names, ``#`` between interface and function, ``$root`` for the
world itself.
An ``interface`` is an extern name or a label, "" for the world itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum

from witcraft.model import version


@dataclass(frozen=True, slots=True)
class CoreName:
    """Of a core import."""

    module: str
    field: str


class ResourceOp(Enum):
    NEW = "new"
    REP = "rep"
    DROP = "drop"


class Mangling(ABC):
    """Names of what a core module imports and exports for a world."""

    memory: str
    realloc: str
    initialize: str

    @abstractmethod
    def imported(self, interface: str, function: str) -> CoreName:
        """``function`` by its extern name, ``[method]r.m`` for example."""

    @abstractmethod
    def imported_drop(self, interface: str, resource: str) -> CoreName:
        """Drops a handle to a resource that somebody else has defined."""

    @abstractmethod
    def own_resource(self, interface: str, resource: str, op: ResourceOp) -> CoreName:
        """What is done with a resource that the module defines and exports."""

    @abstractmethod
    def exported(self, interface: str, function: str) -> str: ...

    @abstractmethod
    def post_return(self, interface: str, function: str) -> str: ...

    @abstractmethod
    def destructor(self, interface: str, resource: str) -> str: ...


class Standard(Mangling):
    memory = "cm32p2_memory"
    realloc = "cm32p2_realloc"
    initialize = "cm32p2_initialize"

    def imported(self, interface: str, function: str) -> CoreName:
        return CoreName(f"cm32p2|{track(interface)}" if interface else "cm32p2", function)

    def imported_drop(self, interface: str, resource: str) -> CoreName:
        return self.imported(interface, f"{resource}_drop")

    def own_resource(self, interface: str, resource: str, op: ResourceOp) -> CoreName:
        return CoreName(f"cm32p2|_ex_{track(interface)}", f"{resource}_{op.value}")

    def exported(self, interface: str, function: str) -> str:
        return f"cm32p2|{track(interface)}|{function}"

    def post_return(self, interface: str, function: str) -> str:
        return self.exported(interface, f"{function}_post")

    def destructor(self, interface: str, resource: str) -> str:
        return self.exported(interface, f"{resource}_dtor")


class Legacy(Mangling):
    memory = "memory"
    realloc = "cabi_realloc"
    initialize = "_initialize"

    def imported(self, interface: str, function: str) -> CoreName:
        return CoreName(interface or "$root", function)

    def imported_drop(self, interface: str, resource: str) -> CoreName:
        return self.imported(interface, f"[resource-drop]{resource}")

    def own_resource(self, interface: str, resource: str, op: ResourceOp) -> CoreName:
        return CoreName(f"[export]{interface}", f"[resource-{op.value}]{resource}")

    def exported(self, interface: str, function: str) -> str:
        return f"{interface}#{function}" if interface else function

    def post_return(self, interface: str, function: str) -> str:
        return f"cabi_post_{self.exported(interface, function)}"

    def destructor(self, interface: str, resource: str) -> str:
        return self.exported(interface, f"[dtor]{resource}")


def track(interface: str) -> str:
    """``wasi:io/streams@0.2.3`` -> ``wasi:io/streams@0.2``: compatible versions have one name."""
    name, _, text = interface.partition("@")
    found = version.parse(text)
    return f"{name}@{found.track}" if found else interface


MANGLINGS: dict[str, Mangling] = {"standard": Standard(), "legacy": Legacy()}
