"""`cordwood.Report`: what became of every event of an upload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from cordwood.outcomes import Outcome
from cordwood.report.ranges import PositionRange
from cordwood.report.summary import summary


class StopKind(StrEnum):
    """What made an upload stop before the end of its input."""

    INTERRUPTED = "interrupted"
    """Its user, or whoever ended the program."""
    CONFIGURATION = "configuration"
    """Credentials, or how the client is set up: nothing can be sent with it."""
    SERVICE = "service"
    """What the service refuses whatever the events are: access denied, no such log group, event after event."""
    OUTAGE = "outage"
    """No good answer for as long as the upload is patient."""
    TIMEOUT = "timeout"
    """The time that it was given is over."""
    FAULT = "fault"
    """A fault of cordwood's own."""


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
        document["counts"] = {str(outcome): count for outcome, count in self.counts.items()}
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
