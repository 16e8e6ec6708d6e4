"""Every limit of the service, exactly at it, one below and one above, with the real numbers."""

import copy
import pickle
from typing import Any

import cordwood
import pytest
from reference import DAY_MS, LAST_TIMESTAMP

MAX_BYTES = 1_048_576
OVERHEAD = 26
MAX_MESSAGE = MAX_BYTES - OVERHEAD
MAX_EVENTS = 10_000
NOW = 1_767_225_600_000
HOUR_MS = 3_600_000

DEFAULTS = {
    "max_batch_bytes": 1_048_576,
    "max_batch_events": 10_000,
    "max_batch_span_ms": 86_400_000,
    "max_event_bytes": 1_048_576,
    "event_overhead_bytes": 26,
    "max_future_ms": 7_200_000,
    "max_age_ms": 1_209_600_000,
}


def lengths(events: list[tuple[int, str]]) -> list[int]:
    """Return the number of events of each batch, having checked that a stream gives the same."""
    whole = [len(batch) for batch in cordwood.batches(events)]
    assert [len(batch) for batch in cordwood.batches(iter(events))] == whole
    return whole


def outcome(timestamp: Any, message: Any = "x", **options: Any) -> str | None:
    """Return what an event is rejected with, however it comes in; None where it is admitted."""
    sequence = cordwood.batches([(timestamp, message)], on_reject="collect", **options)
    columns = cordwood.batches(timestamps=[timestamp], messages=[message], on_reject="collect", **options)
    batcher = cordwood.Batcher(on_reject="collect", **options)
    batcher.add(timestamp, message)
    found = [[each.outcome for each in source.rejected] for source in (sequence, columns, batcher)]
    assert found[0] == found[1] == found[2]
    assert len(list(sequence)) == len(batcher.flush()) == 1 - len(found[0])
    return found[0][0] if found[0] else None


def test_a_batch_of_exactly_1048576_bytes() -> None:
    for last, batches in [(1000, [2]), (1001, [2]), (1002, [1, 1])]:
        events = [(0, "x" * (MAX_BYTES - 2 * OVERHEAD - 1001)), (0, "y" * last)]
        assert lengths(events) == batches
    (batch,) = cordwood.batches([(0, "x" * (MAX_BYTES - 2 * OVERHEAD - 1001)), (0, "y" * 1001)])
    assert batch.nbytes == MAX_BYTES


