"""Programs for `witcraft run`, as component text: commands of WASI 0.2 that do one thing each, and a library."""

from __future__ import annotations

from tests.support.wat import assemble

COMMAND = """(component
  (import "wasi:io/error@0.2.0" (instance $errors (export "error" (type (sub resource)))))
  (alias export $errors "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error (type $error'))
    (export "error" (type $e (eq $error')))
    (export "output-stream" (type $out (sub resource)))
    (export "input-stream" (type $in (sub resource)))
    (type $failure (variant (case "last-operation-failed" (own $e)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $failure)))
    (export "[method]input-stream.blocking-read"
      (func (param "self" (borrow $in)) (param "len" u64) (result (result (list u8) (error $stream-error)))))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $stream-error)))))))
  (alias export $streams "output-stream" (type $out))
  (alias export $streams "input-stream" (type $in))
  (import "wasi:cli/stdin@0.2.0" (instance $stdin
    (alias outer 1 $in (type $in'))
    (export "input-stream" (type $in (eq $in')))
    (export "get-stdin" (func (result (own $in))))))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $out (type $out'))
    (export "output-stream" (type $out (eq $out')))
    (export "get-stdout" (func (result (own $out))))))
  (import "wasi:cli/stderr@0.2.0" (instance $stderr
    (alias outer 1 $out (type $out'))
    (export "output-stream" (type $out (eq $out')))
    (export "get-stderr" (func (result (own $out))))))
  (import "wasi:cli/environment@0.2.0" (instance $environment
    (export "get-arguments" (func (result (list string))))
    (export "get-environment" (func (result (list (tuple string string)))))))
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (export "exit" (func (param "status" (result))))
    (export "exit-with-code" (func (param "status-code" u8)))))

  (core module $library
    (memory (export "memory") 2)
    (global $heap (mut i32) (i32.const 4096))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (global.set $heap (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
      (if (i32.gt_u (i32.add (global.get $heap) (local.get $size)) (i32.const 131072))
        (then (global.set $heap (i32.const 4096))))  ;; what was there has been written long ago
      (global.get $heap)
      (global.set $heap (i32.add (global.get $heap) (local.get $size)))))
  (core instance $lib (instantiate $library))
  (alias core export $lib "memory" (core memory $memory))
  (alias core export $lib "realloc" (core func $realloc))
  (core func $read (canon lower (func $streams "[method]input-stream.blocking-read")
    (memory $memory) (realloc $realloc)))
  (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory $memory) (realloc $realloc)))
  (core func $get-stdin (canon lower (func $stdin "get-stdin")))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $get-stderr (canon lower (func $stderr "get-stderr")))
  (core func $arguments (canon lower (func $environment "get-arguments") (memory $memory) (realloc $realloc)))
  (core func $variables (canon lower (func $environment "get-environment") (memory $memory) (realloc $realloc)))
  (core func $exit (canon lower (func $exit "exit")))
  (core func $exit-with-code (canon lower (func $exit "exit-with-code")))

  (core module $main
    (import "lib" "memory" (memory 2))
    (import "host" "read" (func $read (param i32 i64 i32)))
    (import "host" "write" (func $write (param i32 i32 i32 i32)))
    (import "host" "get-stdin" (func $stdin (result i32)))
    (import "host" "get-stdout" (func $stdout (result i32)))
    (import "host" "get-stderr" (func $stderr (result i32)))
    (import "host" "arguments" (func $arguments (param i32)))
    (import "host" "variables" (func $variables (param i32)))
    (import "host" "exit" (func $exit (param i32)))
    (import "host" "exit-with-code" (func $exit-with-code (param i32)))
    (data (i32.const 64) "hello\\n")
    (data (i32.const 80) "=")
    (data (i32.const 81) "\\n")
    (func $string (param $to i32) (param $at i32)  ;; writes the string whose address and length stand at $at
      (call $write (local.get $to) (i32.load (local.get $at)) (i32.load offset=4 (local.get $at)) (i32.const 32)))
    (func (export "run") (result i32) (local $in i32) (local $out i32) (local $at i32) (local $end i32)
      {body}))
  (core instance $m (instantiate $main
    (with "lib" (instance $lib))
    (with "host" (instance
      (export "read" (func $read)) (export "write" (func $write))
      (export "get-stdin" (func $get-stdin)) (export "get-stdout" (func $get-stdout))
      (export "get-stderr" (func $get-stderr))
      (export "arguments" (func $arguments)) (export "variables" (func $variables))
      (export "exit" (func $exit)) (export "exit-with-code" (func $exit-with-code))))))
  (func $run (result (result)) (canon lift (core func $m "run")))
  (instance $command (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $command)))"""

