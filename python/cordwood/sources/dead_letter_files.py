"""Dead letters of an earlier run as a source: the retryable ones are sent, the others reported."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import Any

from cordwood._model import Location, Outcome, Rejected, RejectedEvent, SourceFile, SourceIdentity
from cordwood.dead_letters import Letter, LetterError
from cordwood.errors import InputError, JournalError
from cordwood.name_template import NameTemplate
from cordwood.options import MessageOptions
from cordwood.sources.line_index import LineIndex
from cordwood.sources.routing import Routed, router
from cordwood.sources.source import FileSource

_LINES_AT_ONCE = 500
"""Letters read before the batches that they closed are yielded: bounds what is held."""

_MAX_LINE_BYTES = 64 << 20
"""Bytes of a line that are read. A letter of the longest message takes a tenth of that."""


class DeadLetterFiles(FileSource):
    """The events of dead-letter files, in constant memory.

    Each line counts as one event; of an event that was sent in parts, each missing part does. A letter that is not
    retryable is `skipped`, and a line that is no letter (as the last one of a run that was killed may be) `invalid`.

    Args:
        paths: the files.
        log_stream_name: where all events go; None: each to the log stream that its letter names.
        include_possible_duplicates: also send what may be stored already, and would then be stored twice.
        messages: what is done with messages that are not legal.
        keep_rejected: return rejected events with what they held, as in `batches`.

    Raises:
        InputError: a file is missing or unreadable.

    """

    def __init__(
        self,
        paths: list[str | os.PathLike[str]],
        log_stream_name: str | None = None,
        *,
        include_possible_duplicates: bool = False,
        messages: MessageOptions | None = None,
        keep_rejected: bool = False,
    ) -> None:
        super().__init__()
        self._router = router(
            _stream_of if log_stream_name is None else NameTemplate.literal(log_stream_name),
            messages or MessageOptions(),
            keep_rejected=keep_rejected,
        )
        self._include_possible_duplicates = include_possible_duplicates
        self._keep_rejected = keep_rejected
        self._rejected: list[Rejected] = []
        self._of_lines = 0
        self._files = [_File(path) for path in paths]
        self._begun = 0
        self.names = tuple(file.name for file in self._files)
        self.total_bytes = sum(file.size for file in self._files)
        self._bytes_read = 0
        self._damaged = False

    def __iter__(self) -> Iterator[list[Routed]]:
        """Yield the batches as they become full; an empty list every so often in between."""
        for file in self._files:
            file.base = self._bytes_read
            self._begun += 1
            routed: list[Routed] = []
            for number, line in enumerate(_lines(file)):
                routed += self._take(file, self._bytes_read, line)
                self._bytes_read += len(line)
                if routed or number % _LINES_AT_ONCE == 0:
                    yield routed
                    routed = []
            yield routed
        yield self.flush()

    def _take(self, file: _File, position: int, line: bytes) -> list[Routed]:
        if not line.strip():
            return []
        try:
            letter = Letter.from_line(line)
        except LetterError as error:
            self._damaged = True
            return self._leave(file, Rejected(position, Outcome.INVALID, str(error)), line.rstrip(b"\n"))
        if why := self._why_not(letter):
            return self._leave(file, Rejected(position, Outcome.SKIPPED, why), b"")
        routed = []
        for nth, (timestamp, message) in enumerate(letter.events()):
            file.events += 1
            # Parts have positions within their line, so that every event has its own.
            event = {"timestamp": timestamp, "message": message, "log_stream_name": letter.log_stream_name}
            routed += self._router.take(event, position + nth)
        return routed

    def _why_not(self, letter: Letter) -> str:
        if not letter.retryable:
            return f"not retryable as it is: it was {letter.outcome} ({letter.reason})"
        if letter.may_be_stored and not self._include_possible_duplicates:
            return (
                "may be stored already, and would then be stored twice: to send it all the same, use "
                "`include_possible_duplicates`"
            )
        return ""

    def _leave(self, file: _File, rejected: Rejected, text: bytes) -> list[Routed]:
        self._of_lines += 1
        file.events += 1
        file.left[rejected.outcome] = file.left.get(rejected.outcome, 0) + 1
        if self._keep_rejected and rejected.outcome is Outcome.INVALID:
            rejected = RejectedEvent(*rejected, (None, text[: 1 << 20], False, len(text) > 1 << 20))
        self._rejected.append(rejected)
        return []

    @property
    def bytes_read(self) -> int:
        """Of all files, so far."""
        return self._bytes_read

    @property
    def damaged(self) -> bool:
        """Whether a line was no letter."""
        return self._damaged

    def flush(self) -> list[Routed]:
        """Close and return the open batches, without reading on."""
        return self._router.flush()

    def drain_rejected(self) -> list[Rejected]:
        """Return the rejected events, and those left out, each once."""
        rejected, self._rejected = self._rejected, []
        return rejected + self._router.drain_rejected()

    @property
    def counts(self) -> dict[str, int]:
        """`events` read, `altered`, among others."""
        counts = self._router.counts
        return {**counts, "events": counts["events"] + self._of_lines}

    def identities(self) -> list[SourceIdentity]:
        """Raise JournalError: what is sent of dead letters leaves no letter behind, so no run can be resumed."""
        raise JournalError("a journal is kept of log files, and these hold dead letters")

    def files(self) -> list[SourceFile]:
        """Say what was read of each file."""
        ends = [file.base for file in self._files[1 : self._begun]] + [self._bytes_read]
        return [
            SourceFile(
                file.name,
                "dead_letters",
                ends[index] - file.base if index < self._begun else 0,
                file.size,
                file.identity,
                file.events,
                {str(outcome): count for outcome, count in file.left.items()},
            )
            for index, file in enumerate(self._files)
        ]

    def locate(self, positions: list[int]) -> list[Location]:
        """Return file, byte and line of these positions, which count bytes over all files."""
        locations = []
        for position in positions:
            file = next(file for file in reversed(self._files[: self._begun]) if file.base <= position)
            offset = position - file.base
            locations.append(Location(offset, file.name, file.lines.of([offset])[0]))
        return locations


class _File:
    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path
        self.name = os.fsdecode(os.fspath(path))
        self.base = 0
        self.events = 0
        self.left: dict[Outcome, int] = {}
        self.lines = LineIndex(path)
        try:
            status = os.stat(path)
        except OSError as error:
            raise InputError(f"{self.name}: {error.strerror}") from None
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{self.name}: dead letters are read from a regular file")
        self.size = status.st_size
        self.identity = {
            "device": status.st_dev,
            "inode": status.st_ino,
            "size": status.st_size,
            "modified_ns": status.st_mtime_ns,
        }


def _lines(file: _File) -> Iterator[bytes]:
    """Yield the lines, each with its line end, if it has one."""
    try:
        with open(file.path, "rb") as lines:
            # A run that sends these letters may write new ones into the same file: those are not read.
            while (left := file.size - lines.tell()) > 0 and (line := lines.readline(min(left, _MAX_LINE_BYTES))):
                yield line
    except OSError as error:
        raise InputError(f"{file.name}: {error.strerror}") from error


def _stream_of(event: Any) -> str:
    name: str = event["log_stream_name"]
    return name
