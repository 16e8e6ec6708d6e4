"""What a list holds is asked for ahead of the walk, and read without references: whatever it is, the same events."""

import random
from array import array
from collections import OrderedDict
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import cordwood
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

NOW = 1_764_000_000_000


def scattered(made: list[Any], seed: int) -> list[Any]:
    random.Random(seed).shuffle(made)
    return made


class Named(str):
    """A str that is not exactly one."""

    __slots__ = ()


def plain(n: int) -> dict[str, Any]:
    return {"timestamp": NOW + n, "message": f"event {n}"}


ODD: list[Any] = [
    (NOW, "a pair"), [NOW, "a list"], (NOW, "three", 3), {"timestamp": NOW}, {"message": "x"}, {}, None, 5, "text",
    {"timestamp": True, "message": "x"}, {"timestamp": NOW, "message": None}, {"timestamp": 2**70, "message": "x"},
    {"timestamp": datetime(2025, 11, 24, tzinfo=UTC), "message": b"bytes"}, OrderedDict(plain(1)),
    MappingProxyType(plain(2)), {**plain(3), 4: "another key", "x" * 50: 1}, {1: 2, **plain(4)},
]  # fmt: skip


def assert_it_agrees(events: list[Any], /, **as_list: Any) -> None:
    # Of a tuple nothing is read ahead, and what is in an OrderedDict is read in the general way.
    general = tuple(OrderedDict(event) if type(event) is dict else event for event in events)
    walks = [cordwood.batches(**given, on_reject="collect") for given in (as_list, {"events": general})]
    ahead, one_by_one = ([batch.body("g", "s") for batch in walk] for walk in walks)
    assert ahead == one_by_one
    assert walks[0].counts == walks[1].counts
    assert walks[0].rejected == walks[1].rejected


@pytest.mark.parametrize("in_order", [True, False])
@given(odd=st.lists(st.sampled_from(range(len(ODD))), max_size=60), seed=st.integers(0, 2**32))
def test_it_agrees_with_the_general_walk(odd: list[int], seed: int, in_order: bool) -> None:
    events = scattered([ODD[index] for index in odd], seed)
    for n in range(300):
        events.insert(n + n * len(odd) // 300, plain(n))
    if not in_order:
        scattered(events, seed)
    assert_it_agrees(events, events=events)


ODD_VALUES: list[Any] = [
    True,
    None,
    "x",
    b"bytes",
    b"\xff",
    2**70,
    -1,
    1.5,
    datetime(2025, 11, 24, tzinfo=UTC),
    Named("n"),
]


@given(
    st.lists(st.tuples(st.sampled_from(ODD_VALUES), st.sampled_from(ODD_VALUES)), max_size=40), st.integers(0, 2**32)
)
def test_columns_agree_with_pairs(odd: list[tuple[Any, Any]], seed: int) -> None:
    pairs = scattered([(NOW + n, f"event {n}") for n in range(100)] + odd, seed)
    timestamps, messages = map(list, zip(*pairs, strict=True))
    assert_it_agrees(pairs, timestamps=timestamps, messages=messages)
    known = [NOW + n for n in range(len(pairs))]
    assert_it_agrees(list(zip(known, messages, strict=True)), timestamps=array("q", known), messages=messages)


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


class Clearing:
    """A timestamp whose code takes items out of lists, which were all that kept them."""

    def __init__(self, *lists: list[Any], keep: int) -> None:
        self.lists, self.keep = lists, keep

    def __index__(self) -> int:
        for column in self.lists:
            del column[self.keep :]
        return NOW


@pytest.mark.parametrize("keep", [0, 50, 101, 150])
def test_items_let_go_of_by_an_item_are_not_touched_again(keep: int) -> None:
    events: list[Any] = [plain(n) for n in range(300)]
    events[100] = {"timestamp": Clearing(events, keep=keep), "message": "the one that " + "clears"}
    found = cordwood.batches(events)
    assert found.counts["events"] == max(keep, 101)
    assert sum(map(len, found)) == max(keep, 101)


def test_what_is_put_behind_a_list_while_it_is_read_is_not_read() -> None:
    events: list[Any] = []

    class Growing:
        def __index__(self) -> int:
            events.append({"timestamp": Growing(), "message": "one more"})
            return NOW

    events += [{"timestamp": Growing(), "message": "grows"}, plain(1), plain(2)]
    assert cordwood.batches(events).counts["events"] == 3
    assert len(events) == 4


@pytest.mark.parametrize("keep", [0, 50, 101, 150])
@pytest.mark.parametrize("shrinking", ["timestamps", "messages"])
def test_a_column_that_shrinks_while_it_is_read_is_an_error_and_what_was_read_is_kept(
    keep: int, shrinking: str
) -> None:
    columns: dict[str, list[Any]] = {
        "timestamps": [NOW + n for n in range(300)], "messages": [f"message {n}" for n in range(300)],
    }  # fmt: skip
    columns["timestamps"][100] = Clearing(columns[shrinking], keep=keep)
    batcher = cordwood.Batcher()
    with pytest.raises(RuntimeError, match=f"{shrinking} had 300 items and has {keep} now; a column must not change"):
        batcher.extend(timestamps=columns["timestamps"], messages=columns["messages"])
    assert batcher.counts["held"] == max(keep, 101)
    assert sum(map(len, batcher.flush())) == max(keep, 101)


def test_timestamps_that_shrink_beside_an_arrow_column_are_an_error() -> None:
    timestamps: list[Any] = [NOW + n for n in range(300)]
    timestamps[100] = Clearing(timestamps, keep=150)
    messages = pa.array([f"message {n}" for n in range(300)])
    with pytest.raises(RuntimeError, match="timestamps had 300 items and has 150 now"):
        cordwood.batches(timestamps=timestamps, messages=messages)
