;; Core modules as values: imported, given on to a nested component, instantiated there, and exported again.
(component
  (import "allocator" (core module $allocator
    (import "env" "grow" (func (param i32)))
    (export "memory" (memory 1))
    (export "realloc" (func (param i32 i32 i32 i32) (result i32)))))
  (import "grow" (func $grow (param "pages" u32)))
  (core func $grow (canon lower (func $grow)))
  (core module $app
    (import "libc" "memory" (memory 1))
    (func (export "take") (param i32 i32)))
  (component $linker
    (import "app" (core module $app
      (import "libc" "memory" (memory 1))
      (export "take" (func (param i32 i32)))))
    (export "app" (core module $app)))
  (instance $linked (instantiate $linker (with "app" (core module $app))))
  (core instance $libc (instantiate $allocator (with "env" (instance (export "grow" (func $grow))))))
  (alias export $linked "app" (core module $again))
  (core instance $i (instantiate $again (with "libc" (instance $libc))))
  (func (export "take") (param "bytes" (list u8))
    (canon lift (core func $i "take") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (export "app" (core module $again))
  (export "allocator" (core module $allocator)))
