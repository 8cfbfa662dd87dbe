"""The engine's C API through ctypes: what the hand-written limit needs of it.

The shared library is the one inside the `wasmtime` package, found without importing the package (which costs 32 ms)
and without what else would cost milliseconds at the start: `typing`, `pathlib`, `platform`, `importlib.util`.
"""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import CDLL, CFUNCTYPE, Array, Structure, byref, c_bool, c_size_t, c_ubyte, c_uint64, c_void_p
from importlib.machinery import PathFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LIBRARIES = {"linux": "_libwasmtime.so", "darwin": "_libwasmtime.dylib"}
MACHINES = {"arm64": "aarch64"}
RAW_SIZE = 16
"""Bytes of one raw argument or result (`wasmtime_val_raw_t`)."""
UNREACHABLE = 9
"""The trap code that a failed host function returns: the cheapest trap to make, its message is not looked at."""

Arguments = tuple[object, ...]
"""What `wasmtime_func_call_unchecked` takes, ready made: context, function, raw values, their number, trap slot."""


class Trap(RuntimeError):
    """The guest trapped, or broke a rule of the canonical ABI."""


class Bytes(Structure):
    """`wasm_byte_vec_t`, and any other vector of the C API."""

    _fields_ = [("size", c_size_t), ("data", c_void_p)]

    def take(self) -> bytes:
        data = ctypes.string_at(self.data, self.size)
        delete_bytes(byref(self))
        return data


class Extern(Structure):
    """`wasmtime_extern_t`: a kind, and a function, global, table or memory of at most 24 bytes."""

    _fields_ = [("kind", c_ubyte), ("of", c_uint64 * 3)]


Callback = CFUNCTYPE(c_void_p)
"""() -> trap. The engine passes four arguments, in registers, which are left there: every one declared would be made a
Python integer at each call. The result is a pointer, so that `None` is "no trap"."""


def library_path() -> str:
    spec = PathFinder.find_spec("wasmtime")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("the package `wasmtime` is not installed")
    machine = os.uname().machine
    folder = f"{sys.platform}-{MACHINES.get(machine, machine)}"
    return os.path.join(spec.submodule_search_locations[0], folder, LIBRARIES[sys.platform])  # noqa: PTH118


LIBRARY = CDLL(library_path())


