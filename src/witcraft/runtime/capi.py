"""The engine's C API through ctypes: the only place that knows the engine.

The shared library lies inside the package `wasmtime`, which is found but not imported (32 ms, and nothing of it stands
on the path of a call). What is declared here is the same in every major of ``MAJORS``; another one is refused by name,
since the layout of a structure may have changed and a wrong guess ends the process.

The values that go over this border are pointers as plain integers (0 or None is NULL), and the structures below.
"""

from __future__ import annotations

import os
import sys
from ctypes import (
    CDLL,
    POINTER,
    ArgumentError,
    Structure,
    c_bool,
    c_char_p,
    c_int,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
    py_object,
    pythonapi,
    string_at,
)

from .errors import EngineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAJORS = (48, 49, 50)
"""Majors of wasmtime whose C API was checked against this file."""
LIBRARIES = {"linux": "_libwasmtime.so", "darwin": "_libwasmtime.dylib"}
MACHINES = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}

# ---- the library -------------------------------------------------------------------------------------------------


def platform_directory() -> tuple[str, str]:
    """Where the package keeps its library on this platform: directory and file name. Others are refused by name."""
    machine = os.uname().machine if hasattr(os, "uname") else "unknown"
    if sys.platform not in LIBRARIES or machine not in MACHINES:
        raise EngineError(f"witcraft runs on Linux and macOS, x86_64 and aarch64; this is {sys.platform} on {machine}")
    return f"{sys.platform}-{MACHINES[machine]}", LIBRARIES[sys.platform]


def package_directory() -> str:
    """The directory of the package `wasmtime`, which stays unimported."""
    for finder in sys.meta_path:
        spec = finder.find_spec("wasmtime", None)
        if spec is not None and spec.submodule_search_locations:
            return str(spec.submodule_search_locations[0])
    raise EngineError("the package `wasmtime` is not installed (pip install 'wasmtime>=48,<51')")


def installed_version(package: str) -> str:
    """Version of the package, by the name of its metadata directory: reading the metadata would cost 10 ms."""
    for name in os.listdir(os.path.dirname(package)):
        if name.startswith("wasmtime-") and name.endswith(".dist-info"):
            return name[len("wasmtime-") : -len(".dist-info")]
    from importlib.metadata import version

    return version("wasmtime")


def checked(version: str) -> str:
    """``version``, if its major is one of those we know."""
    known = ", ".join(map(str, MAJORS))
    if version.partition(".")[0] not in known.split(", "):
        raise EngineError(f"wasmtime {version} is installed; this version of witcraft works with {known} only")
    return version


def find() -> tuple[str, str]:
    """Path of the library and version of the engine."""
    directory, name = platform_directory()
    package = package_directory()
    path = os.path.join(package, directory, name)
    if not os.path.exists(path):
        raise EngineError(f"the package `wasmtime` has no library for {directory}: {path} does not exist")
    return path, checked(installed_version(package))


PATH, VERSION = find()
lib = CDLL(PATH)


