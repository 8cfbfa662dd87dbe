"""The operations of a translation: what a call between component instances does to its values.

They add to ``ops`` what only such a call has: a second memory, and values that pass without ever being a host's. Of
``ops`` a translation uses what is about core values and memory: ``Var``, ``Lit``, ``Load``, ``Address`` and ``Bits``;
``Let``, ``Assign``, ``Store``, ``CheckArea``, ``CheckRange`` and ``Alloc``. What reads (``Load``, ``CheckArea``,
``CheckRange``) means the memory of the side that values come from, what writes (``Store``, ``Alloc``) that of the side
they go to.
"""

from __future__ import annotations

from dataclasses import dataclass

from witcraft.abi.ops import Block, Expr
from witcraft.model.types import Kind, Resource, ValType

# ---- expressions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scalar:
    """A core value as lowering what lifting gave would leave it: of its width, a bool 0 or 1, a char checked.

    ``exact``: it comes from memory or goes there, so that integers need no bits masked.
    """

    kind: Kind
    of: Expr
    exact: bool


@dataclass(frozen=True, slots=True)
class Label:
    """A discriminant; traps unless it is below ``count``."""

    of: Expr
    count: int


@dataclass(frozen=True, slots=True)
class Bitset:
    """Flags; bits beyond ``count`` are ignored."""

    of: Expr
    count: int


# ---- statements --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckPlace:
    """As ``CheckArea``, in the memory that values go to."""

    ptr: Expr
    size: int
    align: int


@dataclass(frozen=True, slots=True)
class Copy:
    """``count`` elements of ``size`` bytes at once, from memory to memory; both ranges have been checked."""

    source: Expr
    target: Expr
    count: Expr
    size: int


@dataclass(frozen=True, slots=True)
class Each:
    """Runs ``body`` for each of ``count`` elements, with ``reads`` and ``writes`` at its two places."""

    source: Expr
    target: Expr
    count: Expr
    strides: tuple[int, int]
    reads: str
    writes: str
    body: Block


@dataclass(frozen=True, slots=True)
class Transcode:
    """A string from one side's encoding to the other's; ``ptr`` and ``length`` (tagged if need be) are made."""

    ptr: str
    length: str
    source: Expr
    units: Expr


@dataclass(frozen=True, slots=True)
class Switch:
    """Runs ``arms[tag]``; a tag beyond the arms traps. ``outs``: (name, core type) that every arm assigns."""

    tag: Expr
    outs: tuple[tuple[str, str], ...]
    arms: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Transfer:
    """A handle from one instance's table to the other's: an own moves, a borrow is lent."""

    out: str
    resource: Resource
    own: bool
    handle: Expr


@dataclass(frozen=True, slots=True)
class HelperKey:
    """A large type is translated by one function: from core values or an address, to core values or an address."""

    type: ValType
    from_flat: bool
    to_flat: bool


@dataclass(frozen=True, slots=True)
class Call:
    """``args``: core values or the address that it reads at, then the address that it writes at, if it does.

    ``outs``: names and core types of the core values that it gives, if it does.
    """

    helper: HelperKey
    args: tuple[Expr, ...]
    outs: tuple[tuple[str, str], ...]


Value = Scalar | Label | Bitset
Move = CheckPlace | Copy | Each | Transcode | Switch | Transfer | Call
