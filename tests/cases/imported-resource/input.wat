;; A resource of the host, under two names, and handles of it as an export's parameter and result.
(component
  (import "test:io/streams" (instance $streams
    (export "stream" (type $s (sub resource)))
    (export "[method]stream.read" (func (param "self" (borrow $s)) (result u8)))))
  (alias export $streams "stream" (type $stream))
  (import "test:io/files" (instance $files
    (alias outer 1 $stream (type $outer))
    (export "stream" (type $s (eq $outer)))
    (export "file" (type $f (sub resource)))
    (export "open" (func (param "file" (borrow $f)) (result (own $s))))))
  (alias export $files "file" (type $file))
  (core func $read (canon lower (func $streams "[method]stream.read")))
  (core func $open (canon lower (func $files "open")))
  (core func $drop (canon resource.drop $stream))
  (core module $m
    (import "io" "read" (func (param i32) (result i32)))
    (import "io" "open" (func (param i32) (result i32)))
    (import "io" "drop" (func (param i32)))
    (func (export "pass") (param i32) (result i32) (local.get 0)))
  (core instance $m (instantiate $m (with "io" (instance
    (export "read" (func $read)) (export "open" (func $open)) (export "drop" (func $drop))))))
  (func (export "pass") (param "file" (own $file)) (result (own $file)) (canon lift (core func $m "pass"))))
