"""Whatever the order of a stream, its requests are few: the optimum of the whole, one for each day, and one."""

import random
from collections import Counter
from collections.abc import Callable, Iterator

import cordwood
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import DAY_MS, MAX_OPEN

HOUR = 3_600_000
RANGE = 14 * DAY_MS + 2 * HOUR
"""Of the timestamps that the service takes."""

Times = list[int]
CAUSES_BY_SIZE = {"bytes", "events", "end"}


def bound(events: list[tuple[int, str]], limits: cordwood.Limits) -> int:
    optimum = len(list(cordwood.batches(events, limits=limits)))
    return optimum + len({timestamp // limits.max_batch_span_ms for timestamp, _ in events}) + 1


def requests(events: list[tuple[int, str]], limits: cordwood.Limits) -> Counter[str]:
    return Counter(batch.closed_by for batch in cordwood.batches(iter(events), limits=limits))


def at_random(rng: random.Random, count: int) -> Times:
    return [rng.randrange(RANGE) for _ in range(count)]


def of_hosts(rng: random.Random, count: int) -> Times:
    """One file of each host after the other, each in order of time, line by line in turn."""
    hosts = [sorted(at_random(rng, count // 40)) for _ in range(40)]
    return [time for line in zip(*hosts, strict=True) for time in line] + [time for host in hosts for time in host]


def with_a_wild_line(rng: random.Random, count: int) -> Times:
    times = sorted(at_random(rng, count))
    times[count // 2] = 0
    return times


SHAPES: dict[str, Callable[[random.Random, int], Times]] = {
    "random": at_random,
    "hosts": of_hosts,
    "sorted": lambda rng, count: sorted(at_random(rng, count)),
    "reversed": lambda rng, count: sorted(at_random(rng, count), reverse=True),
    "jittered": lambda rng, count: sorted(at_random(rng, count), key=lambda time: time + rng.randrange(30 * HOUR)),
    "one a day": lambda rng, count: [n % 14 * DAY_MS + n for n in range(count)],
    "a wild line": with_a_wild_line,
}


@pytest.mark.parametrize("length", [6, 200])
@pytest.mark.parametrize("shape", SHAPES)
def test_any_shape_fills_its_requests(shape: str, length: int) -> None:
    events = [(time, "x" * length) for time in SHAPES[shape](random.Random(5), 60_000)]
    limits = cordwood.Limits()
    found = requests(events, limits)
    assert found.total() <= bound(events, limits)
    assert set(found) <= CAUSES_BY_SIZE
    if shape == "sorted":
        assert found.total() == len(list(cordwood.batches(events)))


@st.composite
def neighbours(draw: st.DrawFn) -> Times:
    """Draw runs of neighbouring times, so that batches fill at one place and move there."""
    runs = st.tuples(st.integers(0, 1408), st.integers(-3, 3), st.integers(1, 12))
    return [
        min(max(start + step * n, 0), 1408)
        for start, step, count in draw(st.lists(runs, max_size=60))
        for n in range(count)
    ]


@given(neighbours(), st.integers(1, 12), st.booleans())
def test_requests_are_few_under_small_limits(times: Times, most: int, by_bytes: bool) -> None:
    size = {"max_batch_bytes": 30 * most, "max_event_bytes": 30} if by_bytes else {"max_batch_events": most}
    limits = cordwood.Limits(max_batch_span_ms=100, **size)
    events = [(time, "mmmm") for time in times]
    found = requests(events, limits)
    assert found.total() <= bound(events, limits)
    assert set(found) <= CAUSES_BY_SIZE


def test_times_years_apart_close_the_least_recently_fed() -> None:
    years = [(n * 366 * DAY_MS, "m") for n in range(100)]
    found = requests(years * 2, cordwood.Limits())
    assert found == {"window": 200 - MAX_OPEN, "end": MAX_OPEN}


def test_200_000_random_events_are_as_many_requests_as_their_size_and_days_ask_for() -> None:
    rng = random.Random(1)
    events = [(rng.randrange(13 * DAY_MS), "x" * 100) for _ in range(200_000)]
    assert len(list(cordwood.batches(events))) == 25
    found = requests(events, cordwood.Limits())
    assert found.total() <= 25 + 14 + 1

    def stream() -> Iterator[tuple[int, str]]:
        yield from events

    batcher = cordwood.Batcher()
    closed = [*batcher.extend(stream()), *batcher.flush()]
    assert Counter(batch.closed_by for batch in closed) == found


def test_a_whole_knows_what_ended_each_batch() -> None:
    events = [(0, "m")] * 10_001 + [(1, "m" * 600_000)] * 2 + [(2 * DAY_MS, "m")]
    assert [batch.closed_by for batch in cordwood.batches(events)] == ["events", "bytes", "span", "end"]


def test_a_slice_closed_as_its_batch_did() -> None:
    (batch,) = cordwood.batches([(0, "a"), (0, "b")])
    assert batch[:1].closed_by == batch.closed_by == "end"


def test_what_linger_and_input_close_is_known() -> None:
    batcher = cordwood.Batcher()
    batcher.add(0, "m")
    assert [batch.closed_by for batch in batcher.flush(opened_before=1)] == ["linger"]
    batcher.add(0, "m")
    closed = batcher.extend([(2 * DAY_MS, "m" * 1_000_000)] * 70)
    assert Counter(batch.closed_by for batch in closed) == {"bytes": 69, "input": 1}
