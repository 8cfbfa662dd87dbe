;; Functions of the root, in and out. The second lower is never imported, so it leaves nothing behind.
(component $functions
  (import "log" (func $log (param "level" u8)))
  (core func $log (canon lower (func $log)))
  (core func (canon lower (func $log)))
  (core module $m
    (import "host" "log" (func (param i32)))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
  (core instance $i (instantiate $m (with "host" (instance (export "log" (func $log))))))
  (func (export "add") (param "a" u32) (param "b" s32) (result u32) (canon lift (core func $i "add"))))
