"""Names that are made of what is known: of log streams, and of whatever else an option names with a template.

A template is a name in which placeholders stand in braces, as in `{hostname}/{stem}/{date:%Y-%m}`; a brace that is part
of the name is doubled. Each placeholder belongs to a scope, and each place that takes a template says which scopes it
has: a name for a program's events cannot be made of a file.
"""

from __future__ import annotations

import os
import re
import string
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from cordwood.errors import OptionValueError

if TYPE_CHECKING:
    from cordwood._core import Batch


class Scope(StrEnum):
    """What a placeholder is known of."""

    PROCESS = "process"
    FILE = "file"
    EVENT = "event"
    RECORD = "record"
    TASK = "task"


class Placeholder(NamedTuple):
    """What may stand in braces."""

    scope: Scope
    meaning: str
    takes_format: bool = False


PLACEHOLDERS: dict[str, Placeholder] = {
    "hostname": Placeholder(Scope.PROCESS, "the name of this machine"),
    "program": Placeholder(Scope.PROCESS, "the name of the program, without its folder and suffix"),
    "process_id": Placeholder(Scope.PROCESS, "the number of the process"),
    "run_id": Placeholder(Scope.PROCESS, "a name for this run, a new one each time"),
    "name": Placeholder(Scope.FILE, "the name of the file, without its folder"),
    "stem": Placeholder(Scope.FILE, "the name of the file, without its folder and last suffix"),
    "path": Placeholder(Scope.FILE, "the path of the file below the folder that was named"),
    "parent": Placeholder(Scope.FILE, "the name of the folder that holds the file"),
    "date": Placeholder(
        Scope.EVENT, "the UTC date of the event, such as 2026-11-25; {date:%Y-%m} in the letters of strftime", True
    ),
    "logger_name": Placeholder(Scope.RECORD, "the name of the logger"),
    "thread_name": Placeholder(Scope.RECORD, "the name of the thread"),
    "partition": Placeholder(Scope.TASK, "the number of the partition; {partition:05d} has five digits", True),
    "attempt": Placeholder(Scope.TASK, "the number of the attempt", True),
}
"""Every placeholder there is. A new one is a line here, and its value where its scope is known."""

UPLOAD_SCOPES = frozenset({Scope.PROCESS, Scope.FILE, Scope.EVENT})
"""The scopes of a log stream's name in an upload of files."""

MEMORY_SCOPES = frozenset({Scope.PROCESS, Scope.EVENT})
"""The scopes of a log stream's name for events that are not in files."""

_DATE = "%Y-%m-%d"
_PERIODS = dict.fromkeys("YymdjaAbBuwUWVG", 86400000) | dict.fromkeys("HIp", 3_600_000)
_PERIODS |= {"M": 60_000, "S": 1000}
"""Milliseconds for which a letter of strftime gives the same text at least. Others (%f, %z, %c) are not taken."""
_LETTER = re.compile(r"%(.)", re.DOTALL)
_NUMBER_FORMAT = re.compile(r"0?\d{0,2}d")
_NOT_IN_NAMES = re.compile(r"[:*]")
_LONGEST = 512
_LAST_SECOND = 253_402_300_799
"""Of the year 9999: no date is later."""


class FileName(NamedTuple):
    """What a template may say of a file; never where on this machine it is."""

    path: str
    """Below the folder, pattern or prefix that was named; its name if it was named itself."""
    parent: str = ""
    """The name of the folder that holds it."""

    @property
    def name(self) -> str:
        """Without its folder."""
        return self.path.rpartition("/")[2]

    @property
    def stem(self) -> str:
        """Without its folder and last suffix."""
        return os.path.splitext(self.name)[0]


