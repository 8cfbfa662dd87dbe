"""The engine's own WASI, of preview 1, over one directory: to compare ours with, call by call."""

from __future__ import annotations

from pathlib import Path

import wasmtime

SIGNATURES = {
    "path_open": "i32 i32 i32 i32 i32 i64 i64 i32 i32",
    "path_filestat_get": "i32 i32 i32 i32 i32",
    "path_filestat_set_times": "i32 i32 i32 i32 i64 i64 i32",
    "path_create_directory": "i32 i32 i32",
    "path_remove_directory": "i32 i32 i32",
    "path_unlink_file": "i32 i32 i32",
    "path_rename": "i32 i32 i32 i32 i32 i32",
    "path_link": "i32 i32 i32 i32 i32 i32 i32",
    "path_symlink": "i32 i32 i32 i32 i32",
    "path_readlink": "i32 i32 i32 i32 i32 i32",
    "fd_close": "i32",
}
ERRORS = {
    2: "access", 10: "busy", 20: "exist", 25: "illegal-byte-sequence", 28: "invalid", 29: "io", 31: "is-directory",
    32: "loop", 34: "too-many-links", 37: "name-too-long", 44: "no-entry", 54: "not-directory", 55: "not-empty",
    58: "unsupported", 60: "no-such-device", 63: "not-permitted", 69: "read-only", 75: "cross-device",
}  # fmt: skip
TYPES = {3: "DIRECTORY", 4: "REGULAR_FILE", 7: "SYMBOLIC_LINK"}
PREOPEN = 3
FIRST, SECOND, RESULT = 1 << 10, 1 << 13, 1 << 14
"""Where in the memory the paths lie, and where results go."""
CREATE, TRUNCATE = 1, 8
READ, WRITE = 2, 64


def module() -> str:
    """Exports what it imports."""
    imports = [
        f'(import "wasi_snapshot_preview1" "{name}" (func ${name} (param {types}) (result i32)))'
        for name, types in SIGNATURES.items()
    ]
    exports = [
        f'(func (export "{name}") (param {types}) (result i32)\n'
        f"  (call ${name} {' '.join(f'(local.get {index})' for index in range(len(types.split())))}))"
        for name, types in SIGNATURES.items()
    ]
    return "\n".join(["(module", *imports, '(memory (export "memory") 1)', *exports, ")"])


class Native:
    """What `tests.support.trees.Verbs` does, done by the engine. Errors are words."""

    def __init__(self, engine: wasmtime.Engine, compiled: wasmtime.Module, directory: Path) -> None:
        self.store = wasmtime.Store(engine)
        config = wasmtime.WasiConfig()
        config.preopen_dir(str(directory), "/")
        self.store.set_wasi(config)
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        self.exports = linker.instantiate(self.store, compiled).exports(self.store)
        memory = self.exports["memory"]
        assert isinstance(memory, wasmtime.Memory)
        self.memory = memory

    def done(self, verb: str, *paths: str) -> object:
        return getattr(self, verb)(*[self.put(path, at) for path, at in zip(paths, (FIRST, SECOND), strict=False)])

    def put(self, path: str, at: int) -> tuple[int, int]:
        data = path.encode()
        self.memory.write(self.store, data, at)
        return at, len(data)

    def call(self, name: str, *args: int) -> str | None:
        function = self.exports[name]
        assert isinstance(function, wasmtime.Func)
        code = function(self.store, *args)
        return ERRORS.get(code, f"error {code}") if code else None

    def number(self, at: int, size: int) -> int:
        return int.from_bytes(self.memory.read(self.store, at, at + size), "little")

    def stat(self, path: tuple[int, int], follow: int = 1) -> str:
        return self.call("path_filestat_get", PREOPEN, follow, *path, RESULT) or TYPES[self.number(RESULT + 16, 1)]

    def lstat(self, path: tuple[int, int]) -> str:
        return self.stat(path, 0)

    def touch(self, path: tuple[int, int]) -> str | None:
        return self.call("path_filestat_set_times", PREOPEN, 1, *path, 10**9, 10**9, 0b101)

    def open(self, path: tuple[int, int], how: int = 0, rights: int = READ) -> str | None:
        error = self.call("path_open", PREOPEN, 1, *path, how, rights, 0, 0, RESULT)
        return error or self.call("fd_close", self.number(RESULT, 4))

    def create(self, path: tuple[int, int]) -> str | None:
        return self.open(path, CREATE, WRITE)

    def truncate(self, path: tuple[int, int]) -> str | None:
        return self.open(path, TRUNCATE, WRITE)

    def readlink(self, path: tuple[int, int]) -> str:
        error = self.call("path_readlink", PREOPEN, *path, RESULT + 8, 4096, RESULT)
        end = RESULT + 8 + self.number(RESULT, 4)
        return error or bytes(self.memory.read(self.store, RESULT + 8, end)).decode()

    def mkdir(self, path: tuple[int, int]) -> str | None:
        return self.call("path_create_directory", PREOPEN, *path)

    def rmdir(self, path: tuple[int, int]) -> str | None:
        return self.call("path_remove_directory", PREOPEN, *path)

    def unlink(self, path: tuple[int, int]) -> str | None:
        return self.call("path_unlink_file", PREOPEN, *path)

    def rename(self, path: tuple[int, int], other: tuple[int, int]) -> str | None:
        return self.call("path_rename", PREOPEN, *path, PREOPEN, *other)

    def link(self, path: tuple[int, int], other: tuple[int, int]) -> str | None:
        return self.call("path_link", PREOPEN, 0, *path, PREOPEN, *other)

    def symlink(self, path: tuple[int, int], other: tuple[int, int]) -> str | None:
        return self.call("path_symlink", *path, PREOPEN, *other)
