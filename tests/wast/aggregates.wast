;; Records, variants, flags: where their parts stand in memory, and how they lie flat.
;; Checklist: 6 7 8 9 10 11 12 13 39

(component
  (type $pair' (record (field "a" u8) (field "b" u64) (field "c" u16)))
  (export $pair "a-pair" (type $pair'))
  (type $shape' (variant (case "dot") (case "circle" f64) (case "square" u8)))
  (export $shape "a-shape" (type $shape'))
  (type $mixed' (variant (case "int" u32) (case "float" f32) (case "long" u64) (case "double" f64)))
  (export $mixed "a-mixed" (type $mixed'))
  (type $number' (variant (case "int" u32) (case "float" f32)))
  (export $number "a-number" (type $number'))
  (type $perms' (flags "r" "w" "x"))
  (export $perms "a-perms" (type $perms'))
  (type $many' (flags "a0" "a1" "a2" "a3" "a4" "a5" "a6" "a7" "a8"))
  (export $many "a-many" (type $many'))
  (type $color' (enum "red" "green" "blue"))
  (export $color "a-color" (type $color'))

  (core module $M
    (memory (export "mem") 1)
    (func $fill (memory.fill (i32.const 0) (i32.const 0xff) (i32.const 64)))
    ;; a record at 32: its parts at 0, 8 and 16 of it, the bytes between them are anything
    (func (export "pair") (result i32)
      (call $fill)
      (i32.store8 (i32.const 32) (i32.const 7))
      (i64.store (i32.const 40) (i64.const 8))
      (i32.store16 (i32.const 48) (i32.const 9))
      (i32.const 32))
    ;; a variant at 32: a byte that says which case, the payload at 8
    (func (export "shape") (param $case i32) (result i32)
      (call $fill)
      (i32.store8 (i32.const 32) (local.get $case))
      (f64.store (i32.const 40) (f64.const 1.5))
      (i32.const 32))
    ;; the area of a shape that lies flat: its case, and its payload as an i64
    (func (export "area") (param $case i32) (param $payload i64) (result i64)
      (i64.add (i64.mul (i64.extend_i32_u (local.get $case)) (i64.const 0x1000_0000_0000)) (local.get $payload)))
    (func (export "second") (param i32 i64) (result i64) (local.get 1))
    (func (export "second32") (param i32 i32) (result i32) (local.get 1))
    (func (export "mixed") (param $case i32) (param $payload i64) (result i32)
      (call $fill)
      (i32.store8 (i32.const 32) (local.get $case))
      (i64.store (i32.const 40) (local.get $payload))
      (i32.const 32))
    (func (export "number") (param $case i32) (param $payload i32) (result i32)
      (call $fill)
      (i32.store8 (i32.const 32) (local.get $case))
      (i32.store (i32.const 36) (local.get $payload))
      (i32.const 32))
    (func (export "id") (param i32) (result i32) (local.get 0))
    (func (export "opt") (param $some i32) (param $value i32) (result i32)
      (call $fill)
      (i32.store8 (i32.const 32) (local.get $some))
      (i32.store (i32.const 36) (local.get $value))
      (i32.const 32))
    (func (export "res") (param $err i32) (result i32) (local.get $err)))
  (core instance $m (instantiate $M))

  (func (export "get-pair") (result $pair) (canon lift (core func $m "pair") (memory (core memory $m "mem"))))
  (func (export "get-shape") (param "n" u32) (result $shape)
    (canon lift (core func $m "shape") (memory (core memory $m "mem"))))
  (func (export "area") (param "s" $shape) (result u64) (canon lift (core func $m "area")))
  (func (export "payload") (param "m" $mixed) (result u64) (canon lift (core func $m "second")))
  (func (export "payload32") (param "n" $number) (result u32) (canon lift (core func $m "second32")))
  (func (export "mixed") (param "m" $mixed) (result $mixed)
    (canon lift (core func $m "mixed") (memory (core memory $m "mem"))))
  (func (export "number") (param "n" $number) (result $number)
    (canon lift (core func $m "number") (memory (core memory $m "mem"))))
  (func (export "perms") (param "n" u32) (result $perms) (canon lift (core func $m "id")))
  (func (export "bits") (param "p" $perms) (result u32) (canon lift (core func $m "id")))
  (func (export "many") (param "n" u32) (result $many) (canon lift (core func $m "id")))
  (func (export "color") (param "n" u32) (result $color) (canon lift (core func $m "id")))
  (func (export "number-of") (param "c" $color) (result u32) (canon lift (core func $m "id")))
  (func (export "opt") (param "v" (option u32)) (result (option u32))
    (canon lift (core func $m "opt") (memory (core memory $m "mem"))))
  (func (export "res") (param "v" (result)) (result (result)) (canon lift (core func $m "res"))))

(assert_return (invoke "get-pair")
  (record.const (field "a" (u8.const 7)) (field "b" (u64.const 8)) (field "c" (u16.const 9))))

;; the case is one byte, whatever stands beside it
(assert_return (invoke "get-shape" (u32.const 0)) (variant.const "dot"))
(assert_return (invoke "get-shape" (u32.const 0x101)) (variant.const "circle" (f64.const 1.5)))
(assert_return (invoke "get-shape" (u32.const 2)) (variant.const "square" (u8.const 0)))

;; a case without payload fills what another one would have with zeros; a small one is widened with zeros
(assert_return (invoke "area" (variant.const "dot")) (u64.const 0))
(assert_return (invoke "area" (variant.const "circle" (f64.const 0.0))) (u64.const 0x1000_0000_0000))
(assert_return (invoke "area" (variant.const "square" (u8.const 255))) (u64.const 0x2000_0000_00ff))

;; of an int and a float of 32 bits comes an i32, of any other mix an i64
(assert_return (invoke "payload" (variant.const "int" (u32.const 0xffff_ffff))) (u64.const 0xffff_ffff))
(assert_return (invoke "payload" (variant.const "float" (f32.const -1.0))) (u64.const 0xbf80_0000))
(assert_return (invoke "payload" (variant.const "double" (f64.const -1.0))) (u64.const 0xbff0_0000_0000_0000))
(assert_return (invoke "payload32" (variant.const "float" (f32.const 1.0))) (u32.const 0x3f80_0000))
(assert_return (invoke "payload32" (variant.const "int" (u32.const 5))) (u32.const 5))
(assert_return (invoke "mixed" (variant.const "float" (f32.const 0.5))) (variant.const "float" (f32.const 0.5)))
(assert_return (invoke "mixed" (variant.const "long" (u64.const 0xffff_ffff_ffff_ffff)))
  (variant.const "long" (u64.const 0xffff_ffff_ffff_ffff)))
(assert_return (invoke "number" (variant.const "float" (f32.const 0.5))) (variant.const "float" (f32.const 0.5)))

;; flags: bits that have no label are passed over
(assert_return (invoke "perms" (u32.const 0xffff_fff5)) (flags.const "r" "x"))
(assert_return (invoke "bits" (flags.const "w" "x")) (u32.const 6))
(assert_return (invoke "many" (u32.const 0xffff_ff00)) (flags.const "a8"))

;; enums, options and results are variants
(assert_return (invoke "color" (u32.const 2)) (enum.const "blue"))
(assert_return (invoke "number-of" (enum.const "green")) (u32.const 1))
(assert_return (invoke "opt" (option.none)) (option.none))
(assert_return (invoke "opt" (option.some (u32.const 9))) (option.some (u32.const 9)))
(assert_return (invoke "res" (result.ok)) (result.ok))
(assert_return (invoke "res" (result.err)) (result.err))
(assert_trap (invoke "color" (u32.const 3)) "")

;; a case that there is not
(component
  (core module $M
    (memory (export "mem") 1)
    (func (export "f") (result i32) (i32.store8 (i32.const 0) (i32.const 2)) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result (option u32)) (canon lift (core func $m "f") (memory (core memory $m "mem")))))
(assert_trap (invoke "f") "")

;; records, variants, enums and flags have parts
(assert_invalid (component (type (record))) "")
(assert_invalid (component (type (variant))) "")
(assert_invalid (component (type (enum))) "")
(assert_invalid (component (type (flags))) "")

;; one call writes into the memory of another component: exactly the bytes of the parts, nothing between them
(component
  (component $Callee
    (type $t' (tuple u8 u16 u8 u32))
    (core module $M
      (memory (export "mem") 1)
      (data (i32.const 8) "\01\aa\02\03\04\aa\aa\aa\05\06\07\08")
      (func (export "f") (result i32) (i32.const 8)))
    (core instance $m (instantiate $M))
    (func (export "f") (result (tuple u8 u16 u8 u32))
      (canon lift (core func $m "f") (memory (core memory $m "mem")))))
  (component $Caller
    (import "f" (func $f (result (tuple u8 u16 u8 u32))))
    (core module $Memory (memory (export "mem") 1))
    (core instance $memory (instantiate $Memory))
    (core func $f' (canon lower (func $f) (memory (core memory $memory "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32)))
      (func (export "first") (result i64)
        (i64.store (i32.const 16) (i64.const -1))
        (i64.store (i32.const 24) (i64.const -1))
        (call $f (i32.const 16))
        (i64.load (i32.const 16)))
      (func (export "rest") (result i64) (i64.load (i32.const 24))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $memory "mem")) (export "f" (func $f'))))))
    (func (export "first") (result u64) (canon lift (core func $m "first")))
    (func (export "rest") (result u64) (canon lift (core func $m "rest"))))
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "f" (func $callee "f"))))
  (func (export "first") (alias export $caller "first"))
  (func (export "rest") (alias export $caller "rest")))
(assert_return (invoke "first") (u64.const 0xffffff04_0302ff01))
(assert_return (invoke "rest") (u64.const 0xffffffff_08070605))
