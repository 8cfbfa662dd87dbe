"""What is invalid: by which rule, and where. Limits, and what small files may ask for."""

from __future__ import annotations

import time

import pytest

from tests.support import raw
from tests.support.wat import assemble
from witcraft import binary
from witcraft.errors import ComponentError
from witcraft.resolve import ledger, resolve


def refusal(text: str | bytes) -> ComponentError:
    data = binary.read(assemble(text) if isinstance(text, str) else text)
    with pytest.raises(ComponentError) as caught:
        resolve(data)
    assert caught.value.offset is not None
    assert caught.value.path
    return caught.value


def accepted(text: str) -> None:
    resolve(binary.read(assemble(text)))


# ---- place ------------------------------------------------------------------------------------------------------


def test_an_error_says_where():
    text = "(component (component (type u8) (type (list 0)) (type (list 7))))"
    data = assemble(text)
    error = refusal(text)
    assert error.path == ("component 0", "type 2")
    assert error.message == "type 7 is unknown: there are 2"
    assert error.offset is not None
    assert data[error.offset : error.offset + 2] == b"\x70\x07"


def test_paths_count_definitions_of_a_kind():
    assert refusal('(component (type u8) (import "f" (func)) (type (instance (type u8) (type (list 3)))))').path == (
        "type 2",
        "type 1",
    )


# ---- indices ----------------------------------------------------------------------------------------------------

INDICES = {
    "type": "(type (list 9))",
    "type of a resource": "(type (own 9))",
    "type of a function": '(import "f" (func (type 9)))',
    "type of an instance": '(import "i" (instance (type 9)))',
    "type of a component": '(import "c" (component (type 9)))',
    "type of a module": '(import "m" (core module (type 9)))',
    "type that is equal": '(import "t" (type (eq 9)))',
    "exported function": '(export "f" (func 9))',
    "exported instance": '(export "i" (instance 9))',
    "exported component": '(export "c" (component 9))',
    "exported module": '(export "m" (core module 9))',
    "exported type": '(export "t" (type 9))',
    "core module": "(core instance (instantiate 9))",
    "core instance": '(core module $m) (core instance (instantiate $m (with "" (instance 9))))',
    "core function": '(core instance (export "" (func 9)))',
    "core memory": '(core instance (export "" (memory 9)))',
    "core table": '(core instance (export "" (table 9)))',
    "core global": '(core instance (export "" (global 9)))',
    "core tag": '(core instance (export "" (tag 9)))',
    "component": "(instance (instantiate 9))",
    "argument": '(component $c) (instance (instantiate $c (with "" (func 9))))',
    "bag of exports": '(instance (export "a" (func 9)))',
    "alias": '(alias export 9 "a" (func))',
    "core alias": '(alias core export 9 "a" (core func))',
    "lifted function": "(type (func)) (func (type 0) (canon lift (core func 9)))",
    "lowered function": "(core func (canon lower (func 9)))",
    "resource": "(core func (canon resource.drop 9))",
    "destructor": "(type (resource (rep i32) (dtor (core func 9))))",
    "memory of waitable-set.wait": "(core func (canon waitable-set.wait (memory 9)))",
    "stream": "(core func (canon stream.new 9))",
    "thread": "(core func (canon thread.spawn-ref 9))",
    "core type in a module type": '(core type (module (import "" "" (func (type 9)))))',
}


@pytest.mark.parametrize("text", INDICES.values(), ids=INDICES)
def test_indices(text: str):
    assert " 9 is unknown" in refusal(f"(component {text})").message


OUTER = {
    "too far": "(component (alias outer 3 0 (type)))",
    "not there": "(component (alias outer 1 9 (type)))",
    "no component": "(component (alias outer 1 9 (component)))",
    "no module": "(component (alias outer 1 9 (core module)))",
    "a resource": "(type (resource (rep i32))) (component (alias outer 1 0 (type)))",
    "a handle": "(type (resource (rep i32))) (type (list (own 0))) (component (alias outer 1 2 (type)))",
    "a component in a type": "(component) (type (component (alias outer 1 0 (component))))",
}


@pytest.mark.parametrize("text", OUTER.values(), ids=OUTER)
def test_outer_aliases(text: str):
    assert refusal(f"(component {text})").path[-1] == "alias 0"


