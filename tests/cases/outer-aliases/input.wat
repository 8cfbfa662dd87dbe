;; Modules, components and types that a nested component takes from around it, several levels up.
(component $root
  (core module $answer (func (export "answer") (result i32) (i32.const 42)))
  (type $number u32)
  (component $leaf
    (alias outer $root $number (type $n))
    (core instance $i (instantiate $answer))
    (func (export "answer") (result $n) (canon lift (core func $i "answer"))))
  (component $middle
    (component $inner
      (instance $i (instantiate $leaf))
      (export "deep" (instance $i)))
    (instance $i (instantiate $inner))
    (alias export $i "deep" (instance $deep))
    (alias export $deep "answer" (func $answer))
    (export "answer" (func $answer)))
  (instance $i (instantiate $middle))
  (alias export $i "answer" (func $answer))
  (export "answer" (func $answer)))
