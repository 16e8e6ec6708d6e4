"""What a file is read as: told by its user, or by samples of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias

from cordwood._core import DocumentReader, FileFormat, LineRules, detect
from cordwood.errors import InputError
from cordwood.report.summary import utc

Format: TypeAlias = Literal["auto", "events", "json", "text"]
"""Of a file: told by a look at it; event documents; JSON lines as applications write them; text."""

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
    timestamp_field: str | None = None
    message_field: str | None = None
    since: int | None = None
    until: int | None = None
    filter: str | None = None
    exclude: str | None = None
    assume_utc: bool = False
    """Take UTC where the zone is not known, in place of an error: for rehearsals, which store nothing."""

    def __post_init__(self) -> None:
        if self.format not in ("auto", "events", "json", "text"):
            raise ValueError(f"format is {self.format!r}; it must be 'auto', 'events', 'json' or 'text'")
        if self.timestamp_format is not None and self.timestamp_field is not None:
            raise ValueError("timestamp_format is for text, and timestamp_field for JSON: pass one of them")
        if self.timezone is not None:
            _zone_is_known(self.timezone)
        for name in ("filter", "exclude"):
            try:
                DocumentReader(filter=getattr(self, name))
            except ValueError as fault:
                raise ValueError(f"{name} is no regular expression: {fault}") from None

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


EVENTS = Shape("events", None, "event documents")


def shape_of(name: str, samples: list[bytes], reading: Reading) -> Shape:
    """What a file is read as.

    Args:
        name: of the file, for messages.
        samples: whole lines from its start, its middle and its end.
        reading: what its user told.

    Raises:
        InputError: it is nothing known, its parts disagree, or its lines write no zone and none was told.

    """
    try:
        found = detect(
            samples,
            format=None if reading.format == "auto" else reading.format,
            timestamp_format=reading.timestamp_format,
            timestamp_field=reading.timestamp_field,
        )
    except ValueError as fault:
        raise InputError(str(fault)) from None
    if found is None:
        raise InputError(_nothing_known(name, samples, reading))
    if found.name == "events":
        return EVENTS
    if found.otherwise and reading.format == "auto":
        raise InputError(
            f"{name}: its parts disagree. The whole would be read as {found.name}, {found.timestamps} "
            f"({found.fitting:,} of {found.lines:,} lines looked at fit), and another part as {found.otherwise}: say "
            "which it is (--format, --timestamp-format, --timestamp-field)"
        )
    return _of_lines(name, found, reading)


def _of_lines(name: str, found: FileFormat, reading: Reading) -> Shape:
    now = time.time_ns() // 1_000_000
    zone = reading.timezone or "UTC"
    assumed = []
    if found.needs_zone and reading.timezone is None:
        if not reading.assume_utc:
            raise InputError(_zone_is_missing(name, found, reading.year, now))
        assumed.append("no zone is written: UTC is assumed (--timezone)")
    if found.needs_year:
        assumed.append(f"of {reading.year}" if reading.year else "no year is written: the latest is assumed (--year)")
    rules = found.rules(zone=zone, year=reading.year, now=now, message_field=reading.message_field)
    share = f"{found.fitting:,} of {found.lines:,} lines looked at begin an event"
    told = "; ".join([f"{found.name}, {found.timestamps}", share, *assumed])
    return Shape(found.name, rules, told, found.first_timestamp(zone=zone, year=reading.year, now=now))


def _zone_is_missing(name: str, found: FileFormat, year: int | None, now: int) -> str:
    as_utc, as_local = (found.first_timestamp(zone=zone, year=year, now=now) for zone in ("UTC", "local"))
    line = found.first_line.decode("utf-8", "replace")[:_SHOWN]
    return (
        f"{name}: its lines write no time zone, and what is stored cannot be taken back. The first line, {line!r}, is "
        f"of {'no moment' if as_utc is None else utc(as_utc)} if it is UTC, and of "
        f"{'no moment' if as_local is None else utc(as_local)} if it is this machine's local time: say which "
        "(--timezone UTC, --timezone local, or --timezone Area/City)"
    )


def _nothing_known(name: str, samples: list[bytes], reading: Reading) -> str:
    start = samples[0].lstrip()[:24].decode("utf-8", "replace") if samples else ""
    what = "no log that is known" if reading.format == "auto" else f"no {reading.format} that is known"
    return (
        f"{name}: {what}, it starts with {start!r}. Text needs a timestamp at or near the start of its lines "
        "(--timestamp-format says how it is written), JSON lines a member with it (--timestamp-field names it), and an "
        'event document is an array of {"timestamp": milliseconds since 1970, "message": "text"}, one such object a '
        "line, or what aws logs get-log-events prints"
    )


def whole_lines(sample: bytes, *, from_start: bool) -> bytes:
    """A sample without the lines that it cuts; all of it where that leaves none."""
    start = 0 if from_start else sample.find(b"\n") + 1
    end = sample.rfind(b"\n") + 1
    return sample[start:end] or sample
