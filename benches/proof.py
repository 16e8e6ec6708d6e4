"""What must be stored, told from the input by the rules alone, held against what is. Nothing here asks cordwood."""

import reprlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

import pure_python
from inputs import DAY_MS, Event

Stored: TypeAlias = tuple[int, str]
"""Timestamp and message."""

HOUR_MS = 3_600_000
MAX_AGE_MS = 14 * DAY_MS
MAX_FUTURE_MS = 2 * HOUR_MS


class Unproven(Exception):
    """What is stored is not what was sent."""


def expect(holds: bool, message: str) -> None:
    """The one place where a proof fails.

    Raises:
        Unproven: it does not hold.
    """
    if not holds:
        raise Unproven(message)


# --- what must be ---------------------------------------------------------------------------------------------


class Moments(NamedTuple):
    """When an upload began and ended, in milliseconds since 1970: the service's window moves while it runs."""

    began: int
    ended: int


class Expected(NamedTuple):
    """What must come of an input."""

    counts: Mapping[str, int]
    """Events by outcome; `EDGE` is one of them."""
    legal: list[Event]
    """Those that must be stored, in order of time, equal timestamps in the input's order."""


EDGE = "edge"
"""Outcome of an event that the service's window passed over while the upload ran: either is right."""


def mended(message: str) -> str:
    """U+FFFD for each surrogate code point, which no UTF-8 can carry."""
    if message.isascii():
        return message
    return message.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def is_clean(event: Any) -> bool:
    """Whether nothing is to be mended in it."""
    message = event.get("message") if isinstance(event, dict) else None
    return type(message) is not str or message == mended(message)


def outcome(event: Any, moments: Moments) -> str:
    """What has to become of an event whose message is mended."""
    word = pure_python.outcome(event) if isinstance(event, dict) else "invalid"
    if word is not None:
        return word
    timestamp = event["timestamp"]
    if timestamp >= 2**63:
        return "invalid"
    at_first, at_last = (_by_age(timestamp - now) for now in moments)
    return at_first if at_first == at_last else EDGE


def _by_age(ahead: int) -> str:
    if ahead < -MAX_AGE_MS:
        return "too_old"
    return "too_new" if ahead > MAX_FUTURE_MS else "accepted"


def expected(events: Iterable[Any], moments: Moments) -> Expected:
    """What the rules say."""
    counts: Counter[str] = Counter()
    legal = []
    for event in events:
        if not is_clean(event):
            event = {**event, "message": mended(event["message"])}
        word = outcome(event, moments)
        counts[word] += 1
        if word == "accepted":
            legal.append(event)
    legal.sort(key=pure_python.timestamp_of)
    return Expected(counts, legal)


def is_edge(timestamp: int, moments: Moments) -> bool:
    """Whether the window passed over it."""
    return len({_by_age(timestamp - now) for now in moments}) > 1


# --- what is --------------------------------------------------------------------------------------------------


def read_back(client: Any, log_group_name: str, log_stream_name: str) -> Iterator[Stored]:
    """Everything in the stream, page by page through plain boto3, as anybody would read it."""
    page: dict[str, Any] = {}
    while True:
        try:
            answer = client.get_log_events(
                logGroupName=log_group_name, logStreamName=log_stream_name, startFromHead=True, limit=10_000, **page
            )
        except client.exceptions.ResourceNotFoundException:
            return  # nothing was stored, so that nothing was created
        if not answer["events"]:
            return
        yield from ((event["timestamp"], event["message"]) for event in answer["events"])
        page = {"nextToken": answer["nextForwardToken"]}


def compare(stored: Iterable[Stored], legal: list[Event], *, ties_in_order: bool) -> None:
    """Hold the one against the other, event by event.

    Args:
        stored: in the service's order.
        legal: as `Expected` has it.
        ties_in_order: whether events of one timestamp must have kept their order. A list promises that; a file goes
            through a window of several requests at a time, which does so within a request only.

    Raises:
        Unproven: they are not the same.
    """
    wanted: Iterable[Stored] = ((event["timestamp"], event["message"]) for event in legal)
    if not ties_in_order:
        stored, wanted = _with_ties_sorted(stored), _with_ties_sorted(wanted)
    pairs = zip_longest(stored, wanted)
    for number, (found, want) in enumerate(pairs):
        if found != want:
            count = number + (found is not None) + sum(left is not None for left, _ in pairs)
            raise Unproven(
                f"{count:,} events are stored and {len(legal):,} must be; in order of time, number {number:,} is "
                f"{_shown(found)} and must be {_shown(want)}"
            )


def _with_ties_sorted(events: Iterable[Stored]) -> Iterator[Stored]:
    for _, same in groupby(events, key=itemgetter(0)):
        yield from sorted(same)


def _shown(event: Stored | None) -> str:
    return "nothing" if event is None else ascii(reprlib.repr(event))[1:-1]


def compare_counts(told: Mapping[str, int], counts: Mapping[str, int]) -> None:
    """Hold a report's counts against those of `Expected`.

    Raises:
        Unproven: they differ by more than the events at the window's edge.
    """
    rules = {word: count for word, count in counts.items() if word != EDGE}
    fine = sum(told.values()) == sum(counts.values()) and all(
        rules.get(word, 0) <= told.get(word, 0) <= rules.get(word, 0) + counts.get(EDGE, 0)
        for word in told.keys() | rules.keys()
    )
    expect(fine, f"the report says {dict(told)}, the rules say {dict(counts)}")


# --- how full -------------------------------------------------------------------------------------------------

LIMITS = {"bytes": "1,048,576 bytes", "events": "10,000 events", "span": "24 hours"}


def fill(requests: list[int], legal: list[Event]) -> dict[str, list[float]]:
    """How full each request but the last was, as a part of 1, under the limit that closed it.

    Args:
        requests: how many events each carried, in order.
        legal: all of them, as `Expected` has it.

    Raises:
        Unproven: one had room for the event after it; then fewer requests would have done.
    """
    full: dict[str, list[float]] = {limit: [] for limit in LIMITS}
    start = 0
    for count in requests[:-1]:
        batch, following = legal[start : start + count], legal[start + count]
        start += count
        nbytes = sum(map(_nbytes, batch))
        span = batch[-1]["timestamp"] - batch[0]["timestamp"]
        if count == pure_python.MAX_BATCH_EVENTS:
            full["events"].append(count / pure_python.MAX_BATCH_EVENTS)
        elif nbytes + _nbytes(following) > pure_python.MAX_BATCH_BYTES:
            full["bytes"].append(nbytes / pure_python.MAX_BATCH_BYTES)
        else:
            wide = following["timestamp"] - batch[0]["timestamp"]
            expect(wide > pure_python.MAX_BATCH_SPAN_MS, "there was room in a request for the event after it")
            full["span"].append(span / pure_python.MAX_BATCH_SPAN_MS)
    return full


def _nbytes(event: Event) -> int:
    return len(event["message"].encode()) + pure_python.EVENT_OVERHEAD_BYTES
