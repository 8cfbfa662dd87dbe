"""Hostile and unusual components, made at random: witcraft must say yes or no to each, soon, and as the engine does.

`corpus` has what to begin with, `damage` breaks it, `grow` makes component trees from nothing (`room` is what they grow
in). `judge` runs witcraft as far as an input goes, `oracle` asks the engine's validator in a process of its own, `known`
explains where the two may differ, and `run` compares and counts. `findings.wast` keeps what was once found.

``python -m tests.fuzz --seconds 60``; an input's number and the seed, which are printed, bring it back.
"""
