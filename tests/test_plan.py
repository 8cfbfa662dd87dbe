"""Linking: what an instantiation does, in which order, and what is refused. The golden plans stand in `tests/cases`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.guests.build import RECIPES, MissingTool, guest
from tests.support.wat import assemble
from tests.support.world import check_closed, everything
from tests.test_cases import CASES
from witcraft import binary
from witcraft.errors import ComponentError, UnsupportedError
from witcraft.model.world import NamedResource, extern_name
from witcraft.plan import link, recorder
from witcraft.plan.show import show, to_json
from witcraft.plan.steps import (
    Adapted,
    CoreDef,
    CoreExport,
    DefineResource,
    ExportDef,
    ExportedInstance,
    ExportedModule,
    ExtractCallback,
    ExtractMemory,
    ExtractPostReturn,
    ExtractRealloc,
    GateExport,
    InnerCall,
    InstantiateModule,
    LiftedFunction,
    Lowered,
    LowerImport,
    Options,
    Plan,
    ResourceFunc,
    StaticModule,
    Step,
    sources,
)
from witcraft.resolve import resolve


def planned(text: str) -> Plan:
    plan = link(resolve(binary.read(assemble(text))))
    check_plan(plan)
    return plan


def refusal(text: str) -> UnsupportedError:
    found = resolve(binary.read(assemble(text)))
    with pytest.raises(UnsupportedError) as caught:
        link(found)
    return caught.value


# ---- what holds of every plan -----------------------------------------------------------------------------------


class Made:
    """What the steps so far have made: the next number of each kind."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.numbers: Counter[type] = Counter()
        self.resources = {n for n, resource in enumerate(plan.resources) if hasattr(resource, "path")}

    def check_step(self, step: Step) -> None:
        match step:
            case InstantiateModule(_, module, args):
                assert not isinstance(module, StaticModule) or module.index < len(self.plan.modules)
                for arg in args:
                    self.check_core(arg.value)
            case LowerImport(_, path, function, options):
                assert path.names[-1] == function.extern_name
                self.check_options(options)
            case DefineResource(index, instance, dtor):
                assert instance < self.plan.instances
                if dtor is not None:
                    self.check_core(dtor)
                self.resources.add(index)
                return
            case InnerCall():
                for value in sources(step):
                    self.check_core(value)
                assert max(step.caller.instance, step.callee.instance) < self.plan.instances
            case ExtractMemory() | ExtractRealloc() | ExtractPostReturn() | ExtractCallback():
                self.check_core(step.source)
        assert step.index == self.numbers[type(step)], "the steps of a kind are numbered in order"
        self.numbers[type(step)] += 1

    def check_core(self, value: CoreDef) -> None:
        match value:
            case CoreExport(instance):
                assert instance < self.numbers[InstantiateModule]
            case Lowered(index):
                assert index < self.numbers[LowerImport]
            case Adapted(index):
                assert index < self.numbers[InnerCall]
            case ResourceFunc(_, instance, resource):
                assert instance < self.plan.instances
                assert resource in self.resources
            case GateExport(name):
                assert name in self.plan.builtins
            case _:
                pytest.fail(f"{value} is left in a plan")

    def check_options(self, options: Options) -> None:
        assert options.instance < self.plan.instances
        for number, step in (
            (options.memory, ExtractMemory),
            (options.realloc, ExtractRealloc),
            (options.post_return, ExtractPostReturn),
            (options.callback, ExtractCallback),
        ):
            assert number is None or number < self.numbers[step]


def check_plan(plan: Plan) -> None:
    check_closed(plan.world)
    made = Made(plan)
    for step in plan.steps:
        made.check_step(step)
    assert [name for name, _ in plan.exports] == [extern_name(item) for item in plan.world.exports]
    for _, lifted in lifts(plan.exports):
        made.check_core(lifted.core)
        made.check_options(lifted.options)
    check_nothing_is_there_twice(plan)
    named = [*everything(plan.world.imports), *everything(plan.world.exports)]
    assert {item.resource for item in named if isinstance(item, NamedResource)} == set(plan.resource_ids)
    assert all(number < len(plan.resources) for number in plan.resource_ids.values())
    assert show(plan)
    assert json.dumps(to_json(plan))


