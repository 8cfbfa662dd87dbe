;; What cannot run yet is refused where it is reached only: here a module that nobody instantiates would take it.
(component
  (type $s (stream u8))
  (core func $new (canon stream.new $s))
  (core func $yield (canon thread.yield))
  (core module $m (import "" "new" (func (result i64))))
  (core module $plain (func (export "f")))
  (core instance $given (export "new" (func $new)) (export "yield" (func $yield)))
  (core instance $i (instantiate $plain (with "" (instance $given))))
  (component $never
    (import "f" (func $f async))
    (core func (canon lower (func $f) async)))
  (func (export "f") (canon lift (core func $i "f"))))
