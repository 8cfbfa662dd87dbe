"""Everything that calling a component may raise, besides what the host's own functions raise."""

from __future__ import annotations


class Error(Exception):
    """Base of the errors below."""


class Trap(Error):
    """The guest broke a rule, or a limit stopped it. Its instance cannot be called again.

    The message names the export, what happened, and the guest's functions on the stack. ``export`` is the export's
    name. ``code`` is a short name of what happened: ``"unreachable"``, ``"out of fuel"``, ``"timeout"``...
    (``failures.CODES``), or None for a broken rule of the canonical ABI.
    """

    code: str | None = None
    export: str = ""

    def enclose(self, export: str) -> None:
        """Puts the export's name before the message, unless that has one."""
        if not self.export:
            self.export = export
            self.args = (f"{export}: {self}",)


class PoisonedError(Trap):
    """The instance trapped before, or a host function raised through it; ``__cause__`` is the first failure."""


class DepthError(Trap, RecursionError):
    """Python's recursion limit was reached in a call of the guest, or where the guest called the host.

    Unlike other recursion errors it comes out of the guest's middle: the instance is over.
    """


class ArgumentError(Error, TypeError, ValueError):
    """A value that does not fit its WIT type. The message has the path: ``points[3].x: expected float, got str``.

    Raised before the exported function runs; the instance stays usable.
    """

    culprit: object = None
    """The value itself, while the path to it is still to be found."""


class LinkError(Error):
    """What was given as imports does not fit what the component asks for; every flaw is listed."""


class ThreadError(Error):
    """An instance was called by one thread while another thread was in a call to it."""


class ConfigError(Error, ValueError):
    """A setting that makes no sense."""


class EngineError(Error):
    """The engine is missing, is none that is known, or refuses a module."""


class ClosedError(Error, ValueError):
    """A resource or an instance was used after it was closed."""

    culprit: object = None
    """The resource, while the path to it is still to be found."""
