"""A timestamp may be an aware datetime; Python's own arithmetic says which millisecond it is."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import cordwood
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from cordwood.local import LocalCloudWatchLogs
from hypothesis import given
from hypothesis import strategies as st

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def timestamp_of(value: Any) -> int:
    [batch] = cordwood.batches([(value, "m")])
    return batch.first_timestamp


zones = st.one_of(
    st.just(UTC),
    st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone),
    st.sampled_from(["Europe/Zurich", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]).map(ZoneInfo),
)


@given(st.datetimes(datetime(1970, 1, 3), datetime(9999, 12, 29), timezones=zones))
def test_an_aware_datetime_is_taken_down_to_its_millisecond(moment: datetime) -> None:
    assert timestamp_of(moment) == (moment - EPOCH) // timedelta(milliseconds=1)


def test_the_two_readings_of_an_hour_that_comes_twice_are_told_apart() -> None:
    zone = ZoneInfo("Europe/Zurich")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=zone)
    second = first.replace(fold=1)
    assert timestamp_of(second) - timestamp_of(first) == 3_600_000


def test_a_moment_before_1970_is_rejected() -> None:
    with pytest.raises(cordwood.EventError, match=r"timestamp -1 .* before 1970"):
        timestamp_of(EPOCH - timedelta(microseconds=1))


class NoOffset(tzinfo):
    """A zone that does not know its offset; Python calls such a datetime naive."""

    def utcoffset(self, moment: datetime | None, /) -> timedelta | None:
        return None

    dst = utcoffset

    def tzname(self, moment: datetime | None, /) -> str:
        return "nowhere"


class Broken(NoOffset):
    """A zone whose code fails."""

    def utcoffset(self, moment: datetime | None, /) -> timedelta | None:
        raise LookupError("no such zone today")


def test_a_zone_without_an_offset_makes_a_datetime_naive() -> None:
    with pytest.raises(cordwood.EventTypeError, match="naive datetime"):
        timestamp_of(datetime(2026, 1, 1, tzinfo=NoOffset()))


def test_an_exception_of_a_zone_comes_through() -> None:
    with pytest.raises(LookupError, match="no such zone today"):
        timestamp_of(datetime(2026, 1, 1, tzinfo=Broken()))


class Index:
    """Anything with __index__ is a whole number."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


def test_anything_with_index_is_a_whole_number() -> None:
    assert timestamp_of(Index(5)) == 5
    with pytest.raises(cordwood.EventError, match="more than 64 bits"):
        timestamp_of(Index(2**64))


@pytest.mark.parametrize("now", [1_700_000_000_000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)])
def test_now_is_a_timestamp_too(now: Any) -> None:
    events = [(1_700_000_000_000 + 7_200_001, "too new"), (1_700_000_000_000, "now")]
    batches = cordwood.batches(events, now=now, on_reject="collect")
    assert [rejected[:2] for rejected in batches.rejected] == [(0, "too_new")]


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"now": 1.5}, TypeError, "now: timestamp 1.5 is a float"),
        ({"now": datetime(2026, 1, 1)}, TypeError, "now: timestamp is a naive datetime"),
        ({"now": 2**64}, ValueError, "now: timestamp is an int of 65 bits"),
        ({"retention_in_days": 3}, ValueError, "without now"),
        ({"now": 0, "retention_in_days": 0}, ValueError, "retention_in_days is 0; it must be at least 1"),
    ],
)
def test_age_options_of_the_wrong_kind(options: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        cordwood.batches([], **options)


SECONDS = 1_764_000_000
UNITS = {
    "it looks like seconds: multiply it by 1000": SECONDS,
    "it looks like microseconds: divide it by 1000": SECONDS * 10**6,
    "it looks like nanoseconds: divide it by 1000000": SECONDS * 10**9,
}


@pytest.mark.parametrize(("hint", "number"), UNITS.items(), ids=str)
def test_an_int_of_another_unit_is_named_as_such(hint: str, number: int, cloudwatch_logs: LocalCloudWatchLogs) -> None:
    now = SECONDS * 1000
    for columns in (
        {"events": [(number, "a")]},
        {"events": [{"timestamp": number, "message": "a"}]},
        {"events": pa.table({"timestamp": [number], "message": ["a"]})},
        {"events": pd.DataFrame({"timestamp": [number], "message": ["a"]})},
        {"timestamps": np.array([number]), "messages": ["a"]},
        {"timestamps": pa.array([number]), "messages": ["a"]},
    ):
        found = cordwood.batches(**columns, now=now, on_reject="collect")
        assert [one.reason.endswith(hint) for one in found.rejected] == [True]
    cloudwatch_logs.create("g", "s")
    client = cloudwatch_logs.client()
    report = cordwood.upload([(number, "a")], log_group_name="g", log_stream_name="s", client=client, check=False)
    [reason] = [example.reason for examples in report.examples.values() for example in examples]
    assert reason.endswith(hint)


def test_reasons_name_the_moments_in_utc() -> None:
    now = 1_700_000_000_000
    events = [(now - 15 * 86_400_000, "a"), (now - 4 * 86_400_000, "b"), (now + 3 * 3_600_000, "c")]
    batches = cordwood.batches(events, now=now, retention_in_days=3, on_reject="collect")
    reasons = {rejected.outcome: rejected.reason for rejected in batches.rejected}
    assert (
        "(2023-10-30T22:13:20.000Z) is more than 14 days before now (2023-11-14T22:13:20.000Z)"
        in reasons[cordwood.Outcome.TOO_OLD]
    )
    assert "retention of 3 days" in reasons[cordwood.Outcome.EXPIRED]
    assert "more than 2 hours after now" in reasons[cordwood.Outcome.TOO_NEW]
