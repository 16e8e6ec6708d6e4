"""The values that all layers share: outcomes, positions, what a source is. Imports little, for all import it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple, Self


class Outcome(StrEnum):
    """What became of one event of the input. Every event ends in exactly one."""

    ACCEPTED = "accepted"
    """The service acknowledged it."""
    SKIPPED = "skipped"
    """Left out because the caller asked for that."""
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
    """The service refused it although it was sent alone."""
    UNKNOWN = "unknown"
    """Sent, but the response was lost; it may be stored."""
    UNDELIVERED = "undelivered"
    """Certainly not stored; retryable."""


class Rejected(NamedTuple):
    """One event that is in no batch, and why."""

    position: int
    """Its 0-based index in the caller's input; in a file, the byte offset at which it starts."""
    outcome: Outcome
    """Which rule it breaks."""
    reason: str
    """The measured value, the limit, and what to do."""


class RejectedPayload(NamedTuple):
    """What a rejected event held."""

    timestamp: int | None
    """Its timestamp in milliseconds since 1970; None if it has none that fits 64 bits."""
    text: bytes
    """Its message, or the whole event as it is in the input; at most 1 MiB, and not always UTF-8."""
    is_message: bool
    """`text` is the message. Otherwise it is the event's JSON in the file, or the object's `repr`."""
    cut: bool
    """`text` was longer, and is cut at 1 MiB."""


class RejectedEvent(Rejected):
    """A `Rejected` with what the event held, as `keep_rejected=True` asks for."""

    payload: RejectedPayload

    def __new__(cls, position: int, outcome: Outcome, reason: str, payload: Iterable[Any]) -> Self:
        """Build one from the fields of a `Rejected`, and those of a `RejectedPayload`."""
        rejected = super().__new__(cls, position, outcome, reason)
        rejected.payload = RejectedPayload(*payload)
        return rejected

    def __getnewargs__(self) -> tuple[int, Outcome, str, RejectedPayload]:
        return (*self, self.payload)


class StopKind(StrEnum):
    """What made an upload stop before the end of its input."""

    INTERRUPTED = "interrupted"
    """A signal, or a call to stop it."""
    CONFIGURATION = "configuration"
    """Credentials, or how the client is set up: nothing can be sent with it."""
    SERVICE = "service"
    """What the service refuses whatever the events are: access denied, no such log group, event after event."""
    OUTAGE = "outage"
    """No request succeeded for `max_outage` seconds."""
    REJECTED = "rejected"
    """More of its events were permanently rejected than `max_rejected` allows."""
    TIMEOUT = "timeout"
    """Its `max_duration` or `deadline` is over."""
    JOURNAL = "journal"
    """The journal cannot be written any more: a later run would not know what was sent."""
    FAULT = "fault"
    """An internal error of cordwood."""


class TimeRange(NamedTuple):
    """From the earliest to the latest timestamp, in milliseconds since 1970."""

    first: int
    last: int


class Location(NamedTuple):
    """Where an event is in the input, as a reader would look for it."""

    position: int
    """Its 0-based index; in a file, the byte offset at which it starts."""
    source: str = ""
    """The file's name; empty for events in memory."""
    line: int | None = None
    """Its line in the file, from 1; None if the file cannot be read again to count lines."""


def locate_in_memory(positions: list[int]) -> list[Location]:
    """Locate events that are in no file."""
    return [Location(position) for position in positions]


class SourceFile(NamedTuple):
    """What was read of a file."""

    name: str
    format: str
    """`events`, `json`, `text` or `dead_letters`."""
    bytes_read: int
    total_bytes: int | None
    """None for a pipe."""
    identity: dict[str, int]
    """Of a regular file: its device, inode, size in bytes, and when it was last modified, in ns since 1970."""
    events: int
    counts: dict[str, int]
    """Of these events, by outcome, those settled while reading, before any request; and those `altered`."""


class SourceIdentity(NamedTuple):
    """What a journal recognizes a source by.

    A file has all but `version`; any other source has its name and a version, whatever its kind calls that.
    """

    name: str
    """Of a file, the absolute path with links resolved."""
    version: str = ""
    device: int = 0
    inode: int = 0
    size: int = 0
    fingerprint: str = ""
    """Of the first and the last 64 KiB, in hexadecimal."""


_OFFSET_BITS = 44

MAX_FILE_BYTES = 1 << _OFFSET_BITS
"""The longest file: 16 TiB."""

MAX_FILES = 1 << (63 - _OFFSET_BITS)
"""The most files of one input: a position fits a signed number of 64 bits."""


def position_of(file_index: int, offset: int) -> int:
    """Pack the index of a file and a byte offset in it into one position.

    Positions grow along the input. The index is above the offset, so that a file that grows moves no event of another.
    """
    return file_index << _OFFSET_BITS | offset


def file_and_offset(position: int) -> tuple[int, int]:
    """Unpack a position into the index of the file, and the byte offset in it."""
    return position >> _OFFSET_BITS, position & (MAX_FILE_BYTES - 1)


class SettledBatch(NamedTuple):
    """A batch whose events have their outcome."""

    log_stream_name: str
    """Where it went."""
    outcome: Outcome
    """What became of its events, except for those rejected."""
    events: int
    """How many it held."""
    rejected: int
    """How many of them the service rejected for their age although it accepted the batch."""
    nbytes: int
    """Its size as the service counts it."""
    first_timestamp: int
    """The earliest of its events, in milliseconds since 1970."""
    last_timestamp: int
    """The latest of its events."""
    attempts: int
    """Requests that it went out with."""
    seconds: float
    """How long the last of them took; 0 if none went out."""
    request_id: str | None
    """The service's id of the last of them; None if it gave none."""
    reason: str
    """Why it was not accepted; empty if it was."""
