"""A list whose objects lie scattered in memory is read ahead of itself: the same events, whatever stands in it."""

import random
from collections import OrderedDict
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import cordwood
import pytest
from hypothesis import given
from hypothesis import strategies as st

NOW = 1_764_000_000_000


def scattered(made: list[Any], seed: int) -> list[Any]:
    random.Random(seed).shuffle(made)
    return made


def plain(n: int) -> dict[str, Any]:
    return {"timestamp": NOW + n, "message": f"event {n}"}


ODD: list[Any] = [
    (NOW, "a pair"), [NOW, "a list"], (NOW, "three", 3), {"timestamp": NOW}, {"message": "x"}, {}, None, 5, "text",
    {"timestamp": True, "message": "x"}, {"timestamp": NOW, "message": None}, {"timestamp": 2**70, "message": "x"},
    {"timestamp": datetime(2025, 11, 24, tzinfo=UTC), "message": b"bytes"}, OrderedDict(plain(1)),
    MappingProxyType(plain(2)), {**plain(3), 4: "another key", "x" * 50: 1}, {1: 2, **plain(4)},
]  # fmt: skip


@given(st.lists(st.sampled_from(range(len(ODD))), max_size=60), st.integers(0, 2**32))
def test_it_agrees_with_the_plain_walk(odd: list[int], seed: int) -> None:
    events = scattered([plain(n) for n in range(300)] + [ODD[index] for index in odd], seed)
    # Of a tuple nothing is read ahead.
    walks = [cordwood.batches(kind(events), on_reject="collect") for kind in (list, tuple)]
    ahead, one_by_one = ([batch.body("g", "s") for batch in walk] for walk in walks)
    assert ahead == one_by_one
    assert walks[0].counts == walks[1].counts
    assert walks[0].rejected == walks[1].rejected


def test_a_list_that_shrinks_while_it_is_read_is_read_to_its_end() -> None:
    events: list[Any] = []

    class Key(str):
        __slots__ = ()

        def __hash__(self) -> int:
            return hash("timestamp")

        def __eq__(self, other: object) -> bool:
            del events[200:]
            return str(self) == other

    events += scattered([plain(n) for n in range(1_000)], 1)
    events[100] = {Key("timestamp_"): 1, **plain(5)}
    found = cordwood.batches(events)
    assert found.counts["events"] == 200


def test_a_lookup_that_raises_ahead_of_its_turn_raises_in_its_turn() -> None:
    class Key(str):
        __slots__ = ()

        def __hash__(self) -> int:
            return hash("timestamp")

        def __eq__(self, other: object) -> bool:
            raise LookupError("no comparison")

    events: list[Any] = scattered([plain(n) for n in range(1_000)], 2)
    events[150] = {Key("other"): 1}
    batcher = cordwood.Batcher()
    with pytest.raises(LookupError, match="no comparison"):
        batcher.extend(events)
    assert batcher.counts["held"] == 150
