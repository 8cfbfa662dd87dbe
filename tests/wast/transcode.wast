;; Strings from one component into another: every pair of encodings, and the calls of realloc that come with it.
;; Checklist: 26 27 28 29 30 32
;;
;; The receiver notes the four numbers of every call of its realloc, and places strings at 64, so that they grow and
;; shrink where they are. Per pair and text: the length that the receiver is told, the calls, the bytes.

(component
  (core module $To
    (memory (export "mem") 1)
    (global $end (mut i32) (i32.const 1024))
    (func $note (param i32)
      (i32.store (global.get $end) (local.get 0))
      (global.set $end (i32.add (global.get $end) (i32.const 4))))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (call $note (local.get 0)) (call $note (local.get 1)) (call $note (local.get 2)) (call $note (local.get 3))
      (i32.const 64))
    (func (export "take") (param i32 i32) (result i32)
      (if (i32.ne (local.get 0) (i32.const 64)) (then unreachable))
      (local.get 1))
    (func (export "calls") (result i32)
      (i32.store (i32.const 8) (i32.const 1024))
      (i32.store (i32.const 12) (i32.shr_u (i32.sub (global.get $end) (i32.const 1024)) (i32.const 2)))
      (global.set $end (i32.const 1024))
      (i32.const 8))
    (func (export "bytes") (param i32) (result i32)
      (i32.store (i32.const 8) (i32.const 64))
      (i32.store (i32.const 12) (local.get 0))
      (i32.const 8)))
  (component $To-utf8
    (alias outer 1 $To (core module $To))
    (core instance $m (instantiate $To))
    (alias core export $m "mem" (core memory $mem))
    (func (export "take") (param "s" string) (result u32)
      (canon lift (core func $m "take") string-encoding=utf8 (memory $mem) (realloc (core func $m "realloc"))))
    (func (export "calls") (result (list u32)) (canon lift (core func $m "calls") (memory $mem)))
    (func (export "bytes") (param "n" u32) (result (list u8)) (canon lift (core func $m "bytes") (memory $mem))))
  (component $To-utf16
    (alias outer 1 $To (core module $To))
    (core instance $m (instantiate $To))
    (alias core export $m "mem" (core memory $mem))
    (func (export "take") (param "s" string) (result u32)
      (canon lift (core func $m "take") string-encoding=utf16 (memory $mem) (realloc (core func $m "realloc"))))
    (func (export "calls") (result (list u32)) (canon lift (core func $m "calls") (memory $mem)))
    (func (export "bytes") (param "n" u32) (result (list u8)) (canon lift (core func $m "bytes") (memory $mem))))
  (component $To-compact
    (alias outer 1 $To (core module $To))
    (core instance $m (instantiate $To))
    (alias core export $m "mem" (core memory $mem))
    (func (export "take") (param "s" string) (result u32)
      (canon lift (core func $m "take") string-encoding=latin1+utf16 (memory $mem) (realloc (core func $m "realloc"))))
    (func (export "calls") (result (list u32)) (canon lift (core func $m "calls") (memory $mem)))
    (func (export "bytes") (param "n" u32) (result (list u8)) (canon lift (core func $m "bytes") (memory $mem))))
  (core module $From
    (import "" "take" (func $take (param i32 i32) (result i32)))
    (func (export "pass") (param i32 i32) (result i32) (call $take (local.get 0) (local.get 1))))
  (component $From-utf8
    (import "take" (func $take (param "s" string) (result u32)))
    (core module $Memory
      (memory (export "mem") 1)
      (data (i32.const 16) "\61\62\63")
      (data (i32.const 32) "\61\c3\a9")
      (data (i32.const 48) "\61\e2\98\83")
      (data (i32.const 64) "\c3\a9\e2\98\83\f0\9f\98\80"))
    (core instance $memory (instantiate $Memory))
    (core func $take' (canon lower (func $take) string-encoding=utf8 (memory (core memory $memory "mem"))))
    (alias outer 1 $From (core module $From))
    (core instance $m (instantiate $From (with "" (instance (export "take" (func $take'))))))
    (func (export "pass") (param "at" u32) (param "length" u32) (result u32) (canon lift (core func $m "pass"))))
  (component $From-utf16
    (import "take" (func $take (param "s" string) (result u32)))
    (core module $Memory
      (memory (export "mem") 1)
      (data (i32.const 16) "\61\00\62\00\63\00")
      (data (i32.const 32) "\61\00\e9\00")
      (data (i32.const 48) "\61\00\03\26")
      (data (i32.const 64) "\e9\00\03\26\3d\d8\00\de"))
    (core instance $memory (instantiate $Memory))
    (core func $take' (canon lower (func $take) string-encoding=utf16 (memory (core memory $memory "mem"))))
    (alias outer 1 $From (core module $From))
    (core instance $m (instantiate $From (with "" (instance (export "take" (func $take'))))))
    (func (export "pass") (param "at" u32) (param "length" u32) (result u32) (canon lift (core func $m "pass"))))
  (component $From-compact
    (import "take" (func $take (param "s" string) (result u32)))
    (core module $Memory
      (memory (export "mem") 1)
      (data (i32.const 16) "\61\62\63")
      (data (i32.const 32) "\61\e9")
      (data (i32.const 48) "\61\00\03\26")
      (data (i32.const 64) "\61\00\62\00\63\00"))
    (core instance $memory (instantiate $Memory))
    (core func $take' (canon lower (func $take) string-encoding=latin1+utf16 (memory (core memory $memory "mem"))))
    (alias outer 1 $From (core module $From))
    (core instance $m (instantiate $From (with "" (instance (export "take" (func $take'))))))
    (func (export "pass") (param "at" u32) (param "length" u32) (result u32) (canon lift (core func $m "pass"))))
  (instance $to-utf8-to-utf8 (instantiate $To-utf8))
  (instance $utf8-to-utf8 (instantiate $From-utf8 (with "take" (func $to-utf8-to-utf8 "take"))))
  (func (export "utf8-to-utf8") (alias export $utf8-to-utf8 "pass"))
  (func (export "calls-utf8-to-utf8") (alias export $to-utf8-to-utf8 "calls"))
  (func (export "bytes-utf8-to-utf8") (alias export $to-utf8-to-utf8 "bytes"))
  (instance $to-utf8-to-utf16 (instantiate $To-utf16))
  (instance $utf8-to-utf16 (instantiate $From-utf8 (with "take" (func $to-utf8-to-utf16 "take"))))
  (func (export "utf8-to-utf16") (alias export $utf8-to-utf16 "pass"))
  (func (export "calls-utf8-to-utf16") (alias export $to-utf8-to-utf16 "calls"))
  (func (export "bytes-utf8-to-utf16") (alias export $to-utf8-to-utf16 "bytes"))
  (instance $to-utf8-to-compact (instantiate $To-compact))
  (instance $utf8-to-compact (instantiate $From-utf8 (with "take" (func $to-utf8-to-compact "take"))))
  (func (export "utf8-to-compact") (alias export $utf8-to-compact "pass"))
  (func (export "calls-utf8-to-compact") (alias export $to-utf8-to-compact "calls"))
  (func (export "bytes-utf8-to-compact") (alias export $to-utf8-to-compact "bytes"))
  (instance $to-utf16-to-utf8 (instantiate $To-utf8))
  (instance $utf16-to-utf8 (instantiate $From-utf16 (with "take" (func $to-utf16-to-utf8 "take"))))
  (func (export "utf16-to-utf8") (alias export $utf16-to-utf8 "pass"))
  (func (export "calls-utf16-to-utf8") (alias export $to-utf16-to-utf8 "calls"))
  (func (export "bytes-utf16-to-utf8") (alias export $to-utf16-to-utf8 "bytes"))
  (instance $to-utf16-to-utf16 (instantiate $To-utf16))
  (instance $utf16-to-utf16 (instantiate $From-utf16 (with "take" (func $to-utf16-to-utf16 "take"))))
  (func (export "utf16-to-utf16") (alias export $utf16-to-utf16 "pass"))
  (func (export "calls-utf16-to-utf16") (alias export $to-utf16-to-utf16 "calls"))
  (func (export "bytes-utf16-to-utf16") (alias export $to-utf16-to-utf16 "bytes"))
  (instance $to-utf16-to-compact (instantiate $To-compact))
  (instance $utf16-to-compact (instantiate $From-utf16 (with "take" (func $to-utf16-to-compact "take"))))
  (func (export "utf16-to-compact") (alias export $utf16-to-compact "pass"))
  (func (export "calls-utf16-to-compact") (alias export $to-utf16-to-compact "calls"))
  (func (export "bytes-utf16-to-compact") (alias export $to-utf16-to-compact "bytes"))
  (instance $to-compact-to-utf8 (instantiate $To-utf8))
  (instance $compact-to-utf8 (instantiate $From-compact (with "take" (func $to-compact-to-utf8 "take"))))
  (func (export "compact-to-utf8") (alias export $compact-to-utf8 "pass"))
  (func (export "calls-compact-to-utf8") (alias export $to-compact-to-utf8 "calls"))
  (func (export "bytes-compact-to-utf8") (alias export $to-compact-to-utf8 "bytes"))
  (instance $to-compact-to-utf16 (instantiate $To-utf16))
  (instance $compact-to-utf16 (instantiate $From-compact (with "take" (func $to-compact-to-utf16 "take"))))
  (func (export "compact-to-utf16") (alias export $compact-to-utf16 "pass"))
  (func (export "calls-compact-to-utf16") (alias export $to-compact-to-utf16 "calls"))
  (func (export "bytes-compact-to-utf16") (alias export $to-compact-to-utf16 "bytes"))
  (instance $to-compact-to-compact (instantiate $To-compact))
  (instance $compact-to-compact (instantiate $From-compact (with "take" (func $to-compact-to-compact "take"))))
  (func (export "compact-to-compact") (alias export $compact-to-compact "pass"))
  (func (export "calls-compact-to-compact") (alias export $to-compact-to-compact "calls"))
  (func (export "bytes-compact-to-compact") (alias export $to-compact-to-compact "bytes")))

;; utf8 to utf8
(assert_return (invoke "utf8-to-utf8" (u32.const 16) (u32.const 3)) (u32.const 3))
(assert_return (invoke "calls-utf8-to-utf8") (list.const
  (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 3)))
(assert_return (invoke "bytes-utf8-to-utf8" (u32.const 3)) (list.const
  (u8.const 0x61) (u8.const 0x62) (u8.const 0x63)))
(assert_return (invoke "utf8-to-utf8" (u32.const 32) (u32.const 3)) (u32.const 3))
(assert_return (invoke "calls-utf8-to-utf8") (list.const
  (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 3)))
(assert_return (invoke "bytes-utf8-to-utf8" (u32.const 3)) (list.const
  (u8.const 0x61) (u8.const 0xc3) (u8.const 0xa9)))
(assert_return (invoke "utf8-to-utf8" (u32.const 48) (u32.const 4)) (u32.const 4))
(assert_return (invoke "calls-utf8-to-utf8") (list.const
  (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 4)))
(assert_return (invoke "bytes-utf8-to-utf8" (u32.const 4)) (list.const
  (u8.const 0x61) (u8.const 0xe2) (u8.const 0x98) (u8.const 0x83)))
(assert_return (invoke "utf8-to-utf8" (u32.const 64) (u32.const 9)) (u32.const 9))
(assert_return (invoke "calls-utf8-to-utf8") (list.const
  (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 9)))
(assert_return (invoke "bytes-utf8-to-utf8" (u32.const 9)) (list.const
  (u8.const 0xc3) (u8.const 0xa9) (u8.const 0xe2) (u8.const 0x98) (u8.const 0x83) (u8.const 0xf0)
  (u8.const 0x9f) (u8.const 0x98) (u8.const 0x80)))

;; utf8 to utf16
(assert_return (invoke "utf8-to-utf16" (u32.const 16) (u32.const 3)) (u32.const 3))
(assert_return (invoke "calls-utf8-to-utf16") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 6)))
(assert_return (invoke "bytes-utf8-to-utf16" (u32.const 6)) (list.const
  (u8.const 0x61) (u8.const 0x00) (u8.const 0x62) (u8.const 0x00) (u8.const 0x63) (u8.const 0x00)))
(assert_return (invoke "utf8-to-utf16" (u32.const 32) (u32.const 3)) (u32.const 2))
(assert_return (invoke "calls-utf8-to-utf16") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 6)
  (u32.const 64) (u32.const 6) (u32.const 2) (u32.const 4)))
(assert_return (invoke "bytes-utf8-to-utf16" (u32.const 4)) (list.const
  (u8.const 0x61) (u8.const 0x00) (u8.const 0xe9) (u8.const 0x00)))
(assert_return (invoke "utf8-to-utf16" (u32.const 48) (u32.const 4)) (u32.const 2))
(assert_return (invoke "calls-utf8-to-utf16") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 8)
  (u32.const 64) (u32.const 8) (u32.const 2) (u32.const 4)))
(assert_return (invoke "bytes-utf8-to-utf16" (u32.const 4)) (list.const
  (u8.const 0x61) (u8.const 0x00) (u8.const 0x03) (u8.const 0x26)))
(assert_return (invoke "utf8-to-utf16" (u32.const 64) (u32.const 9)) (u32.const 4))
(assert_return (invoke "calls-utf8-to-utf16") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 18)
  (u32.const 64) (u32.const 18) (u32.const 2) (u32.const 8)))
(assert_return (invoke "bytes-utf8-to-utf16" (u32.const 8)) (list.const
  (u8.const 0xe9) (u8.const 0x00) (u8.const 0x03) (u8.const 0x26) (u8.const 0x3d) (u8.const 0xd8)
  (u8.const 0x00) (u8.const 0xde)))

;; utf8 to latin1+utf16
(assert_return (invoke "utf8-to-compact" (u32.const 16) (u32.const 3)) (u32.const 3))
(assert_return (invoke "calls-utf8-to-compact") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 3)))
(assert_return (invoke "bytes-utf8-to-compact" (u32.const 3)) (list.const
  (u8.const 0x61) (u8.const 0x62) (u8.const 0x63)))
(assert_return (invoke "utf8-to-compact" (u32.const 32) (u32.const 3)) (u32.const 2))
(assert_return (invoke "calls-utf8-to-compact") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 3)
  (u32.const 64) (u32.const 3) (u32.const 2) (u32.const 2)))
(assert_return (invoke "bytes-utf8-to-compact" (u32.const 2)) (list.const
  (u8.const 0x61) (u8.const 0xe9)))
(assert_return (invoke "utf8-to-compact" (u32.const 48) (u32.const 4)) (u32.const 0x80000002))
(assert_return (invoke "calls-utf8-to-compact") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4)
  (u32.const 64) (u32.const 4) (u32.const 2) (u32.const 8)
  (u32.const 64) (u32.const 8) (u32.const 2) (u32.const 4)))
(assert_return (invoke "bytes-utf8-to-compact" (u32.const 4)) (list.const
  (u8.const 0x61) (u8.const 0x00) (u8.const 0x03) (u8.const 0x26)))
(assert_return (invoke "utf8-to-compact" (u32.const 64) (u32.const 9)) (u32.const 0x80000004))
(assert_return (invoke "calls-utf8-to-compact") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 9)
  (u32.const 64) (u32.const 9) (u32.const 2) (u32.const 18)
  (u32.const 64) (u32.const 18) (u32.const 2) (u32.const 8)))
(assert_return (invoke "bytes-utf8-to-compact" (u32.const 8)) (list.const
  (u8.const 0xe9) (u8.const 0x00) (u8.const 0x03) (u8.const 0x26) (u8.const 0x3d) (u8.const 0xd8)
  (u8.const 0x00) (u8.const 0xde)))

;; utf16 to utf8
(assert_return (invoke "utf16-to-utf8" (u32.const 16) (u32.const 3)) (u32.const 3))
(assert_return (invoke "calls-utf16-to-utf8") (list.const
  (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 3)))
(assert_return (invoke "bytes-utf16-to-utf8" (u32.const 3)) (list.const
  (u8.const 0x61) (u8.const 0x62) (u8.const 0x63)))
(assert_return (invoke "utf16-to-utf8" (u32.const 32) (u32.const 2)) (u32.const 3))
(assert_return (invoke "calls-utf16-to-utf8") (list.const
  (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 2)
  (u32.const 64) (u32.const 2) (u32.const 1) (u32.const 6)
  (u32.const 64) (u32.const 6) (u32.const 1) (u32.const 3)))
(assert_return (invoke "bytes-utf16-to-utf8" (u32.const 3)) (list.const
  (u8.const 0x61) (u8.const 0xc3) (u8.const 0xa9)))
(assert_return (invoke "utf16-to-utf8" (u32.const 48) (u32.const 2)) (u32.const 4))
(assert_return (invoke "calls-utf16-to-utf8") (list.const
  (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 2)
  (u32.const 64) (u32.const 2) (u32.const 1) (u32.const 6)
  (u32.const 64) (u32.const 6) (u32.const 1) (u32.const 4)))
(assert_return (invoke "bytes-utf16-to-utf8" (u32.const 4)) (list.const
  (u8.const 0x61) (u8.const 0xe2) (u8.const 0x98) (u8.const 0x83)))
(assert_return (invoke "utf16-to-utf8" (u32.const 64) (u32.const 4)) (u32.const 9))
(assert_return (invoke "calls-utf16-to-utf8") (list.const
  (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 4)
  (u32.const 64) (u32.const 4) (u32.const 1) (u32.const 12)
  (u32.const 64) (u32.const 12) (u32.const 1) (u32.const 9)))
(assert_return (invoke "bytes-utf16-to-utf8" (u32.const 9)) (list.const
  (u8.const 0xc3) (u8.const 0xa9) (u8.const 0xe2) (u8.const 0x98) (u8.const 0x83) (u8.const 0xf0)
  (u8.const 0x9f) (u8.const 0x98) (u8.const 0x80)))

;; utf16 to utf16
(assert_return (invoke "utf16-to-utf16" (u32.const 16) (u32.const 3)) (u32.const 3))
(assert_return (invoke "calls-utf16-to-utf16") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 6)))
(assert_return (invoke "bytes-utf16-to-utf16" (u32.const 6)) (list.const
  (u8.const 0x61) (u8.const 0x00) (u8.const 0x62) (u8.const 0x00) (u8.const 0x63) (u8.const 0x00)))
(assert_return (invoke "utf16-to-utf16" (u32.const 32) (u32.const 2)) (u32.const 2))
(assert_return (invoke "calls-utf16-to-utf16") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4)))
(assert_return (invoke "bytes-utf16-to-utf16" (u32.const 4)) (list.const
  (u8.const 0x61) (u8.const 0x00) (u8.const 0xe9) (u8.const 0x00)))
