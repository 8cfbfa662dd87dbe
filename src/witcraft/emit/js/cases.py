"""Variants, options, results: a branch for each case, up and down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from witcraft.abi import ops
from witcraft.abi.layout import is_nested
from witcraft.emit.js.names import quoted
from witcraft.model.text import wit
from witcraft.model.types import Option, Result, TypeDef, Variant, strip

if TYPE_CHECKING:
    from witcraft.emit.js.ops import Body

FEW = 2  # branches that are an if-chain

# ---- up ----------------------------------------------------------------------------------------------------------


def switch_tag(body: Body, s: ops.SwitchTag) -> None:
    """The last branch refuses what no case has."""
    tag = body.named(body.x(s.tag), "tag")
    if s.out:
        body.out.line(f"let {body.local(s.out)};")
    kind = wit(s.type) if s.type is not None and s.labels != ("ok", "error") else "result"
    refuse = f"{body.use('badCase')}({quoted(kind)}, {tag});"
    if len(s.arms) == FEW:
        two_arms(body, tag, s, refuse)
        return
    comments = [f" // {label}" for label in s.labels]
    arms = [partial(body.block, arm) for arm in s.arms]
    branches(body, tag, [str(index) for index in range(len(arms))], arms, refuse, comments)


def two_arms(body: Body, tag: str, s: ops.SwitchTag, refuse: str) -> None:
    body.out.line(f"if ({tag} === 0) {{ // {s.labels[0]}")
    with body.out.indented():
        body.block(s.arms[0])
    with body.out.block(f"}} else {{ // {s.labels[1]}", "}"):
        body.out.line(f"if ({tag} !== 1) {refuse}")
        body.block(s.arms[1])


# ---- down --------------------------------------------------------------------------------------------------------


def switch_case(body: Body, s: ops.SwitchCase) -> None:
    value = body.named(body.x(s.value), "value")
    body.declare_outs(s.outs)
    switch_arms(body, s, value)
    body.strayed = True


def switch_arms(body: Body, s: ops.SwitchCase, value: str) -> None:
    match s.type:
        case Option() as option if not is_nested(option):
            option_arms(body, value, s.arms)
        case Option():
            tagged_arms(body, value, ("none", "some"), s.arms, "option")
        case Result():
            tagged_arms(body, value, ("ok", "err"), s.arms, "result")
        case TypeDef() as ty:
            variant = strip(ty)
            assert isinstance(variant, Variant)
            tagged_arms(body, value, [case.name for case in variant.cases], s.arms, ty.name)


def option_arms(body: Body, value: str, arms: tuple[ops.CaseArm, ...]) -> None:
    none, some = arms
    strayed = body.strayed
    body.out.line(f"if ({value} === undefined || {value} === null) {{")
    with body.out.indented():
        body.block(none.body)
    body.strayed = strayed
    with body.out.block("} else {", "}"):
        if some.bind is not None:
            body.alias(some.bind, value)
            body.take_apart(some.bind, value)
        body.block(some.body)


def tagged_arms(body: Body, value: str, tags: Sequence[str], arms: tuple[ops.CaseArm, ...], kind: str) -> None:
    refuse = f"{body.use('wrong')}({quoted(kind)}, {value});"
    heads, bodies = [quoted(tag) for tag in tags], [partial(put_arm, body, value, arm) for arm in arms]
    branches(body, f"{value}.tag", heads, bodies, refuse, [""] * len(arms))


def put_arm(body: Body, value: str, arm: ops.CaseArm) -> None:
    if arm.bind is not None and body.counts[arm.bind] == 1 and not body.uses.is_written(arm.bind):
        body.alias(arm.bind, f"{value}.val")
    elif arm.bind is not None:
        body.make(arm.bind, f"{value}.val")
    body.strayed = True
    body.block(arm.body)


# ---- both --------------------------------------------------------------------------------------------------------


def branches(
    body: Body, value: str, heads: Sequence[str], arms: Sequence[Callable[[], None]], refuse: str, notes: Sequence[str]
) -> None:
    """An if-chain for a few, else a ``switch``."""
    if len(arms) <= FEW:
        for index, (head, arm) in enumerate(zip(heads, arms, strict=True)):
            body.out.line(f"{'} else if' if index else 'if'} ({value} === {head}) {{{notes[index]}")
            with body.out.indented():
                arm()
        with body.out.block("} else {", "}"):
            body.out.line(refuse)
        return
    with body.out.block(f"switch ({value}) {{", "}"):
        for head, arm, note in zip(heads, arms, notes, strict=True):
            with body.out.block(f"case {head}: {{{note}", "}"):
                arm()
                body.out.line("break;")
        with body.out.block("default:"):
            body.out.line(refuse)
