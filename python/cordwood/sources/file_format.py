"""How a file is read: as the user specifies, or as samples of it show."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from cordwood._core import FileFormat, Layout, LineRules, Times, detect
from cordwood._text import plural, utc
from cordwood.errors import AmbiguousTimestampError, InputError
from cordwood.options import ReadOptions
from cordwood.sources.uncertain_times import error_of, shown, zone_is_missing


class FormatKind(StrEnum):
    """What the lines of a file are."""

    EVENTS = "events"
    """An event document."""
    JSON = "json"
    """One JSON object a line, as applications write them."""
    TEXT = "text"
    """Lines with a timestamp at or near their start."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A layout that was considered.

    Attributes:
        example: the first timestamp that has it, as it is written.
        place: where in the line it is, in words.
        timestamp_format: what reads it.
        lines: sampled lines that have it.
        lost: why lines are not read in it; None if they are.
    """

    example: str
    place: str
    timestamp_format: str
    lines: int
    lost: str | None


@dataclass(frozen=True, slots=True)
class FormatDetails:
    """How the lines of a file are read, in full, for a plan.

    Attributes:
        layouts: how they write their timestamps, each with an example and the number of sampled lines that have it.
        fields: the members of JSON lines that hold the time.
        line_counts: of the sampled lines, by what they are.
        zone: of timestamps that write none, and where that is from; empty if all write one.
        year: of timestamps that write none, and where that is from; empty if all write one.
        first_timestamp: the earliest of the samples, in milliseconds since 1970.
        last_timestamp: the latest of the samples.
        ambiguous_times: those in a repeated hour, whose pass the order of lines does not show.
        candidates: all layouts that were considered, with the reason why lines are not read in one.
        assumes: whether something is assumed that neither the lines nor the user say.
    """

    layouts: tuple[tuple[str, int], ...]
    fields: tuple[str, ...]
    line_counts: dict[str, int]
    zone: str
    year: str
    first_timestamp: int | None
    last_timestamp: int | None
    ambiguous_times: int
    candidates: tuple[Candidate, ...]
    assumes: bool


@dataclass(frozen=True, slots=True)
class FileDetails:
    """How a file is read, in full.

    Attributes:
        name: for people.
        kind: of its format.
        format: what samples of it show.
        counts: what the reader has counted in it; nothing before it is read.
    """

    name: str
    kind: str
    format: FormatDetails
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class InputFormat:
    """How a file is read."""

    kind: FormatKind
    rules: LineRules | None
    """How its lines become events; None for an event document."""
    description: str
    """For the user: what it is read as, and what is assumed."""
    first_timestamp: int | None = None
    """The earliest of the samples; None for an event document."""
    last_timestamp: int | None = None
    """The latest of the samples; None for an event document."""
    timestamp: int | None = None
    """Of all its lines, if it is the same; None if lines have their own, or that of the time when they are read."""
    details: FormatDetails | None = None
    """In full, for a rehearsal."""
    saved: str = ""
    """What it was found to be, for a later run; empty if nothing was looked for."""


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
            takes_other_layouts=reading.other_layouts != "refuse",
        )
    except ValueError as error:
        raise InputError(str(error)) from None
    if found.problem is not None:
        raise error_of(name, found, found.problem, reading)
    assert found.name is not None, "there is a problem otherwise"
    kind = FormatKind(found.name)
    if kind is FormatKind.EVENTS:
        return EVENT_DOCUMENT
    return _of_lines(name, kind, found, reading, assume_utc, now, modified_ms)


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


def restored(name: str, saved: str, format: InputFormat, reading: ReadOptions) -> InputFormat:
    """Return how a file is read, as an earlier run found it.

    Args:
        name: of the file, for messages.
        saved: as that run has it.
        format: as the file would be read now.
        reading: what the user specified.

    Raises:
        InputError: what was saved is something else.

    """
    times = Times.restored(
        saved,
        zone=reading.timezone or "UTC",
        now=time.time_ns() // 1_000_000,
        timestamp_regex=reading.timestamp_regex,
    )
    if times is None:
        raise InputError(f"{name}: the journal has no layout of its timestamps that this version can read")
    assert times.name is not None, "what was found has a kind"
    kind = FormatKind(times.name)
    description = f"{kind}, in the layouts of timestamps that an earlier run found"
    return replace(format, kind=kind, rules=_rules(times, reading), description=description, saved=saved)


def _rules(times: Times, reading: ReadOptions) -> LineRules | None:
    return times.line_rules(
        message_field=reading.message_field,
        multiline_start=reading.multiline_start,
        untimed_as_before=reading.timestamp_from == "previous",
        other_layouts=reading.other_layouts,
    )


def _of_lines(
    name: str,
    kind: FormatKind,
    found: FileFormat,
    reading: ReadOptions,
    assume_utc: bool,
    now: int,
    modified_ms: int | None,
) -> InputFormat:
    if found.needs_zone and reading.timezone is None and not assume_utc:
        raise zone_is_missing(name, found, reading, now, modified_ms)
    try:
        times = found.times(zone=reading.timezone or "UTC", year=reading.year, now=now, modified=modified_ms)
    except ValueError as error:
        raise _uncertain(name, found, str(error)) from None
    layouts = found.layouts
    zone = _zone(found, reading)
    year = _year(found, times, reading)
    return InputFormat(
        kind,
        _rules(times, reading),
        _description(kind, found, times, layouts, reading, year),
        first_timestamp=times.first_timestamp,
        last_timestamp=times.last_timestamp,
        details=_details(found, times, layouts, zone, year, reading) if assume_utc else None,
        # Nearly all files of an input are alike, and there may be half a million.
        saved=sys.intern(times.saved),
    )


def _details(
    found: FileFormat, times: Times, layouts: list[Layout], zone: str, year: str, reading: ReadOptions
) -> FormatDetails:
    return FormatDetails(
        layouts=tuple((_example(layout), layout.lines) for layout in layouts if layout.lost is None),
        fields=tuple(found.fields),
        line_counts=found.line_counts,
        zone=zone,
        year=year,
        first_timestamp=times.first_timestamp,
        last_timestamp=times.last_timestamp,
        ambiguous_times=times.ambiguous_times,
        candidates=tuple(
            Candidate(_example(layout), layout.place, layout.strftime, layout.lines, layout.lost) for layout in layouts
        ),
        assumes=(found.needs_zone and reading.timezone is None)
        or (found.needs_year and reading.year is None)
        or times.ambiguous_times > 0,
    )


def _zone(found: FileFormat, reading: ReadOptions) -> str:
    if not found.needs_zone:
        return ""
    return f"{reading.timezone}, by `timezone`" if reading.timezone else "UTC is assumed where none is written"


def _year(found: FileFormat, times: Times, reading: ReadOptions) -> str:
    if not found.needs_year:
        return ""
    first, last = times.years
    years = str(first) if first == last else f"{min(first, last)} to {max(first, last)}"
    match times.year_source:
        case "weekday":
            return f"{years}, as the weekdays show"
        case "leap_day":
            return f"{years}, as a 29 February shows"
        case "modified":
            return f"{years} is assumed, as the file was modified then"
        case "latest":
            return f"{years} is assumed, the latest that is possible"
    return f"{years}, by `year`"


def _example(layout: Layout) -> str:
    return shown(layout.example) or layout.strftime


def _description(
    kind: FormatKind, found: FileFormat, times: Times, layouts: list[Layout], reading: ReadOptions, year: str
) -> str:
    """What it is read as, in one line."""
    fields = " or ".join(found.fields)
    if kind is FormatKind.JSON:
        written = f"timestamps in {fields}"
    else:
        examples = [repr(_example(layout)) for layout in layouts if layout.lost is None]
        written = f"timestamps as {' and '.join(examples)}" if examples else "timestamps as `timestamp_format` says"
        if fields:
            written += f", and JSON with those in {fields}"
    what = "have a timestamp" if reading.multiline_start or reading.timestamp_from else "begin an event"
    counts = found.line_counts
    parts = [f"{kind}, {written}", f"{counts['begin_event']:,} of {counts['all']:,} sampled lines {what}"]
    if found.needs_zone and reading.timezone is None:
        parts.append("no zone is written: UTC is assumed (change it with `timezone`)")
    if year:
        parts.append(f"no year is written: {year}" + ("" if reading.year else " (change it with `year`)"))
    if times.ambiguous_times:
        parts.append(
            f"{plural(times.ambiguous_times, 'timestamp')} in an hour that is there twice, and the order of lines does "
            "not show which is meant"
        )
    return "; ".join(parts)


def _uncertain(name: str, found: FileFormat, reason: str) -> AmbiguousTimestampError:
    line = shown(found.first_line)
    return AmbiguousTimestampError(f"{name}: {reason}. The first line is {line!r}", name=name, lines=[line])


def whole_lines(start: bytes, later: Sequence[bytes] = ()) -> list[bytes]:
    """Return samples of a file without the lines that they cut.

    A last line that has no end is left out, too, unless there is no other: it may be one that is just being written.

    Args:
        start: that at its start.
        later: those behind it, which may begin within a line.

    """
    end = b"\n" if any(b"\n" in sample for sample in (start, *later)) else b"\r"
    whole = [start[: start.rfind(end) + 1] or start]
    # What has no whole line shows nothing: its begin is not that of a line.
    whole += [sample[sample.find(end) + 1 : sample.rfind(end) + 1] for sample in later]
    return [sample for sample in whole if sample]
