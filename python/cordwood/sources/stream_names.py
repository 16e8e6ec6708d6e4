"""Names of log streams that are made from where events come from, and from their date."""

from __future__ import annotations

import os
import re
import socket
import string
import uuid
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from cordwood._core import Batch
    from cordwood.sources.routing import Routed

FIELDS = {
    "file": "the file's path as it was given",
    "stem": "the file's name without its folder and last suffix",
    "hostname": "this machine's name",
    "run_id": "another one each time the command is run",
    "date": "the event's UTC date, as in 2026-11-25",
}
"""What a template may hold, in braces."""

_OF_FILE = {"file", "stem"}
_DAY_MS = 86_400_000
_NOT_IN_NAMES = re.compile(r"[:*]")
_LONGEST = 512


class StreamNames:
    """The log streams that a template names.

    Args:
        template: a log stream's name, in which fields stand in braces; a brace itself is doubled.
        run_id: for `{run_id}`; made up where not given.

    Attributes:
        template: as given.
        fixed: the one name, where there is no field in it; else None.
        by_file: whether each file goes to a stream of its own.

    Raises:
        ValueError: a field is unknown, or a brace has no partner.

    """

    def __init__(self, template: str, *, run_id: str | None = None) -> None:
        self.template = template
        self._run_id = run_id or uuid.uuid4().hex
        try:
            fields = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
        except ValueError as fault:
            raise ValueError(
                f"the log stream name {template!r} is no template: {fault}; a brace that is part of the name is doubled"
            ) from None
        for name in fields:
            if name not in FIELDS:
                known = ", ".join(f"{{{field}}}" for field in FIELDS)
                raise ValueError(
                    f"the log stream name {template!r} has {{{name}}}, which is none of {known}; a brace that is part "
                    "of the name is doubled"
                )
        self.by_file = not _OF_FILE.isdisjoint(fields)
        self._by_date = "date" in fields
        self.fixed = template.format() if not fields else None

    @classmethod
    def one(cls, name: str) -> Self:
        """One name for all, in which a brace is a brace."""
        return cls(name.replace("{", "{{").replace("}", "}}"))

    def of(self, file: str, timestamp: int) -> str:
        """The name for an event of a file: at most 512 characters, `:` and `*` as `-`."""
        if self.fixed is not None:
            return self.fixed
        date = datetime.fromtimestamp(timestamp // 1000, UTC).date().isoformat() if self._by_date else ""
        stem = os.path.splitext(os.path.basename(file))[0]
        host = socket.gethostname()
        filled = self.template.format(file=file, stem=stem, hostname=host, run_id=self._run_id, date=date)
        return _NOT_IN_NAMES.sub("-", filled)[:_LONGEST]

    def routed(self, batches: Iterable[Batch], file: str) -> list[Routed]:
        """Batches of a file's events, each with its stream: parted where the date changes, if that is in the name."""
        if self.fixed is not None:
            return [(batch, self.fixed) for batch in batches]
        parts = batches if not self._by_date else (part for batch in batches for part in _days(batch))
        return [(part, self.of(file, part.first_timestamp)) for part in parts]

    def shared(self, files: Sequence[str]) -> tuple[str, str] | None:
        """Two files that would land in one stream although each has its own; None where there are none."""
        if not self.by_file:
            return None
        first: dict[str, str] = {}
        for file in files:
            other = first.setdefault(self.of(file, 0), file)
            if other is not file:
                return other, file
        return None


def _days(batch: Batch) -> Iterator[Batch]:
    """Parts of a batch, each of one UTC day."""
    start = 0
    timestamps: list[int] | None = None
    while start < len(batch):
        first = batch.first_timestamp if timestamps is None else timestamps[start]
        midnight = (first // _DAY_MS + 1) * _DAY_MS
        if batch.last_timestamp < midnight:
            yield batch if start == 0 else batch[start:]
            return
        timestamps = timestamps or batch.timestamps
        end = bisect_left(timestamps, midnight, start)
        yield batch[start:end]
        start = end
