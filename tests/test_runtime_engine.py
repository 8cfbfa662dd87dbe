"""The engine's room: which engines are taken, the cache of machine code, given modules, what is left behind."""

from __future__ import annotations

import ctypes
import gc
import hashlib
import os
import shutil
import stat
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest

from tests.test_runtime_client import CORE, CORE_DIGEST, GATE, GATE_DIGEST, App
from witcraft.runtime import (
    Config,
    ConfigError,
    CoreModule,
    EngineError,
    Files,
    LinkError,
    Store,
    cache,
    capi,
    trampoline,
)
from witcraft.runtime.engine import Engine, Module, assemble

pytestmark = pytest.mark.engine


# ---- which engine ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["48.0.0", "49.1.2", "50.0.1"])
def test_known_majors_are_taken(version):
    assert capi.checked(version) == version


@pytest.mark.parametrize("version", ["47.0.0", "51.0.0", "99.0.0.dev1"])
def test_other_majors_are_refused_by_name(version):
    with pytest.raises(EngineError, match=rf"wasmtime {version} is installed; .* works with 48, 49, 50 only"):
        capi.checked(version)


@pytest.mark.parametrize(("system", "machine"), [("win32", "AMD64"), ("linux", "riscv64"), ("freebsd14", "x86_64")])
def test_other_platforms_are_refused_by_name(monkeypatch, system, machine):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(os, "uname", lambda: type("Uname", (), {"machine": machine}))
    with pytest.raises(EngineError, match=f"Linux and macOS, x86_64 and aarch64; this is {system} on {machine}"):
        capi.platform_directory()


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [])
    with pytest.raises(EngineError, match="the package `wasmtime` is not installed"):
        capi.package_directory()


def test_layouts_and_prototypes_are_those_of_the_installed_engine():
    from wasmtime import _bindings as theirs

    sizes: dict[Any, Any] = {
        capi.Bytes: theirs.wasm_byte_vec_t,
        capi.Pointers: theirs.wasm_importtype_vec_t,
        capi.Extern: theirs.wasmtime_extern_t,
        capi.Value: theirs.wasmtime_val_t,
        capi.Limits: theirs.wasm_limits_t,
        capi.Instance: theirs.wasmtime_instance_t,
    }
    for ours, other in sizes.items():
        assert (ctypes.sizeof(ours), ctypes.alignment(ours)) == (ctypes.sizeof(other), ctypes.alignment(other)), ours
    assert capi.OF == theirs.wasmtime_extern_t.of.offset == theirs.wasmtime_val_t.of.offset
    prototypes: dict[str, Any] = {name: value for name, value in vars(capi).items() if getattr(value, "argtypes", None)}
    assert len(prototypes) > 30
    for name, function in prototypes.items():
        prototype: Any = getattr(theirs, f"_{function.__name__}", None)
        if prototype is not None:
            assert [*map(ctypes.sizeof, function.argtypes)] == [*map(ctypes.sizeof, prototype.argtypes)], name
            assert (function.restype is None) == (prototype.restype is None), name


def test_the_library_is_found_without_importing_the_package():
    from tests.test_runtime_safety import run

    run("import sys; App().ticks(3); assert 'wasmtime' not in sys.modules")


def test_callbacks_without_result_return_null():
    trampoline.self_test()


def test_a_python_without_global_lock_is_refused(monkeypatch):
    from witcraft.runtime.engine import check_python

    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    with pytest.raises(EngineError, match="PYTHON_GIL=1"):
        check_python()


# ---- what is called without checks by the engine -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("signature", "fits"),
    [
        ("(param i32 f64) (result i64)", True),
        ("(param i32 i64) (result i64)", False),
        ("(param i32 f64)", False),
        ("(param externref) (result i64)", False),
        ("(param v128) (result i64)", False),
    ],
)
def test_functions_of_given_modules_have_the_type_that_is_called(signature, fits):
    body = "i64.const 7" if "result" in signature else ""
    wasm = assemble(f'(module (func (export "f") {signature} {body}) (func (export "g")))')
    store = Store(None, Files({}))
    functions = {"f": "i32 f64 -> i64", "g": "->"}
    if fits:
        store.instantiate_module(wasm, {}, functions)
    else:
        with pytest.raises(EngineError, match="incompatible import type for `functions::f`"):
            store.instantiate_module(wasm, {}, functions)
    with pytest.raises(LinkError, match="no export 'h'"):
        store.instantiate_module(wasm, {}, {"h": "->"})


def test_only_functions_are_called_and_only_memories_are_read():
    app = App()
    store = app._store
    core = store.instantiate_module(assemble('(module (memory (export "m") 1) (func (export "f")))'), {})
    with pytest.raises(EngineError, match="is no function"):
        store.prepare(core.extern("m"))
    with pytest.raises(EngineError, match="is no memory"):
        type(app._context.memory)(store, core.extern("f"))
    with pytest.raises(LinkError, match="no export 'x'"):
        core.extern("x")


# ---- modules that a host gives -----------------------------------------------------------------------------------

GIVEN = assemble('(module (import "a" "f" (func (param i32))) (import "b" "g" (func)) (func (export "go")))')


