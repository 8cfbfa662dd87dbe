"""Resource ``descriptor``: what files and directories have in common, and what they answer to each other's methods.

A descriptor holds an open descriptor of the system, never a path. What it may do is settled when it is opened: its
``flags``, and the ``Grant`` of the preopened directory that it comes from, which nothing that was opened beneath can
get around.
"""

from __future__ import annotations

import os

from ...runtime import Err
from ..interfaces.filesystem_types import DescriptorFlags, ErrorCode
from .errors import answers
from .stat import described, identity, new_times, type_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from ..interfaces.filesystem_types import (
        Advice,
        DescriptorStat,
        DescriptorType,
        MetadataHashValue,
        NewTimestamp,
        OpenFlags,
        PathFlags,
    )
    from ..io.descriptors import Owned
    from ..io.session import Session
    from ..io.streams import InputStream, OutputStream
    from .beneath import Resolver
    from .entries import DirectoryEntryStream

READ = DescriptorFlags.READ.value
WRITE = DescriptorFlags.WRITE.value
MUTATE = DescriptorFlags.MUTATE_DIRECTORY.value


class Grant:
    """What everything beneath one preopened directory shares: the instance, the way to resolve paths, ``writable``."""

    __slots__ = ("resolve", "session", "writable")

    def __init__(self, session: Session, resolve: Resolver, writable: bool) -> None:
        self.session, self.resolve, self.writable = session, resolve, writable

    def check_writable(self) -> None:
        if not self.writable:
            raise Err(ErrorCode.READ_ONLY)


class Descriptor:
    """A file or a directory. ``flags``: bits of ``descriptor-flags``."""

    __slots__ = ("_file", "_flags", "_grant")

    def __init__(self, grant: Grant, file: Owned, flags: int) -> None:
        self._grant = grant
        self._file = file
        self._flags = flags

    def __exit__(self, *_: object) -> None:
        """The guest dropped it. The system's descriptor is closed when no stream uses it any more."""
        del self._file

    # ---- of both ----

    def get_flags(self) -> DescriptorFlags:
        return DescriptorFlags(self._flags)

    @answers
    def get_type(self) -> DescriptorType:
        return type_of(os.fstat(self._file.fd))

    @answers
    def stat(self) -> DescriptorStat:
        return described(os.fstat(self._file.fd))

    @answers
    def metadata_hash(self) -> MetadataHashValue:
        return identity(os.fstat(self._file.fd))

    @answers
    def set_times(self, accessed: NewTimestamp, modified: NewTimestamp, /) -> None:
        self._grant.check_writable()
        fd = self._file.fd
        os.utime(fd, ns=new_times(accessed, modified, os.fstat(fd)))

    @answers
    def sync(self) -> None:
        if self._grant.writable:
            os.fsync(self._file.fd)

    @answers
    def sync_data(self) -> None:
        if self._grant.writable:
            getattr(os, "fdatasync", os.fsync)(self._file.fd)

    def is_same_object(self, other: Descriptor, /) -> bool:
        return os.path.samestat(os.fstat(self._file.fd), os.fstat(other._file.fd))

    # ---- of files ----

    def read_via_stream(self, offset: int, /) -> InputStream:
        raise Err(ErrorCode.IS_DIRECTORY)

    def write_via_stream(self, offset: int, /) -> OutputStream:
        raise Err(ErrorCode.BAD_DESCRIPTOR)

    def append_via_stream(self) -> OutputStream:
        raise Err(ErrorCode.BAD_DESCRIPTOR)

    def advise(self, offset: int, length: int, advice: Advice, /) -> None:
        raise Err(ErrorCode.BAD_DESCRIPTOR)

    def set_size(self, size: int, /) -> None:
        raise Err(ErrorCode.BAD_DESCRIPTOR)

    def read(self, length: int, offset: int, /) -> tuple[bytes, bool]:
        raise Err(ErrorCode.IS_DIRECTORY)

    def write(self, buffer: bytes, offset: int, /) -> int:
        raise Err(ErrorCode.BAD_DESCRIPTOR)

    # ---- of directories ----

    def read_directory(self) -> DirectoryEntryStream:
        no_directory()

    def create_directory_at(self, path: str, /) -> None:
        no_directory()

    def stat_at(self, path_flags: PathFlags, path: str, /) -> DescriptorStat:
        no_directory()

    def set_times_at(self, path_flags: PathFlags, path: str, accessed: NewTimestamp, modified: NewTimestamp, /) -> None:
        no_directory()

    def link_at(self, old_path_flags: PathFlags, old_path: str, new_descriptor: Descriptor, new_path: str, /) -> None:
        no_directory()

    def open_at(self, path_flags: PathFlags, path: str, open_flags: OpenFlags, flags: DescriptorFlags, /) -> Descriptor:
        no_directory()

    def readlink_at(self, path: str, /) -> str:
        no_directory()

    def remove_directory_at(self, path: str, /) -> None:
        no_directory()

    def rename_at(self, old_path: str, new_descriptor: Descriptor, new_path: str, /) -> None:
        no_directory()

    def symlink_at(self, old_path: str, new_path: str, /) -> None:
        no_directory()

    def unlink_file_at(self, path: str, /) -> None:
        no_directory()

    def metadata_hash_at(self, path_flags: PathFlags, path: str, /) -> MetadataHashValue:
        no_directory()


def no_directory() -> NoReturn:
    raise Err(ErrorCode.NOT_DIRECTORY)