def test_many_events_of_exactly_1048576_bytes() -> None:
    count = 8192
    message = "x" * (MAX_BYTES // count - OVERHEAD)
    assert lengths([(0, message)] * count) == [count]
    assert lengths([(0, message)] * (count - 1) + [(0, message + "x")]) == [count - 1, 1]
    assert lengths([(0, message)] * (count + 1)) == [count, 1]


@pytest.mark.parametrize(("character", "size"), [("é", 2), ("水", 3), ("🪵", 4), ("\ud800", 3)], ids=ascii)
def test_a_batch_of_exactly_1048576_bytes_of_wide_characters(character: str, size: int) -> None:
    count, rest = divmod(MAX_BYTES - 2 * OVERHEAD - 1, size)
    text = character * count
    assert lengths([(0, text), (0, "x" * (1 + rest))]) == [2]
    assert lengths([(0, text), (0, "x" * (2 + rest))]) == [1, 1]


def test_a_batch_of_exactly_10000_events() -> None:
    assert lengths([(0, "x")] * (MAX_EVENTS - 1)) == [MAX_EVENTS - 1]
    assert lengths([(0, "x")] * MAX_EVENTS) == [MAX_EVENTS]
    assert lengths([(0, "x")] * (MAX_EVENTS + 1)) == [MAX_EVENTS, 1]


@pytest.mark.parametrize("start", [0, 1, NOW, LAST_TIMESTAMP - DAY_MS - 1])
def test_a_batch_of_exactly_24_hours(start: int) -> None:
    assert lengths([(start, "x"), (start + DAY_MS - 1, "y")]) == [2]
    assert lengths([(start, "x"), (start + DAY_MS, "y")]) == [2]
    assert lengths([(start, "x"), (start + DAY_MS + 1, "y")]) == [1, 1]
    assert lengths([(start + DAY_MS, "x"), (start, "y")]) == [2]


def test_the_span_counts_only_events_that_are_admitted() -> None:
    events = [(0, "x"), (DAY_MS + 1, ""), (DAY_MS, "y"), (-1, "z")]
    (batch,) = cordwood.batches(events, on_reject="collect")
    assert batch.positions == [0, 2]


@pytest.mark.parametrize("character", ["x", "é", "水", "🪵", "\ud800", "\0"], ids=ascii)
def test_a_message_of_exactly_1048550_bytes(character: str) -> None:
    size = 3 if character == "\ud800" else len(character.encode())
    count, rest = divmod(MAX_MESSAGE, size)
    text = character * count + "a" * rest
    assert outcome(0, text[:-1]) is None
    assert outcome(0, text) is None
    assert outcome(0, text + "a") == "oversize"
    assert outcome(0, character * (count + 1)) == "oversize"


def test_bytes_of_exactly_1048550_bytes() -> None:
    assert outcome(0, b"x" * MAX_MESSAGE) is None
    assert outcome(0, b"x" * (MAX_MESSAGE + 1)) == "oversize"
    assert outcome(0, b"x" * (MAX_MESSAGE - 3) + b"\xff") is None
    assert outcome(0, b"x" * (MAX_MESSAGE - 2) + b"\xff") == "oversize"


def test_the_longest_message_fills_a_batch() -> None:
    (batch,) = cordwood.batches([(0, "x" * MAX_MESSAGE)])
    assert (len(batch), batch.nbytes) == (1, MAX_BYTES)
    assert lengths([(0, "x" * MAX_MESSAGE), (0, "y")]) == [1, 1]


def test_a_message_has_at_least_one_character() -> None:
    assert outcome(0, "x") is None
    assert outcome(0, "\0") is None
    assert outcome(0, b"x") is None
    assert outcome(0, "") == "empty"
    assert outcome(0, b"") == "empty"


@pytest.mark.parametrize("timestamp", [0, 1, NOW, 2**31, 2**53 + 1, 2**63 - 1])
def test_a_legal_timestamp_is_kept_to_the_millisecond(timestamp: int) -> None:
    assert outcome(timestamp) is None
    (batch,) = cordwood.batches([(timestamp, "x")])
    assert batch.first_timestamp == batch.last_timestamp == batch.events()[0]["timestamp"] == timestamp


@pytest.mark.parametrize("timestamp", [-1, -(2**63), -(2**63) - 1, -(2**70), 2**63, 2**64, 2**64 + 1, 2**70])
def test_a_timestamp_before_1970_or_beyond_64_bits_is_invalid(timestamp: int) -> None:
    assert outcome(timestamp) == "invalid"


def test_two_hours_after_now() -> None:
    assert outcome(NOW + 2 * HOUR_MS - 1, now=NOW) is None
    assert outcome(NOW + 2 * HOUR_MS, now=NOW) is None
    assert outcome(NOW + 2 * HOUR_MS + 1, now=NOW) == "too_new"


def test_fourteen_days_before_now() -> None:
    assert outcome(NOW - 14 * DAY_MS + 1, now=NOW) is None
    assert outcome(NOW - 14 * DAY_MS, now=NOW) is None
    assert outcome(NOW - 14 * DAY_MS - 1, now=NOW) == "too_old"


@pytest.mark.parametrize("days", [1, 3, 5, 7, 13])
def test_the_retention_before_now(days: int) -> None:
    assert outcome(NOW - days * DAY_MS + 1, now=NOW, retention_in_days=days) is None
    assert outcome(NOW - days * DAY_MS, now=NOW, retention_in_days=days) is None
    assert outcome(NOW - days * DAY_MS - 1, now=NOW, retention_in_days=days) == "expired"
    assert outcome(NOW - 14 * DAY_MS, now=NOW, retention_in_days=days) == "expired"
    assert outcome(NOW - 14 * DAY_MS - 1, now=NOW, retention_in_days=days) == "too_old"


@pytest.mark.parametrize("days", [14, 30, 3653])
def test_a_retention_longer_than_fourteen_days_expires_nothing(days: int) -> None:
    assert outcome(NOW - 14 * DAY_MS, now=NOW, retention_in_days=days) is None
    assert outcome(NOW - 14 * DAY_MS - 1, now=NOW, retention_in_days=days) == "too_old"


def test_without_now_nothing_is_too_old_or_too_new() -> None:
    assert outcome(0) is None
    assert outcome(LAST_TIMESTAMP) is None


def test_now_at_the_ends_of_time() -> None:
    assert outcome(0, now=0) is None
    assert outcome(2 * HOUR_MS + 1, now=0) == "too_new"
    assert outcome(LAST_TIMESTAMP, now=0) == "too_new"
    assert outcome(LAST_TIMESTAMP, now=LAST_TIMESTAMP) is None
    assert outcome(LAST_TIMESTAMP - 14 * DAY_MS - 1, now=LAST_TIMESTAMP) == "too_old"
    assert outcome(0, now=LAST_TIMESTAMP) == "too_old"


def test_the_defaults_are_the_services_own() -> None:
    limits = cordwood.Limits()
    assert {name: getattr(limits, name) for name in DEFAULTS} == DEFAULTS
    assert limits == cordwood.Limits(**DEFAULTS)


@pytest.mark.parametrize("name", DEFAULTS)
def test_each_limit_may_be_overridden_alone(name: str) -> None:
    changed: dict[str, Any] = {name: DEFAULTS[name] - 1}
    limits = cordwood.Limits(**changed)
    assert {each: getattr(limits, each) for each in DEFAULTS} == {**DEFAULTS, **changed}
    assert limits == cordwood.Limits(**changed)
    assert hash(limits) == hash(cordwood.Limits(**changed))
    assert limits != cordwood.Limits()
    with pytest.raises(AttributeError):
        setattr(limits, name, 1)


def test_limits_equal_nothing_else() -> None:
    other: Any = tuple(DEFAULTS.values())
    assert cordwood.Limits() != other
    assert len({cordwood.Limits(), cordwood.Limits(), cordwood.Limits(max_age_ms=1)}) == 2


@pytest.mark.parametrize(
    "changed", [{}, {"max_batch_events": 5}, {name: value - 1 for name, value in DEFAULTS.items()}]
)
def test_limits_are_the_same_in_another_process_and_show_what_was_overridden(changed: dict[str, Any]) -> None:
    limits = cordwood.Limits(**changed)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(limits, protocol)) == limits
    assert copy.deepcopy(limits) == limits
    assert repr(limits) == f"Limits({', '.join(f'{name}={value}' for name, value in changed.items())})"


