"""How a file is read: as the user specifies, or as samples of it show."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum

from cordwood._core import FileFormat, LineRules, Problem, detect
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
    now = time.time_ns() // 1_000_000
    try:
        found = detect(
            samples,
            now=now,
            format=kind,
            timestamp_format=reading.timestamp_format,
            timestamp_regex=reading.timestamp_regex,
            timestamp_field=reading.timestamp_field,
            multiline_start=reading.multiline_start,
        )
    except ValueError as error:
        raise InputError(str(error)) from None
    if found.problem is not None:
        raise InputError(_problem(name, found.problem))
    kind = FormatKind(found.name)
    if kind is FormatKind.EVENTS:
        return EVENT_DOCUMENT
    return _of_lines(name, kind, found, reading, assume_utc, now, modified_ms)


def _problem(name: str, problem: Problem) -> str:
    lines = [line.decode("utf-8", "replace")[:_SHOWN] for line in problem.lines]
    options = ", ".join(f"`{option}` {value!r}" for option, value in problem.suggestions)
    return f"{name}: {problem.kind}: {problem.subject!r} {lines} `timestamp_format` {options}"


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


def _of_lines(
    name: str,
    kind: FormatKind,
    found: FileFormat,
    reading: ReadOptions,
    assume_utc: bool,
    now: int,
    modified_ms: int | None,
) -> InputFormat:
    zone = reading.timezone or "UTC"
    assumed = []
    if found.needs_zone and reading.timezone is None:
        if not assume_utc:
            raise InputError(_zone_is_missing(name, found, reading.year, now))
        assumed.append("no zone is written: UTC is assumed (change it with `timezone`)")
    try:
        times = found.times(zone=zone, year=reading.year, now=now, modified=modified_ms)
    except ValueError as error:
        raise InputError(f"{name}: {error}") from None
    if found.needs_year:
        assumed.append(
            f"of {reading.year}"
            if reading.year
            else "no year is written: the latest possible is assumed (change it with `year`)"
        )
    rules = times.line_rules(
        message_field=reading.message_field,
        multiline_start=reading.multiline_start,
        untimed_as_before=reading.timestamp_from == "previous",
    )
    what = "have a timestamp" if reading.multiline_start or reading.timestamp_from else "begin an event"
    counts = found.line_counts
    share = f"{counts['begin_event']:,} of {counts['all']:,} sampled lines {what}"
    return InputFormat(
        kind,
        rules,
        "; ".join([f"{kind}", share, *assumed]),
        first_timestamp=times.first_timestamp,
        last_timestamp=times.last_timestamp,
    )


def _zone_is_missing(name: str, found: FileFormat, year: int | None, now: int) -> str:
    return (
        f"{name}: its lines have no time zone, and events cannot be changed once they are stored. The first line is "
        f"{_first_line(found)!r}: specify `timezone`, as UTC, local, or Area/City"
    )


def _first_line(found: FileFormat) -> str:
    return found.first_line.decode("utf-8", "replace")[:_SHOWN]


def whole_lines(sample: bytes, *, from_start: bool) -> bytes:
    """Return a sample without the lines that it cuts; all of it if that leaves none."""
    start = 0 if from_start else sample.find(b"\n") + 1
    end = sample.rfind(b"\n") + 1
    return sample[start:end] or sample
