;; Numbers, truth values and characters: what a core value means, and which core value a value becomes.
;; Checklist: 1 2 3 4 5

(component
  (core module $M
    (func (export "i32") (param i32) (result i32) (local.get 0))
    (func (export "i64") (param i64) (result i64) (local.get 0))
    (func (export "f32") (param f32) (result f32) (local.get 0))
    (func (export "f64") (param f64) (result f64) (local.get 0))
    (func (export "f32-of") (param i32) (result f32) (f32.reinterpret_i32 (local.get 0)))
    (func (export "f64-of") (param i64) (result f64) (f64.reinterpret_i64 (local.get 0)))
    (func (export "sign") (param i32) (result i64) (i64.extend_i32_s (local.get 0))))
  (core instance $m (instantiate $M))

  (func (export "bool") (param "v" u32) (result bool) (canon lift (core func $m "i32")))
  (func (export "u8") (param "v" u32) (result u8) (canon lift (core func $m "i32")))
  (func (export "s8") (param "v" u32) (result s8) (canon lift (core func $m "i32")))
  (func (export "u16") (param "v" u32) (result u16) (canon lift (core func $m "i32")))
  (func (export "s16") (param "v" u32) (result s16) (canon lift (core func $m "i32")))
  (func (export "s32") (param "v" u32) (result s32) (canon lift (core func $m "i32")))
  (func (export "s64") (param "v" u64) (result s64) (canon lift (core func $m "i64")))
  (func (export "char") (param "v" u32) (result char) (canon lift (core func $m "i32")))

  (func (export "from-bool") (param "v" bool) (result u32) (canon lift (core func $m "i32")))
  (func (export "from-s8") (param "v" s8) (result s64) (canon lift (core func $m "sign")))
  (func (export "from-s16") (param "v" s16) (result s64) (canon lift (core func $m "sign")))
  (func (export "from-s32") (param "v" s32) (result s64) (canon lift (core func $m "sign")))
  (func (export "from-s64") (param "v" s64) (result u64) (canon lift (core func $m "i64")))
  (func (export "from-char") (param "v" char) (result u32) (canon lift (core func $m "i32")))

  (func (export "f32") (param "v" f32) (result f32) (canon lift (core func $m "f32")))
  (func (export "f64") (param "v" f64) (result f64) (canon lift (core func $m "f64")))
  (func (export "f32-of") (param "v" u32) (result f32) (canon lift (core func $m "f32-of")))
  (func (export "f64-of") (param "v" u64) (result f64) (canon lift (core func $m "f64-of"))))

;; anything but zero is true; true is one
(assert_return (invoke "bool" (u32.const 0)) (bool.const false))
(assert_return (invoke "bool" (u32.const 1)) (bool.const true))
(assert_return (invoke "bool" (u32.const 0x80000000)) (bool.const true))
(assert_return (invoke "from-bool" (bool.const true)) (u32.const 1))
(assert_return (invoke "from-bool" (bool.const false)) (u32.const 0))

;; the low bits count, then the sign; nothing of this traps
(assert_return (invoke "u8" (u32.const 0x1234_56ff)) (u8.const 255))
(assert_return (invoke "s8" (u32.const 0x1234_5680)) (s8.const -128))
(assert_return (invoke "u16" (u32.const 0x1234_ffff)) (u16.const 65535))
(assert_return (invoke "s16" (u32.const 0x1234_8000)) (s16.const -32768))
(assert_return (invoke "s32" (u32.const 0xffff_fffe)) (s32.const -2))
(assert_return (invoke "s64" (u64.const 0xffff_ffff_ffff_fffe)) (s64.const -2))

;; what is negative goes down with its sign
(assert_return (invoke "from-s8" (s8.const -1)) (s64.const -1))
(assert_return (invoke "from-s16" (s16.const -32768)) (s64.const -32768))
(assert_return (invoke "from-s32" (s32.const -2147483648)) (s64.const -2147483648))
(assert_return (invoke "from-s64" (s64.const -9223372036854775808)) (u64.const 0x8000_0000_0000_0000))

;; floating point: zeros keep their sign, infinities stay, and of NaNs nothing but that remains
(assert_return (invoke "f32" (f32.const -0.0)) (f32.const -0.0))
(assert_return (invoke "f32" (f32.const 0x1.fffffep127)) (f32.const 0x1.fffffep127))
(assert_return (invoke "f64" (f64.const -inf)) (f64.const -inf))
(assert_return (invoke "f64" (f64.const 0x0.0000000000001p-1022)) (f64.const 0x0.0000000000001p-1022))
(assert_return (invoke "f32" (f32.const nan)) (f32.const nan:canonical))
(assert_return (invoke "f32-of" (u32.const 0xffa0_0001)) (f32.const nan:canonical))
(assert_return (invoke "f64-of" (u64.const 0x7ff0_0000_0000_0001)) (f64.const nan:canonical))

;; characters are scalar values of Unicode
(assert_return (invoke "char" (u32.const 0x61)) (char.const "a"))
(assert_return (invoke "char" (u32.const 0xd7ff)) (char.const "\u{d7ff}"))
(assert_return (invoke "char" (u32.const 0xe000)) (char.const "\u{e000}"))
(assert_return (invoke "char" (u32.const 0x10ffff)) (char.const "\u{10ffff}"))
(assert_return (invoke "from-char" (char.const "\u{1f600}")) (u32.const 0x1f600))
(assert_trap (invoke "char" (u32.const 0xd800)) "")

(component definition $Char
  (core module $M (func (export "f") (param i32) (result i32) (local.get 0)))
  (core instance $m (instantiate $M))
  (func (export "char") (param "v" u32) (result char) (canon lift (core func $m "f"))))
(component instance $a $Char)
(assert_trap (invoke "char" (u32.const 0xdfff)) "")
(component instance $b $Char)
(assert_trap (invoke "char" (u32.const 0x110000)) "")
(component instance $c $Char)
(assert_trap (invoke "char" (u32.const 0xffff_ffff)) "")
