"""Cutting alone: from a list of dicts to batches, no body written."""

import cordwood
import pure_python
import pytest
from inputs import Event
from timing import INPUTS, Benchmark, cases, load, measure, on_cpu

pytestmark = on_cpu


def with_cordwood(events: list[Event]) -> int:
    return len(list(cordwood.batches(events)))


def with_python(events: list[Event]) -> int:
    return len(pure_python.cut(events))


CONTENDERS = {"cordwood": with_cordwood, "Python": with_python}


@pytest.mark.parametrize(("shape", "order", "contender"), cases(INPUTS, CONTENDERS))
def test_cut(benchmark: Benchmark, shape: str, order: str, contender: str) -> None:
    data = load(shape, order)
    if contender == "cordwood":
        assert [batch.events() for batch in cordwood.batches(data.events)] == data.batches
    measure(benchmark, CONTENDERS[contender], table="cut", data=data, contender=contender)
