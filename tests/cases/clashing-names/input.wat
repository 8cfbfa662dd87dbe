;; Names of the world that emitted code has uses for itself: a record Config, a variant Ok, a parameter "store", a function "list".
(component
  (type $c (record (field "config" u32) (field "type" string)))
  (import "config" (type $config (eq $c)))
  (type $o (variant (case "ok" u32) (case "err")))
  (import "ok" (type $ok (eq $o)))
  (type $cl (enum "a" "b"))
  (import "clash" (type $clash (eq $cl)))
  (core module $M (memory (export "memory") 1) (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (func (export "f") (param i32 i32 i32) (result i32) i32.const 16) (func (export "g") (param i32) (result i32) local.get 0))
  (core instance $m (instantiate $M))
  (func (export "echo") (param "store" $config) (result $ok) (canon lift (core func $m "f") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (func (export "list") (param "len" $clash) (result $clash) (canon lift (core func $m "g")))
)
