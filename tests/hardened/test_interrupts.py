"""Ctrl-C at any moment: in the guest, in realloc, in post-return, in a destructor, in a host function, in between.

Another process sends the signals, each at a random moment after the last one was seen: so none may get lost, or the
test would wait for it in vain. After each the instance is whole or says that it is not, and other instances go on.
"""

from __future__ import annotations

import pytest

from tests.hardened.guests import DEEP, REALLOC, run

pytestmark = pytest.mark.engine

GUEST = f"""
(component
  (import "tick" (func $tick (param "n" u32) (result string)))
  (core module $m
    (memory (export "memory") 1)
    {REALLOC}
    (global $destroyed (mut i32) (i32.const 0))
    (func $wait (param $n i32)
      (loop $again
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $again (local.get $n))))
    (func (export "slow-realloc") (param i32 i32 i32 i32) (result i32)
      (call $wait (i32.const 20000))
      (call $realloc (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "wait") (param i32) (call $wait (local.get 0)))
    (func (export "count") (param i32 i32) (result i32) (global.set $heap (i32.const 4096)) (local.get 1))
    (func (export "dtor") (param i32)
      (call $wait (i32.const 2000))
      (global.set $destroyed (i32.add (global.get $destroyed) (i32.const 1))))
    (func (export "echo") (param i32 i32) (result i32)
      (global.set $heap (i32.const 4096))
      (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16))
    (func (export "post") (param i32) (call $wait (i32.const 20000))))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "slow-realloc" (core func $realloc))
  (core func $tick (canon lower (func $tick) (memory $memory) (realloc $realloc)))
  (type $box' (resource (rep i32) (dtor (core func $i "dtor"))))
  (export $box "box" (type $box'))
  (core func $new (canon resource.new $box))
  (core module $n
    (import "" "tick" (func $tick (param i32 i32)))
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "ticks") (param $n i32)
      (loop $again
        (call $tick (local.get $n) (i32.const 64))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $again (local.get $n))))
    (func (export "make") (result i32) (call $new (i32.const 5))))
  (core instance $c (instantiate $n (with "" (instance (export "tick" (func $tick)) (export "new" (func $new))))))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
  (func (export "wait") (param "n" u32) (canon lift (core func $i "wait")))
  (func (export "count") (param "v" (list string)) (result u32)
    (canon lift (core func $i "count") (memory $memory) (realloc $realloc)))
  (func (export "echo") (param "v" (list string)) (result (list string))
    (canon lift (core func $i "echo") (memory $memory) (realloc $realloc) (post-return (core func $i "post"))))
  (func (export "ticks") (param "n" u32) (canon lift (core func $c "ticks")))
  (func (export "make") (result (own $box)) (canon lift (core func $c "make"))))
"""

SENDER = """
import os, random, signal, sys, time
for _ in iter(lambda: os.read(0, 1), b""):
    time.sleep(random.random() * {pause})
    os.kill({parent}, signal.SIGINT)
"""

SCRIPT = """
import gc, os, random, signal, subprocess, sys, time
from tests.hardened.guests import opened
from tests.hardened.test_interrupts import GUEST, SENDER
from witcraft import Config, PoisonedError

unseen = []
sys.unraisablehook = lambda failed: unseen.append(repr(failed))
config = Config({config})
guest = opened(GUEST)
endless = config.timeout is not None

def tick(n):
    if n % 2:
        return app.echo(["a", "b"])[0]
    return "x" * n

def forget():
    cycles = [[app.make()] for _ in range(20)]
    for cycle in cycles:
        cycle.append(cycle)
    del cycles, cycle
    gc.collect()

def keep():
    with app.make(), app.make():
        app.add(1, 2)

def act():
    match random.randrange(8):
        case 0: app.wait(0 if endless else 300_000)   # 0: four thousand million rounds
        case 1: app.ticks(20)
        case 2: assert app.count(["a", "bc"] * 4) == 8
        case 3: assert app.echo(["é", "bc"] * 2) == ["é", "bc"] * 2
        case 4: forget()
        case 5: keep()
        case 6: start()
        case 7: assert [app.add(n, 1) for n in range(50)] == list(range(1, 51))

def start():
    global app
    app = guest.start(config, tick=tick)

def is_whole():
    try:
        assert app.add(1, 2) == 3
        assert app.echo(["x"]) == ["x"]
    except PoisonedError:
        return False
    return True

start()
bystander = guest.start(config, tick=tick)
caught, whole, asked = 0, 0, False
code = SENDER.format(pause={pause}, parent=os.getpid())
sender = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, bufsize=0, start_new_session=True)
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGALRM, lambda *_: os._exit(7))  # a Ctrl-C was lost
while caught < {times}:
    signal.alarm(20)
    try:
        if not asked:
            asked = True
            sender.stdin.write(b".")
        while True:
            act()
    except KeyboardInterrupt:
        caught, asked = caught + 1, False
    assert bystander.add(caught, 1) == caught + 1
    if is_whole():
        whole += 1
    else:
        start()
sender.stdin.close()
sender.wait()
print(caught, whole, len(unseen), unseen[:3])
"""


@pytest.mark.parametrize(("config", "times"), [("", 400), ("timeout=60", 400), ("fuel=10**9", 200)])
def test_a_thousand_interrupts(config: str, times: int) -> None:
    """With a timeout the guest itself is interrupted, else the interrupt comes where it calls or returns."""
    times *= 20 if DEEP else 1
    code = SCRIPT.format(config=config, times=times, pause=0.0015)
    caught, _, unseen, what = run(code, 3000).split(maxsplit=3)
    assert int(caught) == times
    assert int(unseen) == 0, what


LATE = """
import os, signal, threading
from tests.hardened.guests import opened
from tests.hardened.test_interrupts import TRAPS
from witcraft import Config, PoisonedError

config = Config({config})
app = opened(TRAPS).start(config)
threading.Timer(0.03, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    app.{export}()
except KeyboardInterrupt:
    print("interrupted")
try:
    app.other()
except PoisonedError as error:
    print(error)
"""

TRAPS = """
(component
  (core module $m
    (func $wait (local $n i32)
      (local.set $n (i32.const 200_000_000))
      (loop $again
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $again (local.get $n))))
    (func (export "trap") (call $wait) unreachable)
    (func (export "other")))
  (core instance $m (instantiate $m))
  (func (export "trap") (canon lift (core func $m "trap")))
  (func (export "other") (canon lift (core func $m "other"))))
"""


@pytest.mark.parametrize("config", ["", "timeout=60"])
def test_a_trap_that_comes_with_an_interrupt_ends_the_instance_all_the_same(config: str) -> None:
    """Python sees the signal when the guest has trapped already, and raises before anybody looked at the trap."""
    first, second = run(LATE.format(config=config, export="trap")).splitlines()
    assert first == "interrupted"
    assert second.startswith("the instance cannot be called any more: ")