(assert_return (invoke "utf16-to-utf16" (u32.const 48) (u32.const 2)) (u32.const 2))
(assert_return (invoke "calls-utf16-to-utf16") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4)))
(assert_return (invoke "bytes-utf16-to-utf16" (u32.const 4)) (list.const
  (u8.const 0x61) (u8.const 0x00) (u8.const 0x03) (u8.const 0x26)))
(assert_return (invoke "utf16-to-utf16" (u32.const 64) (u32.const 4)) (u32.const 4))
(assert_return (invoke "calls-utf16-to-utf16") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 8)))
(assert_return (invoke "bytes-utf16-to-utf16" (u32.const 8)) (list.const
  (u8.const 0xe9) (u8.const 0x00) (u8.const 0x03) (u8.const 0x26) (u8.const 0x3d) (u8.const 0xd8)
  (u8.const 0x00) (u8.const 0xde)))

;; utf16 to latin1+utf16
(assert_return (invoke "utf16-to-compact" (u32.const 16) (u32.const 3)) (u32.const 3))
(assert_return (invoke "calls-utf16-to-compact") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 3)))
(assert_return (invoke "bytes-utf16-to-compact" (u32.const 3)) (list.const
  (u8.const 0x61) (u8.const 0x62) (u8.const 0x63)))
