"""`cordwood.Report`: what became of every event of an upload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cordwood._model import Outcome, StopKind, TimeRange
from cordwood._text import escape, plural, utc
from cordwood.report.entries import DeadLetterFile, ErrorCount, Example
from cordwood.report.latencies import Latencies
from cordwood.report.ranges import PositionRange
from cordwood.report.summary import (
    explain,
    first_ranges,
    format_dead_letters,
    format_ranges,
    format_sources,
    format_times,
)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of every event of an upload; small, however large the input. It can be pickled.

    Attributes:
        log_group_name: where the events went.
        log_stream_name: the same; None if it depended on the event.
        sources: the names of the files that were read; none for events in memory.
        events: events read from the input.
        counts: events by outcome. Every outcome is there, and they add up to `events`.
        altered: accepted events whose text was changed before: truncated, split, or given U+FFFD. Events that were
            sent, but not accepted in the end, are included.
        ambiguous_times: events at a time that a change of clocks repeats, where the order of lines does not show which
            of the two is meant: they were given the first, or in a log with its newest line first, the second.
        cut_short: files that are truncated or damaged, or were cut while they were read, and how: what they held before
            was read.
        possible_duplicates: accepted events that may be stored twice, because a response was lost and they were sent
            again.
        duplicate_ranges: where those are in the input.
        requests: PutLogEvents requests that went out, repeated ones included.
        retries: how many of them repeated an earlier one.
        nbytes: size of the accepted events as the service counts and bills it: UTF-8 bytes plus 26 for each.
        first_timestamp: earliest of the accepted events, in milliseconds since 1970; None if there are none.
        last_timestamp: the latest of them.
        ranges: for each outcome but `accepted` that occurred, where those events are in the input.
        examples: for each of those outcomes, its first events, with the reason.
        seconds: from the first event read to the last answer.
        stopped: why the upload stopped before the end of its input; empty if it did not.
        stop_kind: the kind of that reason; None if it did not stop.
        run_id: identifies this run in its journal, report and log.
        started: when it began, UTC, in ISO 8601.
        ended: when its last answer arrived, the same.
        already_accepted: of the accepted events, those that earlier runs of the same job had accepted.
        earlier: events that earlier runs settled, by outcome; `counts` includes them.
        message_bytes: UTF-8 bytes of the accepted messages alone.
        wire_bytes: bytes of the request bodies that went out, repeated ones included, compressed if they were.
        closed_by: the batches by why they closed, as `Batch.closed_by` has it, for the causes that occurred. `memory`
            are those that left early because the batches of all log streams took too much memory.
        requests_by_fate: the requests by what became of them: `accepted`, `refused` (an error, nothing stored),
            `unknown` (no answer that counts), `not_sent`.
        throttles: how many of the refused were throttled.
        errors: requests that failed, by the service's error code, or else the kind of failure.
        latencies: how long accepted requests took; None if there are none.
        time_ranges: earliest and latest timestamps of the events that were `too_old`, `too_new` or `expired`.
        window: the timestamps that the service took when the report was made; None if that is not known.
        compression: what the bodies were sent with: `none` or `gzip`.
        compression_note: why, if that needs saying.
        dead_letters: the file of the events that were not accepted; None if there is none.
        resume_command: the command that sends the rest; empty if nothing is left, or the library was called.
        settings: the limits that were in force.

    """

    log_group_name: str
    log_stream_name: str | None
    sources: tuple[str, ...]
    events: int
    counts: Mapping[Outcome, int]
    altered: int = 0
    ambiguous_times: int = 0
    cut_short: tuple[str, ...] = ()
    possible_duplicates: int = 0
    duplicate_ranges: tuple[PositionRange, ...] = ()
    requests: int = 0
    retries: int = 0
    nbytes: int = 0
    first_timestamp: int | None = None
    last_timestamp: int | None = None
    ranges: Mapping[Outcome, tuple[PositionRange, ...]] = field(default_factory=dict)
    examples: Mapping[Outcome, tuple[Example, ...]] = field(default_factory=dict)
    seconds: float = 0.0
    stopped: str = ""
    stop_kind: StopKind | None = None
    run_id: str = ""
    started: str = ""
    ended: str = ""
    already_accepted: int = 0
    earlier: Mapping[Outcome, int] = field(default_factory=dict)
    message_bytes: int = 0
    wire_bytes: int = 0
    closed_by: Mapping[str, int] = field(default_factory=dict)
    requests_by_fate: Mapping[str, int] = field(default_factory=dict)
    throttles: int = 0
    errors: Mapping[str, ErrorCount] = field(default_factory=dict)
    latencies: Latencies | None = None
    time_ranges: Mapping[Outcome, TimeRange] = field(default_factory=dict)
    window: TimeRange | None = None
    compression: str = "none"
    compression_note: str = ""
    dead_letters: DeadLetterFile | None = None
    resume_command: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """Events that the service acknowledged."""
        return self.counts[Outcome.ACCEPTED]

    @property
    def not_delivered(self) -> int:
        """Events that may be sent again: undelivered, or of unknown fate."""
        return self.counts[Outcome.UNDELIVERED] + self.counts[Outcome.UNKNOWN]

    def failed(self, allow: Iterable[Outcome | str] = ()) -> dict[Outcome, int]:
        """Count events by outcome, for the outcomes that occurred, without `accepted`, `skipped` and those allowed."""
        fine = {Outcome.ACCEPTED, Outcome.SKIPPED, *map(Outcome, allow)}
        return {outcome: count for outcome, count in self.counts.items() if count and outcome not in fine}

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain values, for JSON."""
        document: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        for name in ("counts", "earlier"):
            document[name] = {str(outcome): count for outcome, count in document[name].items()}
        for name in ("latencies", "window", "dead_letters"):
            document[name] = document[name] and document[name]._asdict()
        document["errors"] = {code: found._asdict() for code, found in self.errors.items()}
        document["time_ranges"] = {str(outcome): found._asdict() for outcome, found in self.time_ranges.items()}
        document["duplicate_ranges"] = [found._asdict() for found in self.duplicate_ranges]
        document["ranges"] = {
            str(outcome): [found._asdict() for found in ranges] for outcome, ranges in self.ranges.items()
        }
        document["examples"] = {
            str(outcome): [{**found._asdict(), "outcome": str(outcome)} for found in examples]
            for outcome, examples in self.examples.items()
        }
        return document

    def __str__(self) -> str:
        lines = [self._headline()]
        width = max(len(f"{self.events:,}"), 7)
        for outcome, count in self.counts.items():
            if outcome is Outcome.ACCEPTED or count:
                is_accepted = outcome is Outcome.ACCEPTED
                detail = self._size_and_times() if is_accepted else format_ranges(self.ranges.get(outcome, ()))
                lines.append(f"  {outcome:<12}{count:>{width},}  {detail}".rstrip())
        lines += [f"  {line}" for line in self._details()]
        for outcome, examples in self.examples.items():
            lines += explain(outcome, examples, format_times(self.time_ranges.get(outcome), self.window))
        if self.stopped:
            lines.append(f"Stopped before the end: {escape(self.stopped)}")
        if self.resume_command:
            lines.append(f"To send the rest: {escape(self.resume_command)}")
        return "\n".join(lines)

    def _headline(self) -> str:
        what = plural(self.events, "event") + format_sources(self.sources)
        stream = "log streams by event" if self.log_stream_name is None else f"log stream {self.log_stream_name}"
        return f"{what} to log group {escape(self.log_group_name)}, {escape(stream)}"

    def _size_and_times(self) -> str:
        if self.first_timestamp is None or self.last_timestamp is None:
            return ""
        return f"{self.nbytes / 1e6:,.1f} MB, {utc(self.first_timestamp)} to {utc(self.last_timestamp)}"

    def _details(self) -> list[str]:
        rate = ""
        if self.seconds and self.accepted:
            rate = f", {self.accepted / self.seconds:,.0f} events/s, {self.nbytes / 1e6 / self.seconds:,.1f} MB/s"
        repeated = f" ({self.retries:,} of them repeated)" if self.retries else ""
        lines = [f"in {plural(self.requests, 'request')}{repeated} and {self.seconds:,.1f} s{rate}"]
        if early := self.closed_by.get("memory"):
            requests = plural(early, "request")
            lines.append(f"{requests} sent early, because the log streams together took too much memory")
        if self.already_accepted:
            lines.append(f"{plural(self.already_accepted, 'event')} of the accepted by earlier runs")
        if self.throttles:
            lines.append(f"{plural(self.throttles, 'request')} throttled by the service")
        if self.compression_note:
            lines.append(f"compression {self.compression}: {escape(self.compression_note)}")
        if self.altered:
            lines.append(f"{plural(self.altered, 'event')} with altered text (truncated, split, or U+FFFD put in)")
        if self.ambiguous_times:
            events = plural(self.ambiguous_times, "event")
            lines.append(f"{events} in an hour that is there twice; the order of lines does not show which is meant")
        if self.possible_duplicates:
            events = plural(self.possible_duplicates, "event")
            ranges = first_ranges(self.duplicate_ranges)
            lines.append(f"{events} may be stored twice, because a response was lost: {ranges}")
        if self.dead_letters is not None:
            lines += format_dead_letters(self.dead_letters)
        return lines
