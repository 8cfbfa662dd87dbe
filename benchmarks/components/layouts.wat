;; One echo for every kind of layout that lifting and lowering can treat as a block.
;; World:
;;   package test:layouts;
;;   world layouts {
;;     record reading { ok: bool, level: u8, offset: s16, count: u32, total: s64, ratio: f64 }
;;     record spot { x: f32, y: f32 }
;;     record segment { start: spot, end: spot, weight: f64 }
;;     flags rights { read, write, execute, hidden }
;;     enum color { red, green, blue }
;;     variant shape { circle(f64), rectangle(spot), nothing }
;;     export echo-record: func(v: reading) -> reading;
;;     export echo-nested: func(v: segment) -> segment;
;;     export echo-flags: func(v: rights) -> rights;
;;     export echo-enum: func(v: color) -> color;
;;     export echo-char: func(v: char) -> char;
;;     export echo-option: func(v: option<u32>) -> option<u32>;
;;     export echo-variant: func(v: shape) -> shape;
;;     export echo-u32s: func(v: list<u32>) -> list<u32>;
;;     export echo-s64s: func(v: list<s64>) -> list<s64>;
;;     export echo-f32s: func(v: list<f32>) -> list<f32>;
;;     export echo-bools: func(v: list<bool>) -> list<bool>;
;;     export echo-chars: func(v: list<char>) -> list<char>;
;;     export echo-flags-list: func(v: list<rights>) -> list<rights>;
;;     export echo-enums: func(v: list<color>) -> list<color>;
;;     export echo-segments: func(v: list<segment>) -> list<segment>;
;;     export echo-tuples: func(v: list<tuple<u32, f64>>) -> list<tuple<u32, f64>>;
;;   }
(component
  (type $reading0 (record (field "ok" bool) (field "level" u8) (field "offset" s16) (field "count" u32) (field "total" s64) (field "ratio" f64)))
  (import "reading" (type $reading (eq $reading0)))
  (type $spot0 (record (field "x" f32) (field "y" f32)))
  (import "spot" (type $spot (eq $spot0)))
  (type $segment0 (record (field "start" $spot) (field "end" $spot) (field "weight" f64)))
  (import "segment" (type $segment (eq $segment0)))
  (type $rights0 (flags "read" "write" "execute" "hidden"))
  (import "rights" (type $rights (eq $rights0)))
  (type $color0 (enum "red" "green" "blue"))
  (import "color" (type $color (eq $color0)))
  (type $shape0 (variant (case "circle" f64) (case "rectangle" $spot) (case "nothing")))
  (import "shape" (type $shape (eq $shape0)))

  (core module $M
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
  (core instance $m (instantiate $M))
  (alias core export $m "memory" (core memory $mem))
  (alias core export $m "realloc" (core func $realloc))
  (alias core export $m "post" (core func $post))

  (func (export "echo-flags") (param "v" $rights) (result $rights) (canon lift (core func $m "same")))
  (func (export "echo-enum") (param "v" $color) (result $color) (canon lift (core func $m "same")))
  (func (export "echo-char") (param "v" char) (result char) (canon lift (core func $m "same")))
  (func (export "echo-record") (param "v" $reading) (result $reading) (canon lift (core func $m "record") (memory $mem)))
  (func (export "echo-nested") (param "v" $segment) (result $segment) (canon lift (core func $m "nested") (memory $mem)))
  (func (export "echo-option") (param "v" (option u32)) (result (option u32)) (canon lift (core func $m "option") (memory $mem)))
  (func (export "echo-variant") (param "v" $shape) (result $shape) (canon lift (core func $m "variant") (memory $mem)))
  (func (export "echo-u32s") (param "v" (list u32)) (result (list u32))
    (canon lift (core func $m "list") (memory $mem) (realloc $realloc) (post-return $post)))
  (func (export "echo-s64s") (param "v" (list s64)) (result (list s64))
    (canon lift (core func $m "list") (memory $mem) (realloc $realloc) (post-return $post)))
  (func (export "echo-f32s") (param "v" (list f32)) (result (list f32))
    (canon lift (core func $m "list") (memory $mem) (realloc $realloc) (post-return $post)))
  (func (export "echo-bools") (param "v" (list bool)) (result (list bool))
    (canon lift (core func $m "list") (memory $mem) (realloc $realloc) (post-return $post)))
  (func (export "echo-chars") (param "v" (list char)) (result (list char))
    (canon lift (core func $m "list") (memory $mem) (realloc $realloc) (post-return $post)))
  (func (export "echo-flags-list") (param "v" (list $rights)) (result (list $rights))
    (canon lift (core func $m "list") (memory $mem) (realloc $realloc) (post-return $post)))
  (func (export "echo-enums") (param "v" (list $color)) (result (list $color))
    (canon lift (core func $m "list") (memory $mem) (realloc $realloc) (post-return $post)))
  (func (export "echo-segments") (param "v" (list $segment)) (result (list $segment))
    (canon lift (core func $m "list") (memory $mem) (realloc $realloc) (post-return $post)))
  (func (export "echo-tuples") (param "v" (list (tuple u32 f64))) (result (list (tuple u32 f64)))
    (canon lift (core func $m "list") (memory $mem) (realloc $realloc) (post-return $post)))
)
