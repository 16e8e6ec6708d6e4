"""What a file is read as: told by its user, or by samples of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias

from cordwood._core import DocumentReader, FileFormat, LineRules, detect
from cordwood._text import utc
from cordwood.errors import InputError
from cordwood.sources.decoding import decoder_of

Format: TypeAlias = Literal["auto", "events", "json", "text"]
"""Of a file: told by a look at it; event documents; JSON lines as applications write them; text."""

TimestampFrom: TypeAlias = Literal["now", "mtime", "previous"]
"""Where the timestamps of lines that write none are from: the moment when they are read; when the file was last
modified; of text, the line before."""

_SHOWN = 120
"""Characters of a line that a message shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How files are read; `upload` explains each.

    Raises:
        ValueError: an option has no such value.

    """

    format: Format = "auto"
    timezone: str | None = None
    year: int | None = None
    timestamp_format: str | None = None
    timestamp_regex: str | None = None
    timestamp_field: str | None = None
    timestamp_from: TimestampFrom | None = None
    multiline_start: str | None = None
    message_field: str | None = None
    encoding: str | None = None
    shift_by: int | Literal["to-now"] | None = None
    since: int | None = None
    until: int | None = None
    filter: str | None = None
    exclude: str | None = None
    assume_utc: bool = False
    """Take UTC where the zone is not known, in place of an error: for rehearsals, which store nothing."""

    def __post_init__(self) -> None:
        if self.format not in ("auto", "events", "json", "text"):
            raise ValueError(f"format is {self.format!r}; it must be 'auto', 'events', 'json' or 'text'")
        if self.timestamp_from not in (None, "now", "mtime", "previous"):
            raise ValueError(f"timestamp_from is {self.timestamp_from!r}; it must be 'now', 'mtime' or 'previous'")
        if not (self.shift_by in (None, "to-now") or isinstance(self.shift_by, int)):
            raise ValueError(f"shift_by is {self.shift_by!r}; it must be a number of milliseconds, or 'to-now'")
        self._check_together()
        if self.timezone is not None:
            _zone_is_known(self.timezone)
        decoder_of(self.encoding)
        for name in ("filter", "exclude", "timestamp_regex", "multiline_start"):
            try:
                DocumentReader(filter=getattr(self, name))
            except ValueError as fault:
                raise ValueError(f"{name} is no regular expression: {fault}") from None

    def _check_together(self) -> None:
        of_text = ("timestamp_format", "timestamp_regex", "multiline_start")
        given = [name for name in of_text if getattr(self, name) is not None]
        if self.timestamp_from == "previous":
            given.append("timestamp_from='previous'")
        if given and self.timestamp_field is not None:
            raise ValueError(f"{given[0]} is for text, and timestamp_field for JSON: pass one of them")
        if given and self.format in ("json", "events"):
            raise ValueError(f"{given[0]} is for text, and format is {self.format!r}: pass one of them")
        looked_for = ("timestamp_format", "timestamp_regex", "timestamp_field")
        written = [name for name in looked_for if getattr(self, name) is not None]
        if self.timestamp_from in ("now", "mtime") and written:
            raise ValueError(
                f"{written[0]} says how lines write their timestamps, and timestamp_from={self.timestamp_from!r} that "
                "they are not looked at for them: pass one of them"
            )
        if self.timestamp_from in ("now", "mtime") and self.format == "events":
            raise ValueError("timestamp_from is for text and JSON lines: event documents have their timestamps")

    def without_shift(self) -> Reading:
        """The same, with timestamps as they are written."""
        return replace(self, shift_by=None)

    def choice(self) -> dict[str, Any]:
        """Which events are wanted, for the reader."""
        return {name: getattr(self, name) for name in ("since", "until", "filter", "exclude")}


def _zone_is_known(zone: str) -> None:
    found = detect([b"2000-01-01 00:00:00 x\n"], format="text")
    assert found is not None
    found.first_timestamp(zone=zone, now=0)


def milliseconds(name: str, moment: int | datetime | None) -> int | None:
    """A moment in milliseconds since 1970.

    Raises:
        ValueError: a datetime has no zone.
        TypeError: it is neither an int nor a datetime.

    """
    if moment is None or (isinstance(moment, int) and not isinstance(moment, bool)):
        return moment
    if not isinstance(moment, datetime):
        raise TypeError(f"{name} is {moment!r:.80}; it must be milliseconds since 1970, or an aware datetime")
    if moment.tzinfo is None:
        raise ValueError(f"{name} is {moment.isoformat()}, without a zone; it must be aware")
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def shift_of(shift_by: int | timedelta | str | None) -> Any:
    """How far timestamps are moved, in milliseconds, or "to-now"; None where they are not."""
    return shift_by // timedelta(milliseconds=1) if isinstance(shift_by, timedelta) else shift_by


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is read."""

    format: str
    """`events`, `json` or `text`."""
    rules: LineRules | None
    """How its lines become events; None where it is an event document."""
    told: str
    """For its user: what it was taken for, and what was assumed."""
    first_timestamp: int | None = None
    """Of the first line; None for event documents."""
    last_timestamp: int | None = None
    """Of the last line that was looked at; likewise."""
    timestamp: int | None = None
    """Of all its lines, where that is told; None where they write theirs, or are of the moment when they are read."""


EVENTS = Shape("events", None, "event documents")