(assert_return (invoke "utf16-to-compact" (u32.const 32) (u32.const 2)) (u32.const 2))
(assert_return (invoke "calls-utf16-to-compact") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 2)))
(assert_return (invoke "bytes-utf16-to-compact" (u32.const 2)) (list.const
  (u8.const 0x61) (u8.const 0xe9)))
(assert_return (invoke "utf16-to-compact" (u32.const 48) (u32.const 2)) (u32.const 0x80000002))
(assert_return (invoke "calls-utf16-to-compact") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 2)
  (u32.const 64) (u32.const 2) (u32.const 2) (u32.const 4)))
(assert_return (invoke "bytes-utf16-to-compact" (u32.const 4)) (list.const
  (u8.const 0x61) (u8.const 0x00) (u8.const 0x03) (u8.const 0x26)))
(assert_return (invoke "utf16-to-compact" (u32.const 64) (u32.const 4)) (u32.const 0x80000004))
(assert_return (invoke "calls-utf16-to-compact") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4)
  (u32.const 64) (u32.const 4) (u32.const 2) (u32.const 8)))
(assert_return (invoke "bytes-utf16-to-compact" (u32.const 8)) (list.const
  (u8.const 0xe9) (u8.const 0x00) (u8.const 0x03) (u8.const 0x26) (u8.const 0x3d) (u8.const 0xd8)
  (u8.const 0x00) (u8.const 0xde)))

