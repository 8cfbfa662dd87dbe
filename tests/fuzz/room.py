"""What a component that grows looks like in between: its text so far, and what could be mentioned next.

A ``Room`` is a component, or a component or instance type. For each index space it knows what the items are, as far as
that helps to choose one that fits; now and then anything is chosen instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

WRONG = 0.02
"""How often what is mentioned is anything at all."""

Meaning = object
"""What an item is: two that are equal most likely fit. None: nothing is known."""

PRIMITIVES = ("bool", "s8", "u8", "u16", "s32", "u32", "u64", "s64", "f32", "f64", "char", "string")
LABELS = ("a", "b", "c", "a-b", "D")
EXTERNS = ("a", "b", "c", "a-b", "f", "x", "y", "z", "n1", "n2", "n3", "a:b/c", "a:b/d@1.0.0", "a:b/d@0.2.1")
SPACES = (
    *("func", "type", "value", "instance", "component", "core func", "core memory", "core table", "core global"),
    *("core tag", "core type", "core module", "core instance"),
)


@dataclass(frozen=True, slots=True)
class Module:
    """A core module that may be put into any component: imports by module and name, and exports, each with its sort."""

    text: str
    imports: Mapping[str, Mapping[str, tuple[str, Meaning]]]
    exports: Mapping[str, tuple[str, Meaning]]


MEMORY: tuple[str, Meaning] = ("memory", 0)
REALLOC: tuple[str, Meaning] = ("func", "iiii-i")
MODULES = (
    Module("(core module)", {}, {}),
    Module(
        """(core module (memory (export "m") 1) (table (export "t") 1 funcref) (global (export "g") i32 (i32.const 0))
        (func (export "r") (param i32 i32 i32 i32) (result i32) i32.const 0) (func (export "f"))
        (func (export "i") (param i32)) (func (export "ii") (param i32 i32)) (func (export "-i") (result i32) i32.const 0)
        (func (export "i-i") (param i32) (result i32) i32.const 0)
        (func (export "ii-i") (param i32 i32) (result i32) i32.const 0)
        (func (export "iii-i") (param i32 i32 i32) (result i32) i32.const 0))""",
        {},
        {
            "m": MEMORY,
            "t": ("table", 0),
            "g": ("global", 0),
            "r": REALLOC,
            **{name: ("func", name if name != "f" else "") for name in ("f", "i", "ii", "-i", "i-i", "ii-i", "iii-i")},
        },
    ),
    Module(
        '(core module (import "a" "f" (func)) (import "a" "m" (memory 1)) (export "m" (memory 0)) (export "f" (func 0)))',
        {"a": {"f": ("func", ""), "m": MEMORY}},
        {"m": MEMORY, "f": ("func", "")},
    ),
    Module(
        '(core module (import "b" "g" (func (param i32) (result i32))) (func (export "i") (param i32)))',
        {"b": {"g": ("func", "i-i")}},
        {"i": ("func", "i")},
    ),
    Module('(core module (tag (export "e") (param i32)) (memory (export "m") i64 1))', {}, {"m": ("memory", 64)}),
)


@dataclass(slots=True)
class Room:
    lot: Random
    kind: str  # "component", "component type" or "instance type"
    parent: Room | None = None
    depth: int = 0
    lines: list[str] = field(default_factory=list)
    spaces: dict[str, list[Meaning]] = field(default_factory=lambda: {space: [] for space in SPACES})
    imports: dict[str, tuple[str, Meaning]] = field(default_factory=dict)
    exports: dict[str, tuple[str, Meaning]] = field(default_factory=dict)

    # ---- writing ----

    def add(self, space: str, text: str, meaning: Meaning) -> int:
        self.lines.append(text)
        return self.enter(space, meaning)

    def enter(self, space: str, meaning: Meaning) -> int:
        self.spaces[space].append(meaning)
        return len(self.spaces[space]) - 1

    # ---- choosing ----

    def any(self, space: str, fits: Callable[[Meaning], bool] = lambda _: True) -> int | None:
        """An index of that space, mostly of what fits; None where nothing does."""
        if self.lot.random() < WRONG:
            return self.lot.randrange(len(self.spaces[space]) + 2)
        found = [index for index, meaning in enumerate(self.spaces[space]) if fits(meaning)]
        return self.lot.choice(found[-6:] + found[:2]) if found else None

    def meaning(self, space: str, index: int) -> Meaning:
        known = self.spaces[space]
        return known[index] if index < len(known) else None

    def fresh_name(self, taken: Mapping[str, object], names: Sequence[str] = EXTERNS) -> str:
        free = [name for name in names if name not in taken]
        return self.lot.choice(free or names) if self.lot.random() > WRONG else self.lot.choice(names)

    def value(self) -> tuple[str, Meaning]:
        """A reference to a value type."""
        index = self.any("type", lambda it: isinstance(it, tuple) and it[0] == "value")
        if index is None or self.lot.random() < 0.6:
            name = self.lot.choice(PRIMITIVES)
            return name, ("value", name)
        return str(index), self.meaning("type", index)
