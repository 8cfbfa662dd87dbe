"""Descriptors of directories: all that takes a path.

Each method finds the place of its path (`place.py`), and does one thing there. What changes anything asks the grant
first; what concerns two directories asks both.
"""

from __future__ import annotations

import os
from errno import EBUSY, EEXIST, EILSEQ, EINVAL, EISDIR, EMFILE, ENOENT, ENOTDIR, EPERM
from functools import cache
from stat import S_ISDIR

from ..interfaces.filesystem_types import DescriptorFlags, OpenFlags, PathFlags
from ..io.descriptors import Owned
from .descriptor import MUTATE, READ, WRITE, Descriptor, no_directory
from .entries import DirectoryEntryStream
from .errors import answers
from .file import File
from .place import Place, encoded, entered
from .stat import described, identity, new_times
from .walk import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..interfaces.filesystem_types import DescriptorStat, MetadataHashValue, NewTimestamp

_FOLLOW = PathFlags.SYMLINK_FOLLOW.value
_CREATE, _EXCLUSIVE = OpenFlags.CREATE.value, OpenFlags.EXCLUSIVE.value
_DIRECTORY, _TRUNCATE = OpenFlags.DIRECTORY.value, OpenFlags.TRUNCATE.value
_SYNC = {
    DescriptorFlags.FILE_INTEGRITY_SYNC.value: getattr(os, "O_SYNC", 0),
    DescriptorFlags.DATA_INTEGRITY_SYNC.value: getattr(os, "O_DSYNC", 0),
    DescriptorFlags.REQUESTED_WRITE_SYNC.value: getattr(os, "O_RSYNC", 0),
}
_QUIETLY = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
"""A pipe without a writer is not waited for, a terminal does not become the process's."""


