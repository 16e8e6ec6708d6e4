"""What may be passed in, and what a person who passed something else is told."""

import array
import collections
import json
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import cordwood
import numpy as np
import pytest

EVENTS = [(3, "c"), (1, "a"), (2, "b")]
SORTED = [{"timestamp": 1, "message": "a"}, {"timestamp": 2, "message": "b"}, {"timestamp": 3, "message": "c"}]


def cut(*args: Any, **kwargs: Any) -> list[dict[str, Any]]:
    return [event for batch in cordwood.batches(*args, **kwargs) for event in batch.events()]


class Sub(dict[str, Any]):
    """A dict of somebody's own."""


def without(event: dict[str, Any], name: str) -> dict[str, Any]:
    del event[name]
    return event


SHAPES: dict[str, Callable[[int, str], Any]] = {
    "dict": lambda t, m: {"timestamp": t, "message": m},
    "dict in the other order": lambda t, m: {"message": m, "timestamp": t},
    "dict with more": lambda t, m: {"level": "INFO", "timestamp": t, "message": m, "eventId": "9"},
    "dict with more between": lambda t, m: {"timestamp": t, "level": "INFO", "message": m},
    "dict with more behind": lambda t, m: {"timestamp": t, "message": m, "ingestionTime": 9},
    # Names that equal those in a program's text, and are other objects.
    "dict out of JSON": lambda t, m: json.loads(json.dumps({"timestamp": t, "message": m})),
    "dict with something deleted": lambda t, m: without({"timestamp": t, "gone": 0, "message": m}, "gone"),
    "dict subclass": lambda t, m: Sub(timestamp=t, message=m),
    "OrderedDict": lambda t, m: collections.OrderedDict(timestamp=t, message=m),
    "mapping proxy": lambda t, m: types.MappingProxyType({"timestamp": t, "message": m}),
    "ChainMap": lambda t, m: collections.ChainMap({"timestamp": t}, {"message": m}),
    "tuple": lambda t, m: (t, m),
    "list": lambda t, m: [t, m],
    "named tuple": collections.namedtuple("Event", "time text"),
    "bytes message": lambda t, m: (t, m.encode()),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_an_event_is_a_mapping_or_a_pair(shape: Callable[[int, str], Any]) -> None:
    assert cut([shape(t, m) for t, m in EVENTS]) == SORTED


CONTAINERS: dict[str, Callable[[list[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "deque": collections.deque,
    "UserList": collections.UserList,
    "iterator": iter,
    "generator": lambda events: (event for event in events),
    "dict values": lambda events: dict(enumerate(events)).values(),
    "map": lambda events: map(tuple, events),
}


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)
def test_the_input_is_any_iterable_of_events(container: Callable[[list[Any]], Any]) -> None:
    assert cut(container(EVENTS)) == SORTED
    batcher = cordwood.Batcher()
    batches = batcher.extend(container(EVENTS)) + batcher.flush()
    assert [event for batch in batches for event in batch.events()] == SORTED


class Boasting(collections.UserList[Any]):
    """A sequence that says it is longer than any memory."""

    def __len__(self) -> int:
        return sys.maxsize


def test_a_wrong_length_does_no_harm() -> None:
    assert cut(Boasting(EVENTS)) == SORTED


def test_nothing_in_nothing_out() -> None:
    empty: list[Any] = [[], (), iter([])]
    for nothing in empty:
        batches = cordwood.batches(nothing)
        assert list(batches) == []
        assert batches.counts["events"] == 0
    assert cordwood.Batcher().flush() == []


COLUMNS: dict[str, Any] = {
    "list": [3, 1, 2],
    "tuple": (3, 1, 2),
    "array q": array.array("q", [3, 1, 2]),
    "array i": array.array("i", [3, 1, 2]),
    "memoryview": memoryview(array.array("q", [3, 1, 2])),
    "numpy int64": np.array([3, 1, 2]),
    "numpy int32": np.array([3, 1, 2], dtype=np.int32),
    "numpy uint64": np.array([3, 1, 2], dtype=np.uint64),
    "numpy big-endian": np.array([3, 1, 2], dtype=">i8"),
    "numpy with steps": np.array([3, 9, 1, 9, 2, 9])[::2],
    "numpy scalars": [np.int64(3), np.int32(1), np.uint8(2)],
}


@pytest.mark.parametrize("timestamps", COLUMNS.values(), ids=COLUMNS)
def test_two_columns_are_events(timestamps: Any) -> None:
    [batch] = cordwood.batches(timestamps=timestamps, messages=["c", "a", "b"])
    assert batch.events() == SORTED
    assert batch.positions == [1, 2, 0]


def test_columns_may_be_iterators() -> None:
    assert cut(timestamps=iter([3, 1, 2]), messages=iter("cab")) == SORTED
    assert cut(timestamps=range(1, 4), messages=np.array(["a", "b", "c"])) == SORTED


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ("text", "events is a str"),
        (b"bytes", "events is a bytes"),
        (bytearray(b"x"), "events is a bytearray"),
        ({"timestamp": 1, "message": "a"}, r"a single mapping; put it in a list: \[event\]"),
        (collections.ChainMap({"timestamp": 1}), "a single mapping"),
        (5, "events is an int, which cannot be iterated"),
        (object(), "events is an object, which cannot be iterated"),
        (None, "no input"),
    ],
)
def test_a_whole_input_of_the_wrong_kind_is_a_type_error(events: Any, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        cordwood.batches(events)
    with pytest.raises(TypeError, match=text):
        cordwood.Batcher().extend(events)


@pytest.mark.parametrize(
    ("columns", "error", "text"),
    [
        ({"timestamps": [1]}, TypeError, "one column is missing"),
        ({"messages": ["a"]}, TypeError, "one column is missing"),
        ({"timestamps": [1], "messages": "a"}, TypeError, "messages is a str"),
        ({"timestamps": [1], "messages": {"a": 1}}, TypeError, "messages is a dict"),
        ({"timestamps": b"1", "messages": ["a"]}, TypeError, "timestamps is a bytes"),
        ({"timestamps": 1, "messages": ["a"]}, TypeError, "int"),
        ({"timestamps": [1, 2], "messages": ["a"]}, ValueError, "timestamps has 2 items and messages has 1"),
        ({"timestamps": np.zeros((1, 1), dtype=np.int64), "messages": ["a"]}, ValueError, "2 dimensions"),
    ],
)
def test_columns_of_the_wrong_kind(columns: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        cordwood.batches(**columns)


def test_events_and_columns_at_once_are_a_type_error() -> None:
    with pytest.raises(TypeError, match="not both"):
        cordwood.batches(EVENTS, timestamps=[1], messages=["a"])


class Throwing(Mapping[str, Any]):
    """A mapping whose lookup fails."""

    def __getitem__(self, key: str) -> Any:
        raise ConnectionError("the database is gone")

    def __contains__(self, key: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


NOT_EVENTS: dict[str, tuple[Any, str, bool]] = {
    "None": (None, "this is None", True),
    "int": (7, "this is an int", True),
    "str of two": ("ab", "this is a str", True),
    "set": ({1, "a"}, "this is a set", True),
    "three": ((1, "a", 2), "this is a tuple of 3", True),
    "one": ([1], "this is a list of 1", True),
    "no message": ({"timestamp": 1, "msg": "a"}, 'no "message".*has "timestamp", "msg"', False),
    "no timestamp": ({"time": 1, "message": "a"}, 'no "timestamp"', False),
    "empty mapping": ({}, "empty mapping", False),
    "message None": ((1, None), "message is None; leave the event out", True),
    "message int": ((1, 5), "message 5 is an int; pass str", True),
    "message dict": ((1, {"a": 1}), "message is a dict; pass str.*json.dumps", True),
    "message bytearray": ((1, bytearray(b"x")), "message is a bytearray", True),
    "bool": ((True, "a"), "timestamp is a bool; pass an int of milliseconds", True),
    "numpy bool": ((np.True_, "a"), "timestamp is a bool", True),
    "float": ((1.5, "a"), r"timestamp 1.5 is a float; pass a whole number.*int\(t\).*round\(t \* 1000\)", True),
    "whole float": ((2.0, "a"), r"timestamp 2\.0 is a float", True),
    "nan": ((float("nan"), "a"), "timestamp is NaN; leave the event out", True),
    "numpy float64": ((np.float64(1.5), "a"), "is a float64; pass a whole number", True),
    "numpy float32": ((np.float32(1.5), "a"), "timestamp is a float32; pass an int", True),
    "str": (("yesterday", "a"), r'timestamp "yesterday" is a str; pass int\(text\).*fromisoformat', True),
    "None timestamp": ((None, "a"), "timestamp is None; leave the event out", True),
    "datetime64": (
        (np.datetime64("2026-01-01"), "a"),
        r"datetime64 without a zone.*pass `timezone`.*value.astype",
        True,
    ),
    "naive datetime": ((datetime(2026, 1, 1), "a"), "naive datetime.*pass `timezone`.*tzinfo=timezone.utc", True),
    "date": ((datetime(2026, 1, 1, tzinfo=UTC).date(), "a"), "timestamp is a date; pass an int", True),
    "2**63": ((2**63, "a"), "timestamp is an int of 64 bits; it must fit into 64", False),
    "2**70": ((2**70, "a"), "timestamp is an int of 71 bits", False),
    "-2**70": ((-(2**70), "a"), "timestamp is an int of 71 bits", False),
    "a million digits": ((1 << 3_000_000, "a"), "timestamp is an int of 3000001 bits", False),
    "negative": ((-1, "a"), r"timestamp -1 \(1969-12-31T23:59:59.999Z\) is before 1970", False),
    "empty": ((1, ""), "message is empty", False),
}


@pytest.mark.parametrize(("event", "text", "type_error"), NOT_EVENTS.values(), ids=NOT_EVENTS)
def test_what_is_no_event_is_told_by_position_value_and_remedy(event: Any, text: str, type_error: bool) -> None:
    events = [(1, "first"), event, (2, "last")]
    for whole in (events, iter(events)):
        with pytest.raises(cordwood.EventError, match=f"(?s)event 1: .*{text}") as caught:
            list(cordwood.batches(whole))
        assert caught.value.position == 1
        assert isinstance(caught.value, ValueError)
        assert isinstance(caught.value, TypeError) == type_error
        collected = cordwood.batches(whole if whole is events else iter(events), on_reject="collect")
        assert [message["message"] for batch in collected for message in batch.events()] == ["first", "last"]
        [rejected] = collected.rejected
        assert rejected == (1, caught.value.outcome, caught.value.reason)


def test_a_missing_member_is_not_made_by_asking_for_it() -> None:
    event: collections.defaultdict[str, Any] = collections.defaultdict(str, timestamp=1)
    with pytest.raises(cordwood.EventError, match='no "message"'):
        cordwood.batches([event])
    assert dict(event) == {"timestamp": 1}


def test_an_exception_of_the_events_own_code_comes_through_and_is_on_the_account() -> None:
    batcher = cordwood.Batcher(on_reject="collect")
    batcher.add(1, "a")
    with pytest.raises(ConnectionError, match="the database is gone"):
        batcher.extend([Throwing(), (2, "b")])
    batcher.extend([(3, "c")])
    [rejected] = batcher.rejected
    assert rejected.position == 1
    assert rejected.outcome == cordwood.Outcome.INVALID
    [batch] = batcher.flush()
    assert batch.positions == [0, 2]


@pytest.mark.parametrize("option", ["on_reject", "oversize", "invalid_text"])
def test_an_unknown_choice_is_told_with_those_there_are(option: str) -> None:
    bogus: dict[str, Any] = {option: "bogus"}
    with pytest.raises(ValueError, match=f'{option} is "bogus"; it must be "'):
        cordwood.batches([], **bogus)
    with pytest.raises(ValueError, match=f'{option} is "bogus"; it must be "'):
        cordwood.Batcher(**bogus)


def test_an_outcome_is_its_word() -> None:
    batches = cordwood.batches([(1, "")], on_reject="collect")
    [(position, outcome, reason)] = batches.rejected
    assert (position, outcome) == (0, "empty")
    assert outcome is cordwood.Outcome.EMPTY
    assert "at least 1 character" in reason


def test_drained_rejections_are_forgotten_but_counted() -> None:
    batches = cordwood.batches(iter([(1, ""), (2, ""), (3, "c")]), on_reject="collect")
    list(batches)
    assert [rejected.position for rejected in batches.drain_rejected()] == [0, 1]
    assert batches.rejected == []
    assert batches.counts["empty"] == 2
