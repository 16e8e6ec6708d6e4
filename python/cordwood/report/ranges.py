"""Where events are in the input, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

MAX_RANGES = 50
"""Ranges that are kept for each outcome."""


class PositionRange(NamedTuple):
    """Where events of one outcome are in the input."""

    first: int
    """Position of the first of them."""
    last: int
    """Position of the last of them."""
    events: int
    """How many there are; between first and last there may be events of other outcomes."""
    first_source: str = ""
    """The file of the first; empty for events in memory."""
    last_source: str = ""
    """The file of the last; another one if the range spans several."""


class Ranges:
    """Position ranges in bounded memory: beyond `MAX_RANGES`, those with the smallest gaps are merged."""

    def __init__(self) -> None:
        self._ranges: list[PositionRange] = []

    def add(self, positions: Iterable[int]) -> None:
        """Add events by their positions, in any order."""
        found = sorted(positions)
        if found and (found[-1] - found[0] + 1 == len(found) or len(found) > MAX_RANGES):
            # Consecutive, or more than are kept apart in the end anyway.
            self._ranges.append(PositionRange(found[0], found[-1], len(found)))
        else:
            self._ranges += [PositionRange(position, position, 1) for position in found]
        if len(self._ranges) > 40 * MAX_RANGES:
            self._compact()

    def _compact(self) -> None:
        joined: list[PositionRange] = []
        for found in sorted(self._ranges):
            if joined and found.first <= joined[-1].last + 1:
                joined[-1] = _spanning(joined[-1], found)
            else:
                joined.append(found)
        if len(joined) > MAX_RANGES:
            gaps = sorted((b.first - a.last for a, b in pairwise(joined)), reverse=True)
            joined = _joined_below(joined, gaps[MAX_RANGES - 2])
        self._ranges = joined

    def get(self) -> tuple[PositionRange, ...]:
        """Return the ranges, in order of position."""
        self._compact()
        return tuple(self._ranges)


def _spanning(a: PositionRange, b: PositionRange) -> PositionRange:
    return PositionRange(a.first, max(a.last, b.last), a.events + b.events)


def _joined_below(ranges: list[PositionRange], gap: int) -> list[PositionRange]:
    """Merge ranges closer than `gap`; of those exactly `gap` apart, as many as needed."""
    spare = MAX_RANGES - 1 - sum(b.first - a.last > gap for a, b in pairwise(ranges))
    joined = [ranges[0]]
    for found in ranges[1:]:
        apart = found.first - joined[-1].last
        if apart > gap or (apart == gap and spare > 0):
            spare -= apart == gap
            joined.append(found)
        else:
            joined[-1] = _spanning(joined[-1], found)
    return joined