def test_a_given_module_is_instantiated(tmp_path):
    store = Store(None, Files({}))
    other = store.instantiate_module(assemble('(module (func (export "f") (param i32)) (func (export "g")))'), {})
    given = {("a", "f"): other.extern("f"), ("b", "g"): other.extern("g"), ("c", "unused"): other.extern("g")}
    file = tmp_path / "given.wasm"
    file.write_bytes(GIVEN)
    for source in (GIVEN, bytearray(GIVEN), memoryview(GIVEN), file, str(file), CoreModule(GIVEN)):
        store.prepare(store.instantiate_module(source, given).extern("go"))


def test_what_a_given_module_misses_is_listed():
    store = Store(None, Files({}))
    with pytest.raises(LinkError, match="wants what the component does not give: a f, b g"):
        store.instantiate_module(GIVEN, {})


def test_a_given_module_of_the_wrong_type_is_refused():
    store = Store(None, Files({}))
    other = store.instantiate_module(assemble('(module (func (export "f")) (func (export "g")))'), {})
    with pytest.raises(EngineError, match="incompatible import type"):
        store.instantiate_module(GIVEN, {("a", "f"): other.extern("f"), ("b", "g"): other.extern("g")})
    with pytest.raises(LinkError, match=r"expected a core module .* got int"):
        store.instantiate_module(5, {})  # type: ignore[arg-type]
    with pytest.raises(EngineError, match="core module does not compile"):
        store.instantiate_module(b"\0asm\1\0\0\0\xff", {})


def test_an_exported_module_has_its_bytes():
    store = Store(None, Files({"a": GIVEN}))
    assert store.module_value("a", hashlib.sha256(GIVEN).hexdigest()).wasm == GIVEN


# ---- the cache ---------------------------------------------------------------------------------------------------


class Counted(Files):
    """Counts what has to be compiled."""

    compiled = 0

    def _compile(self, engine: Engine, name: str, digest: str) -> Module:
        Counted.compiled += 1
        return super()._compile(engine, name, digest)


@pytest.fixture
def folder(tmp_path):
    Counted.compiled = 0
    return tmp_path / "cache"


def compile_both(folder: Path | bool, config: Config | None = None) -> int:
    """Gets both modules as a new process would; how many were compiled for that."""
    before = Counted.compiled
    store = Store(config or Config(cache=folder), Counted({"gate": GATE, "core": CORE}))
    store.module("gate", GATE_DIGEST)
    store.module("core", CORE_DIGEST)
    return Counted.compiled - before


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_was_compiled_once_is_found(folder):
    assert compile_both(folder) == 2
    assert compile_both(folder) == 0
    assert len(files_of(folder)) == 2
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files_of(folder))


def test_settings_of_the_engine_have_entries_of_their_own(folder):
    for config in (Config(cache=folder), Config(cache=folder, fuel=5), Config(cache=folder, timeout=5.0)):
        assert compile_both(folder, config) == 2
        assert compile_both(folder, config) == 0
    assert compile_both(folder, Config(cache=folder, fuel=6, max_memory=1 << 20)) == 0


