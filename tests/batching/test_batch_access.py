"""A batch gives its events one by one, in slices that are batches, and knows which of them are parts."""

import copy
import json
import pickle

import cordwood
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

EVENTS = [(3, "c"), (1, "a"), (2, "bé"), (4, "d")]


def one_batch() -> cordwood.Batch:
    [batch] = cordwood.batches(EVENTS)
    return batch


def test_an_index_gives_the_event_as_boto3_takes_it() -> None:
    batch = one_batch()
    assert batch[0] == {"timestamp": 1, "message": "a"}
    assert batch[-1] == {"timestamp": 4, "message": "d"}
    assert [batch[index] for index in range(4)] == batch.events()
    for index in (4, -5):
        with pytest.raises(IndexError, match="of a batch of 4"):
            batch[index]


def test_timestamps_are_those_of_the_events() -> None:
    assert one_batch().timestamps == [1, 2, 3, 4]


@given(st.lists(st.tuples(st.integers(0, 50), texts(min_size=1)), min_size=1, max_size=30), st.data())
def test_a_slice_is_the_batch_of_its_events(events: list[tuple[int, str]], data: st.DataObject) -> None:
    [batch] = cordwood.batches(events)
    start = data.draw(st.integers(-len(batch), len(batch) - 1))
    stop = data.draw(st.integers(-len(batch), len(batch) + 3))
    expected = batch.events()[start:stop]
    if not expected:
        with pytest.raises(ValueError, match="at least 1 event"):
            batch[start:stop]
        return
    part = batch[start:stop]
    assert part.events() == expected
    assert part.positions == batch.positions[start:stop]
    assert part.nbytes == sum(len(event["message"].encode()) + 26 for event in expected)
    assert json.loads(part.body("g", "s"))["logEvents"] == expected
    assert part[0:1].events() == expected[:1]


def test_a_slice_counts_the_overhead_that_its_batch_was_cut_with() -> None:
    [batch] = cordwood.batches(EVENTS, limits=cordwood.Limits(event_overhead_bytes=100))
    assert batch[1:3].nbytes == 2 * 100 + len("bé".encode()) + 1


def test_a_slice_has_no_step() -> None:
    with pytest.raises(ValueError, match="no step"):
        one_batch()[::2]


def test_a_batch_tells_the_parts_of_split_events() -> None:
    limits = cordwood.Limits(max_event_bytes=26 + 21, max_batch_events=3)
    events = [(1, "whole"), (2, "x" * 45), (3, "also whole")]
    batches = list(cordwood.batches(events, limits=limits, oversize="split"))
    assert [[event["message"][:10] for event in batch.events()] for batch in batches] == [
        ["whole", "[part 1/5]", "[part 2/5]"],
        ["[part 3/5]", "[part 4/5]", "[part 5/5]"],
        ["also whole"],
    ]
    assert [batch.parts for batch in batches] == [[(1, 2, False)], [(1, 3, True)], []]
    assert batches[0][:1].parts == []


def test_a_truncated_event_is_whole() -> None:
    limits = cordwood.Limits(max_event_bytes=26 + 21)
    [batch] = cordwood.batches([(1, "x" * 40)], limits=limits, oversize="truncate")
    assert batch.parts == []


def test_a_batch_does_not_pickle_and_says_what_to_send_instead() -> None:
    [batch] = cordwood.batches(EVENTS)
    for attempt in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match=r"cannot pickle a Batch; send batch\.body"):
            attempt(batch)
