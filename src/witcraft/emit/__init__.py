"""Printers: a plan and its ABI programs as the source of one language each."""
