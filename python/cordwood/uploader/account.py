"""What became of each event, while an upload runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cordwood.outcomes import Outcome, Rejected
from cordwood.report.ranges import PositionRange, Ranges
from cordwood.report.report import Example, Report, StopKind
from cordwood.sources import Place, in_memory

if TYPE_CHECKING:
    from cordwood._core import Batch

MOST_EXAMPLES = 5
"""Examples that are kept of each outcome."""

_FROM_BEST_TO_WORST = (
    Outcome.ACCEPTED,
    Outcome.TOO_OLD,
    Outcome.EXPIRED,
    Outcome.TOO_NEW,
    Outcome.REFUSED,
    Outcome.UNDELIVERED,
    Outcome.UNKNOWN,
)


@dataclass(slots=True)
class _SplitEvent:
    """An event whose parts may travel in several requests."""

    handed_out: int = 0
    settled: int = 0
    all_handed_out: bool = False
    worst: Outcome = Outcome.ACCEPTED
    reason: str = ""

    def take(self, parts: int, outcome: Outcome, reason: str) -> None:
        self.settled += parts
        if _FROM_BEST_TO_WORST.index(outcome) > _FROM_BEST_TO_WORST.index(self.worst):
            self.worst, self.reason = outcome, reason

    @property
    def decided(self) -> bool:
        return self.all_handed_out and self.settled == self.handed_out


@dataclass(frozen=True, slots=True)
class Stop:
    """Why nothing more is sent."""

    kind: StopKind
    why: str


Reason = str | Callable[[int], str]
"""Why, for each event of a batch: always the same, or a function of its timestamp."""


class Account:
    """Keeps count of what became of each event while an upload runs. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self.counts = dict.fromkeys(Outcome, 0)
        self.requests = 0
        self.retries = 0
        self.nbytes = 0
        self.possible_duplicates = 0
        self._first: int | None = None
        self._last: int | None = None
        self._ranges: dict[Outcome, Ranges] = {}
        self._duplicates = Ranges()
        self._examples: dict[Outcome, list[Example]] = {}
        self._split: dict[int, _SplitEvent] = {}
        self._doubted_parts: set[int] = set()

    def take_rejected(self, rejected: Iterable[Rejected]) -> None:
        """Count events that are no legal log events."""
        with self._lock:
            for found in rejected:
                self._count_one(found)

    def hand_out(self, batch: Batch) -> None:
        """Note a batch that is on its way: each of its events is settled once, later."""
        parts = batch.parts
        if not parts:
            return
        with self._lock:
            for position, count, last in parts:
                event = self._split.setdefault(position, _SplitEvent())
                event.handed_out += count
                event.all_handed_out |= last

    def settle(self, batch: Batch, outcome: Outcome, reason: Reason = "", *, rejected: Iterable[Rejected] = ()) -> None:
        """Count the events of a batch, or of a slice of one, under this outcome, but for those rejected in it."""
        others = {found.position: found for found in rejected}
        parts = {position: count for position, count, _ in batch.parts}
        with self._lock:
            whole = len(batch) - sum(parts.values())
            of_others = [found for position, found in others.items() if position not in parts]
            self.counts[outcome] += whole - len(of_others)
            if outcome is Outcome.ACCEPTED:
                self._accept(batch, others)
            else:
                self._explain(batch, outcome, reason, parts)
            for found in of_others:
                self._count_one(found)
            for position, count in parts.items():
                other = others.get(position)
                if other is None:
                    timestamp = batch.timestamps[batch.positions.index(position)]
                    self._settle_parts(position, count, outcome, _text(reason, timestamp))
                else:
                    self._settle_parts(position, count, other.outcome, other.reason)

    def doubt(self, batch: Batch, rejected: Iterable[Rejected]) -> None:
        """Note that the accepted events of a batch may be stored twice."""
        others = {found.position for found in rejected}
        positions = {position for position in batch.positions if position not in others}
        parts = {position for position, _, _ in batch.parts}
        with self._lock:
            # The parts of one event may travel, and be doubted, in several requests.
            positions -= self._doubted_parts
            self._doubted_parts |= positions & parts
            self.possible_duplicates += len(positions)
            self._duplicates.add(positions)

    def count_requests(self, requests: int, *, repeated: int) -> None:
        """Count requests that went out, and how many of them repeated an earlier one."""
        with self._lock:
            self.requests += requests
            self.retries += repeated

    def _accept(self, batch: Batch, others: Mapping[int, Rejected]) -> None:
        if not others:
            first, last, nbytes = batch.first_timestamp, batch.last_timestamp, batch.nbytes
        else:
            accepted = [i for i, position in enumerate(batch.positions) if position not in others]
            if not accepted:
                return
            timestamps = batch.timestamps
            first, last = timestamps[accepted[0]], timestamps[accepted[-1]]
            nbytes = batch[accepted[0] : accepted[-1] + 1].nbytes
        self.nbytes += nbytes
        self._first = first if self._first is None else min(self._first, first)
        self._last = last if self._last is None else max(self._last, last)

    def _explain(self, batch: Batch, outcome: Outcome, reason: Reason, parts: Mapping[int, int]) -> None:
        events = [
            (position, timestamp)
            for position, timestamp in zip(batch.positions, batch.timestamps, strict=True)
            if position not in parts
        ]
        self._ranges_of(outcome).add(position for position, _ in events)
        examples = self._examples.setdefault(outcome, [])
        for position, timestamp in sorted(events[:MOST_EXAMPLES]):
            if len(examples) < MOST_EXAMPLES:
                examples.append(Example(position, outcome, _text(reason, timestamp)))

    def _count_one(self, found: Rejected) -> None:
        self.counts[found.outcome] += 1
        self._ranges_of(found.outcome).add((found.position,))
        examples = self._examples.setdefault(found.outcome, [])
        if len(examples) < MOST_EXAMPLES:
            examples.append(Example(*found))

    def _ranges_of(self, outcome: Outcome) -> Ranges:
        return self._ranges.setdefault(outcome, Ranges())

    def _settle_parts(self, position: int, parts: int, outcome: Outcome, reason: str) -> None:
        event = self._split.setdefault(position, _SplitEvent())
        event.take(parts, outcome, reason)
        if event.decided:
            self._decide(position, event)

    def _decide(self, position: int, event: _SplitEvent) -> None:
        del self._split[position]
        if event.worst is Outcome.ACCEPTED:
            self.counts[Outcome.ACCEPTED] += 1
        else:
            self._count_one(Rejected(position, event.worst, f"a part of it: {event.reason}"))

    def report(
        self,
        *,
        log_group_name: str,
        log_stream_name: str | None,
        counts: Mapping[str, int],
        stop: Stop | None,
        sources: tuple[str, ...] = (),
        locate: Callable[[list[int]], list[Place]] = in_memory,
    ) -> Report:
        """The report, once everything that was handed out is settled.

        Args:
            log_group_name: for the report.
            log_stream_name: for the report.
            counts: the source's own account, `events` and `altered` of which go into the report.
            stop: for the report.
            sources: for the report.
            locate: tells where positions are, for sources of files; it is given them in increasing order.

        """
        with self._lock:
            for position, event in list(self._split.items()):
                event.take(0, Outcome.UNDELIVERED, "the rest of it was not sent")
                self._decide(position, event)
            missing = counts["events"] - sum(self.counts.values())
            if missing:
                # An interrupt may fall between a batch's leaving its source and its coming here.
                self.counts[Outcome.UNDELIVERED] += missing
            return Report(
                log_group_name=log_group_name,
                log_stream_name=log_stream_name,
                sources=sources,
                events=counts["events"],
                counts=dict(self.counts),
                altered=counts["altered"],
                possible_duplicates=self.possible_duplicates,
                duplicate_ranges=_located(self._duplicates, locate),
                requests=self.requests,
                retries=self.retries,
                nbytes=self.nbytes,
                first_timestamp=self._first,
                last_timestamp=self._last,
                ranges={outcome: _located(found, locate) for outcome, found in self._ranges.items()},
                examples=_with_places(self._examples, locate),
                seconds=time.monotonic() - self._began,
                stopped=stop.why if stop else "",
                stop_kind=stop.kind if stop else None,
            )


def _text(reason: Reason, timestamp: int) -> str:
    return reason if isinstance(reason, str) else reason(timestamp)


def _located(ranges: Ranges, locate: Callable[[list[int]], list[Place]]) -> tuple[PositionRange, ...]:
    found = ranges.get()
    ends = sorted({end for one in found for end in (one.first, one.last)})
    at = dict(zip(ends, locate(ends), strict=True))
    return tuple(
        PositionRange(
            at[one.first].position, at[one.last].position, one.events, at[one.first].source, at[one.last].source
        )
        for one in found
    )


def _with_places(
    examples: Mapping[Outcome, list[Example]], locate: Callable[[list[int]], list[Place]]
) -> dict[Outcome, tuple[Example, ...]]:
    positions = sorted({found.position for of_outcome in examples.values() for found in of_outcome})
    at = dict(zip(positions, locate(positions), strict=True))
    return {
        outcome: tuple(
            Example(at[one.position].position, outcome, one.reason, at[one.position].line, at[one.position].source)
            for one in sorted(of_outcome)
        )
        for outcome, of_outcome in examples.items()
    }
