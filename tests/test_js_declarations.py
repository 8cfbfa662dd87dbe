"""TypeScript declarations: what they say, and that the compiler accepts every one of them, and programs that use them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("click", reason="the extra `cli`")
from click.testing import CliRunner

from tests.guests import build
from tests.js import tools
from tests.js.worlds import WORLDS, clashes, used_at_the_root, values, versions
from tests.support.wat import assemble
from witcraft import api
from witcraft.cli.app import app
from witcraft.emit.js import names
from witcraft.emit.js.declarations import Instantiation, declarations
from witcraft.errors import EmitError

TESTS = Path(__file__).parent
CASES = sorted(path.parent for path in (TESTS / "cases").glob("*/input.wat"))
GOLDEN = TESTS / "js" / "expected"
SHAPES: tuple[Instantiation, ...] = (None, "async", "sync")
STRICT = {
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noUncheckedIndexedAccess": True,
    "noUnusedLocals": True,
    "module": "nodenext",
    "target": "es2022",
    "lib": ["es2022", "dom"],
    "types": [],
    "noEmit": True,
    "skipLibCheck": False,
}


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def compile_all(folder: Path, options: dict[str, object] = STRICT) -> str:
    """What the compiler says of every file in ``folder``."""
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "include": ["**/*.ts"]}))
    try:
        return tools.tsc("-p", "tsconfig.json", cwd=folder)
    except build.MissingTool as missing:
        if build.REQUIRED:
            pytest.fail(f"TypeScript: {missing}", pytrace=False)
        pytest.skip(f"TypeScript: {missing}")


# ---- the compiler accepts them ------------------------------------------------------------------------------------


def test_every_world_compiles(tmp_path):
    for name, world in WORLDS.items():
        for shape in SHAPES:
            write(tmp_path / name / str(shape), declarations(world(), name, shape, tla_compat=True))
    assert compile_all(tmp_path) == ""


def test_every_golden_component_compiles(tmp_path):
    for case in CASES:
        world = api.world(assemble((case / "input.wat").read_text()))
        for shape in SHAPES:
            write(tmp_path / case.name / str(shape), declarations(world, "app", shape))
    assert compile_all(tmp_path) == ""


@pytest.mark.guest
def test_every_guest_compiles(tmp_path, guest):
    for name in build.RECIPES:
        world = api.world(guest(name))
        for shape in SHAPES:
            write(tmp_path / name / str(shape), declarations(world, name, shape))
    assert compile_all(tmp_path) == ""


def test_a_program_that_uses_them_compiles_and_mistakes_do_not(tmp_path):
    write(tmp_path, declarations(values(), "values", "async"))
    shutil.copy(TESTS / "js" / "programs" / "use-values.ts", tmp_path)
    assert compile_all(tmp_path, STRICT | {"lib": ["es2022", "dom", "esnext.disposable"]}) == ""


def test_an_error_of_the_compiler_is_seen(tmp_path):
    """The tests above cannot pass because nothing is compiled."""
    write(tmp_path, {"wrong.d.ts": "export const x: Missing;"})
    assert "TS2304" in compile_all(tmp_path)


# ---- what they say ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["module", "async"])
@pytest.mark.parametrize("name", ["values", "clashes"])
def test_golden_declarations(name, shape, request):
    files = declarations(WORLDS[name](), name, None if shape == "module" else "async")
    folder = GOLDEN / f"{name}-{shape}"
    if request.config.getoption("--bless"):
        shutil.rmtree(folder, ignore_errors=True)
        write(folder, files)
    found = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.d.ts")}
    assert found == files, "write them by --bless, and read them"


def test_two_versions_have_a_file_each():
    files = declarations(versions(), "app", "async")
    assert sorted(files) == [
        "app.d.ts",
        "interfaces/test-new-api-0.1.0.d.ts",
        "interfaces/test-new-api-0.2.0.d.ts",
        "interfaces/test-old-store-1.0.0.d.ts",
        "interfaces/test-old-store-2.0.0.d.ts",
    ]
    assert "'test:old/store': typeof TestOldStore100 & typeof TestOldStore200," in files["app.d.ts"]
    assert "'test:old/store@2.0.0': typeof TestOldStore200," in files["app.d.ts"]


def test_a_side_has_a_file_of_its_own_only_where_it_differs():
    both = declarations(clashes(), "app")
    assert "interfaces/imported-test-names-host.d.ts" in both
    world = versions()
    alike = type(world)(imports=world.imports, exports=world.imports)
    assert sorted(declarations(alike, "app")) == [
        "app.d.ts",
        "interfaces/test-old-store-1.0.0.d.ts",
        "interfaces/test-old-store-2.0.0.d.ts",
    ]


def test_a_used_type_is_an_import_and_a_used_resource_nothing_to_give():
    text = declarations(used_at_the_root(), "app", "async")["app.d.ts"]
    assert "export type Point = import('./interfaces/test-use-types.js').Point;" in text
    assert text.count("Point =") == 1
    assert "blob:" not in text


# ---- the command --------------------------------------------------------------------------------------------------


def test_the_command_writes_them_alone(tmp_path):
    component = tmp_path / "my app.wasm"
    component.write_bytes(assemble((TESTS / "cases" / "exported-resource" / "input.wat").read_text()))
    done = CliRunner().invoke(app, ["types", str(component), "-o", str(tmp_path / "out"), "-I", "sync"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "my-app.d.ts").read_text().count("export function instantiate(") == 1
    assert (tmp_path / "out" / "interfaces" / "test-tools-counters.d.ts").exists()
    (tmp_path / "out" / "mine.ts").write_text("")
    with pytest.raises(EmitError, match="holds what witcraft has not written"):
        api.types(component, tmp_path / "out")
    assert CliRunner().invoke(app, ["types", str(component), "-o", str(tmp_path / "out")]).exit_code == 1


def test_what_is_no_component_is_an_error_with_its_place(tmp_path):
    (tmp_path / "bad.wasm").write_bytes(b"\0asm\x0d\0\1\0\x07")
    done = CliRunner().invoke(app, ["types", str(tmp_path / "bad.wasm"), "-o", str(tmp_path / "out")])
    assert done.exit_code == 1
    assert "error:" in done.output
    assert not (tmp_path / "out").exists()


def test_the_name_may_be_given():
    component = assemble((TESTS / "cases" / "functions" / "input.wat").read_text())
    assert list(api.types(component, name="other")) == ["other.d.ts"]
    assert list(api.types(component)) == ["app.d.ts"]


# ---- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kebab", "lower", "upper"),
    [
        ("get", "get", "Get"),
        ("get-random-u64", "getRandomU64", "GetRandomU64"),
        ("HTTP-client-2", "httpClient2", "HttpClient2"),
        ("x-Y", "xY", "XY"),
    ],
)
def test_camel_case(kebab, lower, upper):
    assert (names.lower_camel(kebab), names.upper_camel(kebab)) == (lower, upper)


def test_reserved_words():
    assert [names.variable(word) for word in ("default", "class", "of", "a-b")] == ["_default", "_class", "of", "aB"]
    assert [names.parameter(word) for word in ("default", "arguments", "of")] == ["default_", "arguments_", "of"]
    assert [names.method(word) for word in ("delete", "constructor", "prototype")] == [
        "delete",
        "constructor_",
        "prototype",
    ]
    assert [names.method(word, is_static=True) for word in ("constructor", "prototype")] == [
        "constructor",
        "prototype_",
    ]
    assert names.RESERVED.isdisjoint({"of", "async", "get", "set", "as", "from", "undefined"})


def test_names_that_become_one_stay_two():
    assert names.fields(["a-1", "a1", "A-1"]) == ("a1", "a1$1", "a1$2")
    assert names.parameters(["class", "a-1", "a1"]) == ("class_", "a1", "a1$1")


@pytest.mark.parametrize(
    ("text", "literal"),
    [("ns:pkg/i", "'ns:pkg/i'"), ("it's", "'it\\'s'"), ("a\n\\", "'a\\n\\\\'"), ("ü🦀", "'\\u00fc\\ud83e\\udd80'")],
)
def test_quoted(text, literal):
    assert names.quoted(text) == literal


def test_property_keys():
    assert [names.property_key(name) for name in ("default", "a-b", "1a")] == ["default", "'a-b'", "'1a'"]
    assert [names.member(name) for name in ("default", "ns:p/i")] == [".default", "['ns:p/i']"]


def test_export_aliases_are_of_the_first_and_never_hide_an_export():
    given = ["ns:p/api@2.0.0", "ns:p/api@1.0.0", "other:q/run", "run", "ns:p/long-name", "plain"]
    assert names.export_aliases(given) == {"api": "ns:p/api@1.0.0", "longName": "ns:p/long-name"}


def test_interface_files():
    assert names.interface_files(["a:b/c@1.0.0", "a:b/d@1.0.0", "a:b/d@2.0.0-rc.1", "some-thing", "a:b/D-e"]) == {
        "a:b/c@1.0.0": "interfaces/a-b-c",
        "a:b/d@1.0.0": "interfaces/a-b-d-1.0.0",
        "a:b/d@2.0.0-rc.1": "interfaces/a-b-d-2.0.0-rc.1",
        "some-thing": "interfaces/some-thing",
        "a:b/D-e": "interfaces/a-b-d-e",
    }


@pytest.mark.parametrize(
    ("mapping", "found"),
    [
        ({}, ("wasi:io/streams", None)),
        (names.WASI_SHIM, ("@bytecodealliance/preview2-shim/io", "streams")),
        ({"wasi:io/streams": "./s.js"}, ("./s.js", None)),
        ({"wasi:io/streams@0.2.3": "./s3.js", "wasi:io/streams": "./s.js"}, ("./s3.js", None)),
        ({"wasi:*": "#wasi/*"}, ("#wasi/io/streams", None)),
        ({"wasi:io/*": "#wasi#a-b"}, ("#wasi", "aB")),
        ({"*/streams": "./x.js", "wasi:io/*@0.2.3": "./y.js"}, ("./y.js", None)),
        ({"wasi:io/streamsandmore": "./no.js", "wasi:iota/*": "./no.js"}, ("wasi:io/streams", None)),
    ],
)
def test_where_imports_come_from(mapping, found):
    source = names.source("wasi:io/streams@0.2.3", mapping)
    assert (source.module, source.member) == found
