"""A typed program on the bindings of the ledger, which `run.py` has made a moment ago."""

from __future__ import annotations

from ledger import Err, Ledger, LedgerImports
from ledger.imports.types import Entry, Failure_Short


class Audit:
    """The host's side of ``guest:ledger/audit``: what the guest may call."""

    def __init__(self) -> None:
        self.books = {"rent": [Entry("rent", -700, ["monthly"]), Entry("deposit", -1400, [])]}

    def note(self, line: str) -> None:
        print(f"  (the guest notes: {line})")

    def lookup(self, book: str) -> list[Entry] | None:
        return self.books.get(book)


def main() -> None:
    app = Ledger(LedgerImports(audit=Audit()))
    with app.accounts.Account("Ada") as ada, app.accounts.Account("Grace") as grace:
        print(f"{ada.owner()} has {ada.add(Entry('salary', 3000, ['work', 'monthly']))}")
        print(f"copied {ada.copy('rent')} entries from the host; now: {[entry.amount for entry in ada.entries()]}")
        try:
            grace.transfer(ada, 50)
        except Err as error:
            match error.value:
                case Failure_Short(missing):
                    print(f"Grace cannot pay: {missing} are missing")
        try:
            ada.add(Entry("typo", "12", []))  # type: ignore[arg-type]
        except TypeError as error:
            print(f"TypeError: {error}")
    try:
        app.trouble.trap()
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
