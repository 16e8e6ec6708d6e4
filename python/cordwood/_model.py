"""The words for what becomes of a log event."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple, Self


class Outcome(StrEnum):
    """What became of one event of the input. Every event ends in exactly one."""

    ACCEPTED = "accepted"
    """The service answered for it."""
    SKIPPED = "skipped"
    """Left out because the caller asked so."""
    TOO_OLD = "too_old"
    """More than 14 days before now."""
    TOO_NEW = "too_new"
    """More than 2 hours after now."""
    EXPIRED = "expired"
    """Older than the retention of its log group."""
    OVERSIZE = "oversize"
    """Its message is too long for one event."""
    EMPTY = "empty"
    """Its message has no character."""
    INVALID = "invalid"
    """Not a log event: wrong type, negative timestamp, missing member."""
    REFUSED = "refused"
    """The service refused it standing alone."""
    UNKNOWN = "unknown"
    """Sent, but the answer was lost; it may be stored."""
    UNDELIVERED = "undelivered"
    """Certainly not stored; good to send again."""


class Rejected(NamedTuple):
    """One event that is in no batch, and why."""

    position: int
    """Its 0-based place in the caller's input."""
    outcome: Outcome
    """Which rule it breaks."""
    reason: str
    """The measured value, the limit, and what to do."""


class Kept(NamedTuple):
    """What there is of an event that was rejected."""

    timestamp: int | None
    """Its timestamp in milliseconds since 1970, where it has one of 64 bits."""
    text: bytes
    """Its message, or itself as it stands in the input; at most 1 MiB, and not always UTF-8."""
    is_message: bool
    """It is the message. Else the event has none, and this is its JSON in the file, or the object's `repr`."""
    cut: bool
    """There was more of it than is kept."""


class RejectedEvent(Rejected):
    """One event that is in no batch, why, and what it held: as `keep_rejected=True` asks for."""

    kept: Kept

    def __new__(cls, position: int, outcome: Outcome, reason: str, kept: Iterable[Any]) -> Self:
        """Make one of the fields of a `Rejected`, and those of a `Kept`."""
        rejected = super().__new__(cls, position, outcome, reason)
        rejected.kept = Kept(*kept)
        return rejected