class Directory(Descriptor):
    """An open directory, and the way to everything beneath it."""

    __slots__ = ()

    def _place(self, path: str) -> Place:
        """Of something that exists: slashes at the end lead into it."""
        return Place(self._grant.resolve, self._file.fd, entered(encoded(path)))

    def _name(self, path: str) -> Place:
        """Of a name that is made, moved or removed."""
        return Place(self._grant.resolve, self._file.fd, encoded(path))

    # ---- looking ----

    @answers
    def read_directory(self) -> DirectoryEntryStream:
        return DirectoryEntryStream(self._grant.session, self._file.fd)

    @answers
    def stat_at(self, path_flags: PathFlags, path: str, /) -> DescriptorStat:
        with self._place(path) as place:
            return described(place.stat(path_flags.value & _FOLLOW != 0))

    @answers
    def metadata_hash_at(self, path_flags: PathFlags, path: str, /) -> MetadataHashValue:
        with self._place(path) as place:
            return identity(place.stat(path_flags.value & _FOLLOW != 0))

    @answers
    def readlink_at(self, path: str, /) -> str:
        with self._place(path) as place:
            contents = os.readlink(place.name, dir_fd=place.directory)
        if contents.startswith(b"/"):
            raise failure(EPERM)
        try:
            return contents.decode()
        except UnicodeDecodeError:
            raise failure(EILSEQ) from None

    # ---- opening ----

    @answers
    def open_at(self, path_flags: PathFlags, path: str, open_flags: OpenFlags, flags: DescriptorFlags, /) -> Descriptor:
        """Rights of the new descriptor: what is asked for, never more than the grant.

        Like other hosts we let a directory that is opened without ``mutate-directory`` be changed, if the one that it
        is opened from can be: programs for preview 1 and their adapter cannot ask for it.
        """
        how, rights = open_flags.value, opened_rights(open_flags.value, flags.value)
        if rights & (WRITE | MUTATE):
            self._grant.check_writable()
        if how & _DIRECTORY and how & (_CREATE | _EXCLUSIVE | _TRUNCATE):
            raise failure(EINVAL)
        session = self._grant.session
        if len(session.descriptors) >= session.limits.descriptors:  # before it creates or empties the file
            raise failure(EMFILE)
        with self._name(path) if how & _CREATE else self._place(path) as place:
            if place.slash:
                raise failure(EISDIR)
            fd = place.open(system_flags(how, rights), path_flags.value & _FOLLOW != 0)
        return self._opened(Owned(session, fd), rights)

    def _opened(self, file: Owned, rights: int) -> Descriptor:
        if S_ISDIR(os.fstat(file.fd).st_mode):
            return Directory(self._grant, file, rights)
        return File(self._grant, file, rights & ~MUTATE)

    # ---- changing ----

    @answers
    def create_directory_at(self, path: str, /) -> None:
        self._grant.check_writable()
        with self._name(path) as place:
            place.check_named(EEXIST)
            os.mkdir(place.name, 0o777, dir_fd=place.directory)

    @answers
    def remove_directory_at(self, path: str, /) -> None:
        self._grant.check_writable()
        if path.endswith("/"):
            self._place(path).__exit__()  # a link is none to be removed, but if it leads out we say so
        with self._name(path) as place:
            place.check_named(EINVAL)
            os.rmdir(place.name, dir_fd=place.directory)

    @answers
    def unlink_file_at(self, path: str, /) -> None:
        self._grant.check_writable()
        with self._name(path) as place:
            if S_ISDIR(place.stat().st_mode):  # of which systems say one thing or another
                raise failure(EISDIR)
            if place.slash:
                raise failure(ENOTDIR)
            os.unlink(place.name, dir_fd=place.directory)

    @answers
    def set_times_at(self, path_flags: PathFlags, path: str, accessed: NewTimestamp, modified: NewTimestamp, /) -> None:
        self._grant.check_writable()
        with self._place(path) as place:
            times = new_times(accessed, modified, place.stat(path_flags.value & _FOLLOW != 0))
            os.utime(place.name, dir_fd=place.directory, ns=times, follow_symlinks=False)

    @answers
    def symlink_at(self, old_path: str, new_path: str, /) -> None:
        self._grant.check_writable()
        contents = encoded(old_path)
        with self._name(new_path) as place:
            place.check_named(EEXIST)
            if place.slash:
                raise failure(EEXIST if place.exists() else ENOENT)
            os.symlink(contents, place.name, dir_fd=place.directory)

    @answers
    def link_at(self, old_path_flags: PathFlags, old_path: str, new_descriptor: Descriptor, new_path: str, /) -> None:
        """``invalid`` if the old path is to be followed, as in other hosts: systems do not agree what that does."""
        target = self._other(new_descriptor)
        if old_path_flags.value & _FOLLOW:
            raise failure(EINVAL)
        with self._name(old_path) as old, target._name(new_path) as new:
            directory = S_ISDIR(old.stat().st_mode)
            if old.slash and not directory:
                raise failure(ENOTDIR)
            if new.slash or directory:
                raise failure(EEXIST if new.exists() else ENOENT if new.slash else EPERM)
            os.link(old.name, new.name, src_dir_fd=old.directory, dst_dir_fd=new.directory, follow_symlinks=False)

    @answers
    def rename_at(self, old_path: str, new_descriptor: Descriptor, new_path: str, /) -> None:
        target = self._other(new_descriptor)
        with self._name(old_path) as old, target._name(new_path) as new:
            old.check_named(EBUSY)
            new.check_named(EBUSY)
            if (old.slash or new.slash) and not S_ISDIR(old.stat().st_mode):
                raise failure(ENOTDIR)
            os.rename(old.name, new.name, src_dir_fd=old.directory, dst_dir_fd=new.directory)

    def _other(self, descriptor: Descriptor) -> Directory:
        """The directory that something of this one comes into: both have to be writable."""
        if not isinstance(descriptor, Directory):
            no_directory()
        self._grant.check_writable()
        descriptor._grant.check_writable()
        return descriptor


def opened_rights(how: int, flags: int) -> int:
    """``descriptor-flags`` of what is opened: who creates or empties a file may write; who asks for nothing reads."""
    if how & (_CREATE | _TRUNCATE):
        return flags | WRITE if flags & WRITE else flags | WRITE | READ
    return flags if flags & WRITE else flags | READ


@cache
def system_flags(how: int, rights: int) -> int:
    """Flags of ``open``."""
    flags = _QUIETLY | (os.O_RDONLY if not rights & WRITE else os.O_RDWR if rights & READ else os.O_WRONLY)
    for bit, flag in ((_CREATE, os.O_CREAT), (_TRUNCATE, os.O_TRUNC), (_DIRECTORY, getattr(os, "O_DIRECTORY", 0))):
        flags |= flag if how & bit else 0
    if how & _CREATE and how & _EXCLUSIVE:
        flags |= os.O_EXCL
    for bit, flag in _SYNC.items():
        flags |= flag if rights & bit else 0
    return flags
