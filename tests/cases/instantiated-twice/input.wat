;; One component, two instances: two memories, two resource types, and a handle table each.
(component
  (component $counter
    (type $r (resource (rep i32)))
    (core func $new (canon resource.new $r))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 1))))
    (core instance $m (instantiate $m (with "" (instance (export "new" (func $new))))))
    (export $named "counter" (type $r))
    (func $make (result (own $named)) (canon lift (core func $m "make")))
    (export "make" (func $make)))
  (instance $one (instantiate $counter))
  (instance $two (instantiate $counter))
  (export "test:tools/one" (instance $one))
  (export "test:tools/two" (instance $two)))