def check_nothing_is_there_twice(plan: Plan) -> None:
    sources = [
        (type(step), step.source)
        for step in plan.steps
        if isinstance(step, ExtractMemory | ExtractRealloc | ExtractPostReturn | ExtractCallback)
    ]
    assert len(sources) == len(set(sources))
    used = {step.module for step in plan.steps if isinstance(step, InstantiateModule)}
    used |= {export.ref for _, export in leaves(plan.exports) if isinstance(export, ExportedModule)}
    assert {module.index for module in used if isinstance(module, StaticModule)} == set(range(len(plan.modules)))


def leaves(exports: tuple[tuple[str, ExportDef], ...]) -> Iterator[tuple[str, ExportDef]]:
    for name, export in exports:
        if isinstance(export, ExportedInstance):
            yield from leaves(export.exports)
        else:
            yield name, export


def lifts(exports: tuple[tuple[str, ExportDef], ...]) -> Iterator[tuple[str, LiftedFunction]]:
    for name, export in leaves(exports):
        if isinstance(export, LiftedFunction):
            yield name, export


@pytest.mark.parametrize("case", [case for case in CASES if (case / "plan.txt").exists()], ids=lambda case: case.name)
def test_the_golden_plans(case):
    planned((case / "input.wat").read_text())


@pytest.mark.guest
@pytest.mark.parametrize("name", [name for name in RECIPES if name != "composed"])
def test_the_plans_of_other_tools_components(name: str):
    try:
        data = guest(name).read_bytes()
    except MissingTool as missing:
        pytest.skip(str(missing))
    check_plan(link(resolve(binary.read(data))))


# ---- nesting, drawn at random -----------------------------------------------------------------------------------


class Drawn:
    """Text of components inside each other, and for each exported function the core module that must be behind it.

    Core modules reach their function by all ways that there are: from within, from an outer component, as an argument,
    and functions come up through instances, bags of exports and aliases.
    """

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.fresh = 0

    def name(self, prefix: str) -> str:
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    def component(self, depth: int, outer: list[str]) -> tuple[list[str], dict[str, str]]:
        """The definitions of one component, and its exports: functions' names to modules' names."""
        text: list[str] = []
        modules, funcs = list(outer), dict[str, str]()
        for _ in range(self.draw(st.integers(1, 4))):
            ways = ["module", "instance", "bag"] + ["child"] * (2 * (depth < 3))
            match self.draw(st.sampled_from(ways)):
                case "module":
                    modules.append(self.module(text))
                case "instance" if modules:
                    self.instance(text, self.draw(st.sampled_from(modules)), funcs)
                case "bag" if funcs:
                    self.bag(text, funcs)
                case "child":
                    self.child(text, depth, modules, funcs)
                case _:
                    pass
        exports = {self.name("e"): func for func in funcs}
        text += [f'(export "{export}" (func ${func}))' for export, func in exports.items()]
        return text, {export: funcs[func] for export, func in exports.items()}

    def module(self, text: list[str]) -> str:
        name = self.name("m")
        text.append(f'(core module ${name} (func (export "f")))')
        return name

    def instance(self, text: list[str], module: str, funcs: dict[str, str]) -> None:
        instance, func = self.name("i"), self.name("f")
        text.append(f"(core instance ${instance} (instantiate ${module}))")
        text.append(f'(func ${func} (canon lift (core func ${instance} "f")))')
        funcs[func] = module

    def bag(self, text: list[str], funcs: dict[str, str]) -> None:
        bag, func, source = self.name("b"), self.name("f"), self.draw(st.sampled_from(sorted(funcs)))
        text.append(f'(instance ${bag} (export "x" (func ${source})))')
        text.append(f'(alias export ${bag} "x" (func ${func}))')
        funcs[func] = funcs[source]

    def child(self, text: list[str], depth: int, modules: list[str], funcs: dict[str, str]) -> None:
        """A component that is instantiated once or twice, perhaps with a function and a module of this one."""
        child, given_func = self.name("c"), self.draw(st.sampled_from([None, *sorted(funcs)]))
        given_module = self.draw(st.sampled_from([None, *modules]))
        imports, args, came = [], "", dict[str, str]()
        if given_func:
            imports += ['(import "f" (func $f0))', '(export "passed" (func $f0))']
            args += f' (with "f" (func ${given_func}))'
            came["passed"] = funcs[given_func]
        if given_module:
            imports += [
                '(import "m" (core module $m0 (export "f" (func))))',
                '(core instance $i0 (instantiate $m0)) (func $g0 (canon lift (core func $i0 "f")))',
                '(export "made" (func $g0))',
            ]
            args += f' (with "m" (core module ${given_module}))'
            came["made"] = given_module
        inner, exports = self.component(depth + 1, modules)
        text.append(f"(component ${child} {' '.join(imports + inner)})")
        for _ in range(self.draw(st.integers(1, 2))):
            instance = self.name("n")
            text.append(f"(instance ${instance} (instantiate ${child}{args}))")
            for export, module in {**came, **exports}.items():
                func = self.name("f")
                text.append(f'(alias export ${instance} "{export}" (func ${func}))')
                funcs[func] = module


