"""Streams: events that come one by one to finished request bodies, through the window of open batches."""

from collections.abc import Callable, Iterable, Iterator

import cordwood
import pure_python
import pytest
from inputs import Event
from timing import GROUP_NAME, STREAM_NAME, Benchmark, check_bodies, load, measure, on_cpu

pytestmark = on_cpu


def generator_to_cordwood(events: Iterable[Event]) -> Iterator[bytes]:
    for batch in cordwood.batches(events):
        yield batch.body(GROUP_NAME, STREAM_NAME)


def cordwood_batcher(events: Iterable[Event]) -> Iterator[bytes]:
    batcher = cordwood.Batcher()
    add = batcher.add
    for event in events:
        for batch in add(event["timestamp"], event["message"]):
            yield batch.body(GROUP_NAME, STREAM_NAME)
    for batch in batcher.flush():
        yield batch.body(GROUP_NAME, STREAM_NAME)


def generator_to_python(events: Iterable[Event]) -> Iterator[bytes]:
    for batch in pure_python.stream(events):
        yield pure_python.body(GROUP_NAME, STREAM_NAME, batch)


Bodies = Callable[[Iterable[Event]], Iterator[bytes]]

CONTENDERS: dict[str, Bodies] = {
    "cordwood": generator_to_cordwood,
    "cordwood.Batcher.add": cordwood_batcher,
    "Python + json": generator_to_python,
}


def run(bodies: Bodies, events: Iterator[Event]) -> int:
    return sum(map(len, bodies(events)))


@pytest.mark.parametrize("order", ["in_order", "jittered"])
@pytest.mark.parametrize("contender", CONTENDERS)
def test_stream(benchmark: Benchmark, contender: str, order: str) -> None:
    data = load("ascii", order)
    bodies = CONTENDERS[contender]
    check_bodies(list(bodies(iter(data.events))), list(pure_python.stream(data.events)))
    measure(
        benchmark,
        lambda events: run(bodies, events),
        table="generator",
        data=data,
        contender=contender,
        make=lambda: iter(data.events),
    )


@pytest.mark.parametrize("contender", ["cordwood", "cordwood.Batcher.add"])
def test_days_side_by_side(benchmark: Benchmark, contender: str) -> None:
    """No peer: a batcher without a window of open batches cuts these streams at nearly every event."""
    data = load("ascii", "interleaved")
    bodies = CONTENDERS[contender]
    assert run(bodies, iter(data.events)) > data.message_bytes
    measure(
        benchmark,
        lambda events: run(bodies, events),
        table="generator",
        data=data,
        contender=contender,
        make=lambda: iter(data.events),
    )
