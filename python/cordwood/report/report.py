"""`cordwood.Report`: what became of every event of an upload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cordwood._model import Outcome, StopKind, TimeRange
from cordwood.report.latencies import Latencies
from cordwood.report.ranges import PositionRange
from cordwood.report.summary import summary


class Example(NamedTuple):
    """One event that was not accepted, and why."""

    position: int
    """Its place in the input: 0-based ordinal; in a file the byte offset at which it starts."""
    outcome: Outcome
    """What became of it."""
    reason: str
    """The measured value, the limit, and what to do; or what the service said."""
    line: int | None = None
    """In a file, the number of its line, from 1."""
    source: str = ""
    """The name of the file; empty for events in memory."""


class ErrorCount(NamedTuple):
    """Requests that failed with one error code."""

    requests: int
    """How many."""
    request_id: str | None
    """The service's id of the first of them, for its support; None where it gave none."""
    message: str
    """What the first of them was told."""


class DeadLetterFile(NamedTuple):
    """The file that holds the events which were not accepted."""

    path: str
    """Its name."""
    written: int
    """Events that this run wrote to it."""
    lost: int
    """Events that should be in it and are not: they could not be written, or the run was interrupted before."""
    fault: str
    """Why the first of them could not be written; empty where none failed."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of every event of an upload. Small whatever the input.

    Attributes:
        log_group_name: where the events went.
        log_stream_name: likewise; None where it depended on the event.
        sources: the names of the files that were read; none for events in memory.
        events: events read from the input.
        counts: events by outcome. Every outcome is there, and they add up to `events`.
        altered: among the accepted, those whose text was changed first: truncated, split, or given U+FFFD. Events
            that are not accepted in the end are among them where they were sent.
        possible_duplicates: accepted events that may be stored twice: an answer for them was lost, so they were sent
            again.
        duplicate_ranges: where those stand in the input.
        requests: PutLogEvents requests that went out, repeated ones included.
        retries: how many of them repeated an earlier one.
        nbytes: size of the accepted events as the service counts and bills it: UTF-8 bytes plus 26 for each.
        first_timestamp: earliest of the accepted events, in milliseconds since 1970; None where there is none.
        last_timestamp: the latest of them.
        ranges: for each outcome but `accepted` that occurred, where those events stand.
        examples: for each of those outcomes, its first events, with the reason.
        seconds: from the first event read to the last answer.
        stopped: why the upload stopped before the end of its input; empty where it did not.
        stop_kind: of what kind that was; None where it did not.
        run_id: names this run, in its journal, report and log.
        started: when it began, UTC, as ISO 8601 has it.
        ended: when its last answer was in; likewise.
        already_accepted: of the accepted events, those that earlier runs of the same job had accepted.
        earlier: events that earlier runs settled, by outcome; they are among `counts`.
        message_bytes: UTF-8 bytes of the accepted messages alone.
        wire_bytes: bytes of the request bodies that went out, repeated ones included, compressed where they were.
        requests_by_fate: the requests by what became of them: `accepted`, `refused` (an error, nothing stored),
            `unknown` (no answer that counts), `not_sent`.
        throttles: how many of the refused were throttled.
        errors: requests that failed, by the service's error code, or what else there was.
        latencies: how long accepted requests took; None where there is none.
        time_ranges: of the events that were `too_old`, `too_new` or `expired`, their earliest and latest timestamps.
        window: the timestamps that the service takes, as it stood when the report was made; None where nobody knows.
        compression: what the bodies were sent with: `none` or `gzip`.
        compression_note: why, where that is to be said.
        dead_letters: the file that holds the events which were not accepted; None where there is none.
        resume_command: what is to be run to send the rest; empty where nothing is left, or there is no such command.
        settings: the options that were in force, where whoever made the report tells them.

    """

    log_group_name: str
    log_stream_name: str | None
    sources: tuple[str, ...]
    events: int
    counts: Mapping[Outcome, int]
    altered: int = 0
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
        """Events that the service answered for."""
        return self.counts[Outcome.ACCEPTED]

    @property
    def not_delivered(self) -> int:
        """Events that are good to send again: undelivered, or of unknown fate."""
        return self.counts[Outcome.UNDELIVERED] + self.counts[Outcome.UNKNOWN]

    def failed(self, allow: Iterable[Outcome | str] = ()) -> dict[Outcome, int]:
        """Events by outcome, for the outcomes that occurred other than `accepted`, `skipped` and those allowed."""
        fine = {Outcome.ACCEPTED, Outcome.SKIPPED, *map(Outcome, allow)}
        return {outcome: count for outcome, count in self.counts.items() if count and outcome not in fine}

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values, for JSON."""
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
        return summary(self)
