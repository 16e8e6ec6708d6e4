"""`cordwood.read`: the events of a file, without sending them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Literal

from cordwood._core import Batch
from cordwood.policies import Extra, InvalidText, Oversize
from cordwood.sources.file_format import Format, Reading, TimestampFrom, milliseconds, shift_of
from cordwood.sources.log_files import LogFiles


def read(
    path: str | os.PathLike[str] | BinaryIO,
    *,
    format: Format = "auto",
    timezone: str | None = None,
    year: int | None = None,
    timestamp_format: str | None = None,
    timestamp_regex: str | None = None,
    timestamp_field: str | None = None,
    timestamp_from: TimestampFrom | None = None,
    multiline_start: str | None = None,
    message_field: str | None = None,
    encoding: str | None = None,
    shift_by: int | timedelta | Literal["to-now"] | None = None,
    since: int | datetime | None = None,
    until: int | datetime | None = None,
    filter: str | None = None,
    exclude: str | None = None,
    extra: Extra = "reject",
    oversize: Oversize = "reject",
    invalid_text: InvalidText = "replace",
) -> LogFile:
    """Read a log file as `upload` does: an iterable of its events, lazily and in constant memory.

    Args:
        path: of the file; "-" is standard input, `s3://bucket/key` an object in S3, and an open file is read from where
            it stands.
        format: as in `upload`, and so the others.
        timezone: of timestamps that write none.
        year: of timestamps that write none.
        timestamp_format: of text, in the letters of strftime.
        timestamp_regex: of text, where in a line the timestamp is.
        timestamp_field: of JSON lines, where the timestamp is.
        timestamp_from: where else the timestamp is from: "now", "mtime" or "previous".
        multiline_start: of text, the regular expression of lines that begin an event.
        message_field: of JSON lines, which member is the message.
        encoding: of text that is not UTF-8.
        shift_by: how far all timestamps are moved, or "to-now".
        since: skip events before it.
        until: skip events from then on.
        filter: skip events whose message has it not.
        exclude: skip events whose message has it.
        extra: of event documents, what a further member does.
        oversize: what becomes of a message too long for one event.
        invalid_text: what becomes of text that is not valid Unicode.

    Returns:
        An iterable of dicts of `timestamp` and `message`, batch after batch, in each in order of time. Its `batches()`
        gives the batches themselves, and after that `rejected` what was no legal event.

    Raises:
        InputError: the file is missing, unreadable, or no log that can be read.
        ValueError: an option makes no sense.

    """
    reading = Reading(
        format=format,
        timezone=timezone,
        year=year,
        timestamp_format=timestamp_format,
        timestamp_regex=timestamp_regex,
        timestamp_field=timestamp_field,
        timestamp_from=timestamp_from,
        multiline_start=multiline_start,
        message_field=message_field,
        encoding=encoding,
        shift_by=shift_of(shift_by),
        since=milliseconds("since", since),
        until=milliseconds("until", until),
        filter=filter,
        exclude=exclude,
    )
    return LogFile(LogFiles([path], "-", extra=extra, oversize=oversize, invalid_text=invalid_text, reading=reading))


class LogFile:
    """The events of a file; made by `read`. It can be gone through once."""

    def __init__(self, source: LogFiles) -> None:
        self._source = source
        self._rejected: list[Any] = []
        self._is_begun = False

    def batches(self) -> Iterator[Batch]:
        """The events in batches, each of which one request takes.

        Raises:
            ValueError: they were asked for before.

        """
        if self._is_begun:
            raise ValueError("this log was gone through already; call cordwood.read again")
        self._is_begun = True
        for routed in self._source:
            self._rejected += self._source.drain_rejected()
            for batch, _ in routed:
                yield batch
        self._rejected += self._source.drain_rejected()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The events, as `batches` and boto3 take them."""
        for batch in self.batches():
            yield from batch.events()

    @property
    def rejected(self) -> list[Any]:
        """What was read so far and is no legal event: `(position, outcome, reason)`; the position is a byte offset."""
        return list(self._rejected)

    @property
    def counts(self) -> dict[str, int]:
        """Events so far, by what became of them, as `Batches.counts`; and `skipped`."""
        return self._source.counts

    @property
    def told(self) -> str:
        """What the file was taken for; empty for event documents."""
        return "".join(self._source.descriptions())