def test_outer_aliases_that_are_fine():
    accepted("""(component $c
      (core module $m) (component $d) (type $t (list u8)) (type $r (resource (rep i32)))
      (type (component (alias outer $c $r (type)) (alias outer $c $t (type))))
      (component (alias outer $c $m (core module)) (alias outer $c $d (component)) (alias outer $c $t (type))
        (component (alias outer 2 0 (component)))))""")


# ---- types ------------------------------------------------------------------------------------------------------

TYPES = {
    "record of none": (b"\x72\0", "at least one field"),
    "variant of none": (b"\x71\0", "at least one case"),
    "tuple of none": (b"\x6f\0", "at least one type"),
    "flags of none": (b"\x6e\0", "at least one label"),
    "enum of none": (b"\x6d\0", "at least one case"),
    "list of length 0": (b"\x67\x7d\0", "at least one element"),
    "33 flags": (b"\x6e" + raw.vec(*[raw.name(f"f{n}") for n in range(33)]), "at most 32"),
    "fields alike": (b"\x72" + raw.vec(raw.name("a") + b"\x7d", raw.name("A") + b"\x7d"), "conflicts with"),
    "cases alike": (b"\x71" + raw.vec(raw.name("a") + b"\0\0", raw.name("a") + b"\0\0"), "twice"),
    "labels alike": (b"\x6d" + raw.vec(raw.name("a"), raw.name("A")), "conflicts with"),
    "a label that is none": (b"\x6d" + raw.vec(raw.name("a\nb")), "kebab"),
    "a map from floats": (b"\x63\x75\x7d", "the key of a map"),
    "a map from lists": (b"\x63\0\x7d", "the key of a map"),
    "a stream of chars": (b"\x66\x01\x74", "cannot carry chars"),
    "parameters alike": (b"\x40" + raw.vec(raw.name("a") + b"\x7d", raw.name("a") + b"\x7d") + b"\1\0", "twice"),
    "own of a list": (b"\x69\0", "is not a resource type"),
    "rep i64 of floats": (b"\x3f\x7d\0", "i32 or i64"),
    "list of functions": (b"\x70\1", "where a value type is needed"),
}


@pytest.mark.parametrize(("definition", "message"), TYPES.values(), ids=TYPES)
def test_types(definition: bytes, message: str):
    section = raw.section(7, raw.vec(b"\x70\x7d", b"\x40\0\1\0", definition))
    error = refusal(raw.component(section))
    assert message in error.message
    assert error.path == ("type 2",)


BORROWS = {
    "a result": "(func (result (borrow $r)))",
    "inside of a result": "(func (result (list (tuple u8 (borrow $r)))))",
    "a stream": "(stream (borrow $r))",
    "a future": "(future (option (borrow $r)))",
}


@pytest.mark.parametrize("text", BORROWS.values(), ids=BORROWS)
def test_borrows_are_lent_for_a_call_only(text: str):
    assert "borrow" in refusal(f'(component (import "r" (type $r (sub resource))) (type {text}))').message


# ---- external visibility ----------------------------------------------------------------------------------------

VISIBILITY = {
    "a record": '(type $t (record (field "x" u8))) (import "f" (func (param "p" $t)))',
    "in a list": '(type $t (enum "x")) (import "f" (func (result (list $t))))',
    "in a named record": '(type $t (flags "x")) (type $u (record (field "t" $t))) (import "u" (type (eq $u)))',
    "a resource": '(type $r (resource (rep i32))) (import "f" (func (param "p" (own $r))))',
    "equal to one made inside": '(type $r (resource (rep i32))) (import "r" (type (eq $r)))',
    "the definition, not the export": """
      (type $r (resource (rep i32))) (export "r" (type $r)) (type $l (list (own $r))) (export "l" (type $l))""",
    "an exported type": '(type $t (enum "x")) (export $e "e" (type $t)) (import "f" (func (param "p" $e)))',
    "of an instance that stays inside": """
      (component $c (type $t (enum "x")) (export "t" (type $t)))
      (instance $i (instantiate $c)) (alias export $i "t" (type $t)) (type $l (list $t)) (export "l" (type $l))""",
}


@pytest.mark.parametrize("text", VISIBILITY.values(), ids=VISIBILITY)
def test_what_is_mentioned_at_a_border_has_a_name_there(text: str):
    assert refusal(f"(component {text})").path[-1].startswith(("import", "export"))


# ---- canonical definitions --------------------------------------------------------------------------------------

