"""Everything that calling a component may raise, besides what the host's own functions raise."""

from __future__ import annotations


class Error(Exception):
    """Base of the errors below."""


class Trap(Error):
    """The guest broke a rule, or a limit stopped it. Its instance cannot be called again.

    The message names the export, what happened, and the guest's functions on the stack. ``code`` is a short name of
    what happened: ``"unreachable"``, ``"out of fuel"``, ``"timeout"``... (``traps.CODES``), or None for a broken rule
    of the canonical ABI.
    """

    code: str | None = None


class PoisonedError(Trap):
    """The instance trapped before, or a host function raised through it; ``__cause__`` is the first failure."""


class ArgumentError(Error, TypeError, ValueError):
    """A value that does not fit its WIT type. The message begins with the path: ``points[3].x: expected float, got str``.

    Raised before the exported function runs; the instance stays usable.
    """


class LinkError(Error):
    """What was given as imports does not fit what the component asks for; every flaw is listed."""


class ThreadError(Error):
    """An instance was called by one thread while another thread was in a call to it."""


class ConfigError(Error, ValueError):
    """A setting that makes no sense."""


class EngineError(Error):
    """The engine is missing, is none that is known, or refuses a module."""


class ClosedError(Error):
    """A resource or an instance was used after it was closed."""
