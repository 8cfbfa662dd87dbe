;; What fits what: instances and components by their types, names of imports, core modules as values.
;; Checklist: 56 66 67 68 69

;; instantiating twice makes two resource types
(component definition $Maker
  (type $r' (resource (rep i32)))
  (export $r "r" (type $r'))
  (core func $new (canon resource.new $r))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "make") (result i32) (call $new (i32.const 1)))
    (func (export "take") (param i32)))
  (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
  (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
  (func (export "take") (param "r" (own $r)) (canon lift (core func $m "take"))))
(assert_invalid
  (component
    (component $Maker (type $r (resource (rep i32))) (export "r" (type $r)))
    (component $Same
      (import "r" (type $r (sub resource)))
      (import "s" (type $s (eq $r))))
    (instance $one (instantiate $Maker))
    (instance $two (instantiate $Maker))
    (instance (instantiate $Same (with "r" (type $one "r")) (with "s" (type $two "r")))))
  "")
(component definition
  (component $Maker (type $r (resource (rep i32))) (export "r" (type $r)))
  (component $Same
    (import "r" (type $r (sub resource)))
    (import "s" (type $s (eq $r))))
  (instance $one (instantiate $Maker))
  (instance (instantiate $Same (with "r" (type $one "r")) (with "s" (type $one "r")))))

;; and at run time a handle of one is none of the other
(component
  (component $Maker
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 1)))
      (func (export "take") (param i32)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
    (func (export "take") (param "r" (own $r)) (canon lift (core func $m "take"))))
  (instance $one (instantiate $Maker))
  (instance $two (instantiate $Maker))
  (core func $make (canon lower (func $one "make")))
  (core func $right (canon lower (func $one "take")))
  (core func $wrong (canon lower (func $two "take")))
  (core module $M
    (import "" "make" (func $make (result i32)))
    (import "" "right" (func $right (param i32)))
    (import "" "wrong" (func $wrong (param i32)))
    (func (export "right") (call $right (call $make)))
    (func (export "wrong") (call $wrong (call $make))))
  (core instance $m (instantiate $M (with "" (instance
    (export "make" (func $make)) (export "right" (func $right)) (export "wrong" (func $wrong))))))
  (func (export "right") (canon lift (core func $m "right")))
  (func (export "wrong") (canon lift (core func $m "wrong"))))
(assert_return (invoke "right"))
(assert_trap (invoke "wrong") "used with the wrong type")

;; an argument may export more than is imported, a component import less than is given
(component
  (component $C
    (import "i" (instance $i (export "f" (func (result u32)))))
    (export "f" (func $i "f")))
  (core module $M (func (export "f") (result i32) (i32.const 5)))
  (core instance $m (instantiate $M))
  (func $f (result u32) (canon lift (core func $m "f")))
  (instance $i (export "f" (func $f)) (export "g" (func $f)))
  (instance $c (instantiate $C (with "i" (instance $i)) (with "unused" (func $f))))
  (func (export "f") (alias export $c "f")))
(assert_return (invoke "f") (u32.const 5))

(assert_invalid
  (component (component $C (import "f" (func))) (instance (instantiate $C))) "")
(assert_invalid
  (component
    (component $C (import "i" (instance (export "f" (func)))))
    (instance $i)
    (instance (instantiate $C (with "i" (instance $i)))))
  "")
(assert_invalid
  (component
    (component $C (import "f" (func (param "a" u32))))
    (import "g" (func $g (param "b" u32)))
    (instance (instantiate $C (with "f" (func $g)))))
  "")
(assert_invalid
  (component
    (component $C (import "f" (func (param "a" u32))))
    (import "g" (func $g (param "a" s32)))
    (instance (instantiate $C (with "f" (func $g)))))
  "")
(assert_invalid
  (component
    (component $C (import "c" (component (export "f" (func)))))
    (component $D (import "f" (func $f)) (export "f" (func $f)))
    (instance (instantiate $C (with "c" (component $D)))))
  "")
(component definition
  (component $C (import "c" (component (import "f" (func)) (export "f" (func)))))
  (component $D (import "f" (func $f)) (export "f" (func $f)) (export "g" (func $f)))
  (instance (instantiate $C (with "c" (component $D)))))

;; what is asked for and not given
(assert_unlinkable (component (import "f" (func))) "")
(assert_unlinkable (component (import "a:b/c@1.2.0" (instance (export "f" (func))))) "")
(component definition
  (import "a:b/c@1.2.0" (instance $i (export "f" (func))))
  (import "primary" (implements "a:b/c") (instance)))
(assert_invalid (component (import "a" (implements "no interface") (instance))) "")
(assert_invalid (component (import "a" (implements "a:b/c") (func))) "")
(assert_invalid (component (import "a:b/c" (implements "a:b/c") (instance))) "")

;; names are told apart by their letters and digits, not by case or hyphens
(assert_invalid (component (import "a" (func)) (import "a" (func))) "")
(assert_invalid (component (import "a-b" (func)) (import "A-b" (func))) "")
(assert_invalid (component (import "a-b" (func)) (import "ab" (func))) "")
(assert_invalid
  (component
    (import "r" (type $r (sub resource)))
    (import "[method]r.a" (func (param "self" (borrow $r))))
    (import "[static]r.a" (func)))
  "")
(component definition
  (import "r" (type $r (sub resource)))
  (import "[constructor]r" (func (result (own $r))))
  (import "[method]r.a" (func (param "self" (borrow $r))))
  (import "[static]r.b" (func))
  (import "a" (func)))
(component definition (import "a" (func $f)) (export "a" (func $f)))
(assert_invalid (component (type (record (field "a" u8) (field "A" u8)))) "")
(assert_invalid (component (type (func (param "a" u8) (param "a" u8)))) "")
(assert_invalid (component (import "aB" (func))) "")
(assert_invalid (component (import "1a" (func))) "")

;; a core module is a value: given to a component that instantiates it
(component
  (component $C
    (import "m" (core module $M
      (import "" "n" (global i32))
      (export "f" (func (result i32)))))
    (core module $N (global (export "n") i32 (i32.const 6)))
    (core instance $n (instantiate $N))
    (core instance $m (instantiate $M (with "" (instance $n))))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (core module $Given
    (import "" "n" (global $n i32))
    (func (export "f") (result i32) (i32.mul (global.get $n) (i32.const 7)))
    (func (export "g")))
  (instance $c (instantiate $C (with "m" (core module $Given))))
  (func (export "f") (alias export $c "f")))
(assert_return (invoke "f") (u32.const 42))
(assert_invalid
  (component
    (component $C (import "m" (core module (export "f" (func)))))
    (core module $Given)
    (instance (instantiate $C (with "m" (core module $Given)))))
  "")
(assert_invalid
  (component
    (component $C (import "m" (core module)))
    (core module $Given (import "" "f" (func)))
    (instance (instantiate $C (with "m" (core module $Given)))))
  "")
(component definition (core module $M (func (export "f"))) (export "m" (core module $M)))
