"""The outcome of each event, counted while an upload runs."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterable, Mapping, Set
from typing import TYPE_CHECKING

from cordwood._core import Limits
from cordwood._model import Outcome, Rejected, TimeRange
from cordwood.ledger.dead_letter_writer import (
    NO_ATTEMPT,
    NO_LETTER,
    DeadLetterWriter,
    LastAttempt,
    Reason,
    letter_of_rejected,
    letter_of_split,
    letters_of_batch,
    reason_at,
    utc_now,
)
from cordwood.ledger.request_stats import RequestStats
from cordwood.ledger.snapshot import Snapshot
from cordwood.ledger.split_events import SplitEvent, parts_of
from cordwood.report.entries import Example
from cordwood.report.ranges import Ranges

if TYPE_CHECKING:
    from cordwood._core import Batch
    from cordwood.client.answer import Answer
    from cordwood.dead_letters import Letter

MAX_EXAMPLES = 5
"""Examples that are kept of each outcome."""

_OUT_OF_TIME = {Outcome.TOO_OLD, Outcome.TOO_NEW, Outcome.EXPIRED}
"""Outcomes for which a report has the range of the events' timestamps."""

_LIMITS = Limits()


class Ledger:
    """Counts what becomes of each event while an upload runs. Threads share it.

    Args:
        dead_letters: writes a letter for each event that is neither accepted nor skipped; None to write none.
        run_id: the name of the run; by default a random one.

    Attributes:
        counts: settled events so far, by outcome.

    """

    def __init__(self, dead_letters: DeadLetterWriter | None = None, *, run_id: str | None = None) -> None:
        self.run_id = run_id or uuid.uuid4().hex
        self.counts = dict.fromkeys(Outcome, 0)
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._started = utc_now()
        self._letters = dead_letters
        self._nbytes = 0
        self._message_bytes = 0
        self._possible_duplicates = 0
        self._stats = RequestStats()
        self._first: int | None = None
        self._last: int | None = None
        self._times: dict[Outcome, TimeRange] = {}
        self._ranges: dict[Outcome, Ranges] = {}
        self._duplicates = Ranges()
        self._examples: dict[Outcome, list[Example]] = {}
        self._split: dict[int, SplitEvent] = {}
        self._doubled_parts: set[int] = set()
        self._closing = threading.Lock()
        self._snapshot: Snapshot | None = None

    def take_rejected(self, rejected: Iterable[Rejected]) -> None:
        """Count events that are not legal log events."""
        taken = list(rejected)
        if not taken:
            return
        with self._lock:
            for found in taken:
                self._count_one(found)
        if self._letters is not None:
            self._letters.write(letter_of_rejected(found) for found in taken if found.outcome not in NO_LETTER)

    def hand_out(self, batch: Batch) -> None:
        """Note a batch that is about to be queued: each of its events is settled once, later."""
        parts = batch.parts
        with self._lock:
            closed_by = self._stats.closed_by
            closed_by[batch.closed_by] = closed_by.get(batch.closed_by, 0) + 1
            for position, count, last in parts:
                event = self._split_event(position)
                event.handed_out += count
                event.all_handed_out |= last
            if self._letters is not None:
                for part in parts_of(batch, (position for position, _, _ in parts)):
                    self._split_event(part.position).keep(part)

    def _split_event(self, position: int) -> SplitEvent:
        return self._split.setdefault(position, SplitEvent())

    def settle(
        self,
        batch: Batch,
        outcome: Outcome,
        reason: Reason = "",
        *,
        rejected: Iterable[Rejected] = (),
        last: LastAttempt = NO_ATTEMPT,
    ) -> dict[int, Outcome]:
        """Count the events of a batch, or of a slice of one, under this outcome, except for those rejected.

        Args:
            batch: the events.
            outcome: what became of them.
            reason: why.
            rejected: events of the batch with another outcome.
            last: the last request that it went out with.

        Returns:
            The outcomes of the split events, by position, of which this settled the last part.

        """
        others = {found.position: found for found in rejected}
        parts = {position: count for position, count, _ in batch.parts}
        letters: list[Letter] = []
        decided: dict[int, Outcome] = {}
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
            if others:
                self._note_times_of(batch, others)
            if parts:
                letters = self._settle_split(batch, outcome, reason, parts, others, decided)
        if self._letters is not None and (others or letters or outcome not in NO_LETTER):
            letters += letters_of_batch(batch, outcome, reason, others, parts)
            self._letters.write(letters, last)
        return decided

    def count_possible_duplicates(
        self, batch: Batch, rejected: Iterable[Rejected], *, only: Set[int] | None = None
    ) -> int:
        """Count the accepted events of a batch, or those of them at some positions, as possibly stored twice.

        Returns:
            How many of them were not counted so before.

        """
        others = {found.position for found in rejected}
        positions = {position for position in batch.positions if position not in others}
        if only is not None:
            positions &= only
        parts = {position for position, _, _ in batch.parts}
        with self._lock:
            # The parts of one event may go out, and be sent twice, in several requests.
            positions -= self._doubled_parts
            self._doubled_parts |= positions & parts
            self._possible_duplicates += len(positions)
            self._duplicates.add(positions)
            return len(positions)

    def count_answer(self, answer: Answer, *, repeated: bool, seconds: float) -> None:
        """Count the requests of an answer.

        Args:
            answer: of one `PutLogEventsClient.send`, which may have made several requests.
            repeated: whether its first request repeated an earlier one.
            seconds: how long it took.

        """
        with self._lock:
            self._stats.count(answer, repeated=repeated, seconds=seconds)

    def count_planned_request(self) -> None:
        """Count a request that a dry run would make."""
        with self._lock:
            self._stats.requests += 1

    def counters(self) -> dict[str, int]:
        """Return what was counted so far, as numbers that only grow, for any metrics system."""
        with self._lock:
            stats = self._stats
            return {
                **{f"events_{outcome}": count for outcome, count in self.counts.items()},
                "possible_duplicates": self._possible_duplicates,
                "requests": stats.requests,
                **{f"requests_{fate}": count for fate, count in stats.by_fate.items()},
                "retries": stats.retries,
                "throttles": stats.throttles,
                "counted_bytes": self._nbytes,
                "message_bytes": self._message_bytes,
                "wire_bytes": stats.wire_bytes,
            }

    def _accept(self, batch: Batch, others: Mapping[int, Rejected]) -> None:
        if not others:
            first, last, nbytes, events = batch.first_timestamp, batch.last_timestamp, batch.nbytes, len(batch)
        else:
            accepted = [i for i, position in enumerate(batch.positions) if position not in others]
            if not accepted:
                return
            timestamps = batch.timestamps
            first, last = timestamps[accepted[0]], timestamps[accepted[-1]]
            nbytes, events = batch[accepted[0] : accepted[-1] + 1].nbytes, len(accepted)
        self._nbytes += nbytes
        self._message_bytes += nbytes - _LIMITS.event_overhead_bytes * events
        self._first = first if self._first is None else min(self._first, first)
        self._last = last if self._last is None else max(self._last, last)

    def _note_times(self, outcome: Outcome, first: int, last: int) -> None:
        known = self._times.get(outcome)
        self._times[outcome] = (
            TimeRange(first, last) if known is None else TimeRange(min(known.first, first), max(known.last, last))
        )

    def _note_times_of(self, batch: Batch, others: Mapping[int, Rejected]) -> None:
        for position, timestamp in zip(batch.positions, batch.timestamps, strict=True):
            other = others.get(position)
            if other is not None and other.outcome in _OUT_OF_TIME:
                self._note_times(other.outcome, timestamp, timestamp)

    def _explain(self, batch: Batch, outcome: Outcome, reason: Reason, parts: Mapping[int, int]) -> None:
        if outcome in _OUT_OF_TIME:
            self._note_times(outcome, batch.first_timestamp, batch.last_timestamp)
        events = [
            (position, timestamp)
            for position, timestamp in zip(batch.positions, batch.timestamps, strict=True)
            if position not in parts
        ]
        self._ranges_of(outcome).add(position for position, _ in events)
        examples = self._examples.setdefault(outcome, [])
        for position, timestamp in sorted(events[:MAX_EXAMPLES]):
            if len(examples) < MAX_EXAMPLES:
                examples.append(Example(position, outcome, reason_at(reason, timestamp)))

    def _count_one(self, found: Rejected) -> None:
        self.counts[found.outcome] += 1
        self._ranges_of(found.outcome).add((found.position,))
        examples = self._examples.setdefault(found.outcome, [])
        if len(examples) < MAX_EXAMPLES:
            examples.append(Example(*found))

    def _ranges_of(self, outcome: Outcome) -> Ranges:
        return self._ranges.setdefault(outcome, Ranges())

    def _settle_split(
        self,
        batch: Batch,
        outcome: Outcome,
        reason: Reason,
        parts: Mapping[int, int],
        others: Mapping[int, Rejected],
        decided: dict[int, Outcome],
    ) -> list[Letter]:
        """Settle the parts in a batch; add the events decided by them to `decided`, and return their letters."""
        if self._letters is not None:
            for part in parts_of(batch, parts):
                other = others.get(part.position)
                if (outcome if other is None else other.outcome) is Outcome.ACCEPTED:
                    self._split_event(part.position).accepted.add(part.number)
        letters = []
        for position, count in parts.items():
            event, other = self._split_event(position), others.get(position)
            if other is None:
                timestamp = batch.timestamps[batch.positions.index(position)]
                event.settle(count, outcome, reason_at(reason, timestamp))
            else:
                event.settle(count, other.outcome, other.reason)
            if event.decided:
                decided[position] = event.worst
                letters += self._decide(position, event)
        return letters

    def _decide(self, position: int, event: SplitEvent) -> list[Letter]:
        del self._split[position]
        if event.worst is Outcome.ACCEPTED:
            self.counts[Outcome.ACCEPTED] += 1
            return []
        self._count_one(Rejected(position, event.worst, event.full_reason))
        return [letter_of_split(position, event)] if self._letters is not None else []

    def close(self, source_counts: Mapping[str, int]) -> Snapshot:
        """Settle what is left, and return what was counted. Closing it again returns the same.

        Args:
            source_counts: the counts of the source: `events` it read, `altered` among them, `settled` by earlier runs
                and passed over, and `skipped` lines that are not events.

        """
        with self._closing:
            if self._snapshot is None:
                self._snapshot = self._close(source_counts)
            return self._snapshot

    def _close(self, source_counts: Mapping[str, int]) -> Snapshot:
        read = source_counts["events"] - source_counts.get("settled", 0)
        letters: list[Letter] = []
        with self._lock:
            for position, event in list(self._split.items()):
                event.settle(0, Outcome.UNDELIVERED, "the rest of it was not sent")
                letters += self._decide(position, event)
            counts = dict(self.counts)
            counts[Outcome.SKIPPED] += source_counts.get("skipped", 0)
            # An interrupt may hit between a batch's leaving its source and its arrival here.
            missing = read - sum(counts.values())
            counts[Outcome.UNDELIVERED] += missing
            self.counts = counts
        if self._letters is not None:
            self._letters.write(letters)
            if missing:
                self._letters.count_lost(missing)
        with self._lock:
            stats = self._stats
            return Snapshot(
                run_id=self.run_id,
                started=self._started,
                ended=utc_now(),
                seconds=time.monotonic() - self._began,
                events=read,
                altered=source_counts["altered"],
                counts=dict(counts),
                ranges={outcome: ranges.get() for outcome, ranges in self._ranges.items()},
                examples={outcome: tuple(examples) for outcome, examples in self._examples.items()},
                time_ranges=dict(self._times),
                possible_duplicates=self._possible_duplicates,
                duplicate_ranges=self._duplicates.get(),
                nbytes=self._nbytes,
                message_bytes=self._message_bytes,
                first_timestamp=self._first,
                last_timestamp=self._last,
                requests=stats.requests,
                retries=stats.retries,
                throttles=stats.throttles,
                wire_bytes=stats.wire_bytes,
                closed_by=dict(stats.closed_by),
                requests_by_fate=dict(stats.by_fate),
                errors=dict(stats.errors),
                latencies=stats.latencies.get(),
                dead_letters=None if self._letters is None else self._letters.summary(),
            )
