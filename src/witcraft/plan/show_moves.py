"""What calls between component instances do to values, as text and as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from witcraft.abi import show
from witcraft.plan.programs import Translation, moves
from witcraft.plan.steps import Plan


def show_moves(plan: Plan) -> Iterator[str]:
    for translation in moves(plan):
        yield f";; {title(translation)}\n{show.crossing(translation.made, translation.call.function.name)}"
        for key, made, source, sink in translation.helpers:
            yield f";; helper, {source.core} to {sink.core}\n{show.helper(made, key)}"


def to_data(plan: Plan) -> Iterator[dict[str, Any]]:
    for translation in moves(plan):
        yield {"call": title(translation), **show.to_json(translation.made)}
        for key, made, *_ in translation.helpers:
            yield {"call": "helper", "key": show.to_json(key), **show.to_json(made)}


def title(translation: Translation) -> str:
    call = translation.call
    way = ", its result by task.return" if call.callee.is_async else ""
    return f"call-{call.index} {call.function.name}, from {call.caller.instance} to {call.callee.instance}{way}"