CORE = """
  (core module $m
    (memory (export "m") 1) (memory (export "m64") i64 1) (memory (export "shared") 1 1 shared)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "realloc64") (param i64 i64 i64 i64) (result i64) unreachable)
    (func (export "none"))
    (func (export "one") (param i32))
    (func (export "i32") (result i32) unreachable)
    (func (export "i64") (result i64) unreachable)
    (func (export "str") (param i32 i32))
    (func (export "str64") (param i64 i64))
    (func (export "callback") (param i32 i32 i32) (result i32) unreachable))
  (core instance $m (instantiate $m))
  (alias core export $m "m" (core memory $mem))
  (alias core export $m "m64" (core memory $mem64))
  (alias core export $m "shared" (core memory $shared))
"""


def lift(ty: str, name: str, options: str = "") -> str:
    return f'(component {CORE} (func {ty} (canon lift (core func $m "{name}") {options})))'


REALLOC, REALLOC64 = '(realloc (core func $m "realloc"))', '(realloc (core func $m "realloc64"))'
MANY = " ".join(f'(param "p{n}" u32)' for n in range(17))

LIFTS = {
    "nothing": lift("", "none"),
    "a result": lift("(result u32)", "i32"),
    "a string": lift('(param "s" string)', "str", f"(memory $mem) {REALLOC}"),
    "a string, 64-bit": lift('(param "s" string)', "str64", f"(memory $mem64) {REALLOC64}"),
    "a string as result": lift("(result string)", "i32", "(memory $mem)"),
    "a string as result, 64-bit": lift("(result string)", "i64", "(memory $mem64)"),
    "post-return": lift("(result string)", "i32", '(memory $mem) (post-return (core func $m "one"))'),
    "many parameters": lift(MANY, "one", f"(memory $mem) {REALLOC}"),
    "callback": lift("async", "i32", 'async (callback (core func $m "callback"))'),
    "async without callback": lift("async (result string)", "none", "async (memory $mem)"),
}


@pytest.mark.parametrize("text", LIFTS.values(), ids=LIFTS)
def test_lifts(text: str):
    accepted(text)


BAD_LIFTS = {
    "parameters": (lift('(param "x" u32)', "none"), "(i32)"),
    "results": (lift("(result u64)", "i32"), "-> i64"),
    "a string without memory": (lift('(param "s" string)', "str"), "option memory"),
    "a string without realloc": (lift('(param "s" string)', "str", "(memory $mem)"), "option realloc"),
    "a result without memory": (lift("(result string)", "i32"), "option memory"),
    "many parameters without realloc": (lift(MANY, "one", "(memory $mem)"), "option realloc"),
    "realloc without memory": (lift("", "none", REALLOC), "takes the option memory"),
    "realloc of another width": (lift("", "none", f"(memory $mem) {REALLOC64}"), "realloc is"),
    "realloc of another type": (lift("", "none", '(memory $mem) (realloc (core func $m "none"))'), "realloc is"),
    "shared memory": (lift("", "none", "(memory $shared)"), "shared"),
    "post-return": (lift("(result u32)", "i32", '(post-return (core func $m "none"))'), "post-return is"),
    "async of a function that is not": (lift("", "none", "async"), "async functions only"),
    "callback without async": (lift("", "none", '(callback (core func $m "callback"))'), "takes the option async"),
    "callback": (lift("async", "i32", 'async (callback (core func $m "one"))'), "callback is"),
    "post-return and async": (lift("async", "none", 'async (post-return (core func $m "none"))'), "exclude"),
    "no function type": (
        f'(component {CORE} (type $t u8) (func (type $t) (canon lift (core func $m "none"))))',
        "type",
    ),
}


@pytest.mark.parametrize(("text", "message"), BAD_LIFTS.values(), ids=BAD_LIFTS)
def test_lifts_that_do_not_fit(text: str, message: str):
    assert message in refusal(text).message


def lower(ty: str, options: str, expected: str) -> str:
    return f"""(component {CORE} (import "f" (func $f {ty}))
      (core func $l (canon lower (func $f) {options}))
      (core module $n (import "" "f" (func {expected})))
      (core instance (instantiate $n (with "" (instance (export "f" (func $l)))))))"""


