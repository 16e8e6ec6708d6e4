"""Pairs and columns to finished request bodies."""

from collections.abc import Callable, Iterable
from typing import Any

import cordwood
import inputs
import pure_python
import pytest
from timing import EVENTS, GROUP_NAME, STREAM_NAME, Benchmark, check_bodies, load, measure, on_cpu

pytestmark = on_cpu

FORMS: dict[str, Callable[[str, str, int], Any]] = {
    "pairs": inputs.pairs,
    "columns": inputs.columns,
    "packed columns": inputs.packed_columns,
    "Arrow": inputs.arrow_table,
}


def columns_to_cordwood(columns: inputs.Columns) -> Iterable[bytes]:
    cut = cordwood.batches(timestamps=columns.timestamps, messages=columns.messages)
    return (batch.body(GROUP_NAME, STREAM_NAME) for batch in cut)


def events_to_cordwood(events: Any) -> Iterable[bytes]:
    return (batch.body(GROUP_NAME, STREAM_NAME) for batch in cordwood.batches(events))


def table_to_python(table: Any) -> Iterable[bytes]:
    return (pure_python.body(GROUP_NAME, STREAM_NAME, batch) for batch in pure_python.cut(table.to_pylist()))


def pairs_to_python(pairs: Iterable[tuple[int, str]]) -> Iterable[bytes]:
    return (pure_python.body(GROUP_NAME, STREAM_NAME, batch) for batch in pure_python.cut_pairs(pairs))


def columns_to_python(columns: inputs.Columns) -> Iterable[bytes]:
    return pairs_to_python(zip(columns.timestamps, columns.messages, strict=True))


CONTENDERS: dict[str, dict[str, Callable[[Any], Iterable[bytes]]]] = {
    "cordwood": {"pairs": events_to_cordwood, "Arrow": events_to_cordwood},
    "Python + json": {"pairs": pairs_to_python, "Arrow": table_to_python},
}
COLUMNS: dict[str, Callable[[Any], Iterable[bytes]]] = {
    "cordwood": columns_to_cordwood,
    "Python + json": columns_to_python,
}


@pytest.mark.parametrize("contender", CONTENDERS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("order", ["in_order", "shuffled"])
def test_columns(benchmark: Benchmark, form: str, contender: str, order: str) -> None:
    data = load("ascii", order)
    argument = FORMS[form]("ascii", order, EVENTS)
    bodies = CONTENDERS[contender].get(form, COLUMNS[contender])
    check_bodies(list(bodies(argument)), data.batches)

    def run(given: Any) -> int:
        return sum(map(len, bodies(given)))

    measure(benchmark, run, table=form, data=data, contender=contender, make=lambda: argument)
