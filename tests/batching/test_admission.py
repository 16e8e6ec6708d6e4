"""Each event is judged by itself; the first rule that it breaks is its outcome."""

import enum
import itertools
from typing import Any

import cordwood
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import DAY_MS, REFUSALS, Refusal, Row, Rules, Whole, admit
from strategies import OUT_OF_RANGE, WRONG_TYPES, Case, cases, contents, messages, options, refusals, small_rules

NOW = 20 * DAY_MS
SMALL = cordwood.Limits(max_event_bytes=26 + 10)


class Word(str):
    """A str by inheritance."""


class Blob(bytes):
    """A bytes by inheritance."""


class Level(enum.StrEnum):
    """Messages that are members of an enumeration."""

    BAD = "bad"


class Moment(enum.IntEnum):
    """Timestamps that are members of an enumeration."""

    THEN = 7


@given(
    rules=small_rules(),
    timestamp=st.one_of(st.integers(0, 2**63 - 1), st.integers(0, 100), st.sampled_from(OUT_OF_RANGE + WRONG_TYPES)),
    message=st.one_of(messages(), messages(200), st.sampled_from([None, 1, bytearray(b"a"), ""])),
)
def test_an_event_alone_is_judged_as_by_the_rules(rules: Rules, timestamp: Any, message: Any) -> None:
    want = admit(rules, 0, timestamp, message)
    got = cordwood.batches([(timestamp, message)], **options(rules))
    batched = [row for batch in contents(got) for row in batch]
    if isinstance(want, Refusal):
        assert batched == []
        assert refusals(got.rejected) == [want]
    else:
        assert batched == want.rows
        assert got.rejected == []
        assert got.counts["altered"] == want.altered


AGES = [
    (NOW + 2 * 3_600_000 + 1, "too_new"),
    (NOW - 14 * DAY_MS - 1, "too_old"),
    (NOW - 3 * DAY_MS - 1, "expired"),
]


@pytest.mark.parametrize(("timestamp", "message", "outcome"), [
    ("1", None, "invalid"), (1.0, "", "invalid"), (None, "x" * 11, "invalid"),
    (-1, None, "invalid"), (-1, "", "invalid"), (-1, "x" * 11, "invalid"), (-1, "\ud800", "invalid"),
    (2**63, "", "invalid"), (0, None, "invalid"), (0, 7, "invalid"), (0, "", "empty"), (0, b"", "empty"),
    (0, "\ud800", "invalid"), (0, b"\xff", "invalid"), (0, "\ud800" * 11, "invalid"), (0, "x" * 11, "oversize"),
    *[(timestamp, "", "empty") for timestamp, _ in AGES],
    *[(timestamp, "\ud800", "invalid") for timestamp, _ in AGES],
    *[(timestamp, "x" * 11, "oversize") for timestamp, _ in AGES],
    *[(timestamp, "x", outcome) for timestamp, outcome in AGES],
])  # fmt: skip
def test_of_several_faults_the_first_is_told(timestamp: Any, message: Any, outcome: str) -> None:
    got = cordwood.batches(
        [(timestamp, message)],
        limits=SMALL,
        on_reject="collect",
        invalid_text="reject",
        now=NOW,
        retention_in_days=3,
    )
    assert refusals(got.rejected) == [(0, outcome)]


@given(cases())
def test_by_default_the_first_illegal_event_raises(case: Case) -> None:
    rules, events = case
    refused = Whole(rules, events).refused
    strict = {**options(rules), "on_reject": "error"}
    if not refused:
        assert contents(cordwood.batches(events, **strict)) == Whole(rules, events).batches
        return
    batcher = cordwood.Batcher(**strict)
    for call in (
        lambda: cordwood.batches(events, **strict),
        lambda: list(cordwood.batches(iter(events), **strict)),
        lambda: batcher.extend(events),
        lambda: [adder.add(*event) for adder in [cordwood.Batcher(**strict)] for event in events],
    ):
        with pytest.raises(cordwood.EventError) as raised:
            call()
        assert (raised.value.position, raised.value.outcome) == refused[0]


@given(cases())
def test_an_event_that_raised_is_counted_and_the_others_are_held(case: Case) -> None:
    rules, events = case
    batcher = cordwood.Batcher(**{**options(rules), "on_reject": "error"})
    lenient = cordwood.Batcher(**options(rules))
    for event in events:
        rejected = len(lenient.rejected)
        closed = lenient.add(*event)
        if len(lenient.rejected) == rejected:
            assert contents(batcher.add(*event)) == contents(closed)
        else:
            with pytest.raises(cordwood.EventError):
                batcher.add(*event)
        assert batcher.counts == lenient.counts
    assert contents(batcher.flush()) == contents(lenient.flush())
    assert refusals(batcher.rejected) == refusals(lenient.rejected)