def test_every_kind_of_damage_is_noticed(folder):
    compile_both(folder)
    for path in files_of(folder):
        good = path.read_bytes()
        places = [*range(0, len(good), max(1, len(good) // 40)), *range(len(good) - 24, len(good))]
        for damaged in (
            *(good[:n] + bytes([good[n] ^ 1]) + good[n + 1 :] for n in places),
            good[:-1], good[: len(good) // 2], good[:10], b"", good + b"x", good[1:], b"\0" * len(good),
        ):  # fmt: skip
            path.write_bytes(damaged)
            assert cache.checked(str(folder), path.name) is None
            assert cache.read(str(folder), path.name) is None
        assert compile_both(folder) == 1
        assert path.read_bytes() == good or cache.checked(str(folder), path.name)


def test_code_of_another_engine_is_made_again(folder):
    compile_both(folder)
    for path in files_of(folder):
        cache.write(str(folder), path.name, b"\x7fELF but no code of this engine")
    assert compile_both(folder) == 2
    assert compile_both(folder) == 0


def test_a_folder_that_others_may_write_to_is_not_used(folder, tmp_path, monkeypatch):
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    with pytest.raises(ConfigError, match="not a directory that this user alone may write to"):
        Store(Config(cache=folder), Files({}))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    shutil.move(folder, tmp_path / "witcraft")
    assert cache.folder(True) is None
    assert compile_both(True) == 2
    assert compile_both(True) == 2


def test_a_file_in_the_place_of_the_folder_is_an_error_or_no_cache(folder, tmp_path, monkeypatch):
    folder.write_text("")
    with pytest.raises(ConfigError):
        cache.folder(str(folder))
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(ConfigError):
        cache.folder(str(link))


@pytest.mark.parametrize(("system", "place"), [("linux", ".cache/witcraft"), ("darwin", "Library/Caches/witcraft")])
def test_the_users_own_folder(tmp_path, monkeypatch, system, place):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(sys, "platform", system)
    assert cache.folder(True) == str(tmp_path / place)


def test_an_entry_that_vanishes_while_the_cache_is_measured(tmp_path):
    """Another process was done with it, or removed it as too old."""
    entry = tmp_path / "1"
    entry.touch()
    with os.scandir(tmp_path) as entries:
        (found,) = entries
    assert cache.measured(found) == (entry.stat().st_mtime, 0, str(entry))
    (tmp_path / "2").touch()
    with os.scandir(tmp_path) as entries:
        late = next(one for one in entries if one.name == "2")
    (tmp_path / "2").unlink()
    assert cache.measured(late) is None


def test_no_cache_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert compile_both(False, Config(cache=False)) == 2
    assert not list(tmp_path.iterdir())


def test_entries_of_any_kind_are_kept(folder):
    place = cache.folder(str(folder))
    assert cache.read(place, "python/a") is None
    cache.write(place, "python/a", b"content")
    assert cache.read(place, "python/a") == b"content"
    cache.write(place, "python/a", b"")
    assert cache.read(place, "python/a") == b""
    assert cache.read(None, "python/a") is None
    cache.write(None, "python/a", b"nowhere")


def test_a_full_disk_or_a_lost_folder_fails_no_call(folder):
    place = cache.folder(str(folder))
    shutil.rmtree(folder)
    folder.write_text("a file now")
    cache.write(place, "python/a", b"content")
    assert cache.read(place, "python/a") is None


def test_the_oldest_entries_go(folder, monkeypatch):
    place = cache.folder(str(folder))
    monkeypatch.setattr(cache, "_MOST_BYTES", 350)
    for n in range(5):
        cache.write(place, f"python/{n}", bytes(80))
        for path in files_of(folder):
            if path.name == str(n):
                os.utime(path, (n, n))
    kept = [n for n in range(5) if cache.read(place, f"python/{n}") is not None]
    assert kept == [2, 3, 4]


def test_threads_share_what_one_of_them_compiled(folder):
    files = Counted({"core": CORE})
    found = []

    def work() -> None:
        store = Store(Config(cache=folder), files)
        found.append(store.module("core", CORE_DIGEST))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counted.compiled == 1
    assert len(set(map(id, found))) == 1


def test_files_of_a_package(tmp_path):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "a.wasm").write_bytes(CORE)
    files = Files.package(str(tmp_path / "__init__.py"))
    Store(Config(cache=False), files).module("core/a.wasm", CORE_DIGEST)
    with pytest.raises(EngineError, match=r"core/a.wasm is not the core module that these bindings were made for"):
        Store(Config(cache=False), files).module("core/a.wasm", GATE_DIGEST)


# ---- forks -------------------------------------------------------------------------------------------------------


def test_a_forked_child_compiles_and_keeps_time():
    """The threads of the engine do not come along: compiling would wait for them, the clock would stand still."""
    from tests.test_runtime_safety import run

    run(
        """
        import os, signal, warnings
        from witcraft.runtime import Config
        from witcraft.runtime.engine import shared

        warnings.simplefilter("ignore")
        functions = "".join(f"(func (result i32) (i32.const {n}))" for n in range(300))
        wasm = assemble(f"(module {functions})")
        shared((False, False, None)).compile(wasm, "before")
        before = App(config=Config(timeout=0.1, cache=False))
        child = os.fork()
        if not child:
            signal.alarm(20)
            shared((False, False, None)).compile(wasm, "after")
            for app in (before, App(config=Config(timeout=0.1, cache=False))):
                with pytest.raises(Trap, match="timed out"):
                    app.plain("spin")
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        """
    )


# ---- nothing is left behind --------------------------------------------------------------------------------------


def test_an_instance_goes_with_its_last_user():
    gc.collect()
    gc.disable()
    try:
        store = Store(None, Files({"gate": GATE, "core": CORE}))
        app = App.__new__(App)
        app._store = store
        mail = store.open_mail()
        known = weakref.ref(store)

        def drop() -> None:
            try:
                kept.u32[62] = kept.poisoned
            except BaseException as error:
                kept.error = error

        kept = store.mail
        externs = [mail, store.host(store.trap_callback), store.host(drop), store.host(drop), store.host(drop)]
        gate = store.instantiate(store.module("gate", GATE_DIGEST), externs)
        del store, mail, externs, gate
        assert known() is not None
        del app
        assert known() is None
    finally:
        gc.enable()


def resident() -> float:
    """Megabytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks Linux for the memory in use")
def test_ten_thousand_instances_and_a_million_calls_leave_nothing():
    def instance(n: int) -> None:
        app = App()
        assert app.ticks(n % 5) is not None
        with app.Blob():
            pass
        if n % 100 == 0:
            with pytest.raises(Exception, match="unreachable"):
                app.plain("boom")

    for n in range(100):
        instance(n)
    gc.collect()
    memory, descriptors = resident(), len(os.listdir("/proc/self/fd"))
    for n in range(10_000):
        instance(n)
    app = App()
    for n in range(1_000_000):
        app.add(n, 1)
    del app
    gc.collect()
    assert resident() - memory < 5
    assert len(os.listdir("/proc/self/fd")) == descriptors
