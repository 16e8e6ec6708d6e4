"""Logs in files, and on pipes: event documents, JSON lines, text."""

from __future__ import annotations

import os
import re
import select
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from cordwood._core import Batch, DocumentReader
from cordwood.errors import InputError
from cordwood.outcomes import Rejected
from cordwood.policies import Extra, InvalidText, Oversize
from cordwood.sources import Place, SourceFile
from cordwood.sources.compression import Decompressor, kind_of
from cordwood.sources.lines import LineIndex
from cordwood.sources.positions import MOST_BYTES, MOST_FILES, file_and_offset, position_of
from cordwood.sources.routing import Routed
from cordwood.sources.shapes import Reading, Shape, shape_of, whole_lines
from cordwood.sources.stream_names import StreamNames

_CHUNK = 1 << 20
"""Bytes asked of a file at once."""

_PEEK = 1 << 18
"""Bytes looked at, at the start and at the end of a file, before it is read."""

_PATIENCE = 0.2
"""Seconds that a pipe is waited for before whoever iterates is asked again whether to go on."""

_AT_READING = ("oversize", "empty", "invalid", "settled", "skipped", "altered")
"""Of the reader's counts, those that are told of each file."""

_TIMESTAMP = re.compile(rb'(?<!\\)"timestamp"\s*:\s*(\d{1,18})\b')

_OTHER_KINDS = (
    (b"\x28\xb5\x2f\xfd", "zstd data: zstd -dc {0} | cordwood upload - ..."),
    (b"\xff\xfe", "UTF-16 text: iconv -f UTF-16 -t UTF-8 {0} | cordwood upload - ..."),
    (b"\xfe\xff", "UTF-16 text: iconv -f UTF-16 -t UTF-8 {0} | cordwood upload - ..."),
)


@dataclass(slots=True, eq=False)
class _File:
    path: str | os.PathLike[str]
    name: str
    size: int | None
    """None for what is no regular file, and can be read but once."""
    bytes_read: int = 0
    shape: Shape | None = None
    """How it is read; of a pipe that is told by what comes first."""
    packed: Decompressor | None = None
    """None where it is not compressed, or a pipe of which nothing came yet."""
    held: int = 0
    """Bytes of it read, decompressed."""
    lines: LineIndex | None = None
    """None for what can't be read again."""
    identity: dict[str, int] = field(default_factory=dict)
    counts_before: dict[str, int] = field(default_factory=dict)
    """The reader's, at its start."""

    @contextmanager
    def opened(self) -> Iterator[int]:
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


