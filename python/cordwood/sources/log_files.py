"""Logs in files, on pipes, in S3: event documents, JSON lines, text."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from cordwood._core import Batch, DocumentReader
from cordwood._model import MAX_FILE_BYTES, MAX_FILES, Location, Rejected, SourceFile, file_and_offset, position_of
from cordwood.errors import InputError
from cordwood.policies import Extra, InvalidText, Oversize
from cordwood.sources.decoding import Contents
from cordwood.sources.file_format import Reading, Shape, shape_of, whole_lines
from cordwood.sources.files import InputFile, LocalFile, OpenFile
from cordwood.sources.routing import Routed
from cordwood.sources.s3 import S3Object, is_s3
from cordwood.sources.stream_names import StreamNames

if TYPE_CHECKING:
    from cordwood._model import SourceIdentity

log = logging.getLogger("cordwood")

_PEEK = 1 << 18
"""Bytes looked at, at the start, in the middle and at the end of a file, before it is read."""

_AT_READING = ("oversize", "empty", "invalid", "settled", "skipped", "altered")
"""Of the reader's counts, those that are told of each file."""

_ARRAY = re.compile(rb"\s*\[\s*[{\]]")

_TIMESTAMP = re.compile(rb'(?<!\\)"timestamp"\s*:\s*(\d{1,18})\b')


@dataclass(slots=True, eq=False)
class _Input:
    """A file, and how far it is read."""

    file: InputFile
    contents: Contents
    bytes_read: int = 0
    shape: Shape | None = None
    """How it is read; of a pipe that is told by what comes first."""
    is_plain: bool = True
    """Whether offsets of events are offsets in the file."""
    held: int = 0
    """Bytes of it read, as UTF-8."""
    untold: bytes = b""
    """What came of a pipe so far, while that does not tell yet what it is."""
    counts_before: dict[str, int] = field(default_factory=dict)
    """The reader's, at its start."""

    @property
    def name(self) -> str:
        return self.file.name


