"""One way to time everything: the same input, the garbage collector off, the answer checked before."""

import functools
import gc
import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol

import inputs
import pure_python
import pytest
from inputs import Event

EVENTS = int(os.environ.get("CORDWOOD_BENCH_EVENTS", "200000"))
GROUP_NAME = "/bench/app"
STREAM_NAME = "web-1"

on_cpu = pytest.mark.benchmark(timer=time.process_time)
"""CPU time of the process, all its threads: on a busy machine the time that others took does not count."""

TIMED_SECONDS = 1.0
FEWEST_ROUNDS = 5
MOST_ROUNDS = 25

INPUTS = (
    ("ascii", "in_order"),
    ("ascii", "jittered"),
    ("ascii", "interleaved"),
    ("ascii", "random"),
    ("ascii", "shuffled"),
    ("json", "in_order"),
    ("cjk", "in_order"),
    ("emoji", "in_order"),
    ("tiny", "in_order"),
    ("near_limit", "in_order"),
)
"""Shape and order: each order with plain messages, each shape in order."""

WIDE = frozenset({"cjk", "emoji"})
"""Shapes whose messages change when they are first read: each round needs new ones."""


class Benchmark(Protocol):
    """What is used here of pytest-benchmark's fixture, with types."""

    group: str | None
    extra_info: dict[str, Any]

    def pedantic(
        self, target: Callable[..., object], *, setup: Callable[[], tuple[Any, Any]], rounds: int
    ) -> object: ...


@dataclass(frozen=True)
class Input:
    """One input, and the batches it has to end in."""

    shape: str
    order: str
    events: list[Event]
    batches: list[list[Event]]

    @property
    def name(self) -> str:
        return f"{self.shape}, {self.order}"

    @property
    def message_bytes(self) -> int:
        return sum(len(event["message"].encode()) for event in self.events)


def cases(given: Iterable[tuple[str, str]], contenders: Iterable[str]) -> list[tuple[str, str, str]]:
    """Every contender on every input, an input's contenders next to each other."""
    return [(shape, order, contender) for (shape, order), contender in product(given, contenders)]


@functools.lru_cache(maxsize=1)
def load(shape: str, order: str) -> Input:
    events = inputs.dicts(shape, order, EVENTS)
    return Input(shape, order, events, pure_python.cut(events))


def check_bodies(bodies: list[bytes], expected: list[list[Event]]) -> None:
    """Assert that the bodies carry exactly the expected batches."""
    assert len(bodies) == len(expected)
    for body, batch in zip(bodies, expected, strict=True):
        assert json.loads(body) == pure_python.request(GROUP_NAME, STREAM_NAME, batch)


def measure(
    benchmark: Benchmark,
    run: Callable[[Any], object],
    *,
    table: str,
    data: Input,
    contender: str,
    make: Callable[[], Any] | None = None,
) -> None:
    """Time `run` over the input and record what the report needs.

    The collector stays off, for cordwood and its peers alike. `make` hands out what `run` takes, for each
    round and outside the time that counts; without it, that is the list of dicts.
    """
    if make is None:
        wide = data.shape in WIDE

        def make() -> list[Event]:
            return inputs.unread(data.events) if wide else data.events

    argument = make()
    gc.collect()
    gc.disable()
    try:
        began = time.process_time()
        run(argument)
        took = time.process_time() - began
        rounds = min(MOST_ROUNDS, max(FEWEST_ROUNDS, int(TIMED_SECONDS / took)))
        benchmark.group = f"{table}: {data.name}"
        benchmark.extra_info.update(
            table=table,
            shape=data.shape,
            order=data.order,
            contender=contender,
            events=len(data.events),
            message_bytes=data.message_bytes,
        )
        benchmark.pedantic(run, setup=lambda: ((make(),), {}), rounds=rounds)
    finally:
        gc.enable()