class Documents:
    """Events of files and pipes, in constant memory.

    Args:
        paths: the files; "-" is standard input.
        log_stream_name: where all events go; or names made from a template.
        oversize: as in `batches`.
        invalid_text: as in `batches`.
        extra: what a member besides those of a log event does: "reject" the event, or "ignore" the member.
        keep_rejected: hand over rejected events with what they held, as in `batches`.
        reading: what the files are read as.

    Attributes:
        paths: of the files, as they were given.
        names: of the files.
        total_bytes: of all of them; None where one is a pipe.
        bytes_read: so far.
        first_timestamp: of the first event that a look at the start shows, in milliseconds since 1970; None where there
            is none, or nothing can be looked at without being read.
        last_timestamp: of the last event that a look at the end shows; likewise.

    Raises:
        InputError: one of them is missing, unreadable, a folder, longer than 16 TiB, or plainly no event document; or
            they are more than 524,288.

    """

    def __init__(
        self,
        paths: Sequence[str | os.PathLike[str]],
        log_stream_name: str | StreamNames,
        *,
        oversize: Oversize = "reject",
        invalid_text: InvalidText = "replace",
        extra: Extra = "reject",
        keep_rejected: bool = False,
        reading: Reading | None = None,
    ) -> None:
        self._reading = reading or Reading()
        if len(paths) > MOST_FILES:
            raise InputError(f"{len(paths):,} files; one input takes at most {MOST_FILES:,}")
        self._options: dict[str, Any] = {
            "extra": extra,
            "oversize": oversize,
            "invalid_text": invalid_text,
            "keep_rejected": keep_rejected,
            **self._reading.choice(),
        }
        self._reader = DocumentReader(**self._options)
        self.paths = tuple(paths)
        self._streams = StreamNames.one(log_stream_name) if isinstance(log_stream_name, str) else log_stream_name
        self.first_timestamp: int | None = None
        self.last_timestamp: int | None = None
        self._files = [self._look_at(path) for path in paths]
        sizes = [file.size for file in self._files]
        self.names = tuple(file.name for file in self._files)
        self.total_bytes = None if None in sizes else sum(size for size in sizes if size is not None)
        self.bytes_read = 0
        self._begun = 0
        self._cut_short: dict[_File, str] = {}

    def pass_over(self, settled_below: int, settled: Sequence[bytes] = ()) -> None:
        """Say, before reading, what an earlier run has settled: it is read and counted, and not handed out.

        Args:
            settled_below: position before which that holds for all legal events.
            settled: sets of packed positions of which it holds too.

        """
        self._reader = DocumentReader(**self._options, settled_below=settled_below, settled=list(settled))

    def _look_at(self, path: str | os.PathLike[str]) -> _File:
        file = _File(path, "standard input" if path == "-" else os.fsdecode(os.fspath(path)), None)
        if path != "-":
            with suppress(OSError):  # told when it is opened
                if not stat.S_ISREG(os.stat(path).st_mode) and not stat.S_ISDIR(os.stat(path).st_mode):
                    return file
        with file.opened() as descriptor:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise InputError(f"{file.name}: is a folder; name the files in it")
            if not stat.S_ISREG(status.st_mode):
                return file
            start = os.lseek(descriptor, 0, os.SEEK_CUR)
            file.size = max(status.st_size - start, 0)
            if file.size > MOST_BYTES:
                raise _too_long(file)
            file.identity = {
                "device": status.st_dev,
                "inode": status.st_ino,
                "size": status.st_size,
                "modified_ns": status.st_mtime_ns,
            }
            head = os.pread(descriptor, _PEEK, start)
            _check_kind(file.name, head)
            if kind := kind_of(head):
                file.packed = Decompressor(kind)
                file.shape = shape_of(file.name, [_beginning(file.name, kind, head)], self._reading)
                self._look_at_times(file.shape, b"", b"")
                return file
            if path != "-":
                file.lines = LineIndex(path)
            middle = os.pread(descriptor, _PEEK, start + file.size // 2) if file.size > 3 * _PEEK else b""
            tail = os.pread(descriptor, _PEEK, max(start, status.st_size - _PEEK))
        file.shape = shape_of(file.name, _samples(file.size, head, middle, tail), self._reading)
        self._look_at_times(file.shape, head, tail)
        return file

    def _look_at_times(self, shape: Shape, head: bytes, tail: bytes) -> None:
        if shape.rules is not None:
            if self.first_timestamp is None:
                self.first_timestamp = shape.first_timestamp
            self.last_timestamp = None
            return
        if self.first_timestamp is None and (found := _TIMESTAMP.search(head)):
            self.first_timestamp = int(found[1])
        if found_last := _TIMESTAMP.findall(tail):
            self.last_timestamp = int(found_last[-1])

    def told(self) -> list[str]:
        """Of each file that is no event document, what it was taken for."""
        return [f"{file.name}: {file.shape.told}" for file in self._files if file.shape and file.shape.rules]

    def __iter__(self) -> Iterator[list[Routed]]:
        """The batches, as they become full; at least every so often an empty list, while a pipe gives nothing."""
        for index, file in enumerate(self._files):
            self._start(index, file)
            file.counts_before = self._reader.counts
            self._begun += 1
            with file.opened() as descriptor:
                while True:
                    if file.size is None and not select.select([descriptor], [], [], _PATIENCE)[0]:
                        yield []
                        continue
                    chunk = self._read(file, descriptor)
                    if not chunk:
                        break
                    for piece in self._unpacked(file, chunk):
                        if file.shape is None:
                            file.shape = shape_of(file.name, [whole_lines(piece, from_start=True)], self._reading)
                            self._start(index, file)
                        yield self._routed(self._fed(file, piece))
                    if file in self._cut_short:
                        break
            if file.packed and not file.packed.is_whole and file not in self._cut_short:
                self._cut_short[file] = "it ends before its compressed data does"
            yield self._routed(self._fed(file, b""))
            if self._streams.by_file:
                yield self.flush()
        yield self.flush()

    def _unpacked(self, file: _File, chunk: bytes) -> Iterator[bytes]:
        """What a chunk of a file holds; where it is damaged, that is noted, and the file ends there."""
        if file.size is None and file.bytes_read == len(chunk) and (kind := kind_of(chunk)):
            file.packed = Decompressor(kind)
        if file.packed is None:
            yield chunk
            return
        try:
            for piece in file.packed.feed(chunk):
                file.held += len(piece)
                if file.held > MOST_BYTES:
                    raise _too_long(file)
                if piece:
                    yield piece
        except ValueError as fault:
            self._cut_short[file] = str(fault)

    @property
    def cut_short(self) -> list[str]:
        """Of compressed files that were truncated or damaged: which, and how; what they held before that was read."""
        return [f"{file.name}: {why}" for file, why in self._cut_short.items()]

    def _start(self, index: int, file: _File) -> None:
        self._reader.start_document(position_of(index, 0), file.shape.rules if file.shape else None)

    def _read(self, file: _File, descriptor: int) -> bytes:
        try:
            chunk = os.read(descriptor, _CHUNK)
        except OSError as fault:
            raise InputError(f"{file.name}, byte {file.bytes_read}: {fault.strerror}") from fault
        file.bytes_read += len(chunk)
        self.bytes_read += len(chunk)
        if file.bytes_read > MOST_BYTES:
            raise _too_long(file)
        return chunk

    def _fed(self, file: _File, chunk: bytes) -> list[Batch]:
        try:
            batches = self._reader.feed(chunk) if chunk else self._reader.finish_document()
        except ValueError as fault:
            if fault.args and isinstance(fault.args[0], str):
                raise InputError(
                    f"{file.name}: no event document, it starts with {fault.args[0][:24]!r} (--format says what it is)"
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
        for index in reversed(range(len(self._files))):
            file = self._files[index]
            begun = index < self._begun
            of_file = {name: count - file.counts_before.get(name, 0) for name, count in counts.items()} if begun else {}
            described.append(
                SourceFile(
                    file.name,
                    file.shape.format if file.shape else "events",
                    file.bytes_read,
                    file.size,
                    file.identity,
                    of_file.pop("events", 0),
                    {name: of_file[name] for name in _AT_READING if of_file.get(name)},
                )
            )
            if begun:
                counts = file.counts_before
        return described[::-1]

    def locate(self, positions: list[int]) -> list[Place]:
        """File, byte and line of these positions."""
        of_file: dict[int, list[int]] = {}
        for index, offset in map(file_and_offset, positions):
            of_file.setdefault(index, []).append(offset)
        places = []
        for index, offsets in of_file.items():
            file = self._files[index]
            lines = file.lines.of(offsets) if file.lines else [None] * len(offsets)
            places += [Place(offset, file.name, line) for offset, line in zip(offsets, lines, strict=True)]
        return places


def _check_kind(name: str, head: bytes) -> None:
    for magic, what in _OTHER_KINDS:
        if head.startswith(magic):
            raise InputError(f"{name}: {what.format(name)}")


def _beginning(name: str, kind: str, head: bytes) -> bytes:
    found = b""
    try:
        for piece in Decompressor(kind).feed(head):
            found += piece
            if len(found) >= _PEEK:
                break
    except ValueError as fault:
        if not found:
            raise InputError(f"{name}: {fault}") from None
    return whole_lines(found[:_PEEK], from_start=True)


def _samples(size: int, head: bytes, middle: bytes, tail: bytes) -> list[bytes]:
    if len(head) >= size:
        return [head]
    parts = [whole_lines(head, from_start=True)]
    # No part of a file is looked at twice.
    parts += [whole_lines(part, from_start=False) for part in (middle, tail[-(size - len(head)) :]) if part]
    return parts


def _too_long(file: _File) -> InputError:
    return InputError(f"{file.name}: longer than 16 TiB, the most that is read of one file; split it")
