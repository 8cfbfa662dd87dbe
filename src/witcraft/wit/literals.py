"""String literals of WIT, as in ``@external-id("...")``."""

from __future__ import annotations

import re

PLAIN = re.compile(r"[0-9A-Za-z_./: -]")
SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def string(value: str) -> str:
    """``value`` in quotes; all but plain characters escaped.

    >>> string('a"b')
    '"a\\\\"b"'
    """
    return '"' + "".join([c if PLAIN.match(c) else SHORT.get(c) or f"\\u{{{ord(c):x}}}" for c in value]) + '"'
