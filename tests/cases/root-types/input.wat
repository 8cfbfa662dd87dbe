;; Types at the root, and what no WIT can say.
(component
  (type $r (record (field "x" s8) (field "y" s8)))
  (import "point" (type $point (eq $r)))
  (import "thing" (type $thing (sub resource)))
  (type $l (list (tuple $point (own $thing))))
  (export "things" (type $l))
  (export "thing" (type $thing))
  (type $f (func))
  (export "callback" (type $f))
  (component $c)
  (export "nothing" (component $c)))
