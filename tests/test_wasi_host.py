"""`Wasi` and what it grants: environment, exit, clocks, random numbers, interfaces by name and version, limits."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from witcraft.runtime import ConfigError, Err, Ok, Trap
from witcraft.wasi import Exit, Limits, MissingError, Wasi
from witcraft.wasi.interfaces.clocks_timezone import TimezoneDisplay
from witcraft.wasi.interfaces.clocks_wall_clock import Datetime

VERSION = "@0.2.3"


def made(wasi: Wasi, names: list[str]) -> list[Any]:
    """Interfaces of one new instance."""
    interfaces = wasi.interfaces(names)
    return [interfaces[name] for name in names]


def interface(wasi: Wasi, name: str) -> Any:
    """One interface of a new instance."""
    return made(wasi, [name + VERSION])[0]


# ---- names ---------------------------------------------------------------------------------------------------------


def test_versions_of_an_interface_are_one_object_and_instances_share_nothing():
    names = ["wasi:io/poll@0.2.0", "wasi:io/poll@0.2.12", "wasi:cli/stdin@0.2.99", "ns:pkg/other@0.2.0", "log"]
    wasi = Wasi()
    first: Any = wasi.interfaces(names)
    second: Any = wasi.interfaces(names)
    assert list(first) == names[:3]
    assert first[names[0]] is first[names[1]]
    assert first[names[2]].get_stdin() is first[names[2]].get_stdin()
    assert first[names[2]].get_stdin() is not second[names[2]].get_stdin()


@pytest.mark.parametrize(
    "name", ["wasi:http/types@0.2.3", "wasi:io/unknown@0.2.0", "wasi:io/poll@0.3.0", "wasi:io/poll@0.2.0-rc-2023-11-10"]
)
def test_what_is_not_here_links_and_raises_by_name(name: str):
    missing: Any = Wasi().interfaces([name])[name]
    for use in (missing.handle, missing.Fields.append, missing.Fields):
        with pytest.raises(MissingError, match=f"{name}.*: witcraft does not have this interface"):
            use(1, 2)
    assert not hasattr(missing, "__wrapped__")
    assert name in repr(missing.handle)


def test_nothing_is_loaded_that_is_not_asked_for():
    code = """
