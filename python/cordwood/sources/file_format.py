"""How a file is read: as the user specifies, or as samples of it show."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from cordwood._core import DocumentReader, FileFormat, LineRules, detect
from cordwood._text import utc
from cordwood.errors import InputError
from cordwood.sources.decoding import text_decoder

Format: TypeAlias = Literal["auto", "events", "json", "text"]
"""Of a file: detected from samples; event documents; JSON lines as applications write them; text."""

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
        text_decoder(self.encoding)
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


class FormatKind(StrEnum):
    """What the lines of a file are."""

    EVENTS = "events"
    """An event document."""
    JSON = "json"
    """One JSON object a line, as applications write them."""
    TEXT = "text"
    """Lines with a timestamp at or near their start."""


@dataclass(frozen=True, slots=True)
class InputFormat:
    """How a file is read."""

    kind: FormatKind
    rules: LineRules | None
    """How its lines become events; None for an event document."""
    description: str
    """For the user: what it is read as, and what is assumed."""
    first_timestamp: int | None = None
    """Of the first line; None for an event document."""
    last_timestamp: int | None = None
    """Of the last line in the samples; None for an event document."""
    timestamp: int | None = None
    """Of all its lines, if it is the same; None if lines have their own, or that of the time when they are read."""


EVENT_DOCUMENT = InputFormat(FormatKind.EVENTS, None, "event documents")


def detect_format(name: str, samples: list[bytes], reading: Reading, modified_ms: int | None) -> InputFormat:
    """Decide how a file is read.

    Args:
        name: of the file, for messages.
        samples: whole lines from its start, its middle and its end.
        reading: what the user specified.
        modified_ms: when it was last modified, in milliseconds since 1970; None for a pipe.

    Raises:
        InputError: its format is unknown, its parts disagree, or its lines have no zone and none was specified.

    """
    if reading.timestamp_from in ("now", "mtime"):
        return _with_external_timestamps(name, reading, modified_ms)
    kind = None if reading.format == "auto" else FormatKind(reading.format)
    if kind is None and (reading.multiline_start is not None or reading.timestamp_from == "previous"):
        kind = FormatKind.TEXT  # which those are for
    try:
        found = detect(
            samples,
            format=kind,
            timestamp_format=reading.timestamp_format,
            timestamp_regex=reading.timestamp_regex,
            timestamp_field=reading.timestamp_field,
        )
    except ValueError as error:
        raise InputError(str(error)) from None
    if found is None:
        raise InputError(_unknown_format(name, samples, reading))
    if found.otherwise is not None and reading.format == "auto":
        raise InputError(_parts_disagree(name, found, found.otherwise, reading))
    kind = FormatKind(found.name)
    return EVENT_DOCUMENT if kind is FormatKind.EVENTS else _of_lines(name, kind, found, reading)


def _with_external_timestamps(name: str, reading: Reading, modified_ms: int | None) -> InputFormat:
    kind = FormatKind.JSON if reading.format == "json" else FormatKind.TEXT
    rules = LineRules.told(kind, message_field=reading.message_field, multiline_start=reading.multiline_start)
    if reading.timestamp_from == "now":
        return InputFormat(kind, rules, f"{kind}, timestamps are the time when a line is read")
    if modified_ms is None:
        raise InputError(f"{name}: a pipe has no modification time that its timestamps could be taken from (mtime)")
    description = f"{kind}, timestamps are the time when the file was last modified, {utc(modified_ms)}"
    return InputFormat(kind, rules, description, modified_ms, modified_ms, modified_ms)


def _of_lines(name: str, kind: FormatKind, found: FileFormat, reading: Reading) -> InputFormat:
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
    share = f"{found.fitting:,} of {found.lines:,} sampled lines {what}"
    return InputFormat(
        kind,
        rules,
        "; ".join([f"{kind}, {found.timestamps}", share, *assumed]),
        first_timestamp=found.first_timestamp(zone=zone, year=reading.year, now=now),
        last_timestamp=found.last_timestamp(zone=zone, year=reading.year, now=now),
    )


def _parts_disagree(name: str, found: FileFormat, other: FileFormat, reading: Reading) -> str:
    """Say what a file is by all of its samples, and what a part of it is by itself."""
    now = time.time_ns() // 1_000_000
    zone = reading.timezone or "UTC"

    def described(one: FileFormat) -> str:
        what = ", ".join(part for part in (one.name, one.timestamps) if part)
        fits = f"{one.fitting:,} of {one.lines:,} sampled lines fit"
        first = one.first_timestamp(zone=zone, year=reading.year, now=now)
        if first is None:
            return f"{what} ({fits})"
        assumed = "" if reading.timezone or not one.needs_zone else ", if it is UTC"
        return f"{what} ({fits}); the first, {_first_line(one)!r}, is {utc(first)}{assumed}"

    return (
        f"{name}: its parts disagree, and events cannot be changed once they are stored. The whole reads as "
        f"{described(found)}. A part of it reads as {described(other)}. Specify which it is with `format`, "
        "`timestamp_format`, `timestamp_regex` or `timestamp_field`, or split the file"
    )


def _zone_is_missing(name: str, found: FileFormat, year: int | None, now: int) -> str:
    as_utc, as_local = (found.first_timestamp(zone=zone, year=year, now=now) for zone in ("UTC", "local"))
    return (
        f"{name}: its lines have no time zone, and events cannot be changed once they are stored. The first line, "
        f"{_first_line(found)!r}, is {_time(as_utc)} if it is UTC, and {_time(as_local)} if it is this machine's local "
        "time: specify `timezone`, as UTC, local, or Area/City"
    )


def _time(timestamp: int | None) -> str:
    return "no valid time" if timestamp is None else utc(timestamp)


def _first_line(found: FileFormat) -> str:
    return found.first_line.decode("utf-8", "replace")[:_SHOWN]


def _unknown_format(name: str, samples: list[bytes], reading: Reading) -> str:
    start = samples[0].lstrip()[:24].decode("utf-8", "replace") if samples else ""
    what = "not a known log format" if reading.format == "auto" else f"not a known format of {reading.format}"
    return (
        f"{name}: {what}, it starts with {start!r}. Text needs a timestamp at or near the start of its lines "
        "(`timestamp_format` describes it, `timestamp_regex` finds it, `timestamp_from` takes it from elsewhere), "
        "JSON lines need a member with it (`timestamp_field` names it), and an "
        'event document is an array of {"timestamp": milliseconds since 1970, "message": "text"}, one such object a '
        "line, or what aws logs get-log-events prints"
    )


def whole_lines(sample: bytes, *, from_start: bool) -> bytes:
    """Return a sample without the lines that it cuts; all of it if that leaves none."""
    start = 0 if from_start else sample.find(b"\n") + 1
    end = sample.rfind(b"\n") + 1
    return sample[start:end] or sample
