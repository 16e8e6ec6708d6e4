"""GetLogEvents and FilterLogEvents: pages of stored events.

A page holds at most 10,000 events and 1 MB of them (API reference of both actions); a megabyte is counted here as
PutLogEvents counts it, message and 26 bytes, and one event always fits.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from cordwood.local.paging import event_token, read_event_token
from cordwood.local.rules import EVENT_OVERHEAD_BYTES
from cordwood.local.store import Key, StoredEvent, View

PAGE_EVENTS = 10_000
PAGE_BYTES = 1_048_576
_FOREVER = 2**63


class TimeRange(NamedTuple):
    """Milliseconds since 1970, from `start` to before `stop`."""

    start: int
    stop: int

    @classmethod
    def of(cls, start: int | None, stop: int | None) -> "TimeRange":
        """A range whose ends may be open."""
        return cls(start or 0, _FOREVER if stop is None else stop)

    def ranks(self, view: View) -> tuple[int, int]:
        """The ranks of the events within it: from, and to before."""
        start = view.rank(Key(self.start, 0))
        return start, max(start, view.rank(Key(self.stop, 0)))


def _page(events: Iterable[StoredEvent], most: int) -> list[StoredEvent]:
    """As many of the events as fit a page."""
    page: list[StoredEvent] = []
    room = PAGE_BYTES
    for event in events:
        size = len(event.message.encode()) + EVENT_OVERHEAD_BYTES
        if len(page) == most or (page and size > room):
            break
        page.append(event)
        room -= size
    return page


def get_log_events(
    view: View, times: TimeRange, *, limit: int | None, token: str | None, start_from_head: bool
) -> dict[str, Any]:
    """The answer to GetLogEvents.

    Events within a page are in ascending order in both directions. Both tokens are always there, and at the end of
    the stream a page is empty and its token the one that was sent: that is how a caller knows.

    Raises:
        ServiceError: InvalidParameterException for a token that no answer contained.
    """
    first, end = times.ranks(view)
    if token is not None:
        direction, place = read_event_token(token)
        rank = min(max(view.rank(place), first), end)
    else:
        direction, place = "f" if start_from_head else "b", None
        rank = first if start_from_head else end
    most = limit or PAGE_EVENTS
    if direction == "f":
        page = _page(map(view.event, range(rank, end)), most)
    else:
        page = _page(map(view.event, range(rank - 1, first - 1, -1)), most)[::-1]
    if page:
        before = Key(page[0].timestamp, page[0].ordinal)
        after = Key(page[-1].timestamp, page[-1].ordinal + 1)
    else:
        before = after = place or Key(times.start, 0)
    return {
        "events": [
            {"timestamp": event.timestamp, "message": event.message, "ingestionTime": event.ingestion_time}
            for event in page
        ],
        "nextForwardToken": event_token("f", after),
        "nextBackwardToken": event_token("b", before),
    }


def filter_log_events(
    views: dict[str, View],
    times: TimeRange,
    matches: Callable[[str], bool],
    *,
    limit: int | None,
    token: str | None,
    start_from_head: bool,
) -> dict[str, Any]:
    """The answer to FilterLogEvents over streams by name.

    The streams are interleaved by timestamp. nextToken is there as long as a further event matches; the direction
    of a token wins over startFromHead, as in the service.

    Raises:
        ServiceError: InvalidParameterException for a token that no answer contained.
    """
    place = None
    forward = start_from_head
    if token is not None:
        direction, place = read_event_token(token)
        forward = direction == "f"

    def stored(name: str, view: View) -> Iterator[tuple[Key, str, StoredEvent]]:
        first, end = times.ranks(view)
        if place is not None:
            rank = min(max(view.rank(place), first), end)
            first, end = (rank, end) if forward else (first, rank)
        for rank in range(first, end) if forward else range(end - 1, first - 1, -1):
            event = view.event(rank)
            if matches(event.message):
                yield Key(event.timestamp, event.ordinal), name, event

    # Keys are unique over all streams, so that names and events are never compared.
    found = heapq.merge(*(stored(*item) for item in views.items()), reverse=not forward)
    names: dict[int, str] = {}

    def events() -> Iterator[StoredEvent]:
        for _, name, event in found:
            names[event.ordinal] = name
            yield event

    # One more than the page holds may be drawn; that one tells that there is more.
    page = _page(events(), limit or PAGE_EVENTS)
    answer: dict[str, Any] = {
        "events": [
            {
                "logStreamName": names[event.ordinal],
                "timestamp": event.timestamp,
                "message": event.message,
                "ingestionTime": event.ingestion_time,
                "eventId": f"{event.timestamp:020d}{event.ordinal:036d}",
            }
            for event in page
        ],
        "searchedLogStreams": [],
    }
    if len(names) > len(page):
        last = page[-1]
        answer["nextToken"] = (
            event_token("f", Key(last.timestamp, last.ordinal + 1))
            if forward
            else event_token("b", Key(last.timestamp, last.ordinal))
        )
    return answer