import sys
before = set(sys.modules)
from witcraft.wasi import Wasi
Wasi().interfaces(["wasi:cli/stdout@0.2.3", "wasi:io/streams@0.2.3", "wasi:clocks/wall-clock@0.2.3"])
slow = {"collections", "contextlib", "ctypes", "dataclasses", "datetime", "random", "selectors", "socket", "typing"}
print(*sorted(slow.intersection(set(sys.modules) - before)))
"""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "\n"


# ---- environment and exit ------------------------------------------------------------------------------------------


def test_args_and_environment():
    environment = interface(Wasi(args=["app", "-x", "ä"], env={"A": "1", "B": ""}), "wasi:cli/environment")
    assert list(environment.get_arguments()) == ["app", "-x", "ä"]
    assert list(environment.get_environment()) == [("A", "1"), ("B", "")]
    assert environment.initial_cwd() is None


def test_nothing_of_the_host_is_granted_by_default():
    environment = interface(Wasi(), "wasi:cli/environment")
    assert list(environment.get_arguments()) == list(environment.get_environment()) == []
    assert list(interface(Wasi(), "wasi:filesystem/preopens").get_directories()) == []
    with pytest.raises(Err):
        interface(Wasi(), "wasi:cli/stdin").get_stdin().read(1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"args": "app -x"}, "args: expected a list of str, got str"),
        ({"args": [b"app"]}, "args: expected str, got b'app'"),
        ({"args": ["a\0b"]}, "args: 'a.x00b' has a NUL"),
        ({"args": ["\udc80"]}, "is no Unicode text"),
        ({"env": ["A=1"]}, "env: expected a mapping of str to str, got list"),
        ({"env": {"A": 1}}, "env: expected str, got 1"),
        ({"env": {"A=B": "1"}}, "env: 'A=B' is no name of a variable"),
        ({"env": {"": "1"}}, "env: '' is no name of a variable"),
        ({"env": {"A": "x" * (1 << 20)}}, "args and env have 1048577 bytes, and limits.environment is 1048576"),
        ({"limits": 5}, "limits: expected Limits, got int"),
        ({"network": "*"}, "network: expected Network, got str"),
        ({"random": "seed"}, "random: expected None, a seed or a function, got str"),
        ({"random": True}, "random: expected None, a seed or a function, got bool"),
        ({"clock": datetime(2026, 1, 1)}, "clock: a datetime without a time zone"),
        ({"clock": -1}, "clock: expected nanoseconds since 1970, got -1"),
        ({"clock": 1 << 63}, "clock: expected nanoseconds since 1970"),
        ({"clock": datetime(1960, 1, 1, tzinfo=UTC)}, "clock: expected nanoseconds since 1970"),
        ({"clock": "now"}, "clock: expected None, a datetime, nanoseconds or a clock, got an object without time_ns"),
    ],
)
def test_settings_are_checked_at_once(settings: dict[str, Any], message: str):
    with pytest.raises(ConfigError, match=message):
        Wasi(**settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"descriptors": -1}, "limits: descriptors: expected 0 or more, got -1"),
        ({"buffer": 100}, "limits: buffer: expected 4096 or more, got 100"),
        ({"random": 1.5}, "limits: random: expected int, got 1.5"),
        ({"environment": True}, "limits: environment: expected int, got True"),
    ],
)
def test_limits_are_checked(settings: dict[str, Any], message: str):
    with pytest.raises(ConfigError, match=message):
        Limits(**settings)
    assert "buffer=1048576" in repr(Limits())


def test_exit():
    exiting = interface(Wasi(), "wasi:cli/exit")
    for status, code in ((Ok(None), 0), (Err(None), 1)):
        with pytest.raises(Exit, match=f"exit code {code}") as exit_:
            exiting.exit(status)
        assert exit_.value.code == code
    with pytest.raises(Exit) as exit_:
        exiting.exit_with_code(42)
    assert exit_.value.code == 42


# ---- clocks --------------------------------------------------------------------------------------------------------


def test_the_clocks_of_the_system():
    before = time.monotonic_ns()
    monotonic, wall = interface(Wasi(), "wasi:clocks/monotonic-clock"), interface(Wasi(), "wasi:clocks/wall-clock")
    assert before <= monotonic.now() <= time.monotonic_ns()
    assert 0 < monotonic.resolution() < 10**9
    now = wall.now()
    assert abs(now.seconds - time.time()) < 5
    assert 0 <= now.nanoseconds < 10**9
    assert wall.resolution().seconds == 0 < wall.resolution().nanoseconds


def test_timers():
    clock = interface(Wasi(), "wasi:clocks/monotonic-clock")
    assert clock.subscribe_instant(0).ready()
    assert clock.subscribe_duration(0).ready()
    assert not clock.subscribe_duration((1 << 64) - 1).ready()
    assert not clock.subscribe_instant((1 << 64) - 1).ready()
    start = time.monotonic()
    clock.subscribe_duration(20_000_000).block()
    assert 0.019 < time.monotonic() - start < 5


@pytest.mark.parametrize(
    "clock", [1_767_225_600_000_000_007, datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))]
)
def test_a_clock_that_stands(clock: Any):
    names = [f"wasi:clocks/{name}{VERSION}" for name in ("monotonic-clock", "wall-clock")]
    wasi = Wasi(clock=clock)
    for _ in range(2):  # every instance begins anew
        monotonic, wall = made(wasi, names)
        assert wall.now().seconds == 1_767_225_600
        assert monotonic.now() == monotonic.now() == 0
        monotonic.subscribe_duration(3_600_000_000_000).block()
        assert wall.now().seconds == 1_767_225_600 + 3600
        assert monotonic.now() == 3_600_000_000_000


def test_a_clock_of_the_host():
    class Clock:
        now = 5

        def time_ns(self) -> int:
            return 1_000_000_000 * self.now

        monotonic_ns = time_ns

        def sleep(self, seconds: float, /) -> None:
            self.now += 1

    wasi = Wasi(clock=Clock())
    assert interface(wasi, "wasi:clocks/wall-clock").now() == Datetime(5, 0)
    monotonic = interface(wasi, "wasi:clocks/monotonic-clock")
    monotonic.subscribe_instant(8_000_000_000).block()
    assert monotonic.now() == 8_000_000_000


def test_time_zones():
    utc = interface(Wasi(), "wasi:clocks/timezone")
    assert utc.display(Datetime(0, 0)) == TimezoneDisplay(0, "UTC", False)
    assert utc.utc_offset(Datetime(0, 0)) == 0
    zone = timezone(timedelta(hours=-3), "there")
    there = interface(Wasi(clock=datetime(2026, 1, 1, tzinfo=zone)), "wasi:clocks/timezone")
    assert there.display(Datetime(0, 0)) == TimezoneDisplay(-10800, "there", False)
    assert there.utc_offset(Datetime(0, 0)) == -10800
    assert there.utc_offset(Datetime((1 << 64) - 1, 0)) == 0


# ---- random numbers ------------------------------------------------------------------------------------------------


def test_random_bytes():
    random, insecure = interface(Wasi(), "wasi:random/random"), interface(Wasi(), "wasi:random/insecure")
    assert len(random.get_random_bytes(33)) == len(insecure.get_insecure_random_bytes(33)) == 33
    assert random.get_random_bytes(0) == b""
    assert random.get_random_bytes(16) != random.get_random_bytes(16)
    assert len({random.get_random_u64(), random.get_random_u64(), insecure.get_insecure_random_u64()}) == 3
    seed = interface(Wasi(), "wasi:random/insecure-seed")
    assert seed.insecure_seed() == seed.insecure_seed()


def test_more_random_bytes_than_permitted_trap():
    random = interface(Wasi(limits=Limits(random=8)), "wasi:random/random")
    assert len(random.get_random_bytes(8)) == 8
    with pytest.raises(Trap, match="9 bytes, but 8 are permitted"):
        random.get_random_bytes(9)
    with pytest.raises(Trap):
        interface(Wasi(), "wasi:random/insecure").get_insecure_random_bytes((1 << 64) - 1)


def test_a_seed_gives_the_same_again():
    def drawn(wasi: Wasi) -> tuple[Any, ...]:
        names = [f"wasi:random/{name}{VERSION}" for name in ("random", "insecure", "insecure-seed")]
        random, insecure, seed = made(wasi, names)
        return random.get_random_bytes(9), insecure.get_insecure_random_u64(), seed.insecure_seed()

    wasi = Wasi(random=7)
    assert drawn(wasi) == drawn(wasi) == drawn(Wasi(random=7)) != drawn(Wasi(random=8))


def test_random_bytes_of_a_function():
    random = interface(Wasi(random=lambda size: bytes(range(size))), "wasi:random/random")
    assert random.get_random_bytes(3) == b"\0\1\2"
    assert random.get_random_u64() == 0x0706050403020100


@pytest.mark.parametrize("answer", [b"", "text", b"12345678x"])
def test_a_function_that_gives_too_few_random_bytes(answer: Any):
    with pytest.raises(ValueError, match="random: expected 8 bytes of the function, got"):
        interface(Wasi(random=lambda _: answer), "wasi:random/random").get_random_u64()
