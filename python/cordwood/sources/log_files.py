"""Log files, pipes and S3 objects as a source: event documents, JSON lines, text."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

from cordwood._core import Batch, FileReader
from cordwood._model import MAX_FILES, Location, Rejected, SourceFile, file_and_offset, position_of
from cordwood.errors import InputError
from cordwood.name_template import FileName, NameTemplate
from cordwood.options import MessageOptions, ReadOptions
from cordwood.sources.file_format import FileDetails, FormatKind, restored
from cordwood.sources.files import LocalFile, OpenFile, RawFile
from cordwood.sources.input_file import InputFile
from cordwood.sources.routing import Routed
from cordwood.sources.s3 import S3Object, is_s3
from cordwood.sources.shift import Recall, shift_policy
from cordwood.sources.source import FileSource
from cordwood.sources.uncertain_times import other_layouts

if TYPE_CHECKING:
    from cordwood._model import SourceIdentity

_COUNTED_IN_FILES = ("oversize", "empty", "invalid", "settled", "skipped", "altered")
"""The reader's counts that are reported for each file."""


class LogFiles(FileSource):
    """The events of files and pipes, in constant memory.

    Args:
        paths: the files; "-" is standard input, a str that begins with s3:// an object in S3, and an object with a
            `read` method a file that is open already.
        log_stream_name: where all events go; or names made from a template.
        read: how the files are read.
        messages: what is done with messages that are not legal.
        keep_rejected: return rejected events with what they held, as in `batches`.
        assume_utc: take UTC if a zone is not known, instead of an error: for rehearsals, which store nothing.
        file_names: what a template may say of each file; if not given, its name.
        s3: returns the boto3 client for objects in S3.

    Raises:
        InputError: a file is missing, unreadable, a folder, longer than 16 TiB, or no log; there are more than 524,288;
            or all timestamps are to be moved to now, and one of them is a pipe.

    """

    def __init__(
        self,
        paths: Sequence[str | os.PathLike[str] | BinaryIO],
        log_stream_name: str | NameTemplate,
        *,
        read: ReadOptions | None = None,
        messages: MessageOptions | None = None,
        keep_rejected: bool = False,
        assume_utc: bool = False,
        file_names: Sequence[FileName | None] | None = None,
        s3: Callable[[], Any] | None = None,
    ) -> None:
        super().__init__()
        self._reading = read or ReadOptions()
        self._messages = messages or MessageOptions()
        if len(paths) > MAX_FILES:
            raise InputError(f"{len(paths):,} files; one input takes at most {MAX_FILES:,}")
        self._keep_rejected = keep_rejected
        self._settled: dict[str, Any] = {}
        self._s3 = s3
        self._paths = tuple(paths)
        self._template = NameTemplate.literal(log_stream_name) if isinstance(log_stream_name, str) else log_stream_name
        self._assume_utc = assume_utc
        self._inputs = [
            InputFile(self._raw_file(path), self._reading, assume_utc=assume_utc, file_name=name)
            for path, name in zip(paths, file_names or [None] * len(paths), strict=True)
        ]
        self._shift = shift_policy(self._reading.shift_ms, self._newest_timestamp)
        if self._reading.shift_ms == "to-now":
            self._check_files_can_be_read_twice()
        self._reader = self._new_reader(0)
        sizes = [file.raw.size for file in self._inputs]
        self.names = tuple(file.name for file in self._inputs)
        self.total_bytes = None if None in sizes else sum(size for size in sizes if size is not None)
        self.file_ends: dict[int, int] = {}
        self._current: InputFile | None = None
        self._begun = 0

    def _raw_file(self, path: str | os.PathLike[str] | BinaryIO) -> RawFile:
        if not isinstance(path, (str, os.PathLike)):
            return OpenFile(path)
        if not (isinstance(path, str) and is_s3(path)):
            return LocalFile(path)
        if self._s3 is None:
            from cordwood.client.connection import connect

            return S3Object(path, connect("s3"))
        return S3Object(path, self._s3())

    def _check_files_can_be_read_twice(self) -> None:
        pipe = next((file for file in self._inputs if not file.raw.can_be_read_again), None)
        if pipe is not None:
            raise InputError(
                f"{pipe.name}: its newest timestamp is not known before it is read, and it can be read only once: "
                "to-now as `shift_by` works for files only; a duration works for pipes, too"
            )

    def _new_reader(self, shift: int) -> FileReader:
        return FileReader(
            extra=self._reading.extra or "reject",
            oversize=self._messages.oversize,
            invalid_text=self._messages.invalid_text,
            **self._reading.event_filter(),
            **self._settled,
            keep_rejected=self._keep_rejected,
            shift_by=shift,
        )

    def _newest_timestamp(self) -> int | None:
        """Read all files for their newest timestamp, as it is written; return None if they have no event."""
        as_written = LogFiles(
            self._paths,
            "-",
            read=replace(self._reading, shift_by=None),
            messages=self._messages,
            assume_utc=self._assume_utc,
            s3=self._s3,
        )
        for _ in as_written:
            as_written.drain_rejected()
        return as_written._reader.newest_timestamp

    def skip_settled(
        self, settled_below: int, settled: Sequence[bytes] = (), ranges: Sequence[tuple[int, int]] = ()
    ) -> None:
        """Set, before reading, what an earlier run has settled: it is read and counted, but not yielded.

        Args:
            settled_below: all legal events before this position are settled.
            settled: sets of packed positions that are settled too.
            ranges: ranges of positions that are settled too, each from its first to before its second.

        """
        self._settled = {"settled_below": settled_below, "settled": list(settled), "settled_ranges": list(ranges)}

    def recall_formats(self, recall: Callable[[str, Callable[[], str]], str]) -> None:
        """Read the files in the layouts that the first run of the job found, whatever they hold by now.

        Args:
            recall: returns the text that the first run stored under a name; calls the function for it in the first run.

        """
        found = [file.format.saved if file.format else "" for file in self._inputs]
        # Nearly all files of an input are alike.
        texts = {text: index for index, text in enumerate(dict.fromkeys(found))}
        known = json.loads(recall("formats", lambda: json.dumps([list(texts), [texts[text] for text in found]])))
        for file, saved, index in zip(self._inputs, found, known[1], strict=True):
            text = known[0][index]
            if text and text != saved and file.format is not None:
                file.format = restored(file.name, text, file.format, self._reading)

    def recall_shift(self, recall: Recall) -> None:
        """Move timestamps, before reading, by what the first run of the job moved them by."""
        self._shift.recall(recall)

    @property
    def shift(self) -> int:
        """Milliseconds by which all timestamps are moved; if that is to now, the files are read for it once."""
        return self._shift.milliseconds()

    @property
    def can_resume(self) -> bool:
        """Whether all of it is in files that a later run finds unchanged."""
        return all(file.raw.can_be_read_again for file in self._inputs)

    @property
    def first_timestamp(self) -> int | None:
        """The earliest that samples of the files show, in ms since 1970; None if they show none."""
        first = min((file.first_timestamp for file in self._inputs if file.first_timestamp is not None), default=None)
        return None if first is None else first + self.shift

    @property
    def last_timestamp(self) -> int | None:
        """The latest that samples of the files show."""
        last = max((file.last_timestamp for file in self._inputs if file.last_timestamp is not None), default=None)
        return None if last is None else last + self.shift

    @property
    def bytes_read(self) -> int:
        """Of all files, so far."""
        current = self._current
        return 0 if current is None else current.bytes_before + current.bytes_read

    def descriptions(self) -> list[str]:
        """Say, of each file that is not an event document, what it is read as."""
        return [file.description for file in self._inputs if file.description]

    def format_details(self) -> list[FileDetails]:
        """Return how each file is read whose format was detected, if this is a rehearsal."""
        return [
            FileDetails(file.name, str(file.format.kind), file.format.details, counts)
            for file, counts in zip(self._inputs, self._counts_of_files(), strict=True)
            if file.format is not None and file.format.details is not None
        ]

    def _counts_of_files(self) -> list[dict[str, int]]:
        """What the reader counted in each file; nothing of those that are not begun."""
        found: list[dict[str, int]] = [{} for _ in self._inputs]
        counts = self._reader.counts
        for index in reversed(range(self._begun)):
            before = self._inputs[index].counts_before
            found[index] = {name: count - before.get(name, 0) for name, count in counts.items()}
            counts = before
        return found

    def __iter__(self) -> Iterator[list[Routed]]:
        """Yield the batches as they become full; at least every so often an empty list, while a pipe gives nothing."""
        self._reader = self._new_reader(self.shift)
        for index, file in enumerate(self._inputs):
            file.bytes_before = self.bytes_read
            file.counts_before = self._reader.counts
            self._current = file
            self._begun += 1
            is_started = False
            for text in file.texts():
                if text and not is_started:
                    self._start(index, file)
                    is_started = True
                yield self._routed(self._fed(file, text)) if text else []
            if not is_started:
                self._start(index, file)
            closed = self._fed(file, b"")
            self.file_ends[index] = position_of(index, file.text_bytes)
            yield self._routed(closed)
            if self._template.by_file:
                yield self.flush()
        yield self.flush()

    def _start(self, index: int, file: InputFile) -> None:
        rules, timestamp = (file.format.rules, file.format.timestamp) if file.format else (None, None)
        self._reader.start_file(position_of(index, 0), rules, timestamp)
        if file.raw.size is None and file.description:
            self.on_description(file.description)

    def _fed(self, file: InputFile, text: bytes) -> list[Batch]:
        """Give the reader text of a file, an empty one to end the document; return the batches that closed."""
        try:
            return self._reader.feed(text) if text else self._reader.finish_file()
        except ValueError as error:
            if type(error) is ValueError and len(error.args) > 1:
                count, line = error.args
                raise other_layouts(file.name, count, [line]) from None
            if error.args and isinstance(error.args[0], str):
                start = error.args[0][:24]
                raise InputError(
                    f"{file.name}: not an event document, it starts with {start!r}; if it is something else, specify "
                    "its `format`"
                ) from None
            raise

    def _routed(self, batches: list[Batch]) -> list[Routed]:
        return self._template.routed(batches, self._inputs[max(self._begun - 1, 0)].file_name)

    def flush(self) -> list[Routed]:
        """Close and return the open batches, without reading on."""
        return self._routed(self._reader.flush())

    def drain_rejected(self) -> list[Rejected]:
        """Return the rejected events, each once."""
        return self._reader.drain_rejected()

    @property
    def counts(self) -> dict[str, int]:
        """`events` read, `altered`, among others. Another thread may ask, and waits for one chunk at most."""
        counts = self._reader.counts
        return {**counts, "events": counts["events"] + counts["skipped"]}

    @property
    def held_from(self) -> int:
        """Position before which all legal events were yielded, or were settled by an earlier run.

        That of the first event in open batches, or else of what is read next. It does not pass what the end of a file
        cut off: if the file grows, that may become an event. Batches just yielded count as gone, so a caller in another
        thread must know of them.
        """
        return self._reader.held_from

    @property
    def damaged(self) -> bool:
        """Whether part of a document could not be read; it is among the `invalid` too."""
        return self._reader.damaged

    @property
    def cut_short(self) -> list[str]:
        """Which compressed files were truncated or damaged, and how; what they held before that was read."""
        return [f"{file.name}: {file.cut_short}" for file in self._inputs if file.cut_short]

    def files(self) -> list[SourceFile]:
        """Say what was read of each file, and what of it was no legal event."""
        return [
            SourceFile(
                file.name,
                str(file.format.kind if file.format else FormatKind.EVENTS),
                file.bytes_read,
                file.raw.size,
                file.raw.identity,
                counts.get("events", 0),
                {name: counts[name] for name in _COUNTED_IN_FILES if counts.get(name)},
            )
            for file, counts in zip(self._inputs, self._counts_of_files(), strict=True)
        ]

    def identities(self) -> list[SourceIdentity]:
        """Return what a journal recognizes the files by.

        Raises:
            JournalError: one of them can be read only once.
            InputError: one of them cannot be read.

        """
        return [file.raw.source_identity() for file in self._inputs]

    def locate(self, positions: list[int]) -> list[Location]:
        """Return file, byte and line of these positions."""
        of_file: dict[int, list[int]] = {}
        for index, offset in map(file_and_offset, positions):
            of_file.setdefault(index, []).append(offset)
        return [found for index, offsets in of_file.items() for found in self._inputs[index].locate(offsets)]
