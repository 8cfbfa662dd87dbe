"""The traps that the gate raises: codes and messages.

The gate is the core module that keeps the canonical ABI's rules on instances and handles. When one is broken it leaves
a code and a detail (an unsigned number: a handle index, or 0) in its mailbox and calls the host. The messages are
Wasmtime's, word for word where it has one.
"""

CANNOT_LEAVE = 1
UNKNOWN_HANDLE = 2
WRONG_TYPE = 3
LENT = 4
NOT_OWNED = 5
BORROWS_REMAIN = 6
TABLE_FULL = 7
NO_MEMORY = 8
UNCAUGHT_EXCEPTION = 9
UNALIGNED = 10
OUT_OF_BOUNDS = 11
LIST_OUT_OF_BOUNDS = 12
STRING_OUT_OF_BOUNDS = 13
INVALID_UTF8 = 14
INVALID_UTF16 = 15
INVALID_CHAR = 16
INVALID_CASE = 17
THROWN = 18
BACKPRESSURE_OVERFLOW = 19
BACKPRESSURE_UNDERFLOW = 20
NOT_ASYNCHRONOUS = 21
RESOLVED_TWICE = 22
WRONG_RESULT = 23
NO_RESULT = 24
NOT_CANCELLED = 25
CALLBACK_CODE = 26
NOT_SUPPORTED = 32  # and above, one for each of what needs a scheduler

MESSAGES: dict[int, str] = {
    CANNOT_LEAVE: "cannot leave component instance",
    UNKNOWN_HANDLE: "unknown handle index {detail}",
    WRONG_TYPE: (
        "handle index {detail} used with the wrong type, "
        "expected guest-defined resource but found a different guest-defined resource"
    ),
    LENT: "cannot remove owned resource while borrowed",
    NOT_OWNED: "cannot lift own resource from a borrow",
    BORROWS_REMAIN: "borrow handles still remain at the end of the call",
    TABLE_FULL: "cannot allocate another handle: index overflow",
    NO_MEMORY: "cannot allocate another handle: out of memory",
    UNCAUGHT_EXCEPTION: "an exception was thrown out of a destructor",
    UNALIGNED: "unaligned pointer {detail:#x}",
    OUT_OF_BOUNDS: "out of bounds pointer {detail:#x}",
    LIST_OUT_OF_BOUNDS: "list content out-of-bounds",
    STRING_OUT_OF_BOUNDS: "string content out-of-bounds",
    INVALID_UTF8: "invalid utf-8 in a string, at byte {detail}",
    INVALID_UTF16: "invalid utf-16 in a string, at byte {detail}",
    INVALID_CHAR: "invalid `char` bit pattern {detail:#x}",
    INVALID_CASE: "invalid variant discriminant {detail}",
    THROWN: "uncaught exception propagated out of component",
    BACKPRESSURE_OVERFLOW: "backpressure counter overflow",
    BACKPRESSURE_UNDERFLOW: "backpressure counter underflow",
    NOT_ASYNCHRONOUS: "`task.return` called by a task that is not asynchronous",
    RESOLVED_TWICE: "`task.return` or `task.cancel` called more than once for current task",
    WRONG_RESULT: "invalid `task.return` signature and/or options for current task",
    NO_RESULT: "async-lifted export failed to produce a result",
    NOT_CANCELLED: "`task.cancel` called by task which has not been cancelled",
    CALLBACK_CODE: "unsupported callback code {detail}",
}

ASYNCHRONOUS_VALUES = "streams, futures and error contexts in calls between components"
WAITING_CALL = "an asynchronous call that cannot begin at once"
WAITING_TASK = "an asynchronous task that waits"
YIELDING_TASK = "an asynchronous task that yields"
CHANNEL = ("new", "read", "write", "cancel-read", "cancel-write", "drop-readable", "drop-writable", "forward")
UNSUPPORTED = (
    ASYNCHRONOUS_VALUES,
    WAITING_CALL,
    WAITING_TASK,
    YIELDING_TASK,
    "subtask.cancel",
    "subtask.drop",
    "backpressure.set",
    *[f"stream.{verb}" for verb in CHANNEL],
    *[f"future.{verb}" for verb in CHANNEL],
    "error-context.new",
    "error-context.debug-message",
    "error-context.drop",
    "waitable-set.new",
    "waitable-set.wait",
    "waitable-set.poll",
    "waitable-set.drop",
    "waitable.join",
    "thread.yield",
    "thread.index",
    "thread.new-indirect",
    "thread.resume-later",
    "thread.suspend",
    "thread.suspend-then-resume",
    "thread.yield-then-resume",
    "thread.suspend-then-promote",
    "thread.yield-then-promote",
    "thread.spawn-indirect",
    "thread.available-parallelism",
)
"""What the gate and adapters have the type of and nothing else."""

NOT_YET = "not supported yet: "

MESSAGES |= {NOT_SUPPORTED + code: NOT_YET + name for code, name in enumerate(UNSUPPORTED)}
