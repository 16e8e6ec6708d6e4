"""A sequence is sorted as a whole and cut into the fewest batches that the service accepts."""

import array
import collections
import random
from collections.abc import Iterator
from typing import Any

import cordwood
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import DAY_MS, Row, Rules, Whole, fewest_cuts, legal
from strategies import Case, Event, cases, contents, legal_cases, limits_of, options, refusals

SHAPES: dict[str, Any] = {
    "tuple": lambda t, m: (t, m),
    "list": lambda t, m: [t, m],
    "dict": lambda t, m: {"timestamp": t, "message": m},
    "dict with more members": lambda t, m: {"eventId": "7", "message": m, 3: None, "timestamp": t},
    "mapping": lambda t, m: collections.UserDict(timestamp=t, message=m),
}
SEQUENCES: dict[str, Any] = {
    "list": list,
    "tuple": tuple,
    "deque": collections.deque,
    "user list": collections.UserList,
}


@given(cases())
def test_batches_are_those_of_the_rules(case: Case) -> None:
    rules, events = case
    want = Whole(rules, events)
    got = cordwood.batches(events, **options(rules))
    assert contents(got) == want.batches
    assert refusals(got.rejected) == want.refused
    assert got.counts == want.counts(held=[])


@given(cases())
def test_batches_say_their_own_measure(case: Case) -> None:
    rules, events = case
    got = list(cordwood.batches(events, **options(rules)))
    for batch, rows in zip(got, Whole(rules, events).batches, strict=True):
        assert len(batch) == len(rows)
        assert batch.nbytes == sum(rules.size(row.text) for row in rows)
        assert (batch.first_timestamp, batch.last_timestamp) == (rows[0].timestamp, rows[-1].timestamp)
        assert batch.positions == [row.position for row in rows]


@given(cases())
def test_every_batch_is_legal_and_every_event_is_somewhere(case: Case) -> None:
    rules, events = case
    got = cordwood.batches(events, **options(rules))
    batches = contents(got)
    assert all(legal(rules, batch) for batch in batches)
    batched = {row.position for batch in batches for row in batch}
    rejected = [position for position, _ in refusals(got.rejected)]
    assert sorted([*batched, *rejected]) == list(range(len(events)))
    assert rejected == sorted(rejected)


@given(legal_cases(max_size=24))
def test_no_cut_of_the_sorted_events_has_fewer_batches(case: Case) -> None:
    rules, events = case
    got = list(cordwood.batches(events, limits=limits_of(rules)))
    assert len(got) == fewest_cuts(rules, Whole(rules, events).rows)


@given(st.lists(st.tuples(st.integers(0, 3), st.just("x")), max_size=40))
def test_ties_keep_their_order(events: list[Event]) -> None:
    positions = [p for batch in cordwood.batches(events) for p in batch.positions]
    assert positions == sorted(range(len(events)), key=lambda p: (events[p][0], p))


@given(cases(), st.sampled_from(list(SEQUENCES)), st.data())
def test_every_sequence_and_shape_gives_the_same(case: Case, sequence: str, data: st.DataObject) -> None:
    rules, events = case
    want = Whole(rules, events)
    shapes = st.sampled_from(list(SHAPES))
    shaped = [SHAPES[data.draw(shapes)](*event) for event in events]
    got = cordwood.batches(SEQUENCES[sequence](shaped), **options(rules))
    assert contents(got) == want.batches
    assert refusals(got.rejected) == want.refused


@given(cases())
def test_two_columns_give_the_same(case: Case) -> None:
    rules, events = case
    want = Whole(rules, events)
    times, messages = [time for time, _ in events], [message for _, message in events]
    columns: list[Any] = [list, tuple, iter]
    for column in columns:
        got = cordwood.batches(timestamps=column(times), messages=column(messages), **options(rules))
        assert contents(got) == want.batches
        assert refusals(got.rejected) == want.refused
        assert got.counts == want.counts(held=[])


@given(legal_cases(), st.integers(-(2**63), -1))
def test_a_column_of_64_bit_integers_gives_the_same(case: Case, negative: int) -> None:
    rules, events = case
    events = [*events, (negative, "x"), (2**63 - 1, "y")]
    want = Whole(rules, events)
    times = array.array("q", [time for time, _ in events])
    got = cordwood.batches(timestamps=times, messages=[message for _, message in events], **options(rules))
    assert contents(got) == want.batches
    assert refusals(got.rejected) == want.refused


@given(cases())
def test_counts_add_up_after_every_batch(case: Case) -> None:
    rules, events = case
    want = Whole(rules, events)
    got = cordwood.batches(events, **options(rules))
    for taken in range(len(want.batches) + 1):
        assert got.counts == want.counts(row for batch in want.batches[taken:] for row in batch)
        assert refusals(got.rejected) == want.refused
        next(got, None)


@given(cases(), st.integers(0, 5))
def test_flush_hands_back_all_that_was_not_asked_for(case: Case, taken: int) -> None:
    rules, events = case
    want = Whole(rules, events)
    got = cordwood.batches(events, **options(rules))
    asked_for = [batch for _, batch in zip(range(taken), got, strict=False)]
    assert contents(asked_for) == want.batches[:taken]
    assert contents(got.flush()) == want.batches[taken:]
    assert got.flush() == []
    assert list(got) == []
    assert got.counts == want.counts(held=[])


def test_batches_of_equal_messages_are_full_to_the_byte() -> None:
    events = [(t, "x" * 100) for t in range(20000)]
    measures = [(len(batch), batch.nbytes) for batch in cordwood.batches(events)]
    assert measures == [(8322, 1048572), (8322, 1048572), (3356, 422856)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_week_out_of_order_is_cut_as_by_the_rules(seed: int) -> None:
    drawn = random.Random(seed)
    lengths = [5, 100, 3000] if seed % 2 else [1, 2, 3]
    events = [
        (drawn.randrange(0, 7 * DAY_MS, 60_000), drawn.choice("xé水🪵") * drawn.choice(lengths)) for _ in range(30_000)
    ]
    assert contents(cordwood.batches(events)) == Whole(Rules(), events).batches


def test_events_gives_fresh_dicts_each_time() -> None:
    (batch,) = cordwood.batches([(1, "x")])
    batch.events()[0]["message"] = "changed"
    batch.positions.append(7)
    assert contents([batch]) == [[Row(1, "x", 0)]]


def test_batches_is_its_own_iterator() -> None:
    got = cordwood.batches([(1, "x")])
    assert isinstance(got, Iterator)
    assert iter(got) is got
    assert len(list(got)) == 1
    with pytest.raises(StopIteration):
        next(got)