def function(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A function of the engine with its prototype."""
    found: Any = getattr(lib, name)
    found.restype, found.argtypes = result, arguments
    return found  # type: ignore[no-any-return]


# ---- structures --------------------------------------------------------------------------------------------------


class Bytes(Structure):
    """``wasm_byte_vec_t``, also names and messages."""

    _fields_ = [("size", c_size_t), ("data", c_void_p)]
    size: int
    data: int | None

    def take(self) -> bytes:
        """The content; the vector is freed."""
        content = string_at(self.data or 0, self.size) if self.size else b""
        bytes_delete(self)
        return content


class Pointers(Structure):
    """Vectors of pointers: import types, export types, value types, frames."""

    _fields_ = [("size", c_size_t), ("data", POINTER(c_void_p))]
    size: int
    data: Any


class Extern(Structure):
    """``wasmtime_extern_t``. ``of``: a function, global, table, memory or tag, by store and place; none is owned."""

    _fields_ = [("kind", c_uint8), ("of", c_uint64 * 3)]
    kind: int
    of: Any


class Value(Structure):
    """``wasmtime_val_t``: only function references are made here."""

    _fields_ = [("kind", c_uint8), ("of", c_uint64 * 3)]
    kind: int
    of: Any


class Limits(Structure):
    """``wasm_limits_t``."""

    _fields_ = [("min", c_uint32), ("max", c_uint32)]
    min: int
    max: int


OF = Extern.of.offset
FUNC, GLOBAL, TABLE, MEMORY = 0, 1, 2, 3
"""``wasmtime_extern_kind_t``."""
FUNCREF = 5
"""``WASMTIME_FUNCREF``."""
Instance = c_uint64 * 2

# ---- functions ---------------------------------------------------------------------------------------------------

P, PP = c_void_p, c_void_p  # a pointer, and one to a slot that the engine fills (byref)

bytes_delete = function("wasm_byte_vec_delete", None, POINTER(Bytes))
error_message = function("wasmtime_error_message", None, P, POINTER(Bytes))
error_delete = function("wasmtime_error_delete", None, P)
trap_message = function("wasm_trap_message", None, P, POINTER(Bytes))
trap_code = function("wasmtime_trap_code", c_bool, P, POINTER(c_uint8))
trap_delete = function("wasm_trap_delete", None, P)

config_new = function("wasm_config_new", P)
config_fuel = function("wasmtime_config_consume_fuel_set", None, P, c_bool)
config_epochs = function("wasmtime_config_epoch_interruption_set", None, P, c_bool)
config_parallel = function("wasmtime_config_parallel_compilation_set", None, P, c_bool)
config_wasm_stack = function("wasmtime_config_max_wasm_stack_set", None, P, c_size_t)
config_async_stack = function("wasmtime_config_async_stack_size_set", None, P, c_size_t)
engine_new = function("wasm_engine_new_with_config", P, P)
engine_tick = function("wasmtime_engine_increment_epoch", None, P)

store_new = function("wasmtime_store_new", P, P, P, P)
store_context = function("wasmtime_store_context", P, P)
store_delete = function("wasmtime_store_delete", None, P)
store_limiter = function("wasmtime_store_limiter", None, P, c_int64, c_int64, c_int64, c_int64, c_int64)
store_deadline_callback = function("wasmtime_store_epoch_deadline_callback", None, P, P, P, P)
set_deadline = function("wasmtime_context_set_epoch_deadline", None, P, c_uint64)
set_fuel = function("wasmtime_context_set_fuel", P, P, c_uint64)

module_new = function("wasmtime_module_new", P, P, c_char_p, c_size_t, PP)
module_delete = function("wasmtime_module_delete", None, P)
module_serialize = function("wasmtime_module_serialize", P, P, POINTER(Bytes))
module_deserialize_file = function("wasmtime_module_deserialize_file", P, P, c_char_p, PP)
module_imports = function("wasmtime_module_imports", None, P, POINTER(Pointers))
imports_delete = function("wasm_importtype_vec_delete", None, POINTER(Pointers))
import_module = function("wasm_importtype_module", POINTER(Bytes), P)
import_name = function("wasm_importtype_name", POINTER(Bytes), P)

instance_new = function("wasmtime_instance_new", P, P, P, POINTER(Extern), c_size_t, P, PP)
export_get = function("wasmtime_instance_export_get", c_bool, P, P, c_char_p, c_size_t, POINTER(Extern))
func_new = function("wasmtime_func_new_unchecked", None, P, P, P, P, P, P)
functype_new = function("wasm_functype_new", P, POINTER(Pointers), POINTER(Pointers))
table_set = function("wasmtime_table_set", P, P, P, c_uint64, POINTER(Value))
memorytype_new = function("wasm_memorytype_new", P, POINTER(Limits))
memorytype_delete = function("wasm_memorytype_delete", None, P)
memory_new = function("wasmtime_memory_new", P, P, P, P)
wat2wasm = function("wasmtime_wat2wasm", P, c_char_p, c_size_t, POINTER(Bytes))

call: Any = lib.wasmtime_func_call_unchecked
"""The call itself. No prototype: its arguments are prepared once (``prepare``) and nothing is converted in a call.
Gives an error to be freed, or None; a trap goes to the slot that was prepared."""
call.restype, call.argtypes = c_void_p, None

memory_data: Any = lib.wasmtime_memory_data
memory_size: Any = lib.wasmtime_memory_data_size
"""Likewise without prototypes: (context, memory), as ``from_param`` and ``byref`` make them."""
memory_data.restype, memory_size.restype = c_void_p, c_size_t

_view_of: Any = pythonapi.PyMemoryView_FromMemory
_view_of.restype, _view_of.argtypes = py_object, (c_void_p, c_size_t, c_int)
_WRITABLE = 0x200


def view(address: int | None, size: int) -> memoryview:
    """The bytes there. Costs 0.3 us; a ctypes array, whose type is made for each size, 30.

    Raises RecursionError where Python's stack does not even suffice for this.
    """
    try:
        return _view_of(address, size, _WRITABLE)  # type: ignore[no-any-return]
    except ArgumentError:
        raise RecursionError("maximum recursion depth exceeded") from None


def name_at(name: Any) -> str:
    """The text of a name that the engine keeps."""
    found: Bytes = name.contents
    return string_at(found.data or 0, found.size).decode("utf-8", "replace") if found.size else ""
