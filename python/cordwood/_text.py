"""Text for people: untrusted text made safe for a terminal, times, plurals, runs of positions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

_MAX_RANGES = 20
"""Ranges of positions that a message lists."""


def escape(text: str) -> str:
    """Return the text on one line, with everything escaped that a terminal could take for a command.

    That is whatever Unicode does not call printable: control characters, changes of writing direction, invisible
    characters, line ends, lone surrogates.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def utc(timestamp: int) -> str:
    """Format a timestamp in milliseconds since 1970 as UTC; return the number itself if no calendar has it."""
    try:
        time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=timestamp)
    except OverflowError:
        return f"{timestamp} ms"
    return f"{time:%Y-%m-%d %H:%M:%S}.{time.microsecond // 1000:03}Z"


def plural(count: int, noun: str) -> str:
    """Return `1 event`, `2 events`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def position_ranges(positions: Iterable[int]) -> list[str]:
    """Write sorted positions as ranges: `["0-3", "7"]`."""
    found: list[list[int]] = []
    for position in positions:
        if found and position == found[-1][1] + 1:
            found[-1][1] = position
        else:
            found.append([position, position])
    return [str(first) if first == last else f"{first}-{last}" for first, last in found]


def format_positions(positions: Iterable[int]) -> str:
    """Write sorted positions for a message: the first ranges, and how many more there are."""
    ranges = position_ranges(positions)
    more = len(ranges) - _MAX_RANGES
    return ", ".join(ranges[:_MAX_RANGES]) + (f" and {more:,} more ranges" if more > 0 else "")
