"""`InputFile`: one file of the input, how it is read, and how far it has been read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from cordwood._model import MAX_FILE_BYTES, Location
from cordwood.errors import InputError
from cordwood.name_template import FileName
from cordwood.options import ReadOptions
from cordwood.sources.decoding import FileDecoder
from cordwood.sources.file_format import InputFormat, detect_format, whole_lines
from cordwood.sources.files import RawFile
from cordwood.sources.other_files import other_file

_SAMPLE_BYTES = 1 << 18
"""Bytes that are inspected at the start and at the end of a file before it is read."""

_PIECES = 64
_PIECE_BYTES = 1 << 14
"""So many pieces of so many bytes are inspected between those, spread evenly: they show a layout that a fiftieth of the
file has without a break, wherever that is."""

_WHOLE_BYTES = 1 << 21
"""A file of so many bytes is inspected whole: it is less work than the pieces."""

_ARRAY = re.compile(rb"\s*\[\s*[{\]]")

_TIMESTAMP = re.compile(rb'(?<!\\)"timestamp"\s*:\s*(\d{1,18})\b')


class InputFile:
    """A file or a pipe; its format is detected from samples, or once the first line of a pipe is there.

    Args:
        raw: its bytes.
        reading: how files are read.
        assume_utc: take UTC if a zone is not known, instead of an error: for rehearsals, which store nothing.
        file_name: what a template may say of it; if not given, its name.

    Attributes:
        raw: as given.
        name: for people.
        file_name: for templates.
        format: how it is read; None for a pipe of which too little has been read.
        first_timestamp: of the first event, as it is written, in ms since 1970; None if the samples do not show it.
        last_timestamp: the same of the last event.
        bytes_read: so far.
        text_bytes: of its text, as UTF-8, so far.
        cut_short: how it is truncated or damaged, or was cut while it was read; empty if it is not, or that is not
            known yet.
        bytes_before: of the files before it.
        counts_before: what the reader had counted before it.

    Raises:
        InputError: it cannot be read, is longer than 16 TiB, or has no format that is known.

    """

    # An input may have half a million files.
    __slots__ = (
        "_assume_utc", "_decoder", "_is_plain", "_reading", "_start_of_pipe",
        "bytes_before", "bytes_read", "counts_before", "cut_short", "file_name", "first_timestamp", "format",
        "last_timestamp", "name", "raw", "text_bytes",
    )  # fmt: skip

    def __init__(
        self, raw: RawFile, reading: ReadOptions, *, assume_utc: bool = False, file_name: FileName | None = None
    ) -> None:
        self.file_name = file_name or FileName(os.path.basename(raw.name))
        self._assume_utc = assume_utc
        self.raw = raw
        self.name = raw.name
        self.format: InputFormat | None = None
        self.first_timestamp: int | None = None
        self.last_timestamp: int | None = None
        self.bytes_read = 0
        self.text_bytes = 0
        self.cut_short = ""
        self.bytes_before = 0
        self.counts_before: dict[str, int] = {}
        self._reading = reading
        self._decoder = FileDecoder(reading.encoding)
        self._is_plain = True
        self._start_of_pipe = b""
        if raw.size is not None:
            self._inspect(raw.size)

    def _inspect(self, size: int) -> None:
        if size > MAX_FILE_BYTES:
            raise self._too_long()
        head = self.raw.peek(0, _SAMPLE_BYTES)
        start, is_all = self._decode_start(head, size)
        self._refuse_other_files(start)
        later = self._later_samples(len(head), size) if self._is_plain and not is_all else []
        if len(later) == 1 and len(start) + len(later[0]) >= size:
            # One sample: no line between two of them is missing.
            samples = whole_lines(start + later[0])
        else:
            samples = whole_lines(start, later)
        self.format = self._detected(samples, self.raw.modified_ms)
        end = start if is_all else later[-1] if later else b""
        self._inspect_times(self.format, start, end)

    def _refuse_other_files(self, start: bytes) -> None:
        if self._reading.encoding is None and (other := other_file(start)) is not None:
            raise InputError(f"{self.name}: {other}")

    def _later_samples(self, begin: int, size: int) -> list[bytes]:
        """Return parts of a file behind its start, in their order: all of it if it is small, else pieces and its end.

        No part of a file is inspected twice.
        """
        if size <= _WHOLE_BYTES:
            return [self.raw.peek(begin, size - begin)]
        pieces = min(_PIECES, self.raw.most_peeks)
        last = max(begin, size - _SAMPLE_BYTES)
        step = (last - begin) // (pieces + 1)
        offsets = [begin + step * (piece + 1) for piece in range(pieces)] if step > _PIECE_BYTES else []
        return [self.raw.peek(offset, _PIECE_BYTES) for offset in offsets] + [self.raw.peek(last, size - last)]

    def _detected(self, samples: list[bytes], modified_ms: int | None) -> InputFormat:
        return detect_format(self.name, samples, self._reading, modified_ms, assume_utc=self._assume_utc)

    def _decode_start(self, head: bytes, size: int) -> tuple[bytes, bool]:
        """Return the text that a file begins with, and whether that is all; note whether offsets in it are the file's.

        Args:
            head: the file's first bytes.
            size: of the file.

        """
        decoder = FileDecoder(self._reading.encoding)
        found = b""
        is_all = False
        try:
            for piece in decoder.feed(head):
                found += piece
                if len(found) > _SAMPLE_BYTES:
                    break
            else:
                is_all = len(head) >= size
                if is_all:
                    found += b"".join(decoder.finish())
        except ValueError as error:
            if not found:
                raise InputError(f"{self.name}: {error}") from None
        self._is_plain = decoder.is_plain
        return found[:_SAMPLE_BYTES], is_all and len(found) <= _SAMPLE_BYTES

    def _inspect_times(self, format: InputFormat, start: bytes, end: bytes) -> None:
        if format.rules is not None:
            self.first_timestamp = format.first_timestamp
            # Of a compressed file, only its start is known.
            self.last_timestamp = format.last_timestamp if end or format.timestamp is not None else None
            return
        first, last = _TIMESTAMP.search(start), _TIMESTAMP.findall(end)
        self.first_timestamp = int(first[1]) if first else None
        self.last_timestamp = int(last[-1]) if last else None

    @property
    def description(self) -> str:
        """What it is read as; empty for an event document, and before that is known."""
        return f"{self.name}: {self.format.description}" if self.format and self.format.rules else ""

    def texts(self) -> Iterator[bytes]:
        """Yield its text, as UTF-8, in pieces; an empty piece while a pipe gives too little.

        The format is known before the first piece that is not empty. If the file is truncated or damaged, that is noted
        in `cut_short`, and it ends there.

        Raises:
            InputError: it cannot be read, is longer than 16 TiB, or has no format that is known.

        """
        with self.raw.opened() as read:
            while not self.cut_short and (chunk := read()) != b"":
                if chunk is None:
                    yield b""
                    continue
                self._count(chunk)
                for text in self._decoded(self._decoder.feed(chunk)):
                    yield self._recognized(text)
        if not self.cut_short:
            for text in self._decoded(self._decoder.finish()):
                yield self._recognized(text)
        if not self.cut_short and self.raw.size is not None and self.bytes_read < self.raw.size:
            self.cut_short = (
                f"was cut while it was read: it had {self.raw.size:,} bytes, and ended after {self.bytes_read:,}"
            )
        if self._start_of_pipe:
            yield self._recognized(b"", is_all=True)

    def _count(self, chunk: bytes) -> None:
        self.bytes_read += len(chunk)
        if self.bytes_read > MAX_FILE_BYTES:
            raise self._too_long()

    def _decoded(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        try:
            for piece in pieces:
                self.text_bytes += len(piece)
                if self.text_bytes > MAX_FILE_BYTES:
                    raise self._too_long()
                yield piece
        except ValueError as error:
            self.cut_short = str(error)

    def _recognized(self, text: bytes, *, is_all: bool = False) -> bytes:
        """Return the text; nothing while the start of a pipe is too short to detect its format, then all of it."""
        if self.format is not None:
            return text
        start = self._start_of_pipe + text
        if not (is_all or b"\n" in start or len(start) >= _SAMPLE_BYTES or _ARRAY.match(start)):
            self._start_of_pipe = start
            return b""
        self._start_of_pipe = b""
        self._refuse_other_files(start)
        self.format = self._detected(whole_lines(start), None)
        self._is_plain = self._decoder.is_plain
        return start

    def locate(self, offsets: list[int]) -> list[Location]:
        """Locate offsets in it, which are in increasing order."""
        index = self.raw.lines if self._is_plain else None
        lines = index.of(offsets) if index else [None] * len(offsets)
        return [Location(offset, self.name, line) for offset, line in zip(offsets, lines, strict=True)]

    def _too_long(self) -> InputError:
        return InputError(f"{self.name}: longer than 16 TiB, the most that is read of one file; split it")