LOWERS = {
    "nothing": lower("", "", ""),
    "flat": lower('(param "a" f32) (param "b" s64) (result char)', "", "(param f32 i64) (result i32)"),
    "a string": lower('(param "s" string)', "(memory $mem)", "(param i32 i32)"),
    "a string, 64-bit": lower('(param "s" string)', "(memory $mem64)", "(param i64 i64)"),
    "a string as result": lower("(result string)", f"(memory $mem) {REALLOC}", "(param i32)"),
    "many parameters": lower(MANY, "(memory $mem)", "(param i32)"),
    "many, and a result": lower(f"{MANY} (result (tuple u8 u8))", "(memory $mem)", "(param i32 i32)"),
    "async": lower('async (param "a" u8) (result u8)', "async (memory $mem)", "(param i32 i32) (result i32)"),
    "async, five parameters": lower(
        "async " + " ".join(f'(param "p{n}" u8)' for n in range(5)), "async (memory $mem)", "(param i32) (result i32)"
    ),
    "joined": lower('(param "v" (result f32 (error u64)))', "", "(param i32 i64)"),
}


@pytest.mark.parametrize("text", LOWERS.values(), ids=LOWERS)
def test_lowers(text: str):
    accepted(text)


BAD_LOWERS = {
    "a string without memory": (lower('(param "s" string)', "", "(param i32 i32)"), "option memory"),
    "a result without realloc": (lower("(result string)", "(memory $mem)", "(param i32)"), "option realloc"),
    "post-return": (lower("", '(post-return (core func $m "none"))', ""), "lifts only"),
    "another type": (lower('(param "x" u32)', "", "(param i64)"), "expected func(i64), found func(i32)"),
}


@pytest.mark.parametrize(("text", "message"), BAD_LOWERS.values(), ids=BAD_LOWERS)
def test_lowers_that_do_not_fit(text: str, message: str):
    assert message in refusal(text).message


def test_only_the_owner_of_a_resource_makes_and_looks_into_handles():
    for verb in ("new", "rep"):
        text = f'(component (import "r" (type $r (sub resource))) (core func (canon resource.{verb} $r)))'
        assert "does not define" in refusal(text).message
    accepted('(component (import "r" (type $r (sub resource))) (core func (canon resource.drop $r)))')
    accepted('(component (type $r (resource (rep i32))) (export $e "r" (type $r)) (core func (canon resource.new $e)))')


def test_a_destructor_takes_the_representation():
    assert (
        "destructor" in refusal(f'(component {CORE} (type (resource (rep i32) (dtor (core func $m "none")))))').message
    )


# ---- core instances ---------------------------------------------------------------------------------------------


def linked(wanted: str, given: str) -> str:
    return f"""(component
      (core module $a {given})
      (core module $b (import "a" "x" {wanted}))
      (core instance $a (instantiate $a))
      (core instance (instantiate $b (with "a" (instance $a)))))"""


FITS = [
    ("(func (param i32))", '(func (export "x") (param i32))'),
    ("(memory 1)", '(memory (export "x") 2)'),
    ("(memory 1 5)", '(memory (export "x") 2 4)'),
    ("(memory i64 1)", '(memory (export "x") i64 1)'),
    ("(table 1 funcref)", '(table (export "x") 1 funcref)'),
    ("(table 1 funcref)", '(type $f (func)) (func $g) (table (export "x") 1 (ref null $f))'),
    ("(global i32)", '(global (export "x") i32 (i32.const 0))'),
    ("(global (mut f64))", '(global (export "x") (mut f64) (f64.const 0))'),
    ("(tag (param i32))", '(tag (export "x") (param i32))'),
]

FITS_NOT = [
    ("(func (param i32))", '(func (export "x") (param i64))'),
    ("(func (param i32))", '(func (export "x"))'),
    ("(func)", '(memory (export "x") 1)'),
    ("(func)", '(func (export "y"))'),
    ("(memory 2)", '(memory (export "x") 1)'),
    ("(memory 1 5)", '(memory (export "x") 1)'),
    ("(memory 1 5)", '(memory (export "x") 1 6)'),
    ("(memory 1)", '(memory (export "x") i64 1)'),
    ("(table 1 funcref)", '(table (export "x") 1 externref)'),
    ("(global i32)", '(global (export "x") (mut i32) (i32.const 0))'),
    ("(global i32)", '(global (export "x") i64 (i64.const 0))'),
    ("(tag (param i32))", '(tag (export "x"))'),
]


@pytest.mark.parametrize(("wanted", "given"), FITS)
def test_core_arguments(wanted: str, given: str):
    accepted(linked(wanted, given))


@pytest.mark.parametrize(("wanted", "given"), FITS_NOT)
def test_core_arguments_that_do_not_fit(wanted: str, given: str):
    error = refusal(linked(wanted, given))
    assert error.path == ("core instance 1",)
    assert '"a"' in error.message