;; latin1+utf16 to utf8
(assert_return (invoke "compact-to-utf8" (u32.const 16) (u32.const 3)) (u32.const 3))
(assert_return (invoke "calls-compact-to-utf8") (list.const
  (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 3)))
(assert_return (invoke "bytes-compact-to-utf8" (u32.const 3)) (list.const
  (u8.const 0x61) (u8.const 0x62) (u8.const 0x63)))
(assert_return (invoke "compact-to-utf8" (u32.const 32) (u32.const 2)) (u32.const 3))
(assert_return (invoke "calls-compact-to-utf8") (list.const
  (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 2)
  (u32.const 64) (u32.const 2) (u32.const 1) (u32.const 4)
  (u32.const 64) (u32.const 4) (u32.const 1) (u32.const 3)))
(assert_return (invoke "bytes-compact-to-utf8" (u32.const 3)) (list.const
  (u8.const 0x61) (u8.const 0xc3) (u8.const 0xa9)))
(assert_return (invoke "compact-to-utf8" (u32.const 48) (u32.const 0x80000002)) (u32.const 4))
(assert_return (invoke "calls-compact-to-utf8") (list.const
  (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 2)
  (u32.const 64) (u32.const 2) (u32.const 1) (u32.const 6)
  (u32.const 64) (u32.const 6) (u32.const 1) (u32.const 4)))
