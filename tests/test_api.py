"""The public API: what ``import witcraft`` gives, what it costs, and packages on disk."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest

import witcraft
from tests.support.wat import assemble
from witcraft import ComponentError, EmitError
from witcraft.emit.output import write

ADD = """(component
  (core module $M (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
  (core instance $m (instantiate $M))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add"))))"""


@pytest.fixture
def component(tmp_path):
    path = tmp_path / "adder.wasm"
    path.write_bytes(assemble(ADD))
    return path


# ---- names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", witcraft.__all__)
def test_every_public_name_is_there(name):
    assert getattr(witcraft, name).__name__ == name
    assert name in dir(witcraft)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        witcraft.lode  # type: ignore[attr-defined]  # noqa: B018


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())
    assert witcraft.__version__ == project["project"]["version"]


# ---- packages ---------------------------------------------------------------------------------------------------


def test_bindings_are_text_and_modules_by_path(component):
    files = witcraft.bind(component)
    assert "class Adder" in str(files["__init__.py"])
    assert files["py.typed"] == ""
    assert [path for path in files if path.endswith(".wasm")]


def test_the_class_is_named_after_the_file_or_as_asked(component):
    assert "class MyThing(" in str(witcraft.bind(component, name="my-thing")["__init__.py"])
    assert "class App(" in str(witcraft.bind(component.read_bytes())["__init__.py"])


def test_a_package_is_written_and_runs(component, tmp_path):
    witcraft.python(component, tmp_path / "adder")
    code = "from adder import Adder; print(Adder().add(1, 2))"
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert run.stdout == "3\n", run.stderr


@pytest.fixture
def bare(tmp_path):
    """Runs code where nothing is installed but ``wasmtime``, and in ``paths`` nothing else to be found."""
    wasmtime = distribution("wasmtime")
    packages = tmp_path / "packages"
    packages.mkdir()
    for name in {Path(str(file)).parts[0] for file in wasmtime.files or ()} - {".."}:
        (packages / name).symlink_to(str(wasmtime.locate_file(name)))

    def run(code, *paths):
        code = f"import sys; sys.path += {[str(packages), *map(str, paths)]!r}\n{code}"
        return subprocess.run(
            [sys.executable, "-IS", "-c", code], capture_output=True, text=True, timeout=60, check=False
        )

    return run


SOURCE = Path(witcraft.__file__).parent.parent


@pytest.mark.engine
@pytest.mark.parametrize("standalone", [False, True])
def test_a_package_needs_wasmtime_and_no_more_than_the_run_time(component, tmp_path, bare, standalone):
    witcraft.python(component, tmp_path / "out" / "adder", standalone=standalone)
    code = "from adder import Adder; print(Adder().add(1, 2), 'witcraft' in sys.modules)"
    done = bare(code, tmp_path / "out", *([] if standalone else [SOURCE]))
    assert done.stdout == f"3 {not standalone}\n", done.stderr


@pytest.mark.engine
def test_load_needs_wasmtime_and_nothing_else(component, tmp_path, bare):
    config = f"witcraft.Config(cache={str(tmp_path / 'cache')!r})"
    code = f"import witcraft; print(witcraft.load({str(component)!r}, config={config}).instantiate().add(1, 2))"
    for _ in range(2):
        done = bare(code, SOURCE)
        assert done.stdout == "3\n", done.stderr


@pytest.mark.parametrize("name", ["my-app", "class", "1st", "a b"])
def test_a_package_needs_a_name_that_python_can_import(component, tmp_path, name):
    with pytest.raises(EmitError, match="no Python package can be named"):
        witcraft.python(component, tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["", "-", "123\n", "ß"])
def test_a_class_needs_a_name(component, name):
    with pytest.raises(EmitError, match="makes no name of a class"):
        witcraft.bind(component, name=name)


def test_nothing_is_written_of_a_bad_component(tmp_path):
    with pytest.raises(ComponentError):
        witcraft.python(b"\0asm\x0d\0\1\0\xff", tmp_path / "app")
    assert list(tmp_path.iterdir()) == []


# ---- folders ----------------------------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_holds_the_files_and_a_list_of_them(tmp_path):
    write({"__init__.py": "a", "core/x.wasm": b"b", "y.wasm": memoryview(b"c")}, tmp_path / "deep" / "app")
    assert contents(tmp_path / "deep" / "app") == {
        ".witcraft": f"witcraft {witcraft.__version__}\n__init__.py\ncore/x.wasm\ny.wasm\n",
        "__init__.py": "a",
        "core/x.wasm": "b",
        "y.wasm": "c",
    }
    assert list((tmp_path / "deep").iterdir()) == [tmp_path / "deep" / "app"]


def test_what_was_written_is_replaced_as_a_whole(tmp_path):
    write({"__init__.py": "old", "gone.py": ""}, tmp_path / "app")
    (tmp_path / "app" / "__pycache__").mkdir()
    (tmp_path / "app" / "__pycache__" / "gone.pyc").write_text("")
    write({"__init__.py": "new"}, tmp_path / "app")
    assert {path.name for path in (tmp_path / "app").rglob("*")} == {".witcraft", "__init__.py"}
    assert (tmp_path / "app" / "__init__.py").read_text() == "new"


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "app").mkdir()
    write({"__init__.py": "new"}, tmp_path / "app")
    assert (tmp_path / "app" / "__init__.py").read_text() == "new"


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "app").symlink_to(tmp_path / "real")
    write({"__init__.py": "new"}, tmp_path / "app")
    assert (tmp_path / "app").is_symlink()
    assert (tmp_path / "real" / "__init__.py").read_text() == "new"


@pytest.mark.parametrize(
    "prepare",
    [
        lambda app: (app / "mine.txt").write_text("mine"),
        lambda app: (app / ".witcraft").write_text("no list of ours\nmine.txt\n"),
        lambda app: (app / ".witcraft").write_bytes(b"\xff"),
        lambda app: (app / ".witcraft").write_text("witcraft 0\nother.txt\n") + (app / "mine.txt").write_text("mine"),
        lambda app: (app / ".witcraft").write_text("witcraft 0\nmine.txt\n") + (app / "mine").write_text("mine"),
    ],
    ids=["no list", "another's list", "no text", "a file besides", "a file of nearly that name"],
)
def test_what_others_wrote_stays(tmp_path, prepare):
    (tmp_path / "app").mkdir()
    prepare(tmp_path / "app")
    before = {path: path.read_bytes() for path in (tmp_path / "app").rglob("*") if path.is_file()}
    with pytest.raises(EmitError, match="what witcraft has not written: "):
        write({"__init__.py": "new"}, tmp_path / "app")
    assert {path: path.read_bytes() for path in (tmp_path / "app").rglob("*") if path.is_file()} == before


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "app").write_text("mine")
    with pytest.raises(EmitError, match="no folder"):
        write({"__init__.py": ""}, tmp_path / "app")


def test_a_failure_leaves_the_old_folder(tmp_path):
    write({"__init__.py": "old"}, tmp_path / "app")
    with pytest.raises(OSError, match="too long"):
        write({"__init__.py": "new", "x" * 300: ""}, tmp_path / "app")
    assert (tmp_path / "app" / "__init__.py").read_text() == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "app"]