def test_core_arguments_that_are_missing():
    error = refusal('(component (core module $m (import "env" "f" (func))) (core instance (instantiate $m)))')
    assert error.message == 'no argument for the core imports of "env"'


def test_core_imports_that_are_there_twice():
    text = '(component (core module (import "" "f" (func)) (import "" "f" (func (param i32)))))'
    assert "twice" in refusal(text).message


# ---- subtyping --------------------------------------------------------------------------------------------------


def instantiated(wanted: str, given: str) -> str:
    """``given`` defines $x, which is then the argument for an import of type ``wanted``."""
    sort = given.partition("$x")[0].rpartition("(")[2].strip()
    return f"""(component {given}
      (component $c (import "x" {wanted}))
      (instance (instantiate $c (with "x" ({sort} $x)))))"""


A_FUNC = '(func (param "a" u8) (result (list string)))'

MATCHES = {
    "functions": (A_FUNC, f'(import "f" {A_FUNC.replace("func", "func $x")})'),
    "more exports": (
        '(instance (export "f" (func)))',
        '(import "i" (instance $x (export "e" (func)) (export "f" (func))))',
    ),
    "types": ("(type (sub resource))", "(type $x (resource (rep i32)))"),
    "equal types": ("(type (eq u8))".replace("eq u8", "sub resource"), '(import "r" (type $x (sub resource)))'),
    "fewer imports": (
        '(component (import "a" (func)) (import "b" (func)) (export "e" (func)))',
        '(component $x (import "a" (func $a)) (export "d" (func $a)) (export "e" (func $a)))',
    ),
    "modules": (
        '(core module (import "a" "b" (func)) (import "c" "d" (func)) (export "e" (func)))',
        '(core module $x (import "a" "b" (func)) (func (export "e")) (func (export "f")))',
    ),
}


@pytest.mark.parametrize(("wanted", "given"), MATCHES.values(), ids=MATCHES)
def test_arguments(wanted: str, given: str):
    accepted(instantiated(wanted, given))


MISMATCHES = {
    "sorts": ("(func)", '(import "i" (instance $x))', "expected a function, found an instance"),
    "parameters' names": (A_FUNC, '(import "f" (func $x (param "b" u8) (result (list string))))', "other parameters"),
    "parameters": (A_FUNC, '(import "f" (func $x (param "a" s8) (result (list string))))', 'parameter "a"'),
    "results": (A_FUNC, '(import "f" (func $x (param "a" u8) (result (list u8))))', "the result"),
    "a result": (A_FUNC, '(import "f" (func $x (param "a" u8)))', "the result"),
    "async": ("(func)", '(import "f" (func $x async))', "async"),
    "exports": ('(instance (export "f" (func)))', '(import "i" (instance $x))', 'no export "f"'),
    "exports' types": (
        '(instance (export "f" (func)))',
        '(import "i" (instance $x (export "f" (func (result u8)))))',
        'export "f": the result',
    ),
    "a value type for a resource": ("(type (sub resource))", "(type $x u8)", "expected a resource type"),
    "imports": ("(component)", '(component $x (import "a" (func)))', 'no argument for the import "a"'),
    "imports' types": (
        '(component (import "a" (func)))',
        '(component $x (import "a" (func (result u8))))',
        'import "a": the result',
    ),
    "imports of modules": ("(core module)", '(core module $x (import "a" "b" (func)))', 'imports "a" "b" as well'),
    "exports of modules": ('(core module (export "e" (func)))', "(core module $x)", 'no export "e"'),
}


@pytest.mark.parametrize(("wanted", "given", "message"), MISMATCHES.values(), ids=MISMATCHES)
def test_arguments_that_do_not_fit(wanted: str, given: str, message: str):
    error = refusal(instantiated(wanted, given))
    assert message in error.message
    assert error.path == ("instance 0",) or error.path == ("instance 1",)


def test_arguments_that_are_missing_or_given_twice():
    assert (
        'the import "x"'
        in refusal('(component (component $c (import "x" (func))) (instance (instantiate $c)))').message
    )
    args = '(with "a" (func $f)) (with "a" (func $f))'
    text = f'(component (import "f" (func $f)) (component $c) (instance (instantiate $c {args})))'
    assert "twice" in refusal(text).message


