;; A resource of the guest. Its destructor stands in a module that imports the handle functions, so a table of
;; functions stands in for it until that module is there.
(component
  (core module $shim
    (type $dtor (func (param i32)))
    (table (export "$imports") 1 funcref)
    (func (export "dtor") (type $dtor) (call_indirect (type $dtor) (local.get 0) (i32.const 0))))
  (core instance $shim (instantiate $shim))
  (type $counter (resource (rep i32) (dtor (core func $shim "dtor"))))
  (core func $new (canon resource.new $counter))
  (core func $rep (canon resource.rep $counter))
  (core func $drop (canon resource.drop $counter))
  (core module $m
    (import "counter" "new" (func $new (param i32) (result i32)))
    (import "counter" "rep" (func (param i32) (result i32)))
    (import "counter" "drop" (func (param i32)))
    (func (export "dtor") (param i32))
    (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "next") (param i32) (result i32) (local.get 0)))
  (core instance $m (instantiate $m (with "counter" (instance
    (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
  (core module $fixup
    (import "" "$imports" (table 1 funcref))
    (import "" "dtor" (func $dtor (param i32)))
    (elem (i32.const 0) func $dtor))
  (core instance (instantiate $fixup (with "" (instance
    (export "$imports" (table $shim "$imports")) (export "dtor" (func $m "dtor"))))))
  (func $make (param "start" u32) (result (own $counter)) (canon lift (core func $m "make")))
  (func $next (param "self" (borrow $counter)) (result u32) (canon lift (core func $m "next")))
  (component $exports
    (import "import-counter" (type $c (sub resource)))
    (import "import-make" (func $make (param "start" u32) (result (own $c))))
    (import "import-next" (func $next (param "self" (borrow $c)) (result u32)))
    (export $counter "counter" (type $c))
    (export "[constructor]counter" (func $make) (func (param "start" u32) (result (own $counter))))
    (export "[method]counter.next" (func $next) (func (param "self" (borrow $counter)) (result u32))))
  (instance $counters (instantiate $exports
    (with "import-counter" (type $counter)) (with "import-make" (func $make)) (with "import-next" (func $next))))
  (export "test:tools/counters" (instance $counters)))
