(component
  (type $i (component
    (export "shop:text/i" (instance
      (type (enum "yes" "no"))
      (export "answer" (type (eq 0)))
      (export "ask" (func (result 1)))))))
  (export "i" (type $i)))
