;; Calls: how many values go flat, what post-return is given, what a trap leaves behind.
;; Checklist: 35 36 43 46 49 50 51

;; sixteen core values go as they are, seventeen by a pointer; a result of two by a pointer
(component
  (core module $M
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (if (i32.ne (local.get 2) (i32.const 8)) (then unreachable))
      (if (i32.ne (local.get 3) (i32.const 72)) (then unreachable))
      (i32.const 64))
    (func (export "16") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i64)
      (i64.add (i64.extend_i32_u (local.get 0)) (local.get 15)))
    (func (export "17") (param i32) (result i64)
      (i64.add (i64.load32_u (local.get 0)) (i64.load offset=64 (local.get 0))))
    (func (export "2") (param i32 i32) (result i32)
      (i32.store (i32.const 8) (local.get 1))
      (i32.store (i32.const 12) (local.get 0))
      (i32.const 8)))
  (core instance $m (instantiate $M))
  (func (export "f16") (param "a" u32) (param "b" u32) (param "c" u32) (param "d" u32) (param "e" u32) (param "f" u32)
    (param "g" u32) (param "h" u32) (param "i" u32) (param "j" u32) (param "k" u32) (param "l" u32) (param "m" u32)
    (param "n" u32) (param "o" u32) (param "p" u64) (result u64) (canon lift (core func $m "16")))
  (func (export "f17") (param "a" u32) (param "b" u32) (param "c" u32) (param "d" u32) (param "e" u32) (param "f" u32)
    (param "g" u32) (param "h" u32) (param "i" u32) (param "j" u32) (param "k" u32) (param "l" u32) (param "m" u32)
    (param "n" u32) (param "o" u32) (param "p" u32) (param "q" u64) (result u64)
    (canon lift (core func $m "17") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
  (func (export "swap") (param "a" u32) (param "b" u32) (result (tuple u32 u32))
    (canon lift (core func $m "2") (memory (core memory $m "mem")))))
(assert_return (invoke "f16" (u32.const 1) (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0)
  (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0)
  (u32.const 0) (u64.const 0x1_0000_0000)) (u64.const 0x1_0000_0001))
(assert_return (invoke "f17" (u32.const 1) (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0)
  (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0) (u32.const 0)
  (u32.const 0) (u32.const 0) (u64.const 0x1_0000_0000)) (u64.const 0x1_0000_0001))
(assert_return (invoke "swap" (u32.const 1) (u32.const 2)) (tuple.const (u32.const 2) (u32.const 1)))

;; post-return comes after the result was read, with the very core result
(component
  (core module $M
    (memory (export "mem") 1)
    (data (i32.const 32) "kept")
    (global $freed (mut i32) (i32.const 0))
    (func (export "f") (result i32)
      (i32.store (i32.const 8) (i32.const 32))
      (i32.store (i32.const 12) (i32.const 4))
      (i32.const 8))
    (func (export "post") (param i32)
      (global.set $freed (i32.add (global.get $freed) (local.get 0)))
      (memory.fill (i32.const 0) (i32.const 0) (i32.const 64)))
    (func (export "freed") (result i32) (global.get $freed)))
  (core instance $m (instantiate $M))
  (func (export "f") (result string)
    (canon lift (core func $m "f") (memory (core memory $m "mem")) (post-return (core func $m "post"))))
  (func (export "freed") (result u32) (canon lift (core func $m "freed"))))
(assert_return (invoke "f") (str.const "kept"))
(assert_return (invoke "freed") (u32.const 8))

;; a trap in post-return is a trap of the call
(component
  (core module $M (func (export "f") (result i32) (i32.const 1)) (func (export "post") (param i32) unreachable))
  (core instance $m (instantiate $M))
  (func (export "f") (result u32) (canon lift (core func $m "f") (post-return (core func $m "post")))))
(assert_trap (invoke "f") "unreachable")

;; between components: once, with the core result, after the result was read and before the caller goes on
(component definition $Between
  (component $Inner
    (core module $M
      (memory (export "mem") 1)
      (global $freed (export "freed") (mut i32) (i32.const 0))
      (func (export "f") (param i32) (result i32)
        (i32.store (i32.const 8) (i32.const 32))
        (i32.store (i32.const 12) (i32.const 4))
        (i32.store (i32.const 32) (i32.const 0x7470656b))
        (i32.const 8))
      (func (export "post") (param $area i32)
        (memory.fill (i32.const 0) (i32.const 0) (i32.const 64))
        (global.set $freed (i32.add (i32.mul (global.get $freed) (i32.const 100)) (local.get $area))))
      (func (export "get") (result i32) (global.get $freed))
      (func (export "trap") (param i32) unreachable))
    (core instance $m (instantiate $M))
    (alias core export $m "mem" (core memory $mem))
    (func (export "f") (param "n" u32) (result string)
      (canon lift (core func $m "f") (memory $mem) (post-return (core func $m "post"))))
    (func (export "traps") (param "n" u32) (result string)
      (canon lift (core func $m "f") (memory $mem) (post-return (core func $m "trap"))))
    (func (export "freed") (result u32) (canon lift (core func $m "get"))))
  (instance $inner (instantiate $Inner))
  (core module $Memory
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 256)))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "mem" (core memory $mem))
  (alias core export $memory "realloc" (core func $realloc))
  (core func $f (canon lower (func $inner "f") (memory $mem) (realloc $realloc)))
  (core func $traps (canon lower (func $inner "traps") (memory $mem) (realloc $realloc)))
  (core func $freed (canon lower (func $inner "freed")))
  (core module $M
    (import "" "f" (func $f (param i32 i32)))
    (import "" "traps" (func $traps (param i32 i32)))
    (import "" "freed" (func $freed (result i32)))
    (import "" "mem" (memory 1))
    (func (export "f") (result i32)
      (call $f (i32.const 0) (i32.const 16))
      (if (i32.ne (i32.load (i32.load (i32.const 16))) (i32.const 0x7470656b)) (then unreachable))
      (call $freed))
    (func (export "traps") (result i32) (call $traps (i32.const 0) (i32.const 16)) (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance
    (export "f" (func $f)) (export "traps" (func $traps)) (export "freed" (func $freed))
    (export "mem" (memory $mem))))))
  (func (export "f") (result u32) (canon lift (core func $m "f")))
  (func (export "traps") (result u32) (canon lift (core func $m "traps"))))
