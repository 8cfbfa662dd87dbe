;; Imports that go out again: a function, an interface with types, and bags of exports.
(component
  (import "f" (func $f (param "x" u8)))
  (import "test:a/host" (instance $host
    (type $p (record (field "x" f32)))
    (export "point" (type $point (eq $p)))
    (export "thing" (type (sub resource)))
    (export "move" (func (param "to" $point)))))
  (export "g" (func $f))
  (export "test:a/host" (instance $host))
  (instance $bag (export "f" (func $f)) (export "host" (instance $host)))
  (export "bag" (instance $bag)))