class LogFiles:
    """Events of files and pipes, in constant memory.

    Args:
        paths: the files; "-" is standard input, a str that begins with s3:// an object in S3, and what has a `read` a
            file that is open already.
        log_stream_name: where all events go; or names made from a template.
        oversize: as in `batches`.
        invalid_text: as in `batches`.
        extra: what a member besides those of a log event does: "reject" the event, or "ignore" the member.
        keep_rejected: hand over rejected events with what they held, as in `batches`.
        reading: what the files are read as.
        s3: gives the boto3 client for objects in S3.

    Attributes:
        paths: of the files, as they were given.
        names: of the files.
        total_bytes: of all of them; None where one is a pipe.
        bytes_read: so far.
        tell: called, while it is read, with what a pipe was taken for, as `told` gives it of files; logs it where none
            is set.
        ends: of files that were read to their end, by their number, the position behind it.

    Raises:
        InputError: one of them is missing, unreadable, a folder, longer than 16 TiB, or plainly no log; they are more
            than 524,288; or all timestamps are to be moved by what only files can tell, and one of them is a pipe.

    """

    def __init__(
        self,
        paths: Sequence[str | os.PathLike[str] | BinaryIO],
        log_stream_name: str | StreamNames,
        *,
        oversize: Oversize = "reject",
        invalid_text: InvalidText = "replace",
        extra: Extra = "reject",
        keep_rejected: bool = False,
        reading: Reading | None = None,
        s3: Callable[[], Any] | None = None,
    ) -> None:
        self._reading = reading or Reading()
        if len(paths) > MAX_FILES:
            raise InputError(f"{len(paths):,} files; one input takes at most {MAX_FILES:,}")
        self._options: dict[str, Any] = {
            "extra": extra,
            "oversize": oversize,
            "invalid_text": invalid_text,
            "keep_rejected": keep_rejected,
            **self._reading.choice(),
        }
        self._settled: dict[str, Any] = {}
        self._s3 = s3
        self.paths = tuple(paths)
        self._streams = StreamNames.one(log_stream_name) if isinstance(log_stream_name, str) else log_stream_name
        self._first_timestamp: int | None = None
        self._last_timestamp: int | None = None
        self._inputs = [self._look_at(path) for path in paths]
        self._shift = self._reading.shift_by if isinstance(self._reading.shift_by, int) else None
        if self._reading.shift_by is None:
            self._shift = 0
        if self._shift is None and (
            pipe := next((one for one in self._inputs if not one.file.can_be_read_again), None)
        ):
            raise InputError(
                f"{pipe.name}: its newest timestamp is not known before it is read, and it can be read only once: "
                "to-now as `shift_by` works for files only; a duration works for pipes, too"
            )
        self._reader = self._new_reader()
        sizes = [one.file.size for one in self._inputs]
        self.names = tuple(one.name for one in self._inputs)
        self.total_bytes = None if None in sizes else sum(size for size in sizes if size is not None)
        self.bytes_read = 0
        self._begun = 0
        self._cut_short: dict[_Input, str] = {}
        self.tell: Callable[[str], object] = log.info
        self.ends: dict[int, int] = {}

    def _new_reader(self) -> DocumentReader:
        return DocumentReader(**self._options, **self._settled, shift_by=self._shift or 0)

    def pass_over(
        self, settled_below: int, settled: Sequence[bytes] = (), ranges: Sequence[tuple[int, int]] = ()
    ) -> None:
        """Say, before reading, what an earlier run has settled: it is read and counted, and not handed out.

        Args:
            settled_below: position before which that holds for all legal events.
            settled: sets of packed positions of which it holds too.
            ranges: ranges of positions of which it holds too, each from the one to before the other.

        """
        self._settled = {"settled_below": settled_below, "settled": list(settled), "settled_ranges": list(ranges)}
        self._reader = self._new_reader()

    @property
    def can_be_read_again(self) -> bool:
        """Whether all of it is in files, which a later run finds as they are."""
        return all(one.file.can_be_read_again for one in self._inputs)

    @property
    def shifts_to_now(self) -> bool:
        """Whether all timestamps are to be moved so that the newest is now."""
        return self._reading.shift_by == "to-now"

    @property
    def shift(self) -> int:
        """Milliseconds by which all timestamps are moved; where it has to be found, the files are read for it now."""
        if self._shift is None:
            self.move_by(self._shift_to_now())
        return self._shift or 0

    def move_by(self, shift: int) -> None:
        """Say, before reading, by how many milliseconds all timestamps are moved."""
        self._shift = shift
        self._reader = self._new_reader()

    def _shift_to_now(self) -> int:
        """What makes the newest timestamp of all files now; 0 where they have no event."""
        as_written = LogFiles(
            self.paths,
            "-",
            oversize=self._options["oversize"],
            invalid_text=self._options["invalid_text"],
            extra=self._options["extra"],
            reading=self._reading.without_shift(),
            s3=self._s3,
        )
        for _ in as_written:
            as_written.drain_rejected()
        newest = as_written._reader.newest_timestamp
        return 0 if newest is None else time.time_ns() // 1_000_000 - newest

    @property
    def first_timestamp(self) -> int | None:
        """Of the first event that a look at the start shows, in ms since 1970; None where nothing can be looked at."""
        return None if self._first_timestamp is None else self._first_timestamp + self.shift

    @property
    def last_timestamp(self) -> int | None:
        """Of the last event that a look at the end shows; likewise."""
        return None if self._last_timestamp is None else self._last_timestamp + self.shift

    def _look_at(self, path: str | os.PathLike[str] | BinaryIO) -> _Input:
        file = self._file(path)
        found = _Input(file, Contents(self._reading.encoding))
        if file.size is None:
            return found
        if file.size > MAX_FILE_BYTES:
            raise _too_long(found)
        head = file.peek(0, _PEEK)
        start, found.is_plain = self._beginning(file.name, head)
        middle = tail = b""
        if found.is_plain and len(head) < file.size:
            middle = file.peek(file.size // 2, _PEEK) if file.size > 3 * _PEEK else b""
            # No part of a file is looked at twice.
            tail = file.peek(max(len(head), file.size - _PEEK), _PEEK)
        is_all = found.is_plain and len(head) >= file.size
        samples = [start if is_all else whole_lines(start, from_start=True)]
        samples += [whole_lines(part, from_start=False) for part in (middle, tail) if part]
        found.shape = shape_of(file.name, samples, self._reading, file.modified_ms)
        self._look_at_times(found.shape, start, tail or (start if is_all else b""))
        return found

    def _file(self, path: str | os.PathLike[str] | BinaryIO) -> InputFile:
        if isinstance(path, (str, os.PathLike)):
            return self._object(path) if is_s3(path) else LocalFile(path)
        return OpenFile(path)

    def _object(self, path: Any) -> S3Object:
        if self._s3 is None:
            from cordwood.client.connection import connect

            return S3Object(path, connect("s3"))
        return S3Object(path, self._s3())

    def _beginning(self, name: str, head: bytes) -> tuple[bytes, bool]:
        """The text that a file begins with, and whether its offsets are those of the file."""
        contents = Contents(self._reading.encoding)
        found = b""
        try:
            for piece in contents.feed(head):
                found += piece
                if len(found) >= _PEEK:
                    break
            else:
                if len(head) < _PEEK:
                    found += b"".join(contents.finish())
        except ValueError as fault:
            if not found:
                raise InputError(f"{name}: {fault}") from None
        return found[:_PEEK], contents.is_plain

    def _look_at_times(self, shape: Shape, start: bytes, end: bytes) -> None:
        if shape.rules is not None:
            first, self._last_timestamp = shape.first_timestamp, shape.last_timestamp if end else None
        else:
            in_start, in_end = _TIMESTAMP.search(start), _TIMESTAMP.findall(end)
            first = int(in_start[1]) if in_start else None
            self._last_timestamp = int(in_end[-1]) if in_end else self._last_timestamp
        if self._first_timestamp is None:
            self._first_timestamp = first

    def told(self) -> list[str]:
        """Of each file that is no event document, what it was taken for."""
        return [f"{one.name}: {one.shape.told}" for one in self._inputs if one.shape and one.shape.rules]

    def __iter__(self) -> Iterator[list[Routed]]:
        """The batches, as they become full; at least every so often an empty list, while a pipe gives nothing."""
        _ = self.shift  # found before anything is read
        for index, one in enumerate(self._inputs):
            self._start(index, one)
            one.counts_before = self._reader.counts
            self._begun += 1
            with one.file.opened() as read:
                while (chunk := read()) != b"":
                    if chunk is None:
                        yield []
                        continue
                    self._count(one, chunk)
                    for piece in self._text_of(one, one.contents.feed(chunk)):
                        text = piece if one.shape else self._begin_pipe(index, one, piece)
                        yield self._routed(self._fed(one, text)) if text else []
                    if one in self._cut_short:
                        break
            if one not in self._cut_short:
                for piece in self._text_of(one, one.contents.finish()):
                    text = piece if one.shape else self._begin_pipe(index, one, piece)
                    yield self._routed(self._fed(one, text)) if text else []
            if one.untold:
                yield self._routed(self._fed(one, self._begin_pipe(index, one, b"", is_all=True)))
            closed = self._fed(one, b"")
            self.ends[index] = position_of(index, one.held)
            yield self._routed(closed)
            if self._streams.by_file:
                yield self.flush()
        yield self.flush()

    def _begin_pipe(self, index: int, one: _Input, piece: bytes, *, is_all: bool = False) -> bytes:
        """What comes first of a pipe tells what it is, once it is a line, or much; what is to be read then."""
        text = one.untold + piece
        tells = is_all or b"\n" in text or len(text) >= _PEEK or _ARRAY.match(text)
        one.untold = b"" if tells else text
        if not tells:
            return b""
        one.shape = shape_of(one.name, [whole_lines(text, from_start=True)], self._reading, None)
        one.is_plain = one.contents.is_plain
        self._start(index, one)
        if one.shape.rules:
            self.tell(f"{one.name}: {one.shape.told}")
        return text

    def _text_of(self, one: _Input, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """What a file holds; where it is damaged, that is noted, and the file ends there."""
        try:
            for piece in pieces:
                one.held += len(piece)
                if one.held > MAX_FILE_BYTES:
                    raise _too_long(one)
                yield piece
        except ValueError as fault:
            self._cut_short[one] = str(fault)

    @property
    def cut_short(self) -> list[str]:
        """Of compressed files that were truncated or damaged: which, and how; what they held before that was read."""
        return [f"{one.name}: {why}" for one, why in self._cut_short.items()]

    def _start(self, index: int, one: _Input) -> None:
        shape = one.shape
        self._reader.start_document(
            position_of(index, 0),
            None if shape is None else shape.rules,
            None if shape is None else shape.timestamp,
        )

    def _count(self, one: _Input, chunk: bytes) -> None:
        one.bytes_read += len(chunk)
        self.bytes_read += len(chunk)
        if one.bytes_read > MAX_FILE_BYTES:
            raise _too_long(one)

    def _fed(self, one: _Input, chunk: bytes) -> list[Batch]:
        try:
            batches = self._reader.feed(chunk) if chunk else self._reader.finish_document()
        except ValueError as fault:
            if fault.args and isinstance(fault.args[0], str):
                raise InputError(
                    f"{one.name}: not an event document, it starts with {fault.args[0][:24]!r}; if it is "
                    "something else, specify its `format`"
                ) from None
            raise
        return batches

    def _routed(self, batches: list[Batch]) -> list[Routed]:
        return self._streams.routed(batches, self.names[max(self._begun - 1, 0)])

    def flush(self) -> list[Routed]:
        """What is held, without reading on."""
        return self._routed(self._reader.flush())

    def drain_rejected(self) -> list[Rejected]:
        """Hand over the rejected events, once."""
        return self._reader.drain_rejected()

    @property
    def counts(self) -> dict[str, int]:
        """`events` read, `altered`, among others. Another thread may look, and waits for one chunk at most."""
        counts = self._reader.counts
        return {**counts, "events": counts["events"] + counts["skipped"]}

    @property
    def held_from(self) -> int:
        """Position before which all legal events were handed out, or were settled by an earlier run.

        That of the first event that is held in open batches, or else of what is read next. It does not go past what the
        end of a file cut off: where the file grows, that may become an event. Batches just handed out count as gone, so
        whoever asks while another thread iterates must know of them.
        """
        return self._reader.held_from

    @property
    def damaged(self) -> bool:
        """Whether part of a document could not be read; it is among the `invalid` too."""
        return self._reader.damaged

    def files(self) -> list[SourceFile]:
        """What was read of each file, and what of it was no legal event."""
        described = []
        counts = self._reader.counts
        for index in reversed(range(len(self._inputs))):
            one = self._inputs[index]
            begun = index < self._begun
            of_file = {name: count - one.counts_before.get(name, 0) for name, count in counts.items()} if begun else {}
            described.append(
                SourceFile(
                    one.name,
                    one.shape.format if one.shape else "events",
                    one.bytes_read,
                    one.file.size,
                    one.file.identity,
                    of_file.pop("events", 0),
                    {name: of_file[name] for name in _AT_READING if of_file.get(name)},
                )
            )
            if begun:
                counts = one.counts_before
        return described[::-1]

    def identities(self) -> list[SourceIdentity]:
        """What a journal tells the files by.

        Raises:
            JournalError: one of them can be read but once.
            InputError: one of them cannot be read.

        """
        return [one.file.source_identity() for one in self._inputs]

    def locate(self, positions: list[int]) -> list[Location]:
        """File, byte and line of these positions."""
        of_file: dict[int, list[int]] = {}
        for index, offset in map(file_and_offset, positions):
            of_file.setdefault(index, []).append(offset)
        places = []
        for index, offsets in of_file.items():
            one = self._inputs[index]
            index_of_lines = one.file.lines if one.is_plain else None
            lines = index_of_lines.of(offsets) if index_of_lines else [None] * len(offsets)
            places += [Location(offset, one.name, line) for offset, line in zip(offsets, lines, strict=True)]
        return places


def _too_long(one: _Input) -> InputError:
    return InputError(f"{one.name}: longer than 16 TiB, the most that is read of one file; split it")
