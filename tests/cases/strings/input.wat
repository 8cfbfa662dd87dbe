;; Memory, realloc and post-return, each extracted once for all that use it, in each encoding.
(component
  (import "greet" (func $greet (param "name" string) (result string)))
  (core module $libc
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $libc (instantiate $libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))
  (core func $greet (canon lower (func $greet) string-encoding=latin1+utf16 (memory $memory) (realloc $realloc)))
  (core module $m
    (import "" "greet" (func (param i32 i32 i32)))
    (func (export "text") (result i32) unreachable)
    (func (export "free") (param i32))
    (func (export "take") (param i32 i32)))
  (core instance $i (instantiate $m (with "" (instance (export "greet" (func $greet))))))
  (func (export "text") (result string)
    (canon lift (core func $i "text") (memory $memory) (post-return (core func $i "free"))))
  (func (export "wide") (result string)
    (canon lift (core func $i "text") string-encoding=utf16 (memory $memory) (post-return (core func $i "free"))))
  (func (export "take") (param "text" string)
    (canon lift (core func $i "take") (memory $memory) (realloc $realloc))))
