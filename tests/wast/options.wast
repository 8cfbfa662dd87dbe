;; Options of canonical definitions: which there are, once each, and which a type needs.
;; Checklist: 40 70

(component definition
  (core module $M
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (unreachable))
    (func (export "post") (param i32))
    (func (export "f") (param i32 i32) (result i32) (unreachable)))
  (core instance $m (instantiate $M))
  (func (export "f") (param "v" string) (result string)
    (canon lift (core func $m "f") string-encoding=utf16
      (memory (core memory $m "mem")) (realloc (core func $m "realloc")) (post-return (core func $m "post")))))

;; twice
(assert_invalid
  (component
    (core module $M (memory (export "mem") 1) (func (export "f")))
    (core instance $m (instantiate $M))
    (func (canon lift (core func $m "f") (memory (core memory $m "mem")) (memory (core memory $m "mem")))))
  "")
(assert_invalid
  (component (import "f" (func $f)) (core func (canon lower (func $f) string-encoding=utf8 string-encoding=utf16)))
  "")

;; a parameter that points takes memory and realloc, a result memory only
(assert_invalid
  (component
    (core module $M (func (export "f") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (param "v" string) (canon lift (core func $m "f"))))
  "")
(assert_invalid
  (component
    (core module $M (memory (export "mem") 1) (func (export "f") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (param "v" string) (canon lift (core func $m "f") (memory (core memory $m "mem")))))
  "")
(assert_invalid
  (component
    (core module $M (func (export "f") (result i32) (unreachable)))
    (core instance $m (instantiate $M))
    (func (result string) (canon lift (core func $m "f"))))
  "")
(assert_invalid
  (component (import "f" (func $f (param "v" (list u8)))) (core func (canon lower (func $f)))) "")
(assert_invalid
  (component
    (core module $M (memory (export "mem") 1))
    (core instance $m (instantiate $M))
    (import "f" (func $f (result string)))
    (core func (canon lower (func $f) (memory (core memory $m "mem")))))
  "")

;; realloc without a memory, and of another type
(assert_invalid
  (component
    (core module $M (func (export "realloc") (param i32 i32 i32 i32) (result i32) (unreachable)) (func (export "f")))
    (core instance $m (instantiate $M))
    (func (canon lift (core func $m "f") (realloc (core func $m "realloc")))))
  "")
(assert_invalid
  (component
    (core module $M
      (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32) (result i32) (unreachable))
      (func (export "f") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (param "v" string)
      (canon lift (core func $m "f") (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
  "")

;; post-return is for lifts, and takes the core results
(assert_invalid
  (component
    (core module $M (func (export "post")))
    (core instance $m (instantiate $M))
    (import "f" (func $f))
    (core func (canon lower (func $f) (post-return (core func $m "post")))))
  "")
(assert_invalid
  (component
    (core module $M (func (export "f") (result i32) (unreachable)) (func (export "post") (param i64)))
    (core instance $m (instantiate $M))
    (func (result u32) (canon lift (core func $m "f") (post-return (core func $m "post")))))
  "")
(assert_invalid
  (component
    (core module $M (func (export "f")) (func (export "post")))
    (core instance $m (instantiate $M))
    (func async (canon lift (core func $m "f") async (post-return (core func $m "post")))))
  "")

;; callback goes with async, async with async functions
(assert_invalid
  (component
    (core module $M (func (export "f")) (func (export "c") (param i32 i32 i32) (result i32) (unreachable)))
    (core instance $m (instantiate $M))
    (func (canon lift (core func $m "f") (callback (core func $m "c")))))
  "")
(assert_invalid
  (component (import "f" (func $f)) (core func (canon lower (func $f) async)))
  "")

;; the core function has the type that the component's function makes
(assert_invalid
  (component
    (core module $M (func (export "f") (param i64)))
    (core instance $m (instantiate $M))
    (func (param "v" u32) (canon lift (core func $m "f"))))
  "")

;; no option that there is not; no memory that is shared
(assert_malformed
  (component binary
    "\00asm\0d\00\01\00"
    "\07\05\01\40\00\01\00"
    "\08\07\01\00\00\00\01\20\00")
  "")
