"""Words that WIT's grammar takes for itself (WIT.md, "Keywords"): as a name, such a word is written ``%word``."""

from __future__ import annotations

KEYWORDS = frozenset(
    {
        "as", "async", "bool", "borrow", "char", "constructor", "enum", "error-context", "export", "f32", "f64",
        "flags", "float32", "float64", "from", "func", "future", "import", "include", "interface", "list", "map",
        "option", "own", "package", "record", "resource", "result", "s16", "s32", "s64", "s8", "static", "stream",
        "string", "tuple", "type", "u16", "u32", "u64", "u8", "use", "variant", "with", "world", "_"
    }
)  # fmt: skip


def identifier(name: str) -> str:
    """``name`` as text has it.

    >>> identifier("record"), identifier("records")
    ('%record', 'records')
    """
    return f"%{name}" if name in KEYWORDS else name
