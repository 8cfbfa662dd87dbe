"""Python: a plan as a typed package that stands on ``witcraft.runtime``."""
