"""What a ledger counted, once it is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordwood._model import Outcome, TimeRange
    from cordwood.report.entries import DeadLetterFile, ErrorCount, Example
    from cordwood.report.latencies import Latencies
    from cordwood.report.ranges import PositionRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The outcome of every event that one run read. Positions are those of the source.

    Attributes:
        run_id: the name of the run.
        started: when it began, UTC, in ISO 8601.
        ended: when the ledger was closed.
        seconds: from the one to the other.
        events: events read, except those that earlier runs settled.
        altered: as in a `Report`, and so are all that follow.

    """

    run_id: str
    started: str
    ended: str
    seconds: float
    events: int
    altered: int
    counts: Mapping[Outcome, int]
    """By outcome; they add up to `events`."""
    ranges: Mapping[Outcome, tuple[PositionRange, ...]]
    examples: Mapping[Outcome, tuple[Example, ...]]
    time_ranges: Mapping[Outcome, TimeRange]
    possible_duplicates: int
    duplicate_ranges: tuple[PositionRange, ...]
    nbytes: int
    message_bytes: int
    first_timestamp: int | None
    last_timestamp: int | None
    requests: int
    retries: int
    throttles: int
    wire_bytes: int
    closed_by: Mapping[str, int]
    requests_by_fate: Mapping[str, int]
    errors: Mapping[str, ErrorCount]
    latencies: Latencies | None
    dead_letters: DeadLetterFile | None
