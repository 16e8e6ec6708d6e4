"""From what is settled to dead letters: one for each event that ended otherwise than accepted or skipped."""

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
"""Why, for each event of a batch: always the same, or a function of its timestamp."""


class Told(NamedTuple):
    """What was last heard of a batch, for its dead letters."""

    attempts: int = 0
    """Requests that it went out with."""
    status: int | None = None
    code: str = ""
    request_id: str | None = None
    log_stream_name: str = ""


NOTHING_TOLD = Told()

NO_LETTER = frozenset({Outcome.ACCEPTED, Outcome.SKIPPED})
"""Outcomes that no letter is written for."""


class Correspondence:
    """Completes letters and hands them to their file."""

    def __init__(self, file: DeadLetters, locate: Callable[[list[int]], list[Location]]) -> None:
        self._file = file
        self._locate = locate

    def send(self, letters: Iterable[Letter], told: Told = NOTHING_TOLD) -> None:
        """Write letters, which have their positions as the source counts them."""
        drafts = sorted(letters, key=lambda letter: letter.position)
        if not drafts:
            return
        places = self._locate([draft.position for draft in drafts])
        time = now()
        self._file.write(
            replace(
                draft,
                position=place.position,
                source=place.source,
                line=place.line,
                log_group_name=self._file.log_group_name,
                log_stream_name=told.log_stream_name or self._file.log_stream_name,
                attempts=told.attempts,
                status=told.status,
                code=told.code,
                request_id=told.request_id,
                time=time,
            )
            for draft, place in zip(drafts, places, strict=True)
        )

    def miss(self, events: int) -> None:
        """Note events that are lost to their letters: nobody holds them any more."""
        self._file.count_lost(events, "the run was interrupted before they were in a request")

    def told(self) -> DeadLetterFile:
        """What a report says of the file."""
        return self._file.told()


def now() -> str:
    """This moment, UTC, as ISO 8601 has it, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def text_of(reason: Reason, timestamp: int) -> str:
    """The reason for an event of this timestamp."""
    return reason if isinstance(reason, str) else reason(timestamp)


def letters_of_batch(
    batch: Batch, outcome: Outcome, reason: Reason, others: Mapping[int, Rejected], parts: Mapping[int, int]
) -> Iterator[Letter]:
    """Of the events of a batch that are whole, but for those accepted or skipped."""
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
            found, why = outcome, text_of(reason, event["timestamp"])
        yield Letter(found, why, position, timestamp=event["timestamp"], message=event["message"].encode())


def letter_of_rejected(found: Rejected) -> Letter:
    """Of an event that was rejected while it was read."""
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
    """Of an event that was sent in parts, some of which were not accepted."""
    message, parts = event.message()
    return Letter(
        event.worst,
        event.why,
        position,
        timestamp=event.timestamp,
        message=message,
        cut=parts is None,
        parts=parts,
    )
