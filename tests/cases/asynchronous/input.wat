;; An asynchronous function and built-ins that are reached.
(component
  (import "sleep" (func $sleep async (param "ms" u32)))
  (core module $libc (memory (export "memory") 1))
  (core instance $libc (instantiate $libc))
  (core func $sleep (canon lower (func $sleep) async))
  (core func $set (canon waitable-set.new))
  (core module $m
    (import "" "sleep" (func (param i32) (result i32)))
    (import "" "set" (func (result i32)))
    (func (export "run")))
  (core instance $m (instantiate $m (with "" (instance (export "sleep" (func $sleep)) (export "set" (func $set))))))
  (func (export "run") async (canon lift (core func $m "run"))))
