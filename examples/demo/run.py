"""The main job, on a component that a C compiler and jco made: bindings to disk, a typed program on them, the same live.

    make demo
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP))

import witcraft  # noqa: E402
from tests.guests.build import guest  # noqa: E402


class Audit:
    """The host's side of ``guest:ledger/audit``: what the guest may call."""

    def __init__(self, entry: type) -> None:
        self.books = {"rent": [entry("rent", -700, ["monthly"]), entry("deposit", -1400, [])]}

    def note(self, line: str, /) -> None:
        print(f"  (the guest notes: {line})")

    def lookup(self, book: str, /) -> object:
        return self.books.get(book)


def main() -> None:
    component = guest("ledger")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "witcraft", "python", str(component), "-o", f"{folder}/ledger"]
        print("$ witcraft python ledger.wasm -o ledger")
        subprocess.run(command, check=True)
        sys.path.insert(0, folder)
        use(importlib.import_module("ledger"))
        sys.path.remove(folder)
    live(component)


def use(ledger) -> None:  # type: ignore[no-untyped-def]  # made a moment ago, so no type checker has seen it
    """Through the bindings on disk."""
    entry = importlib.import_module("ledger.exports.accounts").Entry
    app = ledger.Ledger(ledger.LedgerImports(audit=Audit(entry)))
    with app.accounts.Account("Ada") as ada, app.accounts.Account("Grace") as grace:
        print(f"{ada.owner()} has {ada.add(entry('salary', 3000, ['work', 'monthly']))}")
        print(f"copied {ada.copy('rent')} entries from the host; now: {[e.amount for e in ada.entries()]}")
        try:
            grace.transfer(ada, 50)
        except ledger.Err as error:
            print(f"Grace cannot pay: {error.value}")
        try:
            ada.add(entry("typo", "12", []))
        except TypeError as error:
            print(f"TypeError: {error}")


def live(component: Path) -> None:
    """The same in one process, without a file written."""
    audit = {"note": lambda line: None, "lookup": lambda book: None}
    app = witcraft.load(component).instantiate({"guest:ledger/audit@1.2.0": audit})
    print(f"live: {app['guest:ledger/accounts@1.2.0']['live']()} accounts; 300 as u8 is {app.trouble.loose_u8(300)}")
    try:
        app.trouble.trap()
    except witcraft.Trap as trap:
        print(f"Trap: {trap}")


if __name__ == "__main__":
    main()