(component instance $i $Between)
(assert_return (invoke "f") (u32.const 8))
(assert_return (invoke "f") (u32.const 808))
(assert_trap (invoke "traps") "unreachable")
(assert_trap (invoke "f") "")

;; after a trap nothing of the instance runs any more; other instances do
(component definition $Trap
  (core module $M (func (export "trap") unreachable) (func (export "f") (result i32) (i32.const 7)))
  (core instance $m (instantiate $M))
  (func (export "trap") (canon lift (core func $m "trap")))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))
(component instance $one $Trap)
(component instance $other $Trap)
(assert_return (invoke $one "f") (u32.const 7))
(assert_trap (invoke $one "trap") "unreachable")
(assert_trap (invoke $one "f") "")
(assert_trap (invoke $one "f") "")
(assert_return (invoke $other "f") (u32.const 7))

;; an exception that nobody catches is a trap
(component
  (core module $M (tag $e (param i32)) (func (export "f") (throw $e (i32.const 1))))
  (core instance $m (instantiate $M))
  (func (export "f") (canon lift (core func $m "f"))))
(assert_trap (invoke "f") "")

;; and it is one at the border between two components, where the caller would catch it
(component
  (component $Inner
    (core module $M (tag $e) (func (export "f") (throw $e)))
    (core instance $m (instantiate $M))
    (func (export "f") (canon lift (core func $m "f"))))
  (instance $inner (instantiate $Inner))
  (core func $f (canon lower (func $inner "f")))
  (core module $M
    (import "" "f" (func $f))
    (func (export "f") (result i32)
      (block $caught (try_table (catch_all $caught) (call $f)) (return (i32.const 1)))
      (i32.const 2)))
  (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))
(assert_trap (invoke "f") "")

;; a parent calls a child that calls back into the parent
(component
  (core module $Base
    (global $n (mut i32) (i32.const 0))
    (func (export "up") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))
  (core instance $base (instantiate $Base))
  (func $up (result u32) (canon lift (core func $base "up")))
  (component $Child
    (import "up" (func $up (result u32)))
    (core func $up' (canon lower (func $up)))
    (core module $M
      (import "" "up" (func $up (result i32)))
      (func (export "twice") (result i32) (i32.add (call $up) (i32.mul (call $up) (i32.const 10)))))
    (core instance $m (instantiate $M (with "" (instance (export "up" (func $up'))))))
    (func (export "twice") (result u32) (canon lift (core func $m "twice"))))
  (instance $child (instantiate $Child (with "up" (func $up))))
  (core func $twice (canon lower (func $child "twice")))
  (core module $Top
    (import "" "twice" (func $twice (result i32)))
    (func (export "f") (result i32) (call $twice)))
  (core instance $top (instantiate $Top (with "" (instance (export "twice" (func $twice))))))
  (func (export "f") (result u32) (canon lift (core func $top "f"))))
(assert_return (invoke "f") (u32.const 21))
(assert_return (invoke "f") (u32.const 43))

;; start functions run when the component is instantiated, may call what they import, and may trap
(component
  (component $Inner
    (core module $M
      (global $n (mut i32) (i32.const 0))
      (func (export "count") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))
    (core instance $m (instantiate $M))
    (func (export "count") (result u32) (canon lift (core func $m "count"))))
  (instance $inner (instantiate $Inner))
  (core func $count (canon lower (func $inner "count")))
  (core module $M
    (import "" "count" (func $count (result i32)))
    (func $start (drop (call $count)) (drop (call $count)))
    (start $start)
    (func (export "f") (result i32) (call $count)))
  (core instance $m (instantiate $M (with "" (instance (export "count" (func $count))))))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))
(assert_return (invoke "f") (u32.const 3))
(assert_trap
  (component (core module $M (func $f unreachable) (start $f)) (core instance (instantiate $M)))
  "unreachable")
