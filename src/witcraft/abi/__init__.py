"""The canonical ABI, written once: a type becomes a small program that every language prints."""
