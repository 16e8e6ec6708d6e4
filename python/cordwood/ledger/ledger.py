"""What became of each event, while an upload runs."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cordwood._core import Limits
from cordwood._model import Outcome, Rejected, StopKind, TimeRange, locate_in_memory
from cordwood.ledger.dead_letter_writer import (
    NO_LETTER,
    NOTHING_TOLD,
    Correspondence,
    Reason,
    Told,
    letter_of_rejected,
    letter_of_split,
    letters_of_batch,
    now,
    text_of,
)
from cordwood.ledger.request_stats import RequestStats
from cordwood.ledger.split_events import SplitEvent, parts_of
from cordwood.report.entries import Example
from cordwood.report.locations import Locate, located_examples, located_ranges
from cordwood.report.ranges import Ranges
from cordwood.report.report import Report

if TYPE_CHECKING:
    from cordwood._core import Batch
    from cordwood.client.answer import Answer
    from cordwood.dead_letters import DeadLetters, Letter

__all__ = ["Account", "Reason", "Stop", "Told"]

MOST_EXAMPLES = 5
"""Examples that are kept of each outcome."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why nothing more is sent."""

    kind: StopKind
    why: str


_OF_AGE = {Outcome.TOO_OLD, Outcome.TOO_NEW, Outcome.EXPIRED}
"""Outcomes whose events a report tells the times of."""

_LIMITS = Limits()


