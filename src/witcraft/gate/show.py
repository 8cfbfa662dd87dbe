"""A gate as text: what the host has to know as comments, the module as an assembler reads it."""

from __future__ import annotations

from witcraft.core import show as core
from witcraft.gate.build import Gate
from witcraft.gate.handles import word


def show(gate: Gate) -> str:
    return "".join(f";; {line}\n" for line in notes(gate)) + core.show(gate.module)


def notes(gate: Gate) -> list[str]:
    """One line a thing that is put into the table, and one a lowered import with handles."""
    late = [f"late {slot}: {kind} {index}" for (kind, index), slot in gate.late.items()]
    direct = [
        f"lower-{index}: {'; '.join(texts)}"
        for index, handles in gate.direct.items()
        if (
            texts := [
                *(f"p{slot} is {word(handle.own)} {handle.resource}" for slot, handle in handles.params.items()),
                *([] if handles.result is None else [f"gives own {handles.result.resource}"]),
            ]
        )
    ]
    return [*late, *direct]
