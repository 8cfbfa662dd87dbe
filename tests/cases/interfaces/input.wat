;; An interface that uses another one's type, and one that is exported through a nested component, as tools do it.
(component
  (import "test:shop/types@1.2.0" (instance $types
    (type $kind (enum "book" "toy"))
    (export "kind" (type $k (eq $kind)))
    (type $item (record (field "kind" $k) (field "price" u32)))
    (export "item" (type (eq $item)))))
  (alias export $types "item" (type $item))
  (import "test:shop/stock" (instance $stock
    (alias outer 1 $item (type $outer))
    (export "item" (type $i (eq $outer)))
    (export "count" (func (param "of" $i) (result u32)))))
  (core func $count (canon lower (func $stock "count")))
  (core module $m
    (import "stock" "count" (func (param i32 i32) (result i32)))
    (func (export "total") (param i32 i32) (result i32) unreachable))
  (core instance $m (instantiate $m (with "stock" (instance (export "count" (func $count))))))
  (func $total (param "of" $item) (result u32) (canon lift (core func $m "total")))
  (component $exports
    (type $kind (enum "book" "toy"))
    (import "import-kind" (type $k (eq $kind)))
    (type $item (record (field "kind" $k) (field "price" u32)))
    (import "import-item" (type $i (eq $item)))
    (import "import-total" (func $total (param "of" $i) (result u32)))
    (export $named "item" (type $i))
    (export "total" (func $total) (func (param "of" $named) (result u32))))
  (alias export $types "kind" (type $kind))
  (instance $sales (instantiate $exports
    (with "import-kind" (type $kind)) (with "import-item" (type $item)) (with "import-total" (func $total))))
  (export "test:shop/sales" (instance $sales)))
