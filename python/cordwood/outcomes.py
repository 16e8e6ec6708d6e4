"""The words for what becomes of a log event."""

from enum import StrEnum
from typing import NamedTuple


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
