;; Pointers of 64 bits, and a 32-bit memory beside.
(component
  (core module $m
    (memory (export "wide") i64 1)
    (memory (export "narrow") 1)
    (func (export "realloc") (param i64 i64 i64 i64) (result i64) unreachable)
    (func (export "take") (param i64 i64))
    (func (export "give") (result i32) unreachable))
  (core instance $m (instantiate $m))
  (func (export "take") (param "s" string)
    (canon lift (core func $m "take") (memory (core memory $m "wide")) (realloc (core func $m "realloc"))))
  (func (export "give") (result string) (canon lift (core func $m "give") (memory (core memory $m "narrow")))))