TWO_INSTANCES = """(component
  (component $c
    (type $r (resource (rep i32)))
    (export $e "r" (type $r))
    (core module $m (func (export "f") (param i32)))
    (core instance $m (instantiate $m))
    (export "take" (func (param "r" (own $e)) (canon lift (core func $m "f"))) ))
  (component $user
    (import "r" (type $r (sub resource)))
    (import "take" (func (param "r" (own $r)))))
  (instance $one (instantiate $c))
  (instance $two (instantiate $c))
  (instance (instantiate $user (with "r" (type $one "r")) (with "take" (func ONE "take")))))"""


def test_resources_are_generative():
    text = TWO_INSTANCES.replace('(export "take" (func (param', "(func $take (param").replace(
        '(core func $m "f"))) ))', '(core func $m "f"))) (export "take" (func $take)))'
    )
    accepted(text.replace("ONE", "$one"))
    error = refusal(text.replace("ONE", "$two"))
    assert 'import "take": parameter "r" has another type' in error.message


ASCRIPTIONS = {
    "a function": ('(import "f" (func $f))', '(export "e" (func $f) (func (result u8)))'),
    "an instance": ('(import "i" (instance $i))', '(export "e" (instance $i) (instance (export "f" (func))))'),
    "a type": ("(type $t u8)", '(export "e" (type $t) (type (sub resource)))'),
    "an equal type": ("(type $t u8) (type $u u16)", '(export "e" (type $t) (type (eq $u)))'),
}


@pytest.mark.parametrize(("given", "export"), ASCRIPTIONS.values(), ids=ASCRIPTIONS)
def test_ascriptions_that_do_not_fit(given: str, export: str):
    assert refusal(f"(component {given} {export})").path == ("export 0",)


def test_an_ascription_may_hide_exports():
    text = '(import "i" (instance $i (export "f" (func)) (export "g" (func))))'
    hidden = f'{text} (export $e "e" (instance $i) (instance (export "f" (func))))'
    accepted(f'(component {hidden} (alias export $e "f" (func)))')
    assert 'no export "g"' in refusal(f'(component {hidden} (alias export $e "g" (func)))').message


# ---- limits -----------------------------------------------------------------------------------------------------


def doubling(levels: int) -> str:
    """Records that use the former twice: linear as a file, exponential as a tree."""
    records = [
        f'(record (field "a" {n - 1}) (field "b" {n - 1}))' if n else '(record (field "a" u8))' for n in range(levels)
    ]
    return "(component " + " ".join(f"(type {record})" for record in records) + ")"


def test_types_are_a_graph():
    start = time.perf_counter()
    accepted(doubling(16))
    assert time.perf_counter() - start < 0.5


def test_the_size_of_a_type_written_out():
    assert "1,000,000" in refusal(doubling(20)).message


def test_the_bytes_of_a_value():
    accepted(f"(component (type (list u8 {(1 << 28) - 1})))")
    assert "bytes" in refusal(f"(component (type (list u8 {1 << 28})))").message
    assert (
        "bytes"
        in refusal("(component (type $a (list u64 65536)) (type $b (list $a 65536)) (type (list $b 65536)))").message
    )


def test_the_depth_of_a_type():
    def lists(depth: int) -> str:
        return "(component (type u8) " + "".join(f"(type (list {n}))" for n in range(depth)) + ")"

    accepted(lists(99))
    assert "100 levels" in refusal(lists(5_000)).message


def test_the_depth_of_names():
    head = '(component (import "t0" (type (eq 0)))'.replace("(eq 0)", "(sub resource)")
    names = "".join(f'(import "n{n}" (type (eq {n})))' for n in range(5_000))
    assert "levels" in refusal(f"(component (type u8) {names})").message
    accepted(f"{head})")


def test_the_depth_of_instances():
    bags = "".join(f'(instance (export "i" (instance {n})))' for n in range(5_000))
    assert "100 levels" in refusal(f"(component (instance) {bags})").message


def test_a_hundred_components_inside_each_other():
    accepted("(component " * 100 + ")" * 100)


def nested_doubling(levels: int) -> str:
    """Each instantiates the former twice and exports both, so that the types of instances double in size."""
    text = '(component (type $r (resource (rep i32))) (export "r" (type $r)))'
    for _ in range(levels):
        instances = "(instance (instantiate 0)) (instance (instantiate 0))"
        text = f'(component {text} {instances} (export "a" (instance 0)) (export "b" (instance 1)))'
    return text


def test_what_a_small_component_may_cost(monkeypatch: pytest.MonkeyPatch):
    accepted(nested_doubling(6))
    monkeypatch.setattr(ledger, "MAX_WORK", 10_000)
    assert "too much work for a component of this size" in refusal(nested_doubling(30)).message
