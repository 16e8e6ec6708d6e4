"""Where the bytes of an input are: files, pipes, standard input."""

from __future__ import annotations

import os
import select
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Protocol

from cordwood.errors import InputError
from cordwood.sources.line_index import LineIndex

if TYPE_CHECKING:
    from cordwood._model import SourceIdentity

CHUNK = 1 << 20
"""Bytes asked of a file at once."""

_PATIENCE = 0.2
"""Seconds that a pipe is waited for before whoever reads is asked again whether to go on."""

Read = Callable[[], bytes | None]
"""The next bytes; none at the end; None where a pipe gives nothing yet."""


class InputFile(Protocol):
    """What can be read."""

    @property
    def name(self) -> str:
        """For people."""
        ...

    @property
    def size(self) -> int | None:
        """In bytes; None for what is no regular file, and can be read but once."""
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
        """Whether a later run finds it as it is."""
        ...

    @property
    def lines(self) -> LineIndex | None:
        """None for what can't be read again for its lines."""
        ...

    def peek(self, offset: int, length: int) -> bytes:
        """Bytes of it, without reading on; none of a pipe."""
        ...

    def opened(self) -> AbstractContextManager[Read]:
        """What reads it, from its start.

        Raises:
            InputError: it cannot be read; so may what it gives.

        """
        ...

    def source_identity(self) -> SourceIdentity:
        """What a journal tells it by.

        Raises:
            InputError: it cannot be read.
            JournalError: it can be read but once.

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
            with suppress(OSError):  # told when it is opened
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

    @property
    def can_be_read_again(self) -> bool:
        """Whether a later run finds it as it is."""
        return self.size is not None and self.path != "-"

    @contextmanager
    def _descriptor(self) -> Iterator[int]:
        if self.path == "-":
            yield 0
            return
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as fault:
            raise InputError(f"{self.name}: {fault.strerror}") from None
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def peek(self, offset: int, length: int) -> bytes:
        """Bytes of it, without reading on; none of a pipe."""
        if self.size is None:
            return b""
        with self._descriptor() as descriptor:
            try:
                return os.pread(descriptor, length, self._start + offset)
            except OSError as fault:
                raise InputError(f"{self.name}: {fault.strerror}") from None

    @contextmanager
    def opened(self) -> Iterator[Read]:
        """What reads it, from its start."""
        with self._descriptor() as descriptor:
            done = 0

            def read() -> bytes | None:
                nonlocal done
                if self.size is None and not select.select([descriptor], [], [], _PATIENCE)[0]:
                    return None
                try:
                    chunk = os.read(descriptor, CHUNK)
                except OSError as fault:
                    raise InputError(f"{self.name}, byte {done}: {fault.strerror}") from fault
                done += len(chunk)
                return chunk

            yield read

    def source_identity(self) -> SourceIdentity:
        """What a journal tells it by."""
        from cordwood.journal.identity import identify_file

        return identify_file(self.path)


class OpenFile:
    """What a program has opened: anything that is read in bytes.

    Args:
        file: with a `read` that takes how many bytes at most, and gives none at the end.

    """

    size: int | None = None
    modified_ms: int | None = None
    lines: LineIndex | None = None
    can_be_read_again = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.name = str(getattr(file, "name", "") or "the open file")
        self.identity: dict[str, int] = {}

    def peek(self, offset: int, length: int) -> bytes:
        """None of it: it can be read but once."""
        return b""

    @contextmanager
    def opened(self) -> Iterator[Read]:
        """What reads it, from where it stands. It stays open."""

        def read() -> bytes:
            try:
                chunk: object = self._file.read(CHUNK)
            except (OSError, ValueError) as fault:
                raise InputError(f"{self.name}: {fault}") from fault
            if not isinstance(chunk, bytes):
                raise InputError(f"{self.name}: it gives {type(chunk).__name__}, not bytes; open it in mode 'rb'")
            return chunk

        yield read

    def source_identity(self) -> SourceIdentity:
        """None: there is nothing that a later run could find."""
        from cordwood.errors import JournalError

        raise JournalError(f"{self.name}: a journal is for regular files; what is read but once cannot be resumed")
