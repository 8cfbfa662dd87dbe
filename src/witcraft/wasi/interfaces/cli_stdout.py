"""``wasi:cli/stdout@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import io_streams


class Stdout(Protocol):
    """What the component imports as ``wasi:cli/stdout@0.2.12``."""

    def get_stdout(self) -> io_streams.OutputStream: ...


_TYPES = {
    "output-stream": (".io_streams", "output-stream"),
}
