;; One inner component calls another.
(component
  (component $callee
    (core module $m (func (export "f") (param i32)))
    (core instance $m (instantiate $m))
    (func (export "f") (param "x" u32) (canon lift (core func $m "f"))))
  (component $caller
    (import "g" (func $g (param "x" u32)))
    (core func $g (canon lower (func $g)))
    (core module $m (import "" "g" (func (param i32))))
    (core instance (instantiate $m (with "" (instance (export "g" (func $g)))))))
  (instance $callee (instantiate $callee))
  (alias export $callee "f" (func $f))
  (instance (instantiate $caller (with "g" (func $f)))))
