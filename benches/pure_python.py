"""The peer: the batcher that people write in Python, with the usual tricks, and no slower than it must be.

It expects legal events. Cordwood checks each one in the time it is measured with; this does not, but for
`outcome`, which a caller may filter with.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from operator import itemgetter
from typing import Any

from inputs import Event

MAX_BATCH_BYTES = 1_048_576
MAX_BATCH_EVENTS = 10_000
MAX_BATCH_SPAN_MS = 86_400_000
EVENT_OVERHEAD_BYTES = 26

timestamp_of = itemgetter("timestamp")
dumps_json: Callable[[Any], str] = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))


def cut(events: Iterable[Event]) -> list[list[Event]]:
    """Sort the events by time and cut greedily at bytes, count and span."""
    ordered = sorted(events, key=timestamp_of)
    if not ordered:
        return []
    batches = []
    nbytes = start = 0
    end = MAX_BATCH_EVENTS
    latest = ordered[0]["timestamp"] + MAX_BATCH_SPAN_MS
    for index, event in enumerate(ordered):
        message = event["message"]
        size = (len(message) if message.isascii() else len(message.encode())) + EVENT_OVERHEAD_BYTES
        nbytes += size
        if nbytes > MAX_BATCH_BYTES or index == end or event["timestamp"] > latest:
            batches.append(ordered[start:index])
            start = index
            end = index + MAX_BATCH_EVENTS
            latest = event["timestamp"] + MAX_BATCH_SPAN_MS
            nbytes = size
    batches.append(ordered[start:])
    return batches


def cut_pairs(pairs: Iterable[tuple[int, str]]) -> list[list[Event]]:
    """Cut pairs of timestamp and message, through the dicts that a request needs anyway."""
    return cut([{"timestamp": timestamp, "message": message} for timestamp, message in pairs])


def stream(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Cut a stream as it comes, each batch sorted by itself.

    It yields the batches that cordwood's window does as long as the whole stream spans at most 24 hours.
    """
    batch: list[Event] = []
    nbytes = earliest = latest = 0
    for event in events:
        message = event["message"]
        timestamp = event["timestamp"]
        size = (len(message) if message.isascii() else len(message.encode())) + EVENT_OVERHEAD_BYTES
        if batch:
            nbytes += size
            earliest = min(timestamp, earliest)
            latest = max(timestamp, latest)
            if nbytes <= MAX_BATCH_BYTES and len(batch) < MAX_BATCH_EVENTS and latest - earliest <= MAX_BATCH_SPAN_MS:
                batch.append(event)
                continue
            batch.sort(key=timestamp_of)
            yield batch
        batch = [event]
        nbytes = size
        earliest = latest = timestamp
    if batch:
        batch.sort(key=timestamp_of)
        yield batch


def request(log_group_name: str, log_stream_name: str, batch: list[Event]) -> dict[str, Any]:
    """The parameters of PutLogEvents, for any JSON writer."""
    return {"logGroupName": log_group_name, "logStreamName": log_stream_name, "logEvents": batch}


def body(log_group_name: str, log_stream_name: str, batch: list[Event]) -> bytes:
    """Write a request body with the standard library."""
    return dumps_json(request(log_group_name, log_stream_name, batch)).encode()


def outcome(event: Event) -> str | None:
    """Why an event is not a legal log event, in one word; None where it is."""
    timestamp = event.get("timestamp")
    message = event.get("message")
    if type(timestamp) is not int or type(message) is not str or timestamp < 0:
        return "invalid"
    if not message:
        return "empty"
    length = len(message)
    # No character takes more than four bytes, so that most messages are fine without a closer look.
    if length * 4 + EVENT_OVERHEAD_BYTES > MAX_BATCH_BYTES and (
        len(message.encode()) + EVENT_OVERHEAD_BYTES > MAX_BATCH_BYTES
    ):
        return "oversize"
    return None
