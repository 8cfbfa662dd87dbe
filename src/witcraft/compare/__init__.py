"""What changed between two worlds, two components or two packages of WIT, and for whom that breaks something."""

from witcraft.compare.changes import Change, Kind, Party, between_packages, between_worlds

__all__ = ["Change", "Kind", "Party", "between_packages", "between_worlds"]