@pytest.mark.parametrize("wrong", [-1, -(2**70), 2**63, 2**70])
def test_a_limit_out_of_range_is_a_value_error(wrong: int) -> None:
    for name in DEFAULTS:
        limits: dict[str, Any] = {name: wrong}
        with pytest.raises(ValueError, match=name):
            cordwood.Limits(**limits)


@pytest.mark.parametrize("name", ["max_batch_bytes", "max_batch_events", "max_event_bytes"])
def test_a_limit_that_lets_nothing_through_is_a_value_error(name: str) -> None:
    limits: dict[str, Any] = {name: 0}
    with pytest.raises(ValueError, match=name):
        cordwood.Limits(**limits)


@pytest.mark.parametrize("name", ["max_batch_span_ms", "event_overhead_bytes", "max_future_ms", "max_age_ms"])
def test_a_limit_may_be_nought(name: str) -> None:
    limits: dict[str, Any] = {name: 0}
    assert getattr(cordwood.Limits(**limits), name) == 0


@pytest.mark.parametrize("name", ["max_batch_bytes", "max_event_bytes"])
def test_byte_limits_end_at_512_mib(name: str) -> None:
    most: dict[str, Any] = {name: 512 * 1024 * 1024}
    beyond: dict[str, Any] = {name: 512 * 1024 * 1024 + 1}
    assert getattr(cordwood.Limits(**most), name) == 512 * 1024 * 1024
    with pytest.raises(ValueError, match=name):
        cordwood.Limits(**beyond)


@pytest.mark.parametrize("name", ["max_batch_bytes", "max_event_bytes"])
def test_limits_leave_room_for_one_character(name: str) -> None:
    smallest: dict[str, Any] = {name: OVERHEAD + 4}
    too_small: dict[str, Any] = {name: OVERHEAD + 3}
    assert outcome(0, "🪵", limits=cordwood.Limits(**smallest)) is None
    with pytest.raises(ValueError, match=r"\d"):
        cordwood.Limits(**too_small)


@pytest.mark.parametrize("wrong", ["1", 1.0, None])
def test_a_limit_of_the_wrong_type_is_a_type_error(wrong: Any) -> None:
    for name in DEFAULTS:
        with pytest.raises(TypeError):
            cordwood.Limits(**{name: wrong})
    unknown: Any = {"max_bytes": 1}
    with pytest.raises(TypeError):
        cordwood.Limits(**unknown)


def test_a_smaller_event_limit_rules_the_message_and_not_the_batch() -> None:
    limits = cordwood.Limits(max_event_bytes=OVERHEAD + 10)
    assert outcome(0, "x" * 10, limits=limits) is None
    assert outcome(0, "x" * 11, limits=limits) == "oversize"
    assert [len(batch) for batch in cordwood.batches([(0, "x" * 10)] * 100, limits=limits)] == [100]


def test_a_smaller_batch_limit_rules_the_message_too() -> None:
    limits = cordwood.Limits(max_batch_bytes=OVERHEAD + 10)
    assert outcome(0, "x" * 10, limits=limits) is None
    assert outcome(0, "x" * 11, limits=limits) == "oversize"
