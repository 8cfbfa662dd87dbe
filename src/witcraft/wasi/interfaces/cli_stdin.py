"""``wasi:cli/stdin@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import io_streams


class Stdin(Protocol):
    """What the component imports as ``wasi:cli/stdin@0.2.12``."""

    def get_stdin(self) -> io_streams.InputStream: ...


_TYPES = {
    "input-stream": (".io_streams", "input-stream"),
}
