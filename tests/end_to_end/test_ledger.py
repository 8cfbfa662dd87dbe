"""A guest in C that counts its memory: resources, records and lists that change hands, and nothing that leaks."""

from __future__ import annotations

import gc

import pytest

from witcraft import ArgumentError, Err, Error
from witcraft.runtime import ClosedError

pytestmark = [pytest.mark.engine, pytest.mark.guest]


@pytest.fixture
def accounts(ledger_app):
    return ledger_app.app.accounts


@pytest.fixture
def failures(opened_ledger):
    return opened_ledger.types("imports.types")


def test_a_small_life(ledger_app, accounts):
    with accounts.Account("Ada") as ada:
        assert ada.owner() == "Ada"
        assert ada.add(ledger_app.entry("salary", 3000, ["work", "ü"])) == 3000
        assert ada.copy("rent") == 2
        assert ada.entries() == [ledger_app.entry("salary", 3000, ["work", "ü"]), *ledger_app.host.books["rent"]]
        assert accounts.sum(ada.entries()) == 900
        assert accounts.live() == 1
    assert accounts.live() == 0
    assert ledger_app.host.lines == ["salary"]


def test_a_static_makes_many(accounts):
    made = accounts.Account.open(["a", "b", "ü"])
    assert [account.owner() for account in made] == ["a", "b", "ü"]
    assert accounts.live() == 3
    assert accounts.Account.open([]) == []


def test_a_static_named_close_takes_over(ledger_app, accounts, failures):
    ada, grace = accounts.Account.open(["Ada", "Grace"])
    ada.add(ledger_app.entry("", -5, []))
    assert accounts.Account.close(ada) == -5
    with pytest.raises(ClosedError):
        ada.owner()
    with pytest.raises(Err) as caught:
        accounts.Account.close(grace)
    assert caught.value == Err(failures.Failure_Closed())
    assert accounts.live() == 0


def test_failures_with_payloads(ledger_app, accounts, failures):
    ada, grace = accounts.Account.open(["Ada", "Grace"])
    ada.add(ledger_app.entry("", 10, []))
    assert ada.transfer(grace, 4) is None
    with pytest.raises(Err) as caught:
        ada.transfer(grace, 10)
    assert caught.value.value == failures.Failure_Short(4)
    assert [entry.memo for entry in ada.entries()] == ["", "Grace"]
    with pytest.raises(Err) as caught:
        ada.copy("unknown")
    assert caught.value.value == failures.Failure_Unknown("unknown")


def test_borders_of_numbers(ledger_app, accounts):
    account = accounts.Account("")
    assert account.add(ledger_app.entry("", 2**63 - 1, [])) == 2**63 - 1
    with pytest.raises(
        ArgumentError, match=rf"^entry\.amount: expected {-(2**63)} to {2**63 - 1} \(s64\), got {2**63}"
    ):
        account.add(ledger_app.entry("", 2**63, []))
    assert account.entries()[0].amount == 2**63 - 1


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (("memo", "12", []), "entry.amount: expected int, got str"),
        ((1, 12, []), "entry.memo: expected str, got int"),
        (("", 1, "tags"), "entry.tags: expected a sequence, got str"),
        (("", 1, ["a", b"b"]), "entry.tags[1]: expected str, got bytes"),
        (("", True, []), "entry.amount: expected int, got bool"),
    ],
)
def test_bad_entries_of_both_sides(ledger_app, accounts, entry, text):
    account = accounts.Account("Ada")
    bad = ledger_app.entry(*entry)
    with pytest.raises(ArgumentError) as caught:
        account.add(bad)
    assert str(caught.value) == text
    with pytest.raises(ArgumentError) as caught:
        accounts.sum([ledger_app.entry("", 1, []), bad])
    assert str(caught.value) == text.replace("entry", "entries[1]")
    assert (account.entries(), ledger_app.host.lines) == ([], [])
    ledger_app.host.books["bad"] = [ledger_app.entry("", 1, []), bad]
    with pytest.raises(ArgumentError) as caught:
        account.copy("bad")
    assert str(caught.value) == text.replace("entry", "result[1]")
    with pytest.raises(Error):
        account.owner()


def test_a_transfer_needs_another_account(accounts):
    account = accounts.Account("Ada")
    with pytest.raises(ArgumentError, match=r"^to: expected Account, got None"):
        account.transfer(None, 1)
    with pytest.raises(ArgumentError, match=r"^amount: expected int, got str"):
        account.transfer(account, "1")
    assert account.transfer(account, 0) is None


def test_what_is_forgotten_ends_at_the_next_call(accounts):
    made = accounts.Account.open(["a"] * 50)
    del made[10:]
    gc.collect()
    assert accounts.live() == 10
    del made
    assert accounts.live() == 0


def test_a_closed_account_is_closed_once(accounts):
    account, _other = accounts.Account.open(["a", "b"])
    account.__exit__()
    account.__exit__()
    del account
    gc.collect()
    assert accounts.live() == 1


def test_what_is_closed_during_a_call_ends_after_it(ledger_app, accounts):
    kept = accounts.Account.open(["a", "b", "c"])
    lives = []

    def note(_line):
        lives.append(accounts.live())  # the host may call the guest that called it
        kept.pop().__exit__()
        kept.pop()
        lives.append(accounts.live())

    ledger_app.host.react = note
    kept[0].add(ledger_app.entry("", 1, []))
    assert lives == [3, 3]
    assert accounts.live() == 1


def test_all_memory_comes_back(ledger_app, accounts, failures):
    """Post-return runs after every call, whatever it ended in, and arguments are given over once."""

    def use():
        with accounts.Account("Ada") as ada, accounts.Account("Grace") as grace:
            ada.add(ledger_app.entry("memo", 3, ["a", "b"]))
            ada.copy("rent")
            ada.entries()
            for call in (lambda: ada.copy("unknown"), lambda: grace.transfer(ada, 1 << 40)):
                with pytest.raises(Err):
                    call()
            accounts.sum(ada.entries())
        accounts.Account.open(["a", "b"])
        ledger_app.app.trouble.fuse("text" * 10)
        ledger_app.app.trouble.amplify(3)

    use()
    before = accounts.live(), accounts.pieces()
    for _ in range(20):
        use()
    assert (accounts.live(), accounts.pieces()) == before
    assert before == (0, 0)