class Account:
    """Keeps count of what became of each event while an upload runs. Threads may share it.

    Args:
        dead_letters: gets a letter for each event that ends otherwise than accepted or skipped; None for none.
        locate: tells where positions are, for the letters of sources of files; it is given them in increasing order.
        run_id: names the run; made up where not given.

    """

    def __init__(
        self,
        dead_letters: DeadLetters | None = None,
        *,
        locate: Locate = locate_in_memory,
        run_id: str | None = None,
    ) -> None:
        self.run_id = run_id or uuid.uuid4().hex
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._started = now()
        self._letters = None if dead_letters is None else Correspondence(dead_letters, locate)
        self.counts = dict.fromkeys(Outcome, 0)
        self.nbytes = 0
        self.message_bytes = 0
        self.possible_duplicates = 0
        self._stats = RequestStats()
        self._first: int | None = None
        self._last: int | None = None
        self._times: dict[Outcome, TimeRange] = {}
        self._ranges: dict[Outcome, Ranges] = {}
        self._duplicates = Ranges()
        self._examples: dict[Outcome, list[Example]] = {}
        self._split: dict[int, SplitEvent] = {}
        self._doubted_parts: set[int] = set()

    @property
    def requests(self) -> int:
        """PutLogEvents requests so far."""
        return self._stats.requests

    @property
    def retries(self) -> int:
        """How many of them repeated an earlier one."""
        return self._stats.retries

    def take_rejected(self, rejected: Iterable[Rejected]) -> None:
        """Count events that are no legal log events."""
        taken = list(rejected)
        if not taken:
            return
        with self._lock:
            for found in taken:
                self._count_one(found)
        if self._letters is not None:
            self._letters.send(letter_of_rejected(found) for found in taken if found.outcome not in NO_LETTER)

    def hand_out(self, batch: Batch) -> None:
        """Note a batch that is on its way: each of its events is settled once, later."""
        parts = batch.parts
        if not parts:
            return
        with self._lock:
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
        told: Told = NOTHING_TOLD,
    ) -> dict[int, Outcome]:
        """Count the events of a batch, or of a slice of one, under this outcome, but for those rejected in it.

        Args:
            batch: whose events they are.
            outcome: what became of them.
            reason: why.
            rejected: events of it that ended otherwise.
            told: what was last heard of it.

        Returns:
            The outcomes of split events, by position, of which this held the last part that was on its way.

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
            self._letters.send(letters, told)
        return decided

    def doubt(self, batch: Batch, rejected: Iterable[Rejected], *, only: Set[int] | None = None) -> int:
        """Note that the accepted events of a batch, or those at some positions, may be stored twice; how many more."""
        others = {found.position for found in rejected}
        positions = {position for position in batch.positions if position not in others}
        if only is not None:
            positions &= only
        parts = {position for position, _, _ in batch.parts}
        with self._lock:
            # The parts of one event may travel, and be doubted, in several requests.
            positions -= self._doubted_parts
            self._doubted_parts |= positions & parts
            self.possible_duplicates += len(positions)
            self._duplicates.add(positions)
            return len(positions)

    def count_answer(self, answer: Answer, *, repeated: bool, seconds: float) -> None:
        """Count the requests of an answer.

        Args:
            answer: what came back for one `send`, which may have taken several requests.
            repeated: whether its first request repeated an earlier one.
            seconds: from its sending to its return.

        """
        with self._lock:
            self._stats.count(answer, repeated=repeated, seconds=seconds)

    def count_request_to_come(self) -> None:
        """Count one request that would be made."""
        with self._lock:
            self._stats.requests += 1

    def counters(self) -> dict[str, int]:
        """What was counted so far, as numbers that only grow, for whatever metrics system."""
        with self._lock:
            stats = self._stats
            return {
                **{f"events_{outcome}": count for outcome, count in self.counts.items()},
                "possible_duplicates": self.possible_duplicates,
                "requests": stats.requests,
                **{f"requests_{fate}": count for fate, count in stats.by_fate.items()},
                "retries": stats.retries,
                "throttles": stats.throttles,
                "counted_bytes": self.nbytes,
                "message_bytes": self.message_bytes,
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
        self.nbytes += nbytes
        self.message_bytes += nbytes - _LIMITS.event_overhead_bytes * events
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
            if other is not None and other.outcome in _OF_AGE:
                self._note_times(other.outcome, timestamp, timestamp)

    def _explain(self, batch: Batch, outcome: Outcome, reason: Reason, parts: Mapping[int, int]) -> None:
        if outcome in _OF_AGE:
            self._note_times(outcome, batch.first_timestamp, batch.last_timestamp)
        events = [
            (position, timestamp)
            for position, timestamp in zip(batch.positions, batch.timestamps, strict=True)
            if position not in parts
        ]
        self._ranges_of(outcome).add(position for position, _ in events)
        examples = self._examples.setdefault(outcome, [])
        for position, timestamp in sorted(events[:MOST_EXAMPLES]):
            if len(examples) < MOST_EXAMPLES:
                examples.append(Example(position, outcome, text_of(reason, timestamp)))

    def _count_one(self, found: Rejected) -> None:
        self.counts[found.outcome] += 1
        self._ranges_of(found.outcome).add((found.position,))
        examples = self._examples.setdefault(found.outcome, [])
        if len(examples) < MOST_EXAMPLES:
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
        """Settle the parts in a batch; the letters of the events that are decided with them, which it adds."""
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
                event.take(count, outcome, text_of(reason, timestamp))
            else:
                event.take(count, other.outcome, other.reason)
            if event.decided:
                decided[position] = event.worst
                letters += self._decide(position, event)
        return letters

    def _decide(self, position: int, event: SplitEvent) -> list[Letter]:
        del self._split[position]
        if event.worst is Outcome.ACCEPTED:
            self.counts[Outcome.ACCEPTED] += 1
            return []
        self._count_one(Rejected(position, event.worst, event.why))
        return [letter_of_split(position, event)] if self._letters is not None else []

    def report(
        self,
        *,
        log_group_name: str,
        log_stream_name: str | None,
        counts: Mapping[str, int],
        stop: Stop | None,
        sources: tuple[str, ...] = (),
        locate: Locate = locate_in_memory,
        earlier: Mapping[Outcome, int] | None = None,
        earlier_duplicates: int = 0,
        window: tuple[int, int] | None = None,
        compression: str = "none",
        compression_note: str = "",
        resume_command: str = "",
        settings: Mapping[str, Any] | None = None,
    ) -> Report:
        """The report, once everything that was handed out is settled.

        Args:
            log_group_name: for the report.
            log_stream_name: for the report.
            counts: the source's own account, `events` and `altered` of which go into the report, and `settled`: events
                that it read and passed over, for earlier runs had settled them; `skipped`: lines that are no event.
            stop: for the report.
            sources: for the report.
            locate: tells where positions are, for sources of files; it is given them in increasing order.
            earlier: what earlier runs of the same job settled, by outcome.
            earlier_duplicates: events that earlier runs had accepted, and that may be stored twice.
            window: the earliest and latest timestamp that the service takes now; by this machine's clock where not
                given.
            compression: for the report.
            compression_note: for the report.
            resume_command: for the report.
            settings: for the report.

        """
        earlier = {outcome: count for outcome, count in (earlier or {}).items() if count}
        with self._lock:
            letters: list[Letter] = []
            for position, event in list(self._split.items()):
                event.take(0, Outcome.UNDELIVERED, "the rest of it was not sent")
                letters += self._decide(position, event)
            read = counts["events"] - counts.get("settled", 0)
            self.counts[Outcome.SKIPPED] += counts.get("skipped", 0)
            missing = read - sum(self.counts.values())
            # An interrupt may fall between a batch's leaving its source and its coming here.
            self.counts[Outcome.UNDELIVERED] += missing
        if self._letters is not None:
            self._letters.send(letters)
            if missing:
                self._letters.miss(missing)
        with self._lock:
            stats = self._stats
            return Report(
                log_group_name=log_group_name,
                log_stream_name=log_stream_name,
                sources=sources,
                events=read + sum(earlier.values()),
                counts={outcome: count + earlier.get(outcome, 0) for outcome, count in self.counts.items()},
                altered=counts["altered"],
                possible_duplicates=self.possible_duplicates + earlier_duplicates,
                duplicate_ranges=located_ranges(self._duplicates, locate),
                requests=stats.requests,
                retries=stats.retries,
                nbytes=self.nbytes,
                first_timestamp=self._first,
                last_timestamp=self._last,
                ranges={outcome: located_ranges(found, locate) for outcome, found in self._ranges.items()},
                examples=located_examples(self._examples, locate),
                seconds=time.monotonic() - self._began,
                stopped=stop.why if stop else "",
                stop_kind=stop.kind if stop else None,
                run_id=self.run_id,
                started=self._started,
                ended=now(),
                already_accepted=earlier.get(Outcome.ACCEPTED, 0),
                earlier=earlier,
                message_bytes=self.message_bytes,
                wire_bytes=stats.wire_bytes,
                requests_by_fate=dict(stats.by_fate),
                throttles=stats.throttles,
                errors=dict(stats.errors),
                latencies=stats.latencies.get(),
                time_ranges=dict(self._times),
                window=TimeRange(*(window or _window_now())),
                compression=compression,
                compression_note=compression_note,
                dead_letters=None if self._letters is None else self._letters.told(),
                resume_command=resume_command,
                settings=dict(settings or {}),
            )


def _window_now() -> tuple[int, int]:
    moment = round(time.time() * 1000)
    return moment - _LIMITS.max_age_ms, moment + _LIMITS.max_future_ms