def declare(name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(LIBRARY, name)
    function.restype, function.argtypes = result, arguments or None
    return function


P = c_void_p
new_engine = declare("wasm_engine_new", P)
new_store = declare("wasmtime_store_new", P, P, P, P)
context_of = declare("wasmtime_store_context", P, P)
delete_store = declare("wasmtime_store_delete", None, P)
new_module = declare("wasmtime_module_new", P, P, P, c_size_t, P)
delete_module = declare("wasmtime_module_delete", None, P)
serialize_module = declare("wasmtime_module_serialize", P, P, P)
deserialize_file = declare("wasmtime_module_deserialize_file", P, P, P, P)
new_instance = declare("wasmtime_instance_new", P, P, P, P, c_size_t, P, P)
get_export = declare("wasmtime_instance_export_get", c_bool, P, P, P, c_size_t, P)
new_function = declare("wasmtime_func_new_unchecked", None, P, P, Callback, P, P, P)
memory_base = declare("wasmtime_memory_data", P, P, P)
memory_size = declare("wasmtime_memory_data_size", c_size_t, P, P)
new_function_type = declare("wasm_functype_new", P, P, P)
delete_function_type = declare("wasm_functype_delete", None, P)
new_trap = declare("wasmtime_trap_new_code", P, c_ubyte)
trap_message = declare("wasm_trap_message", None, P, P)
delete_trap = declare("wasm_trap_delete", None, P)
error_message = declare("wasmtime_error_message", None, P, P)
delete_error = declare("wasmtime_error_delete", None, P)
delete_bytes = declare("wasm_byte_vec_delete", None, P)
assemble = declare("wasmtime_wat2wasm", P, P, c_size_t, P)
call = declare("wasmtime_func_call_unchecked", P)
"""Without `argtypes`: its arguments are `Arguments`, of which nothing is converted at a call."""

ENGINE = P(new_engine())


def take_error(error: int) -> str:
    message = Bytes()
    error_message(error, byref(message))
    delete_error(error)
    return message.take().decode("utf-8", "replace")


def take_trap(trap: c_void_p) -> str:
    """The message of a trap; afterwards the slot is NULL again, ready for the next call."""
    message = Bytes()
    trap_message(trap, byref(message))
    delete_trap(trap)
    trap.value = None
    return message.take().rstrip(b"\0").decode("utf-8", "replace")


def check(error: int | None) -> None:
    if error:
        raise RuntimeError(take_error(error))


def wat2wasm(text: str) -> bytes:
    data, wasm = text.encode(), Bytes()
    check(assemble(data, len(data), byref(wasm)))
    return wasm.take()


def precompile(wasm: bytes) -> bytes:
    """The engine's own code for a module, as `load_module` takes it from a file."""
    module, code = compile_module(wasm), Bytes()
    check(serialize_module(module, byref(code)))
    delete_module(module)
    return code.take()


def compile_module(wasm: bytes) -> c_void_p:
    module = P()
    check(new_module(ENGINE, wasm, len(wasm), byref(module)))
    return module


def load_module(path: str) -> c_void_p:
    module = P()
    check(deserialize_file(ENGINE, os.fsencode(path), byref(module)))
    return module


def empty_function_type() -> int:
    params, results = Bytes(), Bytes()
    made: int = new_function_type(byref(params), byref(results))
    return made


class Store:
    """A store, the buffer that calls in it share, and the slot where their traps arrive."""

    def __init__(self) -> None:
        self.pointer = P(new_store(ENGINE, None, None))
        self.context = P(context_of(self.pointer))
        self.trap = P()
        self.raw: Array[c_ubyte] = (c_ubyte * (RAW_SIZE * 16))()
        self.keep: list[object] = []

    def __del__(self) -> None:
        delete_store(self.pointer)

    def host_function(self, body: Callable[[], int | None]) -> Extern:
        """A function `() -> ()` of the guest; values travel in a memory that both see."""
        callback, made, type_ = Callback(body), Extern(), empty_function_type()
        new_function(self.context, type_, callback, None, None, byref(made, Extern.of.offset))
        delete_function_type(type_)
        self.keep.append(callback)
        return made

    def instantiate(self, module: c_void_p, *imports: Extern) -> Callable[[str], Extern]:
        """Instantiates the module and lets go of it; the result finds exports by name."""
        instance, trap = (c_uint64 * 2)(), P()
        given = (Extern * len(imports))(*imports)
        error = new_instance(self.context, module, given, len(imports), byref(instance), byref(trap))
        delete_module(module)
        check(error)
        if trap:
            raise Trap(take_trap(trap))

        def export(name: str) -> Extern:
            found, data = Extern(), name.encode()
            if not get_export(self.context, byref(instance), data, len(data), byref(found)):
                raise KeyError(name)
            return found

        return export

    def arguments(self, function: Extern, values: int) -> Arguments:
        """For `call`. Every one is a `cparam` already: a c_void_p object instead costs a conversion at each call."""
        context = P.from_param(self.context.value)
        slots = c_size_t.from_param(max(values, 1))
        return context, byref(function, Extern.of.offset), byref(self.raw), slots, byref(self.trap)

    def memory(self, memory: Extern) -> memoryview:
        """The whole linear memory, as it is now: it may grow, and in some settings move."""
        at = byref(memory, Extern.of.offset)
        size = memory_size(self.context, at)
        return memoryview((c_ubyte * size).from_address(memory_base(self.context, at))).cast("B")


def raw_view(buffer: Array[c_ubyte], code: str) -> Any:
    """A buffer of raw values as machine numbers of one format."""
    view: Any = memoryview(buffer).cast("B")
    return view.cast(code)
