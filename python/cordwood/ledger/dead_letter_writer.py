"""Dead letters for settled events: one for each event that was neither accepted nor skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from cordwood._model import Outcome, Rejected, RejectedEvent
from cordwood.dead_letters import Letter

if TYPE_CHECKING:
    from cordwood._core import Batch
    from cordwood._model import Location
    from cordwood.dead_letters import DeadLetters
    from cordwood.ledger.split_events import SplitEvent
    from cordwood.report.entries import DeadLetterFile

Reason = str | Callable[[int], str]
"""Why the events of a batch have their outcome: one text for all, or a function of the event's timestamp."""


class LastAttempt(NamedTuple):
    """The last request that a batch went out with, for the dead letters of its events."""

    attempts: int = 0
    """How many there were."""
    status: int | None = None
    code: str = ""
    request_id: str | None = None
    log_stream_name: str = ""


NO_ATTEMPT = LastAttempt()

NO_LETTER = frozenset({Outcome.ACCEPTED, Outcome.SKIPPED})
"""Outcomes that no letter is written for."""


class DeadLetterWriter:
    """Completes dead letters and writes them to their file.

    Args:
        file: where they go.
        locate: returns the locations of positions, which it is given in increasing order.

    """

    def __init__(self, file: DeadLetters, locate: Callable[[list[int]], list[Location]]) -> None:
        self._file = file
        self._locate = locate

    def write(self, letters: Iterable[Letter], last: LastAttempt = NO_ATTEMPT) -> None:
        """Write letters that have their positions as the source counts them, and no location yet."""
        drafts = sorted(letters, key=lambda letter: letter.position)
        if not drafts:
            return
        locations = self._locate([draft.position for draft in drafts])
        time = utc_now()
        self._file.write(
            replace(
                draft,
                position=location.position,
                source=location.source,
                line=location.line,
                log_group_name=self._file.log_group_name,
                log_stream_name=last.log_stream_name or self._file.log_stream_name,
                attempts=last.attempts,
                status=last.status,
                code=last.code,
                request_id=last.request_id,
                time=time,
            )
            for draft, location in zip(drafts, locations, strict=True)
        )

    def count_lost(self, events: int) -> None:
        """Count events that cannot have a letter, because no part of the program holds them any more."""
        self._file.count_lost(events, "the run was interrupted before they were in a request")

    def summary(self) -> DeadLetterFile:
        """Return what a report says about the file."""
        return self._file.summary()


def utc_now() -> str:
    """Return the current time, UTC, in ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def reason_at(reason: Reason, timestamp: int) -> str:
    """Return the reason for an event with this timestamp."""
    return reason if isinstance(reason, str) else reason(timestamp)


def letters_of_batch(
    batch: Batch, outcome: Outcome, reason: Reason, others: Mapping[int, Rejected], parts: Mapping[int, int]
) -> Iterator[Letter]:
    """Yield letters for the events of a batch, except for parts of split ones, and for those accepted or skipped."""
    positions = batch.positions
    wanted = range(len(positions))
    if outcome in NO_LETTER:
        wanted = [index for index in wanted if positions[index] in others]  # type: ignore[assignment]
    for index in wanted:
        position = positions[index]
        if position in parts:
            continue
        event, other = batch[index], others.get(position)
        if other is not None:
            if other.outcome in NO_LETTER:
                continue
            found, why = other.outcome, other.reason
        else:
            found, why = outcome, reason_at(reason, event["timestamp"])
        yield Letter(found, why, position, timestamp=event["timestamp"], message=event["message"].encode())


def letter_of_rejected(found: Rejected) -> Letter:
    """Return the letter of an event that was rejected while it was read."""
    if not isinstance(found, RejectedEvent):
        return Letter(found.outcome, found.reason, found.position)
    payload = found.payload
    return Letter(
        found.outcome,
        found.reason,
        found.position,
        timestamp=payload.timestamp,
        message=payload.text,
        is_message=payload.is_message,
        cut=payload.cut,
    )


def letter_of_split(position: int, event: SplitEvent) -> Letter:
    """Return the letter of an event that was sent in parts, some of which were not accepted."""
    message, parts = event.message()
    return Letter(
        event.worst,
        event.full_reason,
        position,
        timestamp=event.timestamp,
        message=message,
        cut=parts is None,
        parts=parts,
    )