HELLO = "(call $write (call $stdout) (i32.const 64) (i32.const 6) (i32.const 32))"
COMPLAINT = "(call $write (call $stderr) (i32.const 64) (i32.const 6) (i32.const 32))"
CAT = """
  (local.set $in (call $stdin)) (local.set $out (call $stdout))
  (loop $more
    (call $read (local.get $in) (i64.const 4096) (i32.const 16))
    (if (i32.eqz (i32.load8_u (i32.const 16)))
      (then (call $string (local.get $out) (i32.const 20)) (br $more))))
  (i32.const 0)"""
ARGUMENTS = """
  (local.set $out (call $stdout))
  (call $arguments (i32.const 16))
  (local.set $at (i32.load (i32.const 16)))
  (local.set $end (i32.add (local.get $at) (i32.mul (i32.load (i32.const 20)) (i32.const 8))))
  (loop $more
    (if (i32.lt_u (local.get $at) (local.get $end))
      (then
        (call $string (local.get $out) (local.get $at))
        (call $write (local.get $out) (i32.const 81) (i32.const 1) (i32.const 32))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $more))))
  (i32.const 0)"""
VARIABLES = """
  (local.set $out (call $stdout))
  (call $variables (i32.const 16))
  (local.set $at (i32.load (i32.const 16)))
  (local.set $end (i32.add (local.get $at) (i32.mul (i32.load (i32.const 20)) (i32.const 16))))
  (loop $more
    (if (i32.lt_u (local.get $at) (local.get $end))
      (then
        (call $string (local.get $out) (local.get $at))
        (call $write (local.get $out) (i32.const 80) (i32.const 1) (i32.const 32))
        (call $string (local.get $out) (i32.add (local.get $at) (i32.const 8)))
        (call $write (local.get $out) (i32.const 81) (i32.const 1) (i32.const 32))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $more))))
  (i32.const 0)"""

PROGRAMS = {
    "succeed": "(i32.const 0)",
    "fail": "(i32.const 1)",
    "hello": f"{HELLO} (i32.const 0)",
    "complain": f"{COMPLAINT} (i32.const 0)",
    "exit-ok": "(call $exit (i32.const 0)) (i32.const 1)",
    "exit-err": "(call $exit (i32.const 1)) (i32.const 0)",
    "exit-42": "(call $exit-with-code (i32.const 42)) (i32.const 0)",
    "trap": f"{HELLO} (unreachable)",
    "spin": f"{HELLO} (loop $on (br $on)) (i32.const 0)",
    "yes": f"(loop $on {HELLO} (br $on)) (i32.const 0)",
    "grow": "(i32.eq (memory.grow (i32.const 64)) (i32.const -1))",
    "cat": CAT,
    "arguments": ARGUMENTS,
    "variables": VARIABLES,
}


def command(program: str) -> bytes:
    """One of ``PROGRAMS``; `grow` fails where it cannot have four megabytes."""
    return assemble(COMMAND.replace("{body}", PROGRAMS[program]))


