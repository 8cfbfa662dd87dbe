;; A component that calls its own export while one is running: allowed, since the specification has no rule against it.
;; Checklist: 48

(component
  (core module $Table (table (export "t") 1 funcref))
  (core instance $table (instantiate $Table))
  (core module $Shim
    (import "" "t" (table 1 funcref))
    (type $t (func (param i32) (result i32)))
    (func (export "factorial") (param i32) (result i32) (call_indirect (type $t) (local.get 0) (i32.const 0))))
  (core instance $shim (instantiate $Shim (with "" (instance (export "t" (table $table "t"))))))
  (func $factorial (param "n" u32) (result u32) (canon lift (core func $shim "factorial")))
  (core func $again (canon lower (func $factorial)))
  (core module $M
    (import "" "t" (table 1 funcref))
    (import "" "factorial" (func $again (param i32) (result i32)))
    (elem (i32.const 0) $factorial)
    (func $factorial (param i32) (result i32)
      (if (result i32) (i32.eqz (local.get 0))
        (then (i32.const 1))
        (else (i32.mul (local.get 0) (call $again (i32.sub (local.get 0) (i32.const 1))))))))
  (core instance $m (instantiate $M (with "" (instance
    (export "t" (table $table "t")) (export "factorial" (func $again))))))
  (func (export "factorial") (param "n" u32) (result u32) (canon lift (core func $shim "factorial"))))
(assert_return (invoke "factorial" (u32.const 0)) (u32.const 1))
(assert_return (invoke "factorial" (u32.const 5)) (u32.const 120))
;; as deep as the stack goes, and no deeper
(assert_trap (invoke "factorial" (u32.const 100_000_000)) "call stack exhausted")
