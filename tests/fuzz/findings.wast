;; What was found by fuzzing, in short: witcraft says what stands here, and so does the engine, but where
;; `known.py` explains why not. `tests/test_fuzz.py` plays it.

;; ---- names that can be done without ----

(component
  (type (option f64))
  (export "a" (type 0))
  (import "f" (func (param "x" 1))))

(component
  (type (option f64))
  (export "a" (type 0))
  (import "b" (type (eq 1)))
  (import "f" (func (param "x" 2) (result 1))))

(component
  (type (variant (case "a" u32)))
  (export "v" (type 0))
  (import "w" (type (eq 1)))
  (import "f" (func (param "x" 2))))

(assert_invalid
  (component
    (type (variant (case "a" u32)))
    (export "v" (type 0))
    (import "w" (type (eq 1)))
    (import "f" (func (param "x" 1))))
  "it mentions the type \"v\", which is not imported")

(component
  (component (type (list u8)) (export "t" (type 0)))
  (instance (instantiate 0))
  (alias export 0 "t" (type))
  (import "f" (func (param "x" 0))))

(component
  (type (list u8))
  (export "s" (type 0))
  (type (instance (alias outer 1 1 (type)) (export "f" (func (param "x" 0)))))
  (import "f" (instance (type 2))))

;; ---- resource types that an import must not know ----

(assert_invalid
  (component
    (type (resource (rep i32)))
    (type (component (alias outer 1 0 (type)) (import "x" (type (eq 0)))))
    (import "f" (component (type 1))))
  "an import cannot mention a resource type that is made inside")

(assert_invalid
  (component
    (type (resource (rep i32)))
    (export "r" (type 0))
    (type (instance (alias outer 1 1 (type)) (export "x" (type (eq 0)))))
    (import "f" (type (eq 2))))
  "an import cannot mention a resource type that is made inside")

(assert_invalid
  (component
    (type (resource (rep i32)))
    (type (component
      (type (instance (alias outer 2 0 (type)) (export "x" (type (eq 0)))))
      (import "a" (instance (type 0)))))
    (import "f" (component (type 1))))
  "an import cannot mention a resource type that is made inside")

(component
  (import "r" (type (sub resource)))
  (type (component (alias outer 1 0 (type)) (import "x" (type (eq 0)))))
  (import "f" (component (type 1))))

(component
  (type (instance
    (export "r" (type (sub resource)))
    (type (component (alias outer 1 0 (type)) (export "x" (type (eq 0)))))
    (export "c" (type (eq 1)))))
  (import "f" (instance (type 0)))
  (alias export 0 "c" (type))
  (import "g" (component (type 1))))

;; ---- core types and their supertypes ----

(assert_invalid
  (component (core type (func (param (ref 100)))))
  "core type 100 is unknown")

(assert_invalid
  (component (core type (func (param (ref 1)))) (core type (func)))
  "core type 1 is unknown")

(component (core rec (type (func (param (ref 1)))) (type (func))))

(assert_invalid
  (component (core type (func)) (core type (sub final 0 (func))))
  "core type 0 is final")

(assert_invalid
  (component (core type (sub final 1 (func))))
  "core type 1 is unknown: a supertype comes first")

(assert_invalid
  (component (core type (sub (func))) (core type (sub 0 (struct))))
  "it does not fit core type 0, its supertype")

(assert_invalid
  (component (core rec (type (sub (func (param (ref null 1))))) (type (sub 0 (func (param anyref))))))
  "it does not fit core type 0, its supertype")

(assert_invalid
  (component (core type (sub (struct (field (mut anyref))))) (core type (sub 0 (struct (field (mut eqref))))))
  "it does not fit core type 0, its supertype")

(component
  (core type (sub (struct (field anyref))))
  (core type (sub 0 (struct (field eqref) (field (mut i8)))))
  (core type (sub (func (param eqref) (result anyref))))
  (core type (sub 2 (func (param anyref) (result (ref 1)))))
  (core type (sub (array (ref null func))))
  (core type (sub 4 (array nullfuncref))))

(assert_invalid
  (component (core type (module (export "g" (global (shared mut i64))))))
  "a shared global takes the feature shared-everything-threads")

(assert_invalid
  (component (core type (shared (func))))
  "a shared core type takes the feature shared-everything-threads")

(assert_invalid
  (component (core type (module (type (func (param (ref null (shared any))))))))
  "a shared core type takes the feature shared-everything-threads")

(assert_invalid
  (component (core type (module (import "a" "b" (global (ref 3))))))
  "core type 3 is unknown")

(assert_invalid
  (component (core type (module (export "a" (table 1 (ref null 0))))))
  "core type 0 is unknown")

(component (core type (module (type (func)) (export "a" (table 1 (ref null 0))) (export "b" (global (ref null 0))))))

;; ---- labels that are alike ----

(assert_invalid (component (type (record (field "foo-bar" u8) (field "foobar" u8)))) "conflicts with \"foo-bar\"")
(assert_invalid (component (type (enum "a-1" "a1"))) "conflicts with \"a-1\"")
(assert_invalid (component (import "f" (func (param "a-b" u8) (param "AB" u8)))) "conflicts with \"a-b\"")
(assert_invalid (component (import "a-b:c/d" (func)) (import "ab:c/d" (func))) "conflicts with \"a-b:c/d\"")

;; ---- gated names in attributes ----

(assert_invalid
  (component (import "a" (implements "a:b:c/d") (instance)))
  "a nested name takes the feature cm-nested-names")

;; ---- an alias of an export that no instance can have ----

(assert_invalid
  (component binary "\00asm\0d\00\01\00"
    "\04\08\00asm\0d\00\01\00" "\05\08\01\01\01\00\01a\04\00" "\06\07\01\00\00\00\00\01a")
  "export \"a\" of instance 0 is a component, where a core func is wanted")

;; ---- where the two differ ----

(assert_invalid
  (component
    (import "f" (func (param "a" u8)))
    (component (import "f" (func (param "A" u8))))
    (instance (instantiate 0 (with "f" (func 0)))))
  "the function has other parameters")

(component (type (resource (rep i32))) (export "r" (type 0) (type (sub resource))))

(component
  (import "r" (type (sub resource)))
  (export "s" (type 0))
  (import "f" (func (param "x" (borrow 1)))))

(component
  (type (instance
    (type (record (field "a" u8)))
    (export "x" (type (eq 0)))
    (export "f" (func (param "x" 1)))))
  (export "r" (type 0)))

(assert_invalid
  (component binary "\00asm\0d\00\01\00" "\01\12\00asm\01\00\00\00" "\02\08\01" "\01a" "\00\7e" "\00\04" "\00")
  "there is no type 4 in this module")

(assert_invalid
  (component
    (component (type (instance)) (import "c" (type (eq 0))))
    (type (instance (export "y" (type (sub resource)))))
    (instance (instantiate 0 (with "c" (type 0)))))
  "import \"c\": it has no export \"y\"")

(component (core type (func)) (core type (cont 0)))

(component (import "a:b/c@1" (instance)))

(component binary "\00asm\0d\00\01\00" "\0c\01\00")

(component binary "\00asm\0d\00\01\00" "\08\02\01\08")
