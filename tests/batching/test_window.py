"""A stream goes through a window of open batches, the same way however it is fed."""

import itertools
from collections import deque

import cordwood
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import DAY_MS, MAX_INPUT_WHILE_OPEN, MAX_OPEN, Row, Rules, Stream, legal
from strategies import Case, Event, any_events, cases, contents, crowds, limits_of, options, refusals, small_rules

MB = 1_048_576


@st.composite
def wide_cases(draw: st.DrawFn) -> Case:
    """Draw more clusters of time than the window holds, so near that an event may fit two, or so far that none."""
    span = draw(st.integers(2, 8))
    apart = draw(st.integers(span // 2, 2 * span))
    overhead = draw(st.integers(0, 9))
    rules = Rules(
        max_batch_bytes=draw(st.sampled_from([60, 600])),
        max_event_bytes=60,
        max_batch_events=draw(st.integers(2, 12)),
        max_batch_span_ms=span,
        event_overhead_bytes=overhead,
    )
    times = st.builds(lambda cluster, shift: cluster * apart + shift, st.integers(0, 40), st.integers(0, span))
    sizes = st.sampled_from([10, 20, 21])
    return rules, draw(crowds(st.tuples(times, sizes.map(lambda size: "a" * (size - overhead))), 60))


@st.composite
def heavy_cases(draw: st.DrawFn) -> Case:
    """Draw events whose overhead alone is megabytes, so that a handful reaches 64 MiB of input."""
    overhead = MAX_INPUT_WHILE_OPEN // draw(st.sampled_from([2, 4, 5, 8])) - draw(st.integers(0, 2))
    rules = Rules(
        max_batch_bytes=2**29,
        max_event_bytes=2**29,
        max_batch_span_ms=2,
        event_overhead_bytes=overhead,
        max_batch_events=draw(st.integers(1, 20)),
    )
    return rules, draw(crowds(st.tuples(st.integers(0, 20), st.sampled_from(["a", "ab", "abc"])), 40))


def some_case() -> st.SearchStrategy[Case]:
    """Draw from all kinds of streams."""
    return st.one_of(cases(), wide_cases(), heavy_cases())


@given(some_case())
def test_add_hands_back_what_each_event_closed(case: Case) -> None:
    rules, events = case
    twin, batcher = Stream(rules), cordwood.Batcher(**options(rules))
    for timestamp, message in events:
        closed = twin.add(timestamp, message)
        assert contents(batcher.add(timestamp, message)) == closed
        assert batcher.counts == twin.counts(twin.held())
    assert contents(batcher.flush()) == twin.flush()
    assert refusals(batcher.rejected) == twin.refused
    assert batcher.counts == twin.counts(held=[])


@given(some_case(), st.data())
def test_extend_gives_the_same_in_chunks_of_any_size(case: Case, data: st.DataObject) -> None:
    rules, events = case
    twin, batcher = Stream(rules), cordwood.Batcher(**options(rules))
    while events:
        size = data.draw(st.integers(0, len(events)), label="chunk")
        chunk, events = events[:size], events[size:] if size else []
        closed = twin.extend(chunk)
        times, messages = [time for time, _ in chunk], [message for _, message in chunk]
        match data.draw(st.sampled_from(["list", "iterator", "dicts", "columns"]), label="form"):
            case "list":
                got = batcher.extend(chunk)
            case "iterator":
                got = batcher.extend(iter(chunk))
            case "dicts":
                got = batcher.extend([{"timestamp": t, "message": m} for t, m in chunk])
            case _:
                got = batcher.extend(timestamps=times, messages=messages)
        assert contents(got) == closed
        assert batcher.counts == twin.counts(twin.held())
    assert contents(batcher.flush()) == twin.flush()
    assert refusals(batcher.rejected) == twin.refused


@given(some_case())
def test_an_iterator_gives_the_same(case: Case) -> None:
    rules, events = case
    twin = Stream(rules)
    got = cordwood.batches(iter(events), **options(rules))
    assert contents(got) == twin.run(events)
    assert refusals(got.rejected) == twin.refused
    assert got.counts == twin.counts(held=[])


@given(some_case())
def test_every_batch_is_legal_and_every_event_is_somewhere(case: Case) -> None:
    rules, events = case
    got = cordwood.batches((event for event in events), **options(rules))
    batches = contents(got)
    assert all(legal(rules, batch) for batch in batches)
    batched = {row.position for batch in batches for row in batch}
    rejected = [position for position, _ in refusals(got.rejected)]
    assert sorted([*batched, *rejected]) == list(range(len(events)))


@given(some_case(), st.integers(0, 6))
def test_flush_in_the_middle_loses_nothing_and_reads_nothing(case: Case, asks: int) -> None:
    rules, events = case
    twin, unread, waiting = Stream(rules), deque(events), deque[list[Row]]()
    source = iter(events)
    got = cordwood.batches(source, **options(rules))
    for _ in range(asks):
        while not waiting and unread:
            waiting.extend(twin.add(*unread.popleft()))
        if not waiting:
            waiting.extend(twin.flush())
        assert contents(itertools.islice(got, 1)) == ([waiting.popleft()] if waiting else [])
        held = [row for batch in waiting for row in batch] + twin.held()
        assert got.counts == twin.counts(held)
    assert contents(got.flush()) == [*waiting, *twin.flush()]
    assert got.counts == twin.counts(held=[])
    assert list(source) == list(unread)


@given(some_case(), st.integers(0, 30))
def test_a_batcher_goes_on_after_a_flush(case: Case, middle: int) -> None:
    rules, events = case
    twin, batcher = Stream(rules), cordwood.Batcher(**options(rules))
    for chunk in (events[:middle], events[middle:]):
        want = twin.run(chunk)
        assert contents(batcher.extend(chunk) + batcher.flush()) == want
    assert batcher.flush() == []
    assert refusals(batcher.rejected) == twin.refused


@pytest.mark.slow
@given(small_rules(), st.data())
def test_draining_forgets_the_rejected_but_not_their_number(rules: Rules, data: st.DataObject) -> None:
    twin, batcher = Stream(rules), cordwood.Batcher(**options(rules))
    drained: list[tuple[int, str]] = []
    for _ in range(3):
        events = data.draw(any_events(rules, 10))
        twin.extend(events)
        batcher.extend(events)
        drained += refusals(batcher.drain_rejected())
        assert batcher.rejected == []
        assert batcher.drain_rejected() == []
        assert batcher.counts == twin.counts(twin.held())
    assert drained == twin.refused


def feed(rules: Rules, *events: Event) -> tuple[list[list[int]], list[list[int]]]:
    """Return the positions in the batches that were closed on the way, and in those that flush closed."""
    batcher = cordwood.Batcher(limits=limits_of(rules))
    closed = [batch.positions for batch in batcher.extend(events)]
    return closed, [batch.positions for batch in batcher.flush()]


def test_exactly_a_day_joins_and_a_millisecond_more_opens() -> None:
    assert feed(Rules(), (0, "a"), (DAY_MS, "b")) == ([], [[0, 1]])
    assert feed(Rules(), (0, "a"), (DAY_MS + 1, "b")) == ([], [[0], [1]])
    assert feed(Rules(), (DAY_MS + 1, "a"), (1, "b"), (0, "c")) == ([], [[1, 0], [2]])


def test_an_event_joins_the_batch_that_it_widens_least() -> None:
    events = [(0, "a"), (2 * DAY_MS, "b"), (DAY_MS + 1, "c"), (DAY_MS, "d")]
    # "c" fits only the second; "d" widens the first by a day, the second by 1 ms.
    assert feed(Rules(), *events) == ([], [[0], [3, 2, 1]])


def test_on_a_tie_it_joins_the_oldest() -> None:
    rules = Rules(max_batch_span_ms=10)
    assert feed(rules, (0, "a"), (20, "b"), (10, "c")) == ([], [[0, 2], [1]])
    assert feed(rules, (20, "a"), (0, "b"), (10, "c")) == ([], [[2, 0], [1]])


def test_one_batch_too_many_closes_the_one_that_waited_longest_for_an_event() -> None:
    days = [(2 * DAY_MS * n, "x") for n in range(MAX_OPEN)]
    again = [(0, "fed again"), (2 * DAY_MS * 100, "one more"), (2 * DAY_MS * 101, "another")]
    closed, flushed = feed(Rules(), *days, *again)
    assert closed == [[1], [2]]
    assert flushed == [[0, 32], *([n] for n in range(3, MAX_OPEN)), [33], [34]]


def test_a_full_batch_leaves_before_the_one_that_waited_longest() -> None:
    days = [(2 * DAY_MS * n, "x") for n in range(MAX_OPEN)]
    closed, _ = feed(Rules(max_batch_events=2), *days, (2 * DAY_MS * 9, "x"), (2 * DAY_MS * 100, "one more"))
    assert closed == [[9, 32]]


def test_an_event_that_is_rejected_does_not_touch_the_window() -> None:
    days = [(2 * DAY_MS * n, "x") for n in range(MAX_OPEN)]
    batcher = cordwood.Batcher(on_reject="collect")
    assert batcher.extend([*days, (0, ""), (-1, "x"), (2 * DAY_MS * 100, "x" * MB)]) == []
    assert len(batcher.add(2 * DAY_MS * 100, "one more")) == 1


def test_an_event_for_which_its_batch_is_full_joins_the_next_that_it_fits() -> None:
    rules = Rules(max_batch_events=2, max_batch_span_ms=10)
    # The fourth event fits the second batch too, which has room; but the first it widens less.
    closed, flushed = feed(rules, (0, "a"), (2, "b"), (12, "c"), (3, "d"))
    assert closed == [[0, 1]]
    assert flushed == [[3, 2]]


def test_what_is_open_at_the_end_is_cut_as_a_whole_if_that_makes_fewer() -> None:
    rules = Rules(max_batch_span_ms=10)
    # [19, 27], [34] and [10] were open.
    assert feed(rules, (19, "a"), (27, "b"), (34, "c"), (10, "d")) == ([], [[3, 0], [1, 2]])
    # As many as there were open: as they are.
    assert feed(rules, (20, "a"), (31, "b"), (30, "c")) == ([], [[0], [2, 1]])


def test_a_batch_closes_when_the_next_event_no_longer_fits_by_bytes() -> None:
    rules = Rules(max_batch_bytes=60, max_event_bytes=60)
    assert feed(rules, (0, "abcd"), (0, "efgh"), (0, "i")) == ([[0, 1]], [[2]])
    assert feed(rules, (0, "abcd"), (0, "efghi"), (0, "j")) == ([[0]], [[1, 2]])


@pytest.mark.slow
def test_two_days_in_turn_still_fill_their_batches() -> None:
    events = [(n + 2 * DAY_MS * (n % 2), "x") for n in range(60_000)]
    got = list(cordwood.batches(iter(events)))
    assert [len(batch) for batch in got] == [10_000] * 6
    assert contents(got) == Stream(Rules()).run(events)


def test_reading_goes_no_further_than_the_batch_asked_for() -> None:
    endless = ((n, "x") for n in itertools.count())
    got = cordwood.batches(endless)
    assert next(got).positions == list(range(10_000))
    assert next(got).positions == list(range(10_000, 20_000))
    assert next(endless) == (20_001, "x")
    assert got.counts["events"] == 20_001
    assert got.counts["held"] == 1


@pytest.mark.parametrize(("first", "closes_with"), [("x" * (MB - 26), 64), ("x" * (MB - 27), 65), ("x", 65)])
def test_a_batch_closes_after_64_mib_of_input(first: str, closes_with: int) -> None:
    big = "y" * (MB - 26)
    events = [(0, first)] + [(2 * DAY_MS, big)] * 70
    batcher = cordwood.Batcher()
    for ordinal, event in enumerate(events, 1):
        closed = [batch.positions for batch in batcher.add(*event)]
        own = [[ordinal - 2]] if ordinal > 2 else []
        assert closed == own + ([[0]] if ordinal == closes_with else [])
    assert [batch.positions for batch in batcher.flush()] == [[70]]


@pytest.mark.slow
def test_two_days_of_large_messages_are_the_windows() -> None:
    sizes = itertools.cycle([MB - 26, 700_000, 300_000, 1])
    events = [(n + 2 * DAY_MS * (n % 7 == 0), "y" * size) for n, size in zip(range(200), sizes, strict=False)]
    events += [(5 * DAY_MS, "late"), *events, (9 * DAY_MS, "last")]
    assert contents(cordwood.batches(iter(events))) == Stream(Rules()).run(events)


def test_flush_takes_only_what_was_opened_before_a_position() -> None:
    batcher = cordwood.Batcher()
    day = 86_400_000
    for timestamp in (0, 3 * day, 1, 6 * day):
        assert batcher.add(timestamp, "m") == []
    assert [batch.positions for batch in batcher.flush(opened_before=1)] == [[0, 2]]
    assert batcher.flush(opened_before=1) == []
    assert [batch.positions for batch in batcher.flush(opened_before=3)] == [[1]]
    assert batcher.counts["held"] == 1
    assert [batch.positions for batch in batcher.flush()] == [[3]]


def test_positions_may_be_the_callers_own() -> None:
    batcher = cordwood.Batcher(on_reject="collect")
    batcher.add(1, "a", position=10)
    batcher.add(1, "b")
    batcher.add(1, "", position=2**63 - 1)
    assert [batch.positions for batch in batcher.flush()] == [[10, 11]]
    assert [rejected.position for rejected in batcher.rejected] == [2**63 - 1]
    assert batcher.counts["events"] == 3
    with pytest.raises(ValueError, match="position is -1"):
        batcher.add(1, "m", position=-1)


def test_held_bytes_are_those_of_the_open_batches() -> None:
    batcher = cordwood.Batcher()
    batcher.add(1, "é")
    batcher.add(10**9, "abc")
    assert batcher.held_nbytes == 2 + 26 + 3 + 26
    batcher.flush()
    assert batcher.held_nbytes == 0
