"""Components ask for WASI in whatever version they were built with, or in two at once; and for interfaces that are not there."""

from __future__ import annotations

import importlib

import pytest

import witcraft
from tests.support.wat import assemble
from witcraft.wasi import MissingError, Wasi

pytestmark = pytest.mark.engine

WRITER = """
(component
  {imports}
  (core module $libc
    (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $top)
      (global.set $top (i32.add (global.get $top) (i32.and (i32.add (local.get 3) (i32.const 7)) (i32.const -8))))))
  (core instance $libc (instantiate $libc))
  (core module $main
    (import "host" "arguments" (func $arguments (param i32)))
    (import "host" "stdout" (func $stdout (result i32)))
    (import "host" "write" (func $write (param i32 i32 i32 i32)))
    (import "host" "drop" (func $drop (param i32)))
    (import "libc" "memory" (memory 1))
    (func (export "say") (result i32)
      (local $stream i32)
      (call $arguments (i32.const 0))
      (local.set $stream (call $stdout))
      (call $write (local.get $stream) (i32.load (i32.load (i32.const 0))) (i32.load offset=4 (i32.load (i32.const 0))) (i32.const 16))
      (if (i32.load8_u (i32.const 16)) (then unreachable))
      (call $drop (local.get $stream))
      (i32.load offset=4 (i32.const 0))))
  {exports}
)"""
IMPORTS = """
  (import "wasi:cli/environment@{v}" (instance $environment{n} (export "get-arguments" (func (result (list string))))))
  (import "wasi:io/error@{v}" (instance $error{n} (export "error" (type (sub resource)))))
  (alias export $error{n} "error" (type $error{n}))
  (import "wasi:io/streams@{v}" (instance $streams{n}
    (alias outer 1 $error{n} (type $outer)) (export "error" (type $error (eq $outer)))
    (export "output-stream" (type $output (sub resource)))
    (type $failure' (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $failure (eq $failure')))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $output)) (param "contents" (list u8)) (result (result (error $failure)))))))
  (alias export $streams{n} "output-stream" (type $output{n}))
  (import "wasi:cli/stdout@{v}" (instance $stdout{n}
    (alias outer 1 $output{n} (type $outer)) (export "output-stream" (type $output (eq $outer)))
    (export "get-stdout" (func (result (own $output))))))
"""
EXPORTS = """
  (core func $arguments{n} (canon lower (func $environment{n} "get-arguments")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $stdout{n} (canon lower (func $stdout{n} "get-stdout")))
  (core func $write{n} (canon lower (func $streams{n} "[method]output-stream.blocking-write-and-flush")
    (memory (core memory $libc "memory"))))
  (core func $drop{n} (canon resource.drop $output{n}))
  (core instance $main{n} (instantiate $main (with "libc" (instance $libc)) (with "host" (instance
    (export "arguments" (func $arguments{n})) (export "stdout" (func $stdout{n}))
    (export "write" (func $write{n})) (export "drop" (func $drop{n}))))))
  (func (export "say{n}") (result u32) (canon lift (core func $main{n} "say")))
"""


HTTP = """
(component
  (import "wasi:http/types@0.2.3" (instance $types
    (export "fields" (type $fields (sub resource)))
    (export "[constructor]fields" (func (result (own $fields))))
    (export "http-error-code" (func (param "n" u32) (result u32)))))
  (core func $fields (canon lower (func $types "[constructor]fields")))
  (core func $code (canon lower (func $types "http-error-code")))
  (core module $main
    (import "host" "fields" (func $fields (result i32)))
    (import "host" "code" (func $code (param i32) (result i32)))
    (func (export "make") (drop (call $fields)))
    (func (export "ask") (drop (call $code (i32.const 1)))))
  (core instance $main (instantiate $main (with "host" (instance
    (export "fields" (func $fields)) (export "code" (func $code))))))
  (func (export "make") (canon lift (core func $main "make")))
  (func (export "ask") (canon lift (core func $main "ask"))))"""


def writer(*versions: str) -> bytes:
    """`say0`, `say1`... write the first argument by the interfaces of each version, and count the arguments."""
    imports, exports = (
        "".join(text.format(v=version, n=n) for n, version in enumerate(versions)) for text in (IMPORTS, EXPORTS)
    )
    return assemble(WRITER.format(imports=imports, exports=exports))


@pytest.mark.parametrize("version", ["0.2.0", "0.2.1", "0.2.3", "0.2.9", "0.2.12", "0.2.77"])
def test_every_version_of_the_track(version):
    written = bytearray()
    app = witcraft.load(writer(version)).instantiate([Wasi(args=["hello", "there"], stdout=written.extend)])
    assert app.say0() == 2
    assert written == b"hello"


def test_two_versions_side_by_side():
    """They are one host: what is written by one comes after what was written by the other."""
    written = bytearray()
    component = witcraft.load(writer("0.2.0", "0.2.9"))
    app = component.instantiate([Wasi(args=["ab"], stdout=written.extend)])
    assert (app.say0(), app.say1(), app.say0()) == (1, 1, 1)
    assert written == b"ababab"


def test_bindings_of_two_versions(tmp_path, monkeypatch):
    witcraft.python(writer("0.2.3", "0.2.12"), tmp_path / "writer_of_two", name="writer")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("writer_of_two")
    written = bytearray()
    app = module.Writer(wasi=Wasi(args=["ab"], stdout=written.extend))
    assert (app.say0(), app.say1()) == (1, 1)
    assert written == b"abab"


@pytest.mark.parametrize("version", ["0.3.0", "0.2.0-rc-2023-11-10", "1.0.0"])
def test_other_versions_are_imports_like_any_other(version):
    with pytest.raises(witcraft.LinkError, match=f"missing  wasi:cli/stdout@{version} get-stdout"):
        witcraft.load(writer(version)).instantiate([Wasi()])


def test_interfaces_that_are_missing_say_so():
    component = witcraft.load(assemble(HTTP))
    for call in ("make", "ask"):
        with pytest.raises(
            MissingError, match=r"wasi:http/types@0\.2\.3 .*: witcraft does not have this interface; give one of yours"
        ):
            getattr(component.instantiate(), call)()


def test_a_function_that_an_interface_does_not_have():
    newer = HTTP.replace("wasi:http/types@0.2.3", "wasi:cli/environment@0.2.99")
    with pytest.raises(witcraft.LinkError, match="wasi:cli/environment@0.2.99 http-error-code"):
        witcraft.load(assemble(newer)).instantiate([Wasi()])
