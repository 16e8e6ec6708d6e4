"""The whole way: from a list of dicts to finished request bodies, each dropped as soon as it is written.

The floors only serialize the list as it is: neither measured, nor sorted, nor cut, and of no use to the
service. They show what a JSON writer alone costs.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import cordwood
import msgspec
import orjson
import pure_python
import pytest
from inputs import Event
from timing import GROUP_NAME, INPUTS, STREAM_NAME, Benchmark, cases, check_bodies, load, measure, on_cpu

pytestmark = on_cpu

Bodies = Callable[[list[Event]], Iterator[bytes]]


def with_cordwood(events: list[Event]) -> Iterator[bytes]:
    for batch in cordwood.batches(events):
        yield batch.body(GROUP_NAME, STREAM_NAME)


def with_python(write: Callable[[Any], bytes], events: list[Event]) -> Iterator[bytes]:
    for batch in pure_python.cut(events):
        yield write(pure_python.request(GROUP_NAME, STREAM_NAME, batch))


def with_json(document: Any) -> bytes:
    return pure_python.dumps_json(document).encode()


CONTENDERS: dict[str, Bodies] = {
    "cordwood": with_cordwood,
    "Python + json": partial(with_python, with_json),
    "Python + orjson": partial(with_python, orjson.dumps),
    "Python + msgspec": partial(with_python, msgspec.json.encode),
}

FLOORS: dict[str, Callable[[Any], bytes]] = {
    "json.dumps alone": with_json,
    "orjson.dumps alone": orjson.dumps,
    "msgspec alone": msgspec.json.encode,
}

FLOOR_INPUTS = [(shape, order) for shape, order in INPUTS if order in ("in_order", "shuffled")]


@pytest.mark.parametrize(("shape", "order", "contender"), cases(INPUTS, CONTENDERS))
def test_bodies(benchmark: Benchmark, shape: str, order: str, contender: str) -> None:
    data = load(shape, order)
    bodies = CONTENDERS[contender]
    check_bodies(list(bodies(data.events)), data.batches)

    def run(events: list[Event]) -> int:
        return sum(map(len, bodies(events)))

    measure(benchmark, run, table="bodies", data=data, contender=contender)


@pytest.mark.parametrize(("shape", "order", "contender"), cases(FLOOR_INPUTS, FLOORS))
def test_floor(benchmark: Benchmark, shape: str, order: str, contender: str) -> None:
    data = load(shape, order)
    dumps = FLOORS[contender]
    assert orjson.loads(dumps(data.events)) == data.events

    def run(events: list[Event]) -> int:
        return len(dumps(events))

    measure(benchmark, run, table="bodies", data=data, contender=contender)
