"""A dead-letter file: whole lines only, whatever ends the run, and never at the cost of the upload itself."""

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

    A file that is there already is appended to where it holds dead letters, and refused otherwise. Where letters cannot
    be written (a full disk), that is logged once and counted; nothing is raised.

    Args:
        path: of the file; made with mode 0600 where it is missing. A pipe or a device is written to as it is.
        log_group_name: where events were to go whose letters don't say so.
        log_stream_name: likewise; None where it depends on the event.

    Attributes:
        name: of the file.
        written: letters that it was given by this object.
        lost: letters that could not be written.
        fault: why the first of those could not; empty where there is none.

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
            # To be read as well, where it can be: what it holds already is looked at.
            self._descriptor = _opened(self.name)
        except OSError as fault:
            raise OutputError(f"dead-letter file {self.name}: {fault.strerror}") from None
        try:
            self._mid_line = self._look_at_the_end()
        except OutputError:
            os.close(self._descriptor)
            raise

    def _look_at_the_end(self) -> bool:
        """Whether the file ends in the middle of a line, as a run that was killed may leave it."""
        status = os.fstat(self._descriptor)
        if not stat.S_ISREG(status.st_mode) or not status.st_size:
            return False
        head = os.pread(self._descriptor, len(LINE_START), 0)
        if not LINE_START.startswith(head):
            raise OutputError(
                f"{self.name}: is there already, and holds no dead letters: name another file, or move it away"
            )
        if status.st_size < len(LINE_START):
            # Of the very first letter a crash left less than its mark: nothing in it is worth keeping, and with it the
            # file would not be known again.
            os.ftruncate(self._descriptor, 0)
            return False
        return os.pread(self._descriptor, 1, status.st_size - 1) != b"\n"

    def write(self, letters: Iterable[Letter]) -> None:
        """Write letters, whole ones only. What cannot be written is counted as lost."""
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
        """Note events that should have a letter and can have none."""
        with self._lock:
            self._lose(letters, why)

    def sync(self) -> None:
        """Return once what was written survives a loss of power."""
        with self._lock:
            self._sync()

    def close(self) -> None:
        """Make sure of what was written, and close the file. To do it again does nothing."""
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
            # Behind a line that was cut off, a new one; the reader tells of the one that is cut.
            block = b"\n" * self._mid_line + b"".join(lines)
            done = 0
            try:
                while done < len(block):
                    done += os.write(self._descriptor, block[done:] if done else block)
            except OSError as fault:
                whole = block[:done].count(b"\n") - (self._mid_line and done > 0)
                self._mid_line = block[:done][-1:] != b"\n" if done else self._mid_line
                self.written += whole
                self._lose(len(lines) - whole, fault.strerror or str(fault))
            else:
                self._mid_line = False
                self.written += len(lines)

    def _sync(self) -> None:
        if self._descriptor < 0:
            return
        try:
            os.fsync(self._descriptor)
        except OSError as fault:
            if stat.S_ISREG(os.fstat(self._descriptor).st_mode):
                self._lose(0, fault.strerror or str(fault))

    def _lose(self, letters: int, why: str) -> None:
        if not self.fault:
            self.fault = why
            log.warning(
                "dead letters cannot be written to %s (%s); the upload goes on, and the report counts them",
                escape(self.name),
                escape(why),
            )
        self.lost += letters


def _opened(name: str) -> int:
    flags = os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOCTTY
    try:
        is_regular = stat.S_ISREG(os.stat(name).st_mode)
    except OSError:
        is_regular = True  # to be made
    return os.open(name, flags | (os.O_RDWR if is_regular else os.O_WRONLY), 0o600)


def is_dead_letters(path: str | os.PathLike[str]) -> bool:
    """Whether a file holds dead letters, by the mark of its first line. What can be read only once is not looked at."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        with open(path, "rb") as file:
            return file.read(len(LINE_START)) == LINE_START
    except OSError:
        return False
