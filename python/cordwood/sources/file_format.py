"""How a file is read: as the user specifies, or as samples of it show."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum

from cordwood._core import FileFormat, LineRules, detect
from cordwood._text import utc
from cordwood.errors import InputError
from cordwood.options import ReadOptions

_SHOWN = 120
"""Characters of a line that a message shows."""


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


def detect_format(
    name: str, samples: list[bytes], reading: ReadOptions, modified_ms: int | None, *, assume_utc: bool = False
) -> InputFormat:
    """Decide how a file is read.

    Args:
        name: of the file, for messages.
        samples: whole lines from its start, its middle and its end.
        reading: what the user specified.
        modified_ms: when it was last modified, in milliseconds since 1970; None for a pipe.
        assume_utc: take UTC if the zone is not known, instead of an error: for rehearsals, which store nothing.

    Raises:
        InputError: its format is unknown, its parts disagree, or its lines have no zone and none was specified.

    """
    if reading.timestamp_from in ("now", "mtime"):
        return _with_external_timestamps(name, reading, modified_ms)
    kind = None if reading.known_format is None else FormatKind(reading.known_format)
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
    if found.conflict is not None and reading.format == "auto":
        raise InputError(_parts_disagree(name, found, found.conflict, reading))
    kind = FormatKind(found.name)
    return EVENT_DOCUMENT if kind is FormatKind.EVENTS else _of_lines(name, kind, found, reading, assume_utc)


def _with_external_timestamps(name: str, reading: ReadOptions, modified_ms: int | None) -> InputFormat:
    kind = FormatKind.JSON if reading.format == "json" else FormatKind.TEXT
    rules = LineRules.without_timestamps(
        kind, message_field=reading.message_field, multiline_start=reading.multiline_start
    )
    if reading.timestamp_from == "now":
        return InputFormat(kind, rules, f"{kind}, timestamps are the time when a line is read")
    if modified_ms is None:
        raise InputError(f"{name}: a pipe has no modification time that its timestamps could be taken from (mtime)")
    description = f"{kind}, timestamps are the time when the file was last modified, {utc(modified_ms)}"
    return InputFormat(kind, rules, description, modified_ms, modified_ms, modified_ms)


def _of_lines(name: str, kind: FormatKind, found: FileFormat, reading: ReadOptions, assume_utc: bool) -> InputFormat:
    now = time.time_ns() // 1_000_000
    zone = reading.timezone or "UTC"
    assumed = []
    if found.needs_zone and reading.timezone is None:
        if not assume_utc:
            raise InputError(_zone_is_missing(name, found, reading.year, now))
        assumed.append("no zone is written: UTC is assumed (change it with `timezone`)")
    if found.needs_year:
        assumed.append(
            f"of {reading.year}"
            if reading.year
            else "no year is written: the latest possible is assumed (change it with `year`)"
        )
    rules = found.line_rules(
        zone=zone,
        year=reading.year,
        now=now,
        message_field=reading.message_field,
        multiline_start=reading.multiline_start,
        untimed_as_before=reading.timestamp_from == "previous",
    )
    what = "have a timestamp" if reading.multiline_start or reading.timestamp_from else "begin an event"
    share = f"{found.matching_lines:,} of {found.sampled_lines:,} sampled lines {what}"
    return InputFormat(
        kind,
        rules,
        "; ".join([f"{kind}, {found.timestamps}", share, *assumed]),
        first_timestamp=found.first_timestamp(zone=zone, year=reading.year, now=now),
        last_timestamp=found.last_timestamp(zone=zone, year=reading.year, now=now),
    )


def _parts_disagree(name: str, found: FileFormat, other: FileFormat, reading: ReadOptions) -> str:
    """Say what a file is by all of its samples, and what a part of it is by itself."""
    now = time.time_ns() // 1_000_000
    zone = reading.timezone or "UTC"

    def described(one: FileFormat) -> str:
        what = ", ".join(part for part in (one.name, one.timestamps) if part)
        fits = f"{one.matching_lines:,} of {one.sampled_lines:,} sampled lines fit"
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


def _unknown_format(name: str, samples: list[bytes], reading: ReadOptions) -> str:
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
