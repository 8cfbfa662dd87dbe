;; A guest that does with handles whatever it is told to, whether it may or not.
;;
;;   package test:agree;
;;   interface things {                        // the host's
;;     resource thing;
;;     make: func(n: u32) -> thing;
;;     look: func(a: borrow<thing>) -> u32;
;;     take: func(a: thing) -> u32;
;;     look-and-take: func(a: borrow<thing>, b: thing) -> u32;
;;     take-and-look: func(a: thing, b: borrow<thing>) -> u32;
;;     look-twice: func(a: borrow<thing>, b: borrow<thing>) -> u32;
;;   }
;;   world handles {
;;     import things;
;;     export box: interface { resource box; .. }        // here without an interface
;;   }
;;
;; Every export that takes a u32 takes it for a handle of the guest's own table.
(component
  (import "test:agree/things" (instance $things
    (export "thing" (type $thing (sub resource)))
    (export "make" (func (param "n" u32) (result (own $thing))))
    (export "look" (func (param "a" (borrow $thing)) (result u32)))
    (export "take" (func (param "a" (own $thing)) (result u32)))
    (export "look-and-take" (func (param "a" (borrow $thing)) (param "b" (own $thing)) (result u32)))
    (export "take-and-look" (func (param "a" (own $thing)) (param "b" (borrow $thing)) (result u32)))
    (export "look-twice" (func (param "a" (borrow $thing)) (param "b" (borrow $thing)) (result u32)))))
  (alias export $things "thing" (type $thing))
  (alias export $things "make" (func $make))
  (alias export $things "look" (func $look))
  (alias export $things "take" (func $take))
  (alias export $things "look-and-take" (func $look-and-take))
  (alias export $things "take-and-look" (func $take-and-look))
  (alias export $things "look-twice" (func $look-twice))

  ;; The destructor tells its story through `ended`: all representations, one after the other.
  (core module $end
    (global $ended (mut i32) (i32.const 0))
    (func (export "dtor") (param i32)
      (global.set $ended (i32.add (i32.mul (global.get $ended) (i32.const 31)) (local.get 0))))
    (func (export "ended") (result i32) (global.get $ended)))
  (core instance $end (instantiate $end))
  (alias core export $end "dtor" (core func $dtor))
  (type $box-rep (resource (rep i32) (dtor (core func $dtor))))
  (export $box "box" (type $box-rep))

  (core func $box.new (canon resource.new $box-rep))
  (core func $box.rep (canon resource.rep $box-rep))
  (core func $box.drop (canon resource.drop $box-rep))
  (core func $thing.drop (canon resource.drop $thing))
  (core func $make.core (canon lower (func $make)))
  (core func $look.core (canon lower (func $look)))
  (core func $take.core (canon lower (func $take)))
  (core func $look-and-take.core (canon lower (func $look-and-take)))
  (core func $take-and-look.core (canon lower (func $take-and-look)))
  (core func $look-twice.core (canon lower (func $look-twice)))

  (core module $code
    (import "things" "drop" (func $thing.drop (param i32)))
    (func (export "same") (param i32) (result i32) (local.get 0))
    (func (export "end") (param i32) (result i32) (call $thing.drop (local.get 0)) (local.get 0)))
  (core instance $code (instantiate $code (with "things" (instance (export "drop" (func $thing.drop))))))
  (alias core export $code "same" (core func $same))
  (alias core export $code "end" (core func $end-it))
  (alias core export $end "ended" (core func $ended))

  ;; Boxes, which the guest defines.
  (func (export "new-box") (param "rep" u32) (result u32) (canon lift (core func $box.new)))
  (func (export "rep-box") (param "handle" u32) (result u32) (canon lift (core func $box.rep)))
  (func (export "drop-box") (param "handle" u32) (canon lift (core func $box.drop)))
  (func (export "give-box") (param "handle" u32) (result (own $box)) (canon lift (core func $same)))
  (func (export "put-box") (param "box" (own $box)) (result u32) (canon lift (core func $same)))
  (func (export "see-box") (param "box" (borrow $box)) (result u32) (canon lift (core func $same)))
  (func (export "ended") (result u32) (canon lift (core func $ended)))

  ;; Things, which the host defines.
  (func (export "make-thing") (param "n" u32) (result u32) (canon lift (core func $make.core)))
  (func (export "look-thing") (param "handle" u32) (result u32) (canon lift (core func $look.core)))
  (func (export "take-thing") (param "handle" u32) (result u32) (canon lift (core func $take.core)))
  (func (export "drop-thing") (param "handle" u32) (canon lift (core func $thing.drop)))
  (func (export "look-and-take") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $look-and-take.core)))
  (func (export "take-and-look") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $take-and-look.core)))
  (func (export "look-twice") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $look-twice.core)))
  (func (export "give-thing") (param "handle" u32) (result (own $thing)) (canon lift (core func $same)))
  (func (export "put-thing") (param "thing" (own $thing)) (result u32) (canon lift (core func $same)))
  (func (export "see-thing") (param "thing" (borrow $thing)) (result u32) (canon lift (core func $end-it)))
  (func (export "keep-thing") (param "thing" (borrow $thing)) (result u32) (canon lift (core func $same)))
)
