"""From the positions that a source counts to locations that a reader finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from cordwood.report.entries import Example
from cordwood.report.ranges import PositionRange

if TYPE_CHECKING:
    from cordwood._model import Location, Outcome

Locate = Callable[[list[int]], list["Location"]]
"""Returns the locations of positions, which are in increasing order."""


def located_ranges(ranges: Iterable[PositionRange], locate: Locate) -> tuple[PositionRange, ...]:
    """Return the ranges with the locations of their ends."""
    found = tuple(ranges)
    ends = sorted({end for one in found for end in (one.first, one.last)})
    at = dict(zip(ends, locate(ends), strict=True))
    return tuple(
        PositionRange(
            at[one.first].position, at[one.last].position, one.events, at[one.first].source, at[one.last].source
        )
        for one in found
    )


def located_examples(
    examples: Mapping[Outcome, Iterable[Example]], locate: Locate
) -> dict[Outcome, tuple[Example, ...]]:
    """Return the examples of each outcome with their locations, in that order."""
    positions = sorted({found.position for of_outcome in examples.values() for found in of_outcome})
    at = dict(zip(positions, locate(positions), strict=True))
    return {
        outcome: tuple(
            Example(at[one.position].position, outcome, one.reason, at[one.position].line, at[one.position].source)
            for one in sorted(of_outcome)
        )
        for outcome, of_outcome in examples.items()
    }
