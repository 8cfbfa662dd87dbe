"""The way from the bytes of a component to its plan, which every language begins with."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from witcraft.api.sources import Files
    from witcraft.errors import ComponentError
    from witcraft.plan.steps import Plan


def planned(data: bytes, partly: bool = False) -> Plan:
    """``partly``: as ``link`` has it."""
    from witcraft import binary
    from witcraft.errors import ComponentError
    from witcraft.fuse import fuse
    from witcraft.plan import link
    from witcraft.resolve import resolve

    try:
        return fuse(link(resolve(binary.read(data)), partly))
    except ComponentError as error:
        raise placed(error) from None


def placed(error: ComponentError) -> ComponentError:
    """A limit that no single definition goes beyond is an error of the component: at its first byte."""
    if error.offset is None:
        error.offset = 0
    return error


def without_collection(work: Callable[[], Files]) -> Files:
    import gc

    collects = gc.isenabled()
    gc.disable()  # much is made and little thrown away: looking for garbage would take a third of the time
    try:
        return work()
    finally:
        if collects:
            gc.enable()
