"""``wasi:filesystem/types@0.2.12``"""

from __future__ import annotations

from builtins import type as _type
from enum import Enum

from ...runtime import Flags, Protocol, dataclass
from .clocks_wall_clock import Datetime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import io_streams

__all__ = [
    "Advice",
    "Datetime",
    "Descriptor",
    "DescriptorFlags",
    "DescriptorStat",
    "DescriptorType",
    "DirectoryEntry",
    "DirectoryEntryStream",
    "ErrorCode",
    "Filesize",
    "LinkCount",
    "MetadataHashValue",
    "NewTimestamp",
    "NewTimestamp_NoChange",
    "NewTimestamp_Now",
    "NewTimestamp_Timestamp",
    "OpenFlags",
    "PathFlags",
]


class DescriptorType(Enum):
    UNKNOWN = 0
    BLOCK_DEVICE = 1
    CHARACTER_DEVICE = 2
    DIRECTORY = 3
    FIFO = 4
    SYMBOLIC_LINK = 5
    REGULAR_FILE = 6
    SOCKET = 7


class DescriptorFlags(Flags):
    READ = 1
    WRITE = 2
    FILE_INTEGRITY_SYNC = 4
    DATA_INTEGRITY_SYNC = 8
    REQUESTED_WRITE_SYNC = 16
    MUTATE_DIRECTORY = 32


class PathFlags(Flags):
    SYMLINK_FOLLOW = 1


class OpenFlags(Flags):
    CREATE = 1
    DIRECTORY = 2
    EXCLUSIVE = 4
    TRUNCATE = 8


@dataclass(slots=True, unsafe_hash=True)
class DescriptorStat:
    type: DescriptorType
    link_count: LinkCount
    size: Filesize
    data_access_timestamp: Datetime | None
    data_modification_timestamp: Datetime | None
    status_change_timestamp: Datetime | None


@dataclass(slots=True, unsafe_hash=True)
class NewTimestamp_NoChange:
    pass


@dataclass(slots=True, unsafe_hash=True)
class NewTimestamp_Now:
    pass


@dataclass(slots=True, unsafe_hash=True)
class NewTimestamp_Timestamp:
    value: Datetime


NewTimestamp = NewTimestamp_NoChange | NewTimestamp_Now | NewTimestamp_Timestamp


@dataclass(slots=True, unsafe_hash=True)
class DirectoryEntry:
    type: DescriptorType
    name: str


class ErrorCode(Enum):
    ACCESS = 0
    WOULD_BLOCK = 1
    ALREADY = 2
    BAD_DESCRIPTOR = 3
    BUSY = 4
    DEADLOCK = 5
    QUOTA = 6
    EXIST = 7
    FILE_TOO_LARGE = 8
    ILLEGAL_BYTE_SEQUENCE = 9
    IN_PROGRESS = 10
    INTERRUPTED = 11
    INVALID = 12
    IO = 13
    IS_DIRECTORY = 14
    LOOP = 15
    TOO_MANY_LINKS = 16
    MESSAGE_SIZE = 17
    NAME_TOO_LONG = 18
    NO_DEVICE = 19
    NO_ENTRY = 20
    NO_LOCK = 21
    INSUFFICIENT_MEMORY = 22
    INSUFFICIENT_SPACE = 23
    NOT_DIRECTORY = 24
    NOT_EMPTY = 25
    NOT_RECOVERABLE = 26
    UNSUPPORTED = 27
    NO_TTY = 28
    NO_SUCH_DEVICE = 29
    OVERFLOW = 30
    NOT_PERMITTED = 31
    PIPE = 32
    READ_ONLY = 33
    INVALID_SEEK = 34
    TEXT_FILE_BUSY = 35
    CROSS_DEVICE = 36


class Advice(Enum):
    NORMAL = 0
    SEQUENTIAL = 1
    RANDOM = 2
    WILL_NEED = 3
    DONT_NEED = 4
    NO_REUSE = 5


@dataclass(slots=True, unsafe_hash=True)
class MetadataHashValue:
    lower: int
    upper: int