def test_extend_that_raised_has_taken_the_events_before() -> None:
    batcher = cordwood.Batcher(limits=cordwood.Limits(max_batch_events=1))
    with pytest.raises(cordwood.EventError):
        batcher.extend([(0, "a"), (1, "b"), (2, ""), (3, "never read")])
    assert batcher.counts["events"] == 3
    assert contents(batcher.extend([(4, "c")])) == [[Row(0, "a", 0)], [Row(1, "b", 1)]]
    assert contents(batcher.flush()) == [[Row(4, "c", 3)]]


@pytest.mark.parametrize("event", [
    None, 7, "ab", b"ab", (), (1,), (1, "x", 2), [1], [1, "x", 2], {}, {"timestamp": 1}, {"message": "x"},
    {"Timestamp": 1, "Message": "x"}, {"timestamp": None, "message": "x"}, {"timestamp": 1, "message": None},
])  # fmt: skip
def test_what_is_not_an_event_is_invalid_and_the_rest_goes_on(event: Any) -> None:
    events = [(1, "a"), event, (2, "b")]
    for source in (events, iter(events)):
        got = cordwood.batches(source, on_reject="collect")
        assert contents(got) == [[Row(1, "a", 0), Row(2, "b", 2)]]
        assert refusals(got.rejected) == [(1, "invalid")]
    with pytest.raises(cordwood.EventError, match=r"^event 1: "):
        cordwood.batches(events)


@pytest.mark.parametrize("wrong", [(None, "x"), (1.5, "x"), (True, "x"), ("1", "x"), (1, None), (1, 7), (1, ["x"])])
def test_a_wrong_type_is_a_type_error_and_a_value_error(wrong: Any) -> None:
    with pytest.raises(cordwood.EventTypeError) as raised:
        cordwood.batches([(0, "a"), wrong])
    assert isinstance(raised.value, TypeError)
    assert isinstance(raised.value, ValueError)
    assert isinstance(raised.value, cordwood.EventError)
    assert (raised.value.position, raised.value.outcome) == (1, "invalid")


@pytest.mark.parametrize("wrong", [(-1, "x"), (2**63, "x"), (1, ""), (1, "x" * 1_048_551)])
def test_a_broken_limit_is_a_value_error_alone(wrong: Any) -> None:
    with pytest.raises(cordwood.EventError) as raised:
        cordwood.batches([(0, "a"), wrong])
    assert isinstance(raised.value, ValueError)
    assert not isinstance(raised.value, TypeError)


def test_an_error_names_the_event_and_so_does_the_list_of_the_rejected() -> None:
    events = [(0, "a"), (0, "x" * 1_048_551)]
    with pytest.raises(cordwood.EventError) as raised:
        cordwood.batches(events)
    error = raised.value
    assert isinstance(error, cordwood.Error)
    assert str(error) == f"event 1: {error.reason}"
    (rejected,) = cordwood.batches(events, on_reject="collect").rejected
    assert rejected == cordwood.Rejected(error.position, error.outcome, error.reason)
    assert type(rejected) is cordwood.Rejected
    assert rejected.outcome is cordwood.Outcome.OVERSIZE


@pytest.mark.slow
@given(cases())
def test_counts_name_every_outcome_and_add_up(case: Case) -> None:
    rules, events = case
    got = cordwood.batches(iter(events), **options(rules))
    more: cordwood.Batch | None
    for more in itertools.chain(got, [None]):
        counts = got.counts
        assert counts.keys() == {"events", "batched", "held", "altered", *REFUSALS}
        rejected = sum(counts[outcome] for outcome in REFUSALS)
        assert counts["events"] == counts["batched"] + counts["held"] + rejected
        assert rejected == len(got.rejected)
        assert more is not None or (counts["events"], counts["held"]) == (len(events), 0)


def test_subclasses_of_the_types_are_taken_for_what_they_are() -> None:
    events: list[Any] = [(Moment.THEN, Word("a")), (7, Blob(b"b")), (7, Level.BAD)]
    (batch,) = cordwood.batches(events)
    assert contents([batch]) == [[Row(7, "a", 0), Row(7, "b", 1), Row(7, "bad", 2)]]
    assert {type(event["message"]) for event in batch.events()} == {str}
    assert {type(event["timestamp"]) for event in batch.events()} == {int}
