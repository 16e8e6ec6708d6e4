"""The parts of a report in words, for a person. All of it is safe to print on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from cordwood._model import Location, Outcome, TimeRange
from cordwood._text import escape, plural, utc
from cordwood.report.entries import DeadLetterFile, Example
from cordwood.report.ranges import PositionRange

ADVICE = {
    Outcome.TOO_OLD: "CloudWatch Logs takes nothing older than 14 days: keep these elsewhere (S3, for example)",
    Outcome.TOO_NEW: "CloudWatch Logs takes nothing more than 2 hours ahead: send these later, or correct their clock",
    Outcome.EXPIRED: "older than the log group's retention: lengthen that before they are sent",
    Outcome.OVERSIZE: "to send them shortened or in parts, set `oversize` to truncate or split",
    Outcome.EMPTY: "an event without a message carries nothing: leave it out",
    Outcome.INVALID: "fix them at the source",
    Outcome.REFUSED: "the service refused them even alone",
    Outcome.UNKNOWN: "they may be stored; sent again, they may be stored twice",
    Outcome.UNDELIVERED: "they are not stored; send them again",
}
"""What to do about the events of an outcome."""

_MAX_EXAMPLES = 2
_MAX_RANGES = 3


def explain(outcome: Outcome, examples: Sequence[Example], times: Sequence[str] = ()) -> list[str]:
    """Return lines that say what to do about the events of an outcome, then `times`, then the first events."""
    lines = [f"{outcome}: {ADVICE[outcome]}"] if outcome in ADVICE else [f"{outcome}:"]
    return [
        *lines,
        *times,
        *(f"  {format_location(found)}: {escape(found.reason)}" for found in examples[:_MAX_EXAMPLES]),
    ]


def format_location(found: Example | Location) -> str:
    """Say where an event is: its file, line and byte, or its index."""
    of_file = f"{escape(found.source)}, " if found.source else ""
    if found.line is not None:
        return f"{of_file}line {found.line:,} (byte {found.position:,})"
    return f"{of_file}{'byte' if found.source else 'event'} {found.position:,}"


def format_ranges(ranges: Sequence[PositionRange]) -> str:
    """Say where the events of an outcome are in the input: their first ranges, and how many more there are."""
    if not ranges:
        return ""
    unit = "" if any(found.first_source for found in ranges) else "event "
    more = f" and in {plural(len(ranges) - _MAX_RANGES, 'further range')}" if len(ranges) > _MAX_RANGES else ""
    return f"{unit}{first_ranges(ranges)}{more}"


def first_ranges(ranges: Sequence[PositionRange]) -> str:
    """List the first of some ranges."""
    return ", ".join(map(_range, ranges[:_MAX_RANGES]))


def _range(found: PositionRange) -> str:
    file = f"{escape(found.first_source)} byte " if found.first_source else ""
    if (found.first_source, found.first) == (found.last_source, found.last):
        return f"{file}{found.first:,}"
    to = f"{escape(found.last_source)} byte " if found.last_source != found.first_source else ""
    some = "" if not file and found.events == found.last - found.first + 1 else f" ({found.events:,} of them)"
    return f"{file}{found.first:,} to {to}{found.last:,}{some}"


def format_times(times: TimeRange | None, window: TimeRange | None) -> list[str]:
    """Say which timestamps the events outside the service's window have, and what that window is."""
    if times is None:
        return []
    taken = "" if window is None else f"; the service takes {utc(window.first)} to {utc(window.last)}"
    return [f"  of {' to '.join(utc(at) for at in sorted(set(times)))}{taken}"]


def format_sources(sources: Sequence[str]) -> str:
    """Return ` of` and the file, or how many files; an empty str for events in memory."""
    return f" of {len(sources)} files" if len(sources) > 1 else "".join(f" of {escape(source)}" for source in sources)


def format_dead_letters(file: DeadLetterFile) -> list[str]:
    """Say how many dead letters were written, and how many could not be."""
    lines = []
    if file.written:
        lines.append(f"{plural(file.written, 'dead letter')} written to {escape(file.path)}")
    if file.lost:
        why = f" ({escape(file.fault)})" if file.fault else ""
        lines.append(f"{plural(file.lost, 'dead letter')} could not be written to {escape(file.path)}{why}")
    return lines