(assert_return (invoke "bytes-compact-to-utf8" (u32.const 4)) (list.const
  (u8.const 0x61) (u8.const 0xe2) (u8.const 0x98) (u8.const 0x83)))
(assert_return (invoke "compact-to-utf8" (u32.const 64) (u32.const 0x80000003)) (u32.const 3))
(assert_return (invoke "calls-compact-to-utf8") (list.const
  (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 3)))
(assert_return (invoke "bytes-compact-to-utf8" (u32.const 3)) (list.const
  (u8.const 0x61) (u8.const 0x62) (u8.const 0x63)))

;; latin1+utf16 to utf16
(assert_return (invoke "compact-to-utf16" (u32.const 16) (u32.const 3)) (u32.const 3))
(assert_return (invoke "calls-compact-to-utf16") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 6)))
(assert_return (invoke "bytes-compact-to-utf16" (u32.const 6)) (list.const
  (u8.const 0x61) (u8.const 0x00) (u8.const 0x62) (u8.const 0x00) (u8.const 0x63) (u8.const 0x00)))
(assert_return (invoke "compact-to-utf16" (u32.const 32) (u32.const 2)) (u32.const 2))
(assert_return (invoke "calls-compact-to-utf16") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4)))
(assert_return (invoke "bytes-compact-to-utf16" (u32.const 4)) (list.const
  (u8.const 0x61) (u8.const 0x00) (u8.const 0xe9) (u8.const 0x00)))