def shape_of(name: str, samples: list[bytes], reading: Reading, modified_ms: int | None) -> Shape:
    """What a file is read as.

    Args:
        name: of the file, for messages.
        samples: whole lines from its start, its middle and its end.
        reading: what its user told.
        modified_ms: when it was last modified, in milliseconds since 1970; None for a pipe.

    Raises:
        InputError: it is nothing known, its parts disagree, or its lines write no zone and none was told.

    """
    if reading.timestamp_from in ("now", "mtime"):
        return _told_from_outside(name, reading, modified_ms)
    format: str | None = None if reading.format == "auto" else reading.format
    if format is None and (reading.multiline_start is not None or reading.timestamp_from == "previous"):
        format = "text"  # which those are for
    try:
        found = detect(
            samples,
            format=format,
            timestamp_format=reading.timestamp_format,
            timestamp_regex=reading.timestamp_regex,
            timestamp_field=reading.timestamp_field,
        )
    except ValueError as fault:
        raise InputError(str(fault)) from None
    if found is None:
        raise InputError(_nothing_known(name, samples, reading))
    if found.otherwise is not None and reading.format == "auto":
        raise InputError(_both_readings(name, found, found.otherwise, reading))
    return EVENTS if found.name == "events" else _of_lines(name, found, reading)


def _told_from_outside(name: str, reading: Reading, modified_ms: int | None) -> Shape:
    format = "json" if reading.format == "json" else "text"
    rules = LineRules.told(format, message_field=reading.message_field, multiline_start=reading.multiline_start)
    if reading.timestamp_from == "now":
        return Shape(format, rules, f"{format}, timestamps are the moment when a line is read")
    if modified_ms is None:
        raise InputError(f"{name}: a pipe, which was modified at no time that could be its timestamps' (mtime)")
    told = f"{format}, timestamps are when the file was last modified, {utc(modified_ms)}"
    return Shape(format, rules, told, modified_ms, modified_ms, modified_ms)


def _of_lines(name: str, found: FileFormat, reading: Reading) -> Shape:
    now = time.time_ns() // 1_000_000
    zone = reading.timezone or "UTC"
    assumed = []
    if found.needs_zone and reading.timezone is None:
        if not reading.assume_utc:
            raise InputError(_zone_is_missing(name, found, reading.year, now))
        assumed.append("no zone is written: UTC is assumed (change it with `timezone`)")
    if found.needs_year:
        assumed.append(
            f"of {reading.year}"
            if reading.year
            else "no year is written: the latest possible is assumed (change it with `year`)"
        )
    rules = found.rules(
        zone=zone,
        year=reading.year,
        now=now,
        message_field=reading.message_field,
        multiline_start=reading.multiline_start,
        untimed_as_before=reading.timestamp_from == "previous",
    )
    what = "have a timestamp" if reading.multiline_start or reading.timestamp_from else "begin an event"
    share = f"{found.fitting:,} of {found.lines:,} lines looked at {what}"
    told = "; ".join([f"{found.name}, {found.timestamps}", share, *assumed])
    first = found.first_timestamp(zone=zone, year=reading.year, now=now)
    last = found.last_timestamp(zone=zone, year=reading.year, now=now)
    return Shape(found.name, rules, told, first, last)


def _both_readings(name: str, found: FileFormat, other: FileFormat, reading: Reading) -> str:
    """What a file is by the whole of what was looked at, and what a part of it is by itself."""
    now = time.time_ns() // 1_000_000
    zone = reading.timezone or "UTC"

    def told(one: FileFormat) -> str:
        what = ", ".join(part for part in (one.name, one.timestamps) if part)
        fits = f"{one.fitting:,} of {one.lines:,} lines looked at fit"
        moment = one.first_timestamp(zone=zone, year=reading.year, now=now)
        if moment is None:
            return f"{what} ({fits})"
        line = one.first_line.decode("utf-8", "replace")[:_SHOWN]
        assumed = "" if reading.timezone or not one.needs_zone else ", if it is UTC"
        return f"{what} ({fits}); the first, {line!r}, is of {utc(moment)}{assumed}"

    return (
        f"{name}: its parts disagree, and what is stored cannot be taken back. The whole reads as {told(found)}. A "
        f"part of it reads as {told(other)}. Specify which it is with `format`, `timestamp_format`, "
        "`timestamp_regex` or `timestamp_field`, or split the file"
    )


def _zone_is_missing(name: str, found: FileFormat, year: int | None, now: int) -> str:
    as_utc, as_local = (found.first_timestamp(zone=zone, year=year, now=now) for zone in ("UTC", "local"))
    line = found.first_line.decode("utf-8", "replace")[:_SHOWN]
    return (
        f"{name}: its lines write no time zone, and what is stored cannot be taken back. The first line, {line!r}, is "
        f"of {'no moment' if as_utc is None else utc(as_utc)} if it is UTC, and of "
        f"{'no moment' if as_local is None else utc(as_local)} if it is this machine's local time: say which "
        "with `timezone`: UTC, local, or Area/City"
    )


def _nothing_known(name: str, samples: list[bytes], reading: Reading) -> str:
    start = samples[0].lstrip()[:24].decode("utf-8", "replace") if samples else ""
    what = "no log that is known" if reading.format == "auto" else f"no {reading.format} that is known"
    return (
        f"{name}: {what}, it starts with {start!r}. Text needs a timestamp at or near the start of its lines "
        "(`timestamp_format` describes it, `timestamp_regex` finds it, `timestamp_from` takes it from elsewhere), "
        "JSON lines need a member with it (`timestamp_field` names it), and an "
        'event document is an array of {"timestamp": milliseconds since 1970, "message": "text"}, one such object a '
        "line, or what aws logs get-log-events prints"
    )


def whole_lines(sample: bytes, *, from_start: bool) -> bytes:
    """A sample without the lines that it cuts; all of it where that leaves none."""
    start = 0 if from_start else sample.find(b"\n") + 1
    end = sample.rfind(b"\n") + 1
    return sample[start:end] or sample
