;; The core module inside layouts.wat, on its own: what the hand-written limit instantiates without a component decoder.
;; A bump allocator that post-return resets, and echoes; 16 is the return area, aligned for a u64.
(module
  (memory (export "memory") 2)
  (global $heap (mut i32) (i32.const 1024))
  (func $realloc (export "realloc") (param $old i32) (param $olds i32) (param $align i32) (param $new i32) (result i32)
    (local $p i32) (local $end i32)
    (local.set $p (i32.and
      (i32.add (global.get $heap) (i32.sub (local.get $align) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $align))))
    (local.set $end (i32.add (local.get $p) (local.get $new)))
    (if (i32.gt_u (local.get $end) (i32.mul (memory.size) (i32.const 65536)))
      (then
        (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.const 1)
            (i32.shr_u (i32.sub (local.get $end) (i32.mul (memory.size) (i32.const 65536))) (i32.const 16)))))
          (then unreachable))))
    (if (local.get $olds)
      (then (memory.copy (local.get $p) (local.get $old)
        (select (local.get $olds) (local.get $new) (i32.lt_u (local.get $olds) (local.get $new))))))
    (global.set $heap (local.get $end))
    (local.get $p))
  (func (export "post") (param i32) (global.set $heap (i32.const 1024)))
  ;; any list: pointer and length
  (func (export "list") (param i32 i32) (result i32)
    (i32.store (i32.const 16) (local.get 0))
    (i32.store (i32.const 20) (local.get 1))
    (i32.const 16))
  ;; flags, enum, char: one i32
  (func (export "same") (param i32) (result i32) (local.get 0))
  ;; record reading { ok: bool, level: u8, offset: s16, count: u32, total: s64, ratio: f64 }
  (func (export "record") (param i32 i32 i32 i32 i64 f64) (result i32)
    (i32.store8 (i32.const 16) (local.get 0))
    (i32.store8 (i32.const 17) (local.get 1))
    (i32.store16 (i32.const 18) (local.get 2))
    (i32.store (i32.const 20) (local.get 3))
    (i64.store (i32.const 24) (local.get 4))
    (f64.store (i32.const 32) (local.get 5))
    (i32.const 16))
  ;; record segment { start: spot, end: spot, weight: f64 }
  (func (export "nested") (param f32 f32 f32 f32 f64) (result i32)
    (f32.store (i32.const 16) (local.get 0))
    (f32.store (i32.const 20) (local.get 1))
    (f32.store (i32.const 24) (local.get 2))
    (f32.store (i32.const 28) (local.get 3))
    (f64.store (i32.const 32) (local.get 4))
    (i32.const 16))
  ;; option<u32>
  (func (export "option") (param i32 i32) (result i32)
    (i32.store8 (i32.const 16) (local.get 0))
    (i32.store (i32.const 20) (local.get 1))
    (i32.const 16))
  ;; variant shape { circle(f64), rectangle(spot), nothing }: f64 and f32 join to i64
  (func (export "variant") (param i32 i64 f32) (result i32)
    (i32.store8 (i32.const 16) (local.get 0))
    (i64.store (i32.const 24) (local.get 1))
    (if (i32.eq (local.get 0) (i32.const 1)) (then (f32.store (i32.const 28) (local.get 2))))
    (i32.const 16))
)