LIBRARY = """(component
  (core module $core
    (memory (export "memory") 1)
    (global $heap (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
      (global.get $heap)
      (global.set $heap (i32.add (global.get $heap) (local.get $size))))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "area") (param f64 f64) (result f64) (f64.mul (local.get 0) (local.get 1)))
    (func (export "half") (param f64 f64) (result f64) (f64.mul (f64.const 0.5) (f64.mul (local.get 0) (local.get 1))))
    (func (export "check") (param i32) (result i32) (i32.gt_u (local.get 0) (i32.const 9)))
    (func (export "nothing"))
    (func (export "crash") (unreachable))
    (func (export "new") (result i32) (i32.const 1))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 8) (local.get 0))
      (i32.store (i32.const 12) (local.get 1))
      (i32.const 8))
    (func (export "turn") (param i32) (result i32) (i32.xor (local.get 0) (i32.const 1)))
    (func (export "dtor") (param i32)))
  (core instance $m (instantiate $core))
  (alias core export $m "memory" (core memory $memory))
  (alias core export $m "realloc" (core func $realloc))
  (type $point' (record (field "x" f64) (field "y" f64)))
  (type $side' (enum "left" "none"))
  (type $blob (resource (rep i32) (dtor (core func $m "dtor"))))
  (core func $new (canon resource.new $blob))
  (func $nothing (canon lift (core func $m "nothing")))
  (func $count (result u32) (canon lift (core func $m "new")))
  (func $make (result (own $blob)) (canon lift (core func $m "new")))
  (func $add (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add")))
  (func $check (param "n" u32) (result (result)) (canon lift (core func $m "check")))
  (func $crash (canon lift (core func $m "crash")))
  (func $echo (param "words" (list string)) (result (list string))
    (canon lift (core func $m "echo") (memory $memory) (realloc $realloc)))
  (func $area (param "p" $point') (result f64) (canon lift (core func $m "area")))
  (func $half (param "p" $point') (result f64) (canon lift (core func $m "half")))
  (func $turn (param "side" $side') (result $side') (canon lift (core func $m "turn")))

  (component $shapes
    (type $xy (record (field "x" f64) (field "y" f64)))
    (import "point" (type $point' (eq $xy)))
    (type $sides (enum "left" "none"))
    (import "side" (type $side' (eq $sides)))
    (import "area" (func $area (param "p" $point') (result f64)))
    (import "turn" (func $turn (param "side" $side') (result $side')))
    (import "blob" (type $blob' (sub resource)))
    (import "make" (func $make (result (own $blob'))))
    (import "count" (func $count (result u32)))
    (export $point "point" (type $point'))
    (export $side "side" (type $side'))
    (export $blob "blob" (type $blob'))
    (export "area" (func $area) (func (param "p" $point) (result f64)))
    (export "turn" (func $turn) (func (param "side" $side) (result $side)))
    (export "[constructor]blob" (func $make) (func (result (own $blob))))
    (export "[static]blob.count" (func $count)))
  (instance $shapes (instantiate $shapes
    (with "point" (type $point')) (with "side" (type $side')) (with "blob" (type $blob))
    (with "area" (func $area)) (with "turn" (func $turn)) (with "make" (func $make)) (with "count" (func $count))))

  (component $halves
    (type $xy (record (field "x" f64) (field "y" f64)))
    (import "point" (type $point' (eq $xy)))
    (import "half" (func $half (param "p" $point') (result f64)))
    (export $point "point" (type $point'))
    (export "area" (func $half) (func (param "p" $point) (result f64)))
    (export "add" (func $half) (func (param "p" $point) (result f64))))
  (instance $halves (instantiate $halves (with "point" (type $point')) (with "half" (func $half))))

  (export "add" (func $add))
  (export "check" (func $check))
  (export "crash" (func $crash))
  (export "echo" (func $echo))
  (export "nothing" (func $nothing))
  (export "test:shapes/whole@1.2.0" (instance $shapes))
  (export "test:shapes/halves@1.2.0" (instance $halves))
)"""


def library() -> bytes:
    """No command: functions of the world and of two interfaces, which both have an ``area``."""
    return assemble(LIBRARY)
