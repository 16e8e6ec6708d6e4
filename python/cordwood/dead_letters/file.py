"""A dead-letter file: whole lines only, whatever ends the run; a failure to write never stops the upload."""

from __future__ import annotations

import logging
import os
import stat
import threading
from collections.abc import Iterable

from cordwood._text import escape
from cordwood.dead_letters.letter import LINE_START, Letter
from cordwood.errors import OutputError
from cordwood.report.entries import DeadLetterFile

log = logging.getLogger("cordwood")

_BLOCK = 1 << 20
"""Bytes of letters that are written at once."""


class DeadLetters:
    """Writes dead letters to a file. Threads may share it.

    An existing file is appended to if it holds dead letters, and refused otherwise. If letters cannot be written (the
    disk is full), that is logged once and counted; nothing is raised.

    Args:
        path: of the file; created with mode 0600 if it is missing. A pipe or a device is written to as it is.
        log_group_name: the destination of events whose letters don't name it.
        log_stream_name: the same; None if it depends on the event.

    Attributes:
        name: of the file.
        written: letters that this object wrote.
        lost: letters that could not be written.
        fault: why the first of those could not; empty if there are none.

    Raises:
        OutputError: the file cannot be opened, or holds something else.

    """

    def __init__(
        self, path: str | os.PathLike[str], *, log_group_name: str = "", log_stream_name: str | None = None
    ) -> None:
        self.name = os.fsdecode(os.fspath(path))
        self.log_group_name = log_group_name
        self.log_stream_name = log_stream_name or ""
        self.written = 0
        self.lost = 0
        self.fault = ""
        self._lock = threading.Lock()
        try:
            # Opened for reading too, if possible: what it holds already is checked.
            self._descriptor = _opened(self.name)
        except OSError as error:
            raise OutputError(f"dead-letter file {self.name}: {error.strerror}") from None
        try:
            self._mid_line = self._check_content()
        except OutputError:
            os.close(self._descriptor)
            raise

    def _check_content(self) -> bool:
        """Return whether the file ends in the middle of a line, as a run that was killed may leave it."""
        status = os.fstat(self._descriptor)
        if not stat.S_ISREG(status.st_mode) or not status.st_size:
            return False
        head = os.pread(self._descriptor, len(LINE_START), 0)
        if not LINE_START.startswith(head):
            raise OutputError(
                f"{self.name}: already exists, and holds no dead letters: name another file, or move it away"
            )
        if status.st_size < len(LINE_START):
            # A crash left less than the mark of the first letter: it is worth nothing, and the file would not be
            # recognized with it.
            os.ftruncate(self._descriptor, 0)
            return False
        return os.pread(self._descriptor, 1, status.st_size - 1) != b"\n"

    def write(self, letters: Iterable[Letter]) -> None:
        """Write letters, only whole ones. What cannot be written is counted as lost."""
        block: list[bytes] = []
        size = 0
        for letter in letters:
            block.append(letter.to_line())
            size += len(block[-1])
            if size >= _BLOCK:
                self._write(block)
                block, size = [], 0
        if block:
            self._write(block)

    def count_lost(self, letters: int, why: str) -> None:
        """Count events that should have a letter but cannot have one."""
        with self._lock:
            self._lose(letters, why)

    def sync(self) -> None:
        """Return once what was written survives a power loss."""
        with self._lock:
            self._sync()

    def close(self) -> None:
        """Sync and close the file. Closing it again does nothing."""
        with self._lock:
            if self._descriptor >= 0:
                self._sync()
                os.close(self._descriptor)
                self._descriptor = -1

    def summary(self) -> DeadLetterFile:
        """Return what a report says about it."""
        with self._lock:
            return DeadLetterFile(self.name, self.written, self.lost, self.fault)

    def _write(self, lines: list[bytes]) -> None:
        with self._lock:
            if self._descriptor < 0:
                self._lose(len(lines), "the file was closed before")
                return
            # After a line that was cut off, a new one; the reader reports the one that is cut.
            block = b"\n" * self._mid_line + b"".join(lines)
            done = 0
            try:
                while done < len(block):
                    done += os.write(self._descriptor, block[done:] if done else block)
            except OSError as error:
                whole = block[:done].count(b"\n") - (self._mid_line and done > 0)
                self._mid_line = block[:done][-1:] != b"\n" if done else self._mid_line
                self.written += whole
                self._lose(len(lines) - whole, error.strerror or str(error))
            else:
                self._mid_line = False
                self.written += len(lines)

    def _sync(self) -> None:
        if self._descriptor < 0:
            return
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            if stat.S_ISREG(os.fstat(self._descriptor).st_mode):
                self._lose(0, error.strerror or str(error))

    def _lose(self, letters: int, why: str) -> None:
        if not self.fault:
            self.fault = why
            log.warning(
                "dead letters cannot be written to %s (%s); the upload continues, and the report counts them",
                escape(self.name),
                escape(why),
            )
        self.lost += letters


def _opened(name: str) -> int:
    flags = os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOCTTY
    try:
        is_regular = stat.S_ISREG(os.stat(name).st_mode)
    except OSError:
        is_regular = True  # to be created
    return os.open(name, flags | (os.O_RDWR if is_regular else os.O_WRONLY), 0o600)


def is_dead_letters(path: str | os.PathLike[str]) -> bool:
    """Return whether a file holds dead letters, by the mark of its first line. A pipe is not read."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        with open(path, "rb") as file:
            return file.read(len(LINE_START)) == LINE_START
    except OSError:
        return False