class Descriptor(Protocol):
    """Resource ``descriptor``, which the host defines."""

    def read_via_stream(self, offset: Filesize, /) -> io_streams.InputStream:
        """Raises ``Err[ErrorCode]``."""

    def write_via_stream(self, offset: Filesize, /) -> io_streams.OutputStream:
        """Raises ``Err[ErrorCode]``."""

    def append_via_stream(self) -> io_streams.OutputStream:
        """Raises ``Err[ErrorCode]``."""

    def advise(self, offset: Filesize, length: Filesize, advice: Advice, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def sync_data(self) -> None:
        """Raises ``Err[ErrorCode]``."""

    def get_flags(self) -> DescriptorFlags:
        """Raises ``Err[ErrorCode]``."""

    def get_type(self) -> DescriptorType:
        """Raises ``Err[ErrorCode]``."""

    def set_size(self, size: Filesize, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def set_times(
        self,
        data_access_timestamp: NewTimestamp,
        data_modification_timestamp: NewTimestamp,
        /,
    ) -> None:
        """Raises ``Err[ErrorCode]``."""

    def read(self, length: Filesize, offset: Filesize, /) -> tuple[bytes, bool]:
        """Raises ``Err[ErrorCode]``."""

    def write(self, buffer: bytes, offset: Filesize, /) -> Filesize:
        """Raises ``Err[ErrorCode]``."""

    def read_directory(self) -> DirectoryEntryStream:
        """Raises ``Err[ErrorCode]``."""

    def sync(self) -> None:
        """Raises ``Err[ErrorCode]``."""

    def create_directory_at(self, path: str, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def stat(self) -> DescriptorStat:
        """Raises ``Err[ErrorCode]``."""

    def stat_at(self, path_flags: PathFlags, path: str, /) -> DescriptorStat:
        """Raises ``Err[ErrorCode]``."""

    def set_times_at(
        self,
        path_flags: PathFlags,
        path: str,
        data_access_timestamp: NewTimestamp,
        data_modification_timestamp: NewTimestamp,
        /,
    ) -> None:
        """Raises ``Err[ErrorCode]``."""

    def link_at(
        self,
        old_path_flags: PathFlags,
        old_path: str,
        new_descriptor: Any,
        new_path: str,
        /,
    ) -> None:
        """Raises ``Err[ErrorCode]``."""

    def open_at(
        self,
        path_flags: PathFlags,
        path: str,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
        /,
    ) -> Descriptor:
        """Raises ``Err[ErrorCode]``."""

    def readlink_at(self, path: str, /) -> str:
        """Raises ``Err[ErrorCode]``."""

    def remove_directory_at(self, path: str, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def rename_at(self, old_path: str, new_descriptor: Any, new_path: str, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def symlink_at(self, old_path: str, new_path: str, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def unlink_file_at(self, path: str, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def is_same_object(self, other: Any, /) -> bool: ...

    def metadata_hash(self) -> MetadataHashValue:
        """Raises ``Err[ErrorCode]``."""

    def metadata_hash_at(
        self, path_flags: PathFlags, path: str, /
    ) -> MetadataHashValue:
        """Raises ``Err[ErrorCode]``."""


class DirectoryEntryStream(Protocol):
    """Resource ``directory-entry-stream``, which the host defines."""

    def read_directory_entry(self) -> DirectoryEntry | None:
        """Raises ``Err[ErrorCode]``."""


_Descriptor = Descriptor

_DirectoryEntryStream = DirectoryEntryStream


class Types(Protocol):
    """What the component imports as ``wasi:filesystem/types@0.2.12``."""

    @property
    def Descriptor(self) -> _type[_Descriptor]: ...

    @property
    def DirectoryEntryStream(self) -> _type[_DirectoryEntryStream]: ...

    def filesystem_error_code(self, err: Any, /) -> ErrorCode | None: ...


Filesize = int

LinkCount = int

_TYPES = {
    "advice": (
        "Advice",
        "enum { normal, sequential, random, will-need, dont-need, no-reuse }",
    ),
    "datetime": (".clocks_wall_clock", "datetime"),
    "descriptor": ("Descriptor", "resource"),
    "descriptor-flags": (
        "DescriptorFlags",
        "flags { read, write, file-integrity-sync, data-integrity-sync, requested-write-sync, mutate-directory }",
    ),
    "descriptor-stat": (
        "DescriptorStat",
        "record { type: descriptor-type, link-count: link-count, size: filesize, data-access-timestamp: option<datetime>, data-modification-timestamp: option<datetime>, status-change-timestamp: option<datetime> }",
    ),
    "descriptor-type": (
        "DescriptorType",
        "enum { unknown, block-device, character-device, directory, fifo, symbolic-link, regular-file, socket }",
    ),
    "directory-entry": (
        "DirectoryEntry",
        "record { type: descriptor-type, name: string }",
    ),
    "directory-entry-stream": ("DirectoryEntryStream", "resource"),
    "error": (".io_error", "error"),
    "error-code": (
        "ErrorCode",
        "enum { access, would-block, already, bad-descriptor, busy, deadlock, quota, exist, file-too-large, illegal-byte-sequence, in-progress, interrupted, invalid, io, is-directory, loop, too-many-links, message-size, name-too-long, no-device, no-entry, no-lock, insufficient-memory, insufficient-space, not-directory, not-empty, not-recoverable, unsupported, no-tty, no-such-device, overflow, not-permitted, pipe, read-only, invalid-seek, text-file-busy, cross-device }",
    ),
    "filesize": ("Filesize", "u64"),
    "input-stream": (".io_streams", "input-stream"),
    "link-count": ("LinkCount", "u64"),
    "metadata-hash-value": ("MetadataHashValue", "record { lower: u64, upper: u64 }"),
    "new-timestamp": (
        "NewTimestamp",
        "variant { no-change, now, timestamp(datetime) }",
        ("NewTimestamp_NoChange", "NewTimestamp_Now", "NewTimestamp_Timestamp"),
    ),
    "open-flags": ("OpenFlags", "flags { create, directory, exclusive, truncate }"),
    "output-stream": (".io_streams", "output-stream"),
    "path-flags": ("PathFlags", "flags { symlink-follow }"),
}
