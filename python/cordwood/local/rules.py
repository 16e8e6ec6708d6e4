"""The rules of PutLogEvents, read from the API reference once more.

Nothing here is shared with cordwood's own batching: an endpoint that took its rules from the batcher would agree
with the batcher's faults. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import Any, NamedTuple, NoReturn

from cordwood.local import errors
from cordwood.local.members import LONG, violation, wrong_type

EVENT_OVERHEAD_BYTES = 26
MAX_BATCH_BYTES = 1_048_576
MAX_EVENT_BYTES = 1_048_576
"""With its overhead, so that a message has at most 1,048,550 bytes: a larger one cannot be in any batch."""
MAX_EVENTS = 10_000
DAY_MS = 86_400_000
MAX_SPAN_MS = DAY_MS
MAX_AGE_MS = 14 * DAY_MS
MAX_AHEAD_MS = 2 * 3_600_000

_SURROGATES = re.compile("[\ud800-\udfff]")


class InputEvents(NamedTuple):
    """The events of one request, all legal by themselves, in columns."""

    timestamps: "array[int]"
    """Milliseconds since 1970, non-decreasing."""
    messages: bytes
    """All messages in UTF-8, one after the other."""
    ends: "array[int]"
    """Where in `messages` each one ends."""

    @property
    def counted_bytes(self) -> int:
        """The size of the batch as the service counts it."""
        return len(self.messages) + EVENT_OVERHEAD_BYTES * len(self.timestamps)

    def part(self, start: int, stop: int) -> "InputEvents":
        """The events from `start` to before `stop`."""
        if start == 0 and stop == len(self.timestamps):
            return self
        begin = self.ends[start - 1] if start else 0
        ends = array("I", [end - begin for end in self.ends[start:stop]])
        return InputEvents(self.timestamps[start:stop], self.messages[begin : begin + (ends[-1] if ends else 0)], ends)


def read_events(value: Any) -> InputEvents:
    """Reads the member logEvents and holds it to the rules that need no clock.

    These are: 1 to 10,000 events; a timestamp is a whole number >= 0; a message has at least one character, and at
    most 1,048,576 bytes with its overhead of 26; timestamps do not go back; all in all at most 1,048,576 bytes,
    overheads included. A lone surrogate, which JSON can write and UTF-8 cannot, is stored and counted as U+FFFD.

    Raises:
        ServiceError: SerializationException for a wrong JSON type, InvalidParameterException for all else.
    """
    if type(value) is not list:
        if value is None:
            raise errors.constraints([violation(None, "logEvents", "Member must not be null")])
        raise errors.serialization("Expected list or null")
    try:
        stamps = [event["timestamp"] for event in value]
        messages = [event["message"] for event in value]
    except (KeyError, TypeError):
        _explain(value)
    if (
        not 1 <= len(value) <= MAX_EVENTS
        or set(map(type, value)) != {dict}
        or set(map(type, stamps)) != {int}
        or set(map(type, messages)) != {str}
        or min(stamps) < 0
        or max(stamps) not in LONG
        or not all(messages)
    ):
        _explain(value)
    if sorted(stamps) != stamps:
        raise errors.invalid_parameter("Log events in a single PutLogEvents request must be in chronological order.")
    events = _columns(stamps, messages)
    if events.counted_bytes > MAX_BATCH_BYTES:
        _refuse_size(events)
    return events


def _columns(stamps: list[int], messages: list[str]) -> InputEvents:
    joined = "".join(messages)
    if joined.isascii():
        return InputEvents(array("q", stamps), joined.encode(), array("I", accumulate(map(len, messages))))
    encoded = [_SURROGATES.sub("\ufffd", message).encode() for message in messages]
    return InputEvents(array("q", stamps), b"".join(encoded), array("I", accumulate(map(len, encoded))))


def _refuse_size(events: InputEvents) -> NoReturn:
    begin = 0
    for end in events.ends:
        size = end - begin + EVENT_OVERHEAD_BYTES
        if size > MAX_EVENT_BYTES:
            raise errors.invalid_parameter(f"Log event too large: {size} bytes exceeds limit of {MAX_EVENT_BYTES}")
        begin = end
    raise errors.invalid_parameter(f"Upload too large: {events.counted_bytes} bytes exceeds limit of {MAX_BATCH_BYTES}")


def _explain(value: list[Any]) -> NoReturn:
    """Finds what is wrong with a list of events of which it is known that something is, and raises it."""
    for event in value:
        if event is None:
            continue
        if type(event) is not dict:
            raise errors.serialization("Expected structure or null")
        stamp, message = event.get("timestamp"), event.get("message")
        if stamp is not None and (type(stamp) is not int or stamp not in LONG):
            raise wrong_type(stamp, "Long")
        if message is not None and type(message) is not str:
            raise wrong_type(message, "String")
    found = []
    if not value:
        found.append(violation("[]", "logEvents", "Member must have length greater than or equal to 1"))
    if len(value) > MAX_EVENTS:
        # The service prints the events here; its users' reports leave them out, and so does this.
        found.append(
            "Value at 'logEvents' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MAX_EVENTS}"
        )
    for number, event in enumerate(value, 1):
        name = f"logEvents.{number}.member"
        if event is None:
            found.append(violation(None, name, "Member must not be null"))
            continue
        stamp, message = event.get("timestamp"), event.get("message")
        if stamp is None:
            found.append(violation(None, f"{name}.timestamp", "Member must not be null"))
        elif stamp < 0:
            constraint = "Member must have value greater than or equal to 0"
            found.append(violation(str(stamp), f"{name}.timestamp", constraint))
        if message is None:
            found.append(violation(None, f"{name}.message", "Member must not be null"))
        elif not message:
            constraint = "Member must have length greater than or equal to 1"
            found.append(violation("", f"{name}.message", constraint))
    raise errors.constraints(found)


class Window(NamedTuple):
    """Which events of a batch the service takes, given its clock and the log group's retention."""

    too_old_end: int
    """Events before this index are more than 14 days old."""
    expired_end: int
    """Events before this index are older than the retention of the log group."""
    too_new_start: int
    """Events from this index on are more than 2 hours ahead."""
    total: int
    """The number of events in the batch."""

    @property
    def accepted(self) -> tuple[int, int]:
        """From which index to before which the events are taken."""
        start = max(self.too_old_end, self.expired_end)
        return (start, max(start, self.too_new_start))

    def rejected(self) -> dict[str, int]:
        """The answer's rejectedLogEventsInfo; empty if every event is taken."""
        info = {}
        if self.too_new_start < self.total:
            info["tooNewLogEventStartIndex"] = self.too_new_start
        if self.too_old_end:
            info["tooOldLogEventEndIndex"] = self.too_old_end
        if self.expired_end:
            info["expiredLogEventEndIndex"] = self.expired_end
        return info


def judge_times(timestamps: "array[int]", now_ms: int, retention_days: int | None) -> Window:
    """Sorts out the events outside of the service's window and holds the others to the rule of 24 hours.

    "For valid events (within 14 days in the past to 2 hours in future), the time span in a single batch cannot
    exceed 24 hours": by the letter, events that the retention alone rejects count for the span. So they do here.

    Raises:
        ServiceError: InvalidParameterException if the valid events span more than 24 hours.
    """
    too_old_end = bisect_left(timestamps, now_ms - MAX_AGE_MS)
    too_new_start = bisect_right(timestamps, now_ms + MAX_AHEAD_MS)
    expired_end = 0 if retention_days is None else bisect_left(timestamps, now_ms - retention_days * DAY_MS)
    if too_old_end < too_new_start and timestamps[too_new_start - 1] - timestamps[too_old_end] > MAX_SPAN_MS:
        raise errors.invalid_parameter(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        )
    return Window(too_old_end, expired_end, too_new_start, len(timestamps))
