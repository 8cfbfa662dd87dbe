"""A guest that breaks the rules: every trap says which export and why, ends its instance, and nothing else."""

from __future__ import annotations

import gc

import pytest

from witcraft import ArgumentError, PoisonedError, Trap

pytestmark = [pytest.mark.engine, pytest.mark.guest]
TROUBLE = "guest:ledger/trouble@1.2.0#"


@pytest.fixture
def trouble(ledger_app):
    return ledger_app.app.trouble


@pytest.mark.parametrize(
    ("name", "arguments", "what"),
    [
        ("trap", (), "wasm `unreachable` instruction executed"),
        ("bad-utf8", (), "invalid utf-8 in a string, at byte 1"),
        ("bad-pointer", (), "string pointer/length out of bounds of memory"),
        ("bad-length", (), "list of 2147483647 bytes is too long"),
        ("bad-alignment", (), "unaligned pointer 0x11: expected a multiple of 4"),
        ("bad-product", (), "list of 4294967304 bytes is too long"),
        ("bad-area", (), "unaligned pointer 0x12: expected a multiple of 4"),
        ("bad-char", (0xD800,), "invalid char 0xd800"),
        ("bad-char", (0xDFFF,), "invalid char 0xdfff"),
        ("bad-char", (0x110000,), "invalid char 0x110000"),
        ("bad-char", (0xFFFFFFFF,), "invalid char 0xffffffff"),
        ("bad-case", (), "invalid discriminant 2"),
        ("bad-enum", (), "invalid discriminant 3"),
        ("bad-handle", (0,), "unknown handle index 0"),
        ("bad-handle", (7,), "unknown handle index 7"),
        ("bad-handle", (0xFFFFFFFF,), "unknown handle index 4294967295"),
        ("bad-drop", (0,), "unknown handle index 0"),
        ("bad-drop", (7,), "unknown handle index 7"),
    ],
)
def test_a_trap_says_where_and_why(ledger_app, name, arguments, what):
    function = ledger_app.app["guest:ledger/trouble"][name]
    with pytest.raises(Trap) as caught:
        function(*arguments)
    assert type(caught.value) is Trap
    assert str(caught.value).startswith(f"{TROUBLE}{name}: {what}")
    for again in (function, ledger_app.app.accounts.live):
        with pytest.raises(PoisonedError, match=f"{TROUBLE}{name} trapped"):
            again(*arguments if again is function else ())


def test_a_trap_of_the_engine_shows_the_guests_functions(trouble):
    with pytest.raises(Trap) as caught:
        trouble.trap()
    assert caught.value.code == "unreachable"
    lines = str(caught.value).splitlines()
    assert lines[1] == "wasm backtrace:"
    assert [line.split(":")[0].strip() for line in lines[2:]] == [str(n) for n in range(len(lines) - 2)]
    assert len(lines) > 2


@pytest.mark.parametrize("moment", ["REALLOC", "POST_RETURN"])
def test_no_call_leaves_the_guest_at_the_wrong_moment(ledger_app, trouble, opened_ledger, moment):
    trouble.arm(opened_ledger.types("exports.trouble").Moment[moment])
    with pytest.raises(Trap, match="cannot leave component instance"):
        trouble.fuse("text")
    assert not ledger_app.host.lines
    with pytest.raises(PoisonedError):
        trouble.fuse("text")


def test_a_guest_that_behaves_again(trouble, opened_ledger):
    trouble.arm(opened_ledger.types("exports.trouble").Moment.NEVER)
    assert trouble.fuse("zwölf") == "zwölf"
    with pytest.raises(ArgumentError, match=r"^when: expected Moment, got str"):
        trouble.arm("never")


def test_only_the_low_bits_count(trouble, opened_ledger):
    rights = opened_ledger.types("exports.trouble").Rights
    assert [trouble.loose_bool(bits) for bits in (0, 1, 2, 256, 2**32 - 1)] == [False, True, True, True, True]
    assert [trouble.loose_u8(bits) for bits in (0, 255, 256, 300)] == [0, 255, 0, 44]
    assert [trouble.loose_s16(bits) for bits in (0x7FFF, 0x8000, 0x1FFFF)] == [32767, -32768, -1]
    assert [trouble.loose_flags(bits) for bits in (0, 3, 4, 0xFF)] == [rights(0), ~rights(0), rights(0), ~rights(0)]


def test_good_calls_of_the_troublemaker(trouble):
    assert trouble.recurse(100) == 100
    before = trouble.grow(1)
    assert trouble.grow(2) == before + 1
    assert trouble.fuse("x" * 1_000_000) == "x" * 1_000_000  # the memory has grown: views have to follow
    assert trouble.amplify(2) == [b"\7" * (1 << 20)] * 2
    assert trouble.amplify(0) == []


def test_handles_are_those_of_the_guest(ledger_app, trouble):
    """What the guest names by number is looked up in its own table: it gets nobody else's account."""
    accounts = ledger_app.app.accounts
    ada = accounts.Account("Ada")
    with pytest.raises(Trap, match="unknown handle index 1"):
        trouble.bad_handle(1)  # the host took the handle of the constructor out of the table
    with pytest.raises(PoisonedError):
        ada.owner()


def test_a_poisoned_instance_lets_go_of_everything(ledger_app, trouble):
    kept = ledger_app.app.accounts.Account.open(["a"] * 10)
    with pytest.raises(Trap):
        trouble.trap()
    kept[0].__exit__()
    del kept
    gc.collect()
    with pytest.raises(PoisonedError):
        ledger_app.app.accounts.live()
    with pytest.raises(PoisonedError):
        ledger_app.app.accounts.Account("b")


def test_other_instances_go_on(start_ledger, trouble):
    other = start_ledger()
    with pytest.raises(Trap):
        trouble.trap()
    assert other.app.accounts.live() == 0


def test_a_host_that_swallows_the_trap_of_an_inner_call_does_not_save_the_guest(ledger_app):
    caught = []

    def note(_line):
        with pytest.raises(Trap) as inner:
            ledger_app.app.trouble.trap()
        caught.append(inner.value)

    ledger_app.host.react = note
    account = ledger_app.app.accounts.Account("Ada")
    with pytest.raises(PoisonedError, match="trap"):
        account.add(ledger_app.entry("", 1, []))
    assert len(caught) == 1
