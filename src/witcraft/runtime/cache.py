"""Machine code and emitted Python kept on disk, so that a component starts in milliseconds.

An entry is a file in a directory that only this user may write to; it ends in a checksum of its own, since the engine
loads most damaged code without noticing. Writing is atomic; what is damaged, foreign or of another engine is ignored
and made again. Nothing here ever fails a call: without a usable directory there is just no cache.
"""

from __future__ import annotations

import os
import sys
from struct import Struct

from .errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import FileIO

    from .config import Settings

FORMAT = 1
_TRAILER = Struct("<8sQI")  # MAGIC, length of the content, its CRC-32
_MAGIC = b"witcraft"
_CHUNK = 1 << 20
_MOST_BYTES = 2 << 30
"""When the entries together have more, the oldest go."""


def code_name(digest: str, settings: Settings) -> str:
    """Name of the entry for the machine code of a module."""
    from .capi import VERSION

    fuel, epochs, stack = settings
    extras = f"{'-fuel' * fuel}{'-epochs' * epochs}{f'-{stack}' if stack else ''}"
    return f"{digest}-{VERSION}-{os.uname().machine}{extras}.code"


def folder(setting: bool | str) -> str | None:
    """The directory that ``Config.cache`` asks for; None if there is none to be had."""
    if setting is False:
        return None
    path = default_folder() if setting is True else setting
    if usable(path):
        return path
    if setting is True:
        return None
    raise ConfigError(f"cache: {path} is not a directory that this user alone may write to")


def default_folder() -> str:
    home = os.path.expanduser("~")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches", "witcraft")
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache"), "witcraft")


def usable(path: str) -> bool:
    """Makes the directory if need be; whether it is this user's and writable for nobody else."""
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        found = os.lstat(path)
    except OSError:
        return False
    return (found.st_mode & 0o170000) == 0o040000 and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def checked(folder: str | None, name: str) -> str | None:
    """The path of an entry whose checksum is right. The content stands at the front of the file."""
    if folder is None:
        return None
    path = entry(folder, name)
    try:
        with open(path, "rb", buffering=0) as file:
            return path if is_whole(file) else None
    except OSError:
        return None


def read(folder: str | None, name: str) -> bytes | None:
    """The content of an entry whose checksum is right."""
    path = checked(folder, name)
    if path is None:
        return None
    try:
        with open(path, "rb") as file:
            return file.read()[: -_TRAILER.size]
    except OSError:
        return None


def write(folder: str | None, name: str, content: bytes) -> None:
    """Puts an entry in place of a former one, whole or not at all."""
    if folder is None:
        return
    from zlib import crc32

    path = entry(folder, name)
    temporary = f"{path}.{os.getpid()}.{os.urandom(6).hex()}.tmp"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.write(_TRAILER.pack(_MAGIC, len(content), crc32(content)))
        os.replace(temporary, path)
        prune(os.path.dirname(path))
    except OSError:
        remove(temporary)


def entry(folder: str, name: str) -> str:
    """Where the entry ``name`` lies; ``FORMAT`` tells what earlier versions of witcraft wrote from ours."""
    return os.path.join(folder, f"v{FORMAT}", name)


def prune(directory: str) -> None:
    """Removes the oldest entries while all together are too large; the newest always stays."""
    with os.scandir(directory) as entries:
        found = sorted(filter(None, map(measured, entries)))
    excess = sum(size for _, size, _ in found) - _MOST_BYTES
    for _, size, path in found[:-1]:
        if excess <= 0:
            return
        remove(path)
        excess -= size


def measured(entry: os.DirEntry[str]) -> tuple[float, int, str] | None:
    """Age, bytes and path of an entry; None if another process has removed it meanwhile."""
    try:
        stat = entry.stat()
    except OSError:
        return None
    return stat.st_mtime, stat.st_size, entry.path


def is_whole(file: FileIO) -> bool:
    """Whether a file ends in the right trailer. Read in pieces: the code itself is mapped by the engine."""
    from zlib import crc32

    length = os.fstat(file.fileno()).st_size - _TRAILER.size
    if length < 0:
        return False
    left, checksum, piece = length, 0, memoryview(bytearray(_CHUNK))
    while left:
        count = file.readinto(piece[:left])
        if not count:
            return False
        left, checksum = left - count, crc32(piece[:count], checksum)
    return file.read() == _TRAILER.pack(_MAGIC, length, checksum)


def remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
