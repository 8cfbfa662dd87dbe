;; A guest whose allocator and post-return do what they are told.
;;
;;   world rules {
;;     import note: func(n: u32);
;;     import fetch: func() -> string;
;;     resource box;
;;     export arm: func(what: u32, value: u32);    // what realloc or post-return do from now on; see $strike
;;     export take: func(text: string) -> u32;     // its length
;;     export numbers: func(v: list<u64>) -> u32;
;;     export many: func(a: string, b: string, .. i: string) -> u32;     // 18 core values, so they are stored
;;     export echo: func(text: string) -> string;
;;     export five: func() -> u32;                 // with a post-return of one scalar
;;     export pull: func(at: u32) -> u32;          // the length of what `fetch` gives, whose pointer comes to lie at `at`
;;   }
(component
  (import "note" (func $note (param "n" u32)))
  (import "fetch" (func $fetch (result string)))
  (type $box (resource (rep i32)))
  (core func $note.core (canon lower (func $note)))
  (core func $box.new (canon resource.new $box))
  (core func $box.rep (canon resource.rep $box))
  (core func $box.drop (canon resource.drop $box))

  (core module $library
    (import "out" "note" (func $note (param i32)))
    (import "out" "new" (func $new (param i32) (result i32)))
    (import "out" "rep" (func $rep (param i32) (result i32)))
    (import "out" "drop" (func $drop (param i32)))
    (memory (export "memory") 1)
    (global $heap (mut i32) (i32.const 1024))
    (global $what (mut i32) (i32.const 0))
    (global $value (mut i32) (i32.const 0))
    (func (export "arm") (param i32 i32)
      (drop (call $new (i32.const 77)))                                                       ;; handle 1
      (global.set $what (local.get 0)) (global.set $value (local.get 1)))
    (func $strike (param $now i32) (param $at i32) (result i32)
      (if (i32.ne (i32.shr_u (global.get $what) (i32.const 8)) (local.get $now)) (then (return (local.get $at))))
      (if (i32.eq (i32.and (global.get $what) (i32.const 255)) (i32.const 1)) (then (return (global.get $value))))
      (if (i32.eq (i32.and (global.get $what) (i32.const 255)) (i32.const 2))
        (then (return (i32.add (local.get $at) (global.get $value)))))
      (if (i32.eq (i32.and (global.get $what) (i32.const 255)) (i32.const 3)) (then (call $note (i32.const 3))))
      (if (i32.eq (i32.and (global.get $what) (i32.const 255)) (i32.const 4)) (then (drop (call $new (i32.const 4)))))
      (if (i32.eq (i32.and (global.get $what) (i32.const 255)) (i32.const 5)) (then (drop (call $rep (i32.const 1)))))
      (if (i32.eq (i32.and (global.get $what) (i32.const 255)) (i32.const 6)) (then (call $drop (i32.const 1))))
      (if (i32.eq (i32.and (global.get $what) (i32.const 255)) (i32.const 7)) (then (unreachable)))
      (if (i32.eq (i32.and (global.get $what) (i32.const 255)) (i32.const 8))
        (then (drop (memory.grow (global.get $value)))))
      (local.get $at))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and
        (i32.add (global.get $heap) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $heap (i32.add (local.get $at) (local.get $size)))
      (memory.copy (local.get $at) (local.get $old) (local.get $old-size))
      (call $strike (i32.const 1) (local.get $at)))
    (func (export "post") (param i32) (drop (call $strike (i32.const 2) (i32.const 0))))
    (func (export "second") (param i32 i32) (result i32) (local.get 1))
    (func (export "ninth") (param $at i32) (result i32) (i32.load offset=68 (local.get $at)))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0))
      (i32.store (i32.const 20) (local.get 1))
      (i32.const 16))
    (func (export "five") (result i32) (i32.const 5)))
  (core instance $lib (instantiate $library (with "out" (instance
    (export "note" (func $note.core)) (export "new" (func $box.new)) (export "rep" (func $box.rep))
    (export "drop" (func $box.drop))))))
  (alias core export $lib "memory" (core memory $memory))
  (alias core export $lib "realloc" (core func $realloc))
  (alias core export $lib "post" (core func $post))
  (alias core export $lib "arm" (core func $arm))
  (alias core export $lib "second" (core func $second))
  (alias core export $lib "ninth" (core func $ninth))
  (alias core export $lib "echo" (core func $echo))
  (alias core export $lib "five" (core func $five))

  (core func $fetch.core (canon lower (func $fetch) (memory $memory) (realloc $realloc) string-encoding=ENCODING))
  (core module $code
    (import "lib" "memory" (memory 1))
    (import "out" "fetch" (func $fetch (param i32)))
    (func (export "pull") (param $at i32) (result i32)
      (call $fetch (local.get $at))
      (i32.load offset=4 (local.get $at))))
  (core instance $code (instantiate $code
    (with "lib" (instance $lib)) (with "out" (instance (export "fetch" (func $fetch.core))))))
  (alias core export $code "pull" (core func $pull))

  (func (export "arm") (param "what" u32) (param "value" u32) (canon lift (core func $arm)))
  (func (export "take") (param "text" string) (result u32)
    (canon lift (core func $second) (memory $memory) (realloc $realloc) string-encoding=ENCODING))
  (func (export "numbers") (param "v" (list u64)) (result u32)
    (canon lift (core func $second) (memory $memory) (realloc $realloc)))
  (func (export "many")
    (param "a" string) (param "b" string) (param "c" string) (param "d" string) (param "e" string) (param "f" string)
    (param "g" string) (param "h" string) (param "i" string) (result u32)
    (canon lift (core func $ninth) (memory $memory) (realloc $realloc) string-encoding=ENCODING))
  (func (export "echo") (param "text" string) (result string)
    (canon lift (core func $echo) (memory $memory) (realloc $realloc) (post-return $post) string-encoding=ENCODING))
  (func (export "five") (result u32) (canon lift (core func $five) (post-return $post)))
  (func (export "pull") (param "at" u32) (result u32) (canon lift (core func $pull)))
)
