"""The bytes of an input: files, pipes, standard input."""

from __future__ import annotations

import os
import select
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Protocol

from cordwood.errors import InputError, JournalError
from cordwood.sources.line_index import LineIndex

if TYPE_CHECKING:
    from cordwood._model import SourceIdentity

CHUNK = 1 << 20
"""Bytes asked of a file at once."""

_PIPE_TIMEOUT = 0.2
"""Seconds to wait for a pipe before the caller is asked whether to go on."""

Read = Callable[[], bytes | None]
"""Returns the next bytes; empty ones at the end; None while a pipe has nothing."""


class RawFile(Protocol):
    """What an input file's bytes are read from."""

    @property
    def name(self) -> str:
        """For people."""
        ...

    @property
    def size(self) -> int | None:
        """In bytes; None if it is not a regular file, and can be read only once."""
        ...

    @property
    def modified_ms(self) -> int | None:
        """When it was last modified, in milliseconds since 1970; None for a pipe."""
        ...

    @property
    def identity(self) -> dict[str, int]:
        """Of a file on a disk, for the report."""
        ...

    @property
    def can_be_read_again(self) -> bool:
        """Whether a later run finds it unchanged."""
        ...

    @property
    def most_peeks(self) -> int:
        """Parts of it that may be looked at before it is read."""
        ...

    @property
    def lines(self) -> LineIndex | None:
        """None if it cannot be read again to count lines."""
        ...

    def peek(self, offset: int, length: int) -> bytes:
        """Return some of its bytes, without reading on; none of a pipe."""
        ...

    def opened(self) -> AbstractContextManager[Read]:
        """Open it and return what reads it, from its start.

        Raises:
            InputError: it cannot be read; the returned function may raise it too.

        """
        ...

    def source_identity(self) -> SourceIdentity:
        """Return what a journal recognizes it by.

        Raises:
            InputError: it cannot be read.
            JournalError: it can be read only once.

        """
        ...


class LocalFile:
    """A file or a pipe of this machine.

    Args:
        path: of it; "-" is standard input.

    Raises:
        InputError: it is missing, unreadable or a folder.

    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path
        self.name = "standard input" if path == "-" else os.fsdecode(os.fspath(path))
        self.size: int | None = None
        self.modified_ms: int | None = None
        self.identity: dict[str, int] = {}
        self.lines: LineIndex | None = None
        self._start = 0
        if path != "-":
            with suppress(OSError):  # reported when it is opened
                mode = os.stat(path).st_mode
                # A pipe may not be opened twice.
                if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                    return
        with self._descriptor() as descriptor:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise InputError(f"{self.name}: is a folder; name the files in it, or use `recursive`")
            if not stat.S_ISREG(status.st_mode):
                return
            self._start = os.lseek(descriptor, 0, os.SEEK_CUR)
        self.size = max(status.st_size - self._start, 0)
        self.modified_ms = status.st_mtime_ns // 1_000_000
        self.identity = {
            "device": status.st_dev,
            "inode": status.st_ino,
            "size": status.st_size,
            "modified_ns": status.st_mtime_ns,
        }
        self.lines = None if path == "-" else LineIndex(path)

    most_peeks = 1 << 10

    @property
    def can_be_read_again(self) -> bool:
        """Whether a later run finds it unchanged."""
        return self.size is not None and self.path != "-"

    @contextmanager
    def _descriptor(self) -> Iterator[int]:
        if self.path == "-":
            yield 0
            return
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise InputError(f"{self.name}: {error.strerror}") from None
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def peek(self, offset: int, length: int) -> bytes:
        """Return some of its bytes, without reading on; none of a pipe."""
        if self.size is None:
            return b""
        with self._descriptor() as descriptor:
            try:
                return os.pread(descriptor, length, self._start + offset)
            except OSError as error:
                raise InputError(f"{self.name}: {error.strerror}") from None

    @contextmanager
    def opened(self) -> Iterator[Read]:
        """Open it and return what reads it, from its start."""
        with self._descriptor() as descriptor:
            done = 0

            def read() -> bytes | None:
                nonlocal done
                if self.size is None and not select.select([descriptor], [], [], _PIPE_TIMEOUT)[0]:
                    return None
                try:
                    chunk = os.read(descriptor, CHUNK)
                except OSError as error:
                    raise InputError(f"{self.name}, byte {done}: {error.strerror}") from error
                done += len(chunk)
                return chunk

            yield read

    def source_identity(self) -> SourceIdentity:
        """Return what a journal recognizes it by."""
        from cordwood.journal.identity import identify_file

        return identify_file(self.path)


class OpenFile:
    """A file that the caller has opened: anything that is read in bytes.

    Args:
        file: has a `read` method that takes the most bytes to return, and returns none at the end.

    """

    size: int | None = None
    modified_ms: int | None = None
    lines: LineIndex | None = None
    can_be_read_again = False
    most_peeks = 0

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.name = str(getattr(file, "name", "") or "the open file")
        self.identity: dict[str, int] = {}

    def peek(self, offset: int, length: int) -> bytes:
        """Return nothing: it can be read only once."""
        return b""

    @contextmanager
    def opened(self) -> Iterator[Read]:
        """Return what reads it, from its current position. It stays open."""

        def read() -> bytes:
            try:
                chunk: object = self._file.read(CHUNK)
            except (OSError, ValueError) as error:
                raise InputError(f"{self.name}: {error}") from error
            if not isinstance(chunk, bytes):
                raise InputError(
                    f"{self.name}: its read method returns {type(chunk).__name__}, not bytes; open it in mode 'rb'"
                )
            return chunk

        yield read

    def source_identity(self) -> SourceIdentity:
        """Raise JournalError: a later run could not read it again."""
        raise JournalError(f"{self.name}: a journal is for regular files; what is read only once cannot be resumed")
