"""`cordwood.read`: the events of a file, without sending them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, BinaryIO, Unpack

from cordwood._core import Batch
from cordwood.options import MessageOptions, ReadOptions, resolve
from cordwood.options.keywords import LogFileOptions
from cordwood.options.option_type import documented
from cordwood.options.signatures import READ
from cordwood.sources.log_files import LogFiles


@documented(READ)
def read(path: str | os.PathLike[str] | BinaryIO, **options: Unpack[LogFileOptions]) -> LogFile:
    """Read a log file as `upload` does: an iterable of its events, lazily and in constant memory.

    Args:
        path: of the file; "-" is standard input, `s3://bucket/key` an object in S3, and an open file is read from where
            it stands.
        options: as follows.

    Options:

    Returns:
        An iterable of dicts of `timestamp` and `message`, batch after batch, in each in order of time. Its `batches()`
        gives the batches themselves, and after that `rejected` what was not a legal event.

    Raises:
        InputError: the file is missing, unreadable, or no log that can be read.
        TypeError: `path` is neither a path nor an open file; or an option is unknown, or has a value of another type.
        ValueError: an option has a value that is not legal.

    """
    given: object = path
    if not (isinstance(given, (str, os.PathLike)) or hasattr(given, "read")):
        raise TypeError(
            f"cordwood.read takes one path or an open file, not {type(given).__name__}: call it for each file"
        )
    chosen = resolve(READ, options)
    return LogFile(LogFiles([path], "-", read=chosen[ReadOptions], messages=chosen[MessageOptions]))


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
    def description(self) -> str:
        """What the file is read as, and what is assumed; empty for event documents."""
        return "".join(self._source.descriptions())
