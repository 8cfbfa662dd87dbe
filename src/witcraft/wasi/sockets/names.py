"""Host names: whether a text is one, and how it goes to the resolver."""

from __future__ import annotations

LONGEST_NAME = 253
LONGEST_LABEL = 63
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")


def ascii_name(text: str) -> str:
    """``text`` in lower case, labels beyond ASCII as IDNA has them, without the dot of the root.

    Raises ``ValueError`` for what is no host name. A name whose last label is a number is none either: resolvers take
    ``127.1`` and ``2130706433`` for addresses.
    """
    if len(text) > LONGEST_NAME + 1:
        raise ValueError(f"{text[:20]!r}... is too long for a host name")
    name = (text if text.isascii() else in_ascii(text)).lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > LONGEST_NAME or not all(map(is_label, labels)):
        raise ValueError(f"{text!r} is no host name")
    if is_number(labels[-1]):
        raise ValueError(f"{text!r} is neither a host name nor an IP address")
    return name


def in_ascii(text: str) -> str:
    try:
        return text.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError(f"{text!r} is no host name") from None


def is_label(label: str) -> bool:
    return 0 < len(label) <= LONGEST_LABEL and _ALLOWED.issuperset(label) and "-" not in (label[0], label[-1])


def is_number(label: str) -> bool:
    """What the C library's ``inet_aton`` may take for a number, octal and hexadecimal ones too."""
    return label.isdecimal() or label.startswith("0x")
