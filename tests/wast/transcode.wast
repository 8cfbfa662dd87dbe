;; Strings from one component into another: every pair of encodings, and the calls of realloc that come with it.
;; Checklist: 26 27 28 29 30 32
;;
;; The callee notes what its realloc is asked for, four numbers a call from address 1024 on, and places every string
;; at 64: growing and shrinking happen in place. Its export "log" gives one of the numbers.