(assert_return (invoke "compact-to-utf16" (u32.const 48) (u32.const 0x80000002)) (u32.const 2))
(assert_return (invoke "calls-compact-to-utf16") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4)))
(assert_return (invoke "bytes-compact-to-utf16" (u32.const 4)) (list.const
  (u8.const 0x61) (u8.const 0x00) (u8.const 0x03) (u8.const 0x26)))
(assert_return (invoke "compact-to-utf16" (u32.const 64) (u32.const 0x80000003)) (u32.const 3))
(assert_return (invoke "calls-compact-to-utf16") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 6)))
(assert_return (invoke "bytes-compact-to-utf16" (u32.const 6)) (list.const
  (u8.const 0x61) (u8.const 0x00) (u8.const 0x62) (u8.const 0x00) (u8.const 0x63) (u8.const 0x00)))

;; latin1+utf16 to latin1+utf16
(assert_return (invoke "compact-to-compact" (u32.const 16) (u32.const 3)) (u32.const 3))
(assert_return (invoke "calls-compact-to-compact") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 3)))
(assert_return (invoke "bytes-compact-to-compact" (u32.const 3)) (list.const
  (u8.const 0x61) (u8.const 0x62) (u8.const 0x63)))
(assert_return (invoke "compact-to-compact" (u32.const 32) (u32.const 2)) (u32.const 2))
(assert_return (invoke "calls-compact-to-compact") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 2)))
(assert_return (invoke "bytes-compact-to-compact" (u32.const 2)) (list.const
  (u8.const 0x61) (u8.const 0xe9)))
(assert_return (invoke "compact-to-compact" (u32.const 48) (u32.const 0x80000002)) (u32.const 0x80000002))
(assert_return (invoke "calls-compact-to-compact") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4)))
(assert_return (invoke "bytes-compact-to-compact" (u32.const 4)) (list.const
  (u8.const 0x61) (u8.const 0x00) (u8.const 0x03) (u8.const 0x26)))
(assert_return (invoke "compact-to-compact" (u32.const 64) (u32.const 0x80000003)) (u32.const 3))
(assert_return (invoke "calls-compact-to-compact") (list.const
  (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 6)
  (u32.const 64) (u32.const 6) (u32.const 1) (u32.const 3)))
(assert_return (invoke "bytes-compact-to-compact" (u32.const 3)) (list.const
  (u8.const 0x61) (u8.const 0x62) (u8.const 0x63)))