@st.composite
def nested(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    text, exports = Drawn(draw).component(0, [])
    return "(component " + "\n".join(text) + ")", exports


@settings(deadline=None, max_examples=150)
@given(nested())
def test_nesting(drawn: tuple[str, dict[str, str]]):
    text, expected = drawn
    plan = planned(text)
    modules = {
        step.index: plan.modules[step.module.index].name
        for step in plan.steps
        if isinstance(step, InstantiateModule) and isinstance(step.module, StaticModule)
    }
    found = {
        name: modules[lifted.core.instance]
        for name, lifted in lifts(plan.exports)
        if isinstance(lifted.core, CoreExport)
    }
    assert found == expected


# ---- values that are not needed ---------------------------------------------------------------------------------

LIBC = """
  (core module $libc (memory (export "m") 1) (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $libc (instantiate $libc))
  (alias core export $libc "m" (core memory $m))
  (alias core export $libc "r" (core func $r))
"""


def test_what_nobody_uses_leaves_nothing_behind():
    plan = planned(f"""(component {LIBC}
      (import "f" (func $f (param "s" string)))
      (core module $unused)
      (core func (canon lower (func $f) (memory $m)))
      (core module $m (func (export "take") (param i32 i32)))
      (core instance $i (instantiate $m))
      (func (param "s" string) (canon lift (core func $i "take") (memory $m) (realloc $r))))""")
    assert [type(step) for step in plan.steps] == [InstantiateModule, InstantiateModule]
    assert len(plan.modules) == 2


def test_a_lower_that_is_imported_twice_is_one():
    plan = planned("""(component
      (import "f" (func $f))
      (core func $l (canon lower (func $f)))
      (core instance $l (export "f" (func $l)) (export "g" (func $l)))
      (core module $m (import "" "f" (func)) (import "" "g" (func)))
      (core instance (instantiate $m (with "" (instance $l))))
      (core instance (instantiate $m (with "" (instance $l)))))""")
    assert [type(step) for step in plan.steps] == [LowerImport, InstantiateModule, InstantiateModule]


def test_a_lower_may_be_lifted_and_may_be_a_realloc():
    plan = planned(f"""(component {LIBC}
      (import "alloc" (func $a (param "a" u32) (param "b" u32) (param "c" u32) (param "d" u32) (result u32)))
      (core func $alloc (canon lower (func $a)))
      (core module $m (func (export "take") (param i32 i32)))
      (core instance $i (instantiate $m))
      (func (export "take") (param "s" string) (canon lift (core func $i "take") (memory $m) (realloc $alloc)))
      (func (export "direct") (param "a" u32) (param "b" u32) (param "c" u32) (param "d" u32) (result u32)
        (canon lift (core func $alloc))))""")
    assert ExtractRealloc(0, Lowered(0)) in plan.steps
    assert {name: lifted.core for name, lifted in lifts(plan.exports)}["direct"] == Lowered(0)


def test_a_resource_function_may_be_lifted():
    plan = planned("""(component
      (type $r (resource (rep i32)))
      (core func $drop (canon resource.drop $r))
      (export $named "r" (type $r))
      (func (export "f") (param "x" u32) (canon lift (core func $drop))))""")
    ((_, lifted),) = lifts(plan.exports)
    assert isinstance(lifted.core, ResourceFunc)


def test_resources_are_numbered_by_what_they_are_when_it_runs():
    plan = planned("""(component
      (import "test:a/host" (instance $host (export "r" (type (sub resource)))))
      (alias export $host "r" (type $host-r))
      (component $c
        (import "given" (type $given (sub resource)))
        (type $own (resource (rep i32)))
        (export "given" (type $given))
        (export "own" (type $own)))
      (instance $i (instantiate $c (with "given" (type $host-r))))
      (export "test:a/out" (instance $i)))""")
    names = {(resource.owner, resource.name): number for resource, number in plan.resource_ids.items()}
    assert names == {("test:a/host", "r"): 0, ("test:a/out", "own"): 1}


# ---- what cannot run --------------------------------------------------------------------------------------------

UNSUPPORTED = {
    "an async import": ('(import "f" (func async))', 'the async function "f": not supported yet'),
    "in an interface": ('(import "i" (instance (export "f" (func async))))', 'the async function "f"'),
    "a stream": ('(type $s (stream u8)) (import "f" (func (param "s" $s)))', 'streams (in the type of "f")'),
    "a future in a list": (
        '(type $s (future)) (type $l (list $s)) (import "f" (func (result $l)))',
        'futures (in the type of "f")',
    ),
    "an error context": ('(import "f" (func (param "e" error-context)))', 'error contexts (in the type of "f")'),
    "an imported component": (
        '(import "c" (component $c)) (instance (instantiate $c))',
        'an instance of the imported component "c": not supported yet',
    ),
}


@pytest.mark.parametrize(("text", "message"), UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_what_cannot_run_is_refused_by_name(text: str, message: str):
    error = refusal(f"(component {text})")
    assert message in error.message
    assert error.offset is not None


# ---- built-ins ---------------------------------------------------------------------------------------------------

FUNCTIONS = {
    "task.return": ("(type $t (tuple u8 string)) (canon task.return (result $t) MEMORY", "i32 i32 i32 -> "),
    "task.return of nothing": ("(canon task.return", " -> "),
    "task.return of much": (
        "(type $t (tuple u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u64)) (canon task.return (result $t) MEMORY",
        "i32 -> ",
    ),
    "task.cancel": ("(canon task.cancel", " -> "),
    "subtask.cancel": ("(canon subtask.cancel", "i32 -> i32"),
    "context.get": ("(canon context.get i32 0", " -> i32"),
    "context.set": ("(canon context.set i32 0", "i32 -> "),
    "stream.new": ("(type $t (stream u8)) (canon stream.new $t", " -> i64"),
    "stream.read": ("(type $t (stream u8)) (canon stream.read $t async MEMORY", "i32 i32 i32 -> i32"),
    "stream.cancel-write": ("(type $t (stream u8)) (canon stream.cancel-write $t", "i32 -> i32"),
    "stream.drop-readable": ("(type $t (stream u8)) (canon stream.drop-readable $t", "i32 -> "),
    "future.write": ("(type $t (future u8)) (canon future.write $t async MEMORY", "i32 i32 -> i32"),
    "waitable-set.poll": ("(canon waitable-set.poll MEMORY", "i32 i32 -> i32"),
    "waitable.join": ("(canon waitable.join", "i32 i32 -> "),
    "error-context.new": ("(canon error-context.new MEMORY", "i32 i32 -> i32"),
    "error-context.debug-message": ("(canon error-context.debug-message MEMORY (realloc $realloc)", "i32 i32 -> "),
    "thread.yield": ("(canon thread.yield", " -> i32"),
    "backpressure.inc": ("(canon backpressure.inc", " -> "),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_other_built_ins_are_functions_of_the_gate(name: str):
    """Imported by a module with that type, so that the engine would say if it were another."""
    canon, signature = FUNCTIONS[name]
    params, _, results = signature.partition(" -> ")
    before, _, last = canon.rpartition("(canon ")
    wasm = assemble(f"""(component
      (core module $mem (memory (export "m") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
      (core instance $mem (instantiate $mem))
      (alias core export $mem "m" (core memory $m)) (alias core export $mem "realloc" (core func $realloc))
      {before}
      (core func $b (canon {last.replace("MEMORY", "(memory $m)")}))
      (core module $m (import "" "b" (func (param {params}) (result {results}))))
      (core instance (instantiate $m (with "" (instance (export "b" (func $b)))))))""")
    plan = link(resolve(binary.read(wasm)))
    ((export, builtin),) = plan.builtins.items()
    assert (" ".join(builtin.type.params), " ".join(builtin.type.results)) == (params, results)
    assert builtin.name == name.partition(" ")[0]
    step = plan.steps[-1]
    assert isinstance(step, InstantiateModule)
    assert [arg.value for arg in step.args] == [GateExport(export)]


def test_a_built_in_that_nobody_takes_is_no_ones():
    assert planned("(component (core func (canon thread.yield)))").builtins == {}


CALLED = """(component
  (component $c
    (core module $m (func (export "f") (param i32)) (func (export "g") (param i64 i64 i64 i64 i32)))
    (core instance $m (instantiate $m))
    (func (export "f") async (param "n" (stream u8)) (canon lift (core func $m "f") async))
    (func (export "g") async (param "v" (tuple u64 u64 u64 u64 (future))) (canon lift (core func $m "g") async)))
  (instance $c (instantiate $c))
  (core module $mem (memory (export "m") 1)) (core instance $mem (instantiate $mem))
  (core func $f (canon lower (func $c "f") OPTIONS))
  (core func $g (canon lower (func $c "g") (memory (core memory $mem "m")) OPTIONS))
  (core module $m
    (import "" "f" (func (param i32) (result RESULTS)))
    (import "" "g" (func (param PARAMS) (result RESULTS))))
  (core instance (instantiate $m (with "" (instance (export "f" (func $f)) (export "g" (func $g)))))))"""


@pytest.mark.parametrize(("options", "params", "results"), [("", "i64 i64 i64 i64 i32", ""), ("async", "i32", "i32")])
def test_calls_that_pass_streams_are_there_until_somebody_makes_one(options: str, params: str, results: str):
    text = CALLED.replace("OPTIONS", options).replace("PARAMS", params).replace("RESULTS", results)
    found = [builtin.type for builtin in planned(text).builtins.values()]
    assert {(" ".join(it.params), " ".join(it.results)) for it in found} == {("i32", results), (params, results)}


def test_an_imported_component_that_nobody_instantiates():
    planned('(component (import "c" (component $c)) (export "d" (component $c)))')


# ---- limits -----------------------------------------------------------------------------------------------------


def doubling(levels: int) -> str:
    """Components that instantiate the former twice, without any types to tell of it."""
    text = "(component (core module $m) (core instance (instantiate $m)))"
    for _ in range(levels):
        text = f"(component {text} (instance (instantiate 0)) (instance (instantiate 0)))"
    return text


def test_many_instances():
    assert planned(doubling(8)).instances == 2**9 - 1


def test_too_many_instances(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recorder, "MAX_DEFINITIONS", 20_000)
    assert "20,000 definitions" in refusal(doubling(40)).message


def chain(length: int) -> str:
    """Each component instantiates the one before it, from the outside: the file is flat, instantiation is deep."""
    links = [f"(component $c{n} (instance (instantiate $c{n - 1})))" for n in range(1, length)]
    return "(component (component $c0) " + " ".join(links) + f" (instance (instantiate $c{length - 1})))"


def test_deep_instantiation():
    assert planned(chain(90)).instances == 91
    assert "100 levels" in refusal(chain(3_000)).message


def test_whatever_goes_wrong_is_an_error_of_ours():
    """Deep in someone else's stack as well."""
    found = resolve(binary.read(assemble(chain(90))))

    def dive(levels: int) -> None:
        if levels:
            dive(levels - 1)
        else:
            link(found)

    with pytest.raises(ComponentError, match="stack"):
        dive(850)


BINARIES = [assemble((case / "input.wat").read_text()) for case in CASES]


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_any_bytes_changed(data: st.DataObject):
    """A good plan or an error of ours, whatever stands in the file."""
    binary_ = bytearray(data.draw(st.sampled_from(BINARIES)))
    for at in data.draw(st.lists(st.integers(8, len(binary_) - 1), min_size=1, max_size=2)):
        binary_[at] = data.draw(st.integers(0, 255) | st.integers(0, 12))
    with suppress(ComponentError):
        check_plan(link(resolve(binary.read(bytes(binary_)))))