class NameTemplate:
    """A name with placeholders.

    Args:
        template: the name.
        scopes: what is known where the name is used.
        option: the option that has it, for messages.
        run_id: the value of `{run_id}`; made up if not given.

    Attributes:
        template: as given.
        fixed: the one name, if it depends on nothing but the process; else None.
        scopes: of its placeholders.

    Raises:
        ValueError: a placeholder is unknown or out of scope, or a brace has no partner.

    """

    def __init__(
        self,
        template: str,
        *,
        scopes: Iterable[Scope],
        option: str = "log_stream_name",
        run_id: str | None = None,
    ) -> None:
        self.template = template
        self._option = option
        self._parts = list(self._parsed(frozenset(scopes)))
        self.scopes = frozenset(PLACEHOLDERS[name].scope for _, name, _ in self._parts if name)
        self._known: dict[str, Any] = {}
        if Scope.PROCESS in self.scopes:
            import socket
            import uuid

            self._known = {
                "hostname": socket.gethostname(),
                "program": os.path.splitext(os.path.basename(sys.argv[0] if sys.argv else ""))[0] or "python",
                "process_id": os.getpid(),
                "run_id": run_id or uuid.uuid4().hex,
            }
        self._period = min((_period(spec) for _, name, spec in self._parts if name == "date"), default=0)
        if not self.scopes:
            self.fixed: str | None = "".join(literal for literal, _, _ in self._parts)
        else:
            self.fixed = self._filled({}) if self.scopes == {Scope.PROCESS} else None

    @classmethod
    def literal(cls, name: str) -> NameTemplate:
        """One name, in which a brace is a brace."""
        return cls(name.replace("{", "{{").replace("}", "}}"), scopes=())

    def _parsed(self, scopes: frozenset[Scope]) -> Iterator[tuple[str, str, str]]:
        """Text, and the placeholder behind it with its format; an empty name if there is none."""
        try:
            parts = list(string.Formatter().parse(self.template))
        except ValueError as error:
            raise self._error(f"{error}") from None
        for literal, name, spec, conversion in parts:
            if name is None:
                yield literal, "", ""
                continue
            placeholder = PLACEHOLDERS.get(name)
            if placeholder is None or placeholder.scope not in scopes:
                legal = ", ".join(f"{{{one}}}" for one, found in PLACEHOLDERS.items() if found.scope in scopes)
                why = "is not a placeholder" if placeholder is None else f"is known of a {placeholder.scope} only"
                raise self._error(f"{{{name}}} {why}; here there are {legal}")
            if conversion or (spec and not placeholder.takes_format):
                raise self._error(f"{{{name}}} takes no {'conversion' if conversion else 'format'}")
            if name == "date":
                self._check_date(spec or "")
            elif spec and not _NUMBER_FORMAT.fullmatch(spec):
                raise self._error(f"{{{name}:{spec}}} is not a format of a number, such as {{{name}:05d}}")
            yield literal, name, spec or ""

    def _check_date(self, spec: str) -> None:
        for letter in _LETTER.findall(spec):
            if letter != "%" and letter not in _PERIODS:
                legal = " ".join(f"%{known}" for known in _PERIODS)
                raise self._error(f"{{date:{spec}}} has %{letter}, which is not one of {legal}")

    def _error(self, why: str) -> OptionValueError:
        return OptionValueError(
            f"`{self._option}` {self.template!r} is not a template: {why}; a brace that is part of the name is doubled"
        )

    @property
    def by_file(self) -> bool:
        """Whether each file has a name of its own."""
        return Scope.FILE in self.scopes

    def of(
        self, *, file: FileName | None = None, timestamp: int | None = None, values: Mapping[str, Any] | None = None
    ) -> str:
        """The name: at most 512 characters, with `-` for each `:` and `*`.

        Args:
            file: for the placeholders of a file.
            timestamp: for those of an event, in milliseconds since 1970.
            values: for those of a record or a task, by name.

        """
        if self.fixed is not None:
            return self.fixed
        known: dict[str, Any] = dict(values or {})
        if file is not None:
            known |= {"name": file.name, "stem": file.stem, "path": file.path, "parent": file.parent}
        if timestamp is not None and Scope.EVENT in self.scopes:
            known["date"] = datetime.fromtimestamp(min(timestamp // 1000, _LAST_SECOND), UTC)
        return self._filled(known)

    def _filled(self, known: Mapping[str, Any]) -> str:
        values = {**self._known, **known}
        filled = []
        for literal, name, spec in self._parts:
            filled.append(literal)
            if name == "date":
                filled.append(values[name].strftime(spec or _DATE))
            elif name:
                filled.append(format(values[name], spec))
        return _NOT_IN_NAMES.sub("-", "".join(filled))[:_LONGEST]

    def routed(self, batches: Iterable[Batch], file: FileName | None = None) -> list[tuple[Batch, str]]:
        """Batches with their names: parted where the name changes with the time of the events."""
        if self.fixed is not None:
            return [(batch, self.fixed) for batch in batches]
        parts = batches if not self._period else (part for batch in batches for part in self._periods(batch))
        return [(part, self.of(file=file, timestamp=part.first_timestamp)) for part in parts]

    def _periods(self, batch: Batch) -> Iterator[Batch]:
        """Parts of a batch, each of one period: of the time for which the date in the name is the same."""
        start = 0
        timestamps: list[int] | None = None
        while start < len(batch):
            first = batch.first_timestamp if timestamps is None else timestamps[start]
            next_period = (first // self._period + 1) * self._period
            if batch.last_timestamp < next_period:
                yield batch if start == 0 else batch[start:]
                return
            timestamps = timestamps or batch.timestamps
            end = bisect_left(timestamps, next_period, start)
            yield batch[start:end]
            start = end

    def shared(self, files: Sequence[FileName]) -> tuple[int, int] | None:
        """The indexes of two files with one name although each should have its own; None if there are none."""
        if not self.by_file:
            return None
        first: dict[str, int] = {}
        for index, file in enumerate(files):
            other = first.setdefault(self.of(file=file, timestamp=0), index)
            if other != index:
                return other, index
        return None


def _period(spec: str) -> int:
    """Milliseconds for which a date in this format stays the same at least."""
    return min((_PERIODS[letter] for letter in _LETTER.findall(spec or _DATE) if letter != "%"), default=86_400_000)


def naming(stream: str | Callable[[Any], str], scopes: Iterable[Scope]) -> NameTemplate | Callable[[Any], str]:
    """What names log streams: a function of the event as it is, or the template that a `str` is."""
    return NameTemplate(stream, scopes=scopes) if isinstance(stream, str) else stream


def shown(stream: NameTemplate | Callable[[Any], str]) -> str | None:
    """The log stream for a report: its name, else its template; None for a function."""
    return (stream.fixed or stream.template) if isinstance(stream, NameTemplate) else None
