"""A time without a zone is an error that names `timezone`; with that option, it means what zoneinfo says."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import cordwood
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from cordwood.errors import OptionError
from cordwood.local import LocalCloudWatchLogs
from hypothesis import given
from hypothesis import strategies as st

Maker = Callable[[list[datetime]], Any]


def texts(times: list[datetime]) -> list[str]:
    return [str(n) for n in range(len(times))]


def duck(times: list[datetime]) -> Any:
    frame = pd.DataFrame({"timestamp": times, "message": texts(times)})  # noqa: F841  DuckDB finds it by its name
    return duckdb.sql("SELECT timestamp::TIMESTAMP AS timestamp, message FROM frame")


INPUTS: dict[str, Maker] = {
    "pairs": lambda times: list(zip(times, texts(times), strict=True)),
    "dicts": lambda times: [{"timestamp": at, "message": str(n)} for n, at in enumerate(times)],
    "an iterator": lambda times: iter(list(zip(times, texts(times), strict=True))),
    "datetime64 one by one": lambda times: [(np.datetime64(at), str(n)) for n, at in enumerate(times)],
    "pandas one by one": lambda times: [(pd.Timestamp(at), str(n)) for n, at in enumerate(times)],
    "two lists": lambda times: {"timestamps": times, "messages": texts(times)},
    "a list, messages of Arrow": lambda times: {"timestamps": times, "messages": pa.array(texts(times))},
    "numpy": lambda times: {"timestamps": np.array(times, "datetime64[us]"), "messages": texts(times)},
    "numpy, messages too": lambda times: {
        "timestamps": np.array(times, "datetime64[ms]"),
        "messages": np.array(texts(times)),
    },
    "a structured array": lambda times: np.array(
        list(zip(times, texts(times), strict=True)), [("timestamp", "datetime64[us]"), ("message", "U9")]
    ),
    "Arrow": lambda times: pa.table({"timestamp": pa.array(times, pa.timestamp("us")), "message": texts(times)}),
    "Arrow in chunks": lambda times: {
        "timestamps": pa.chunked_array([[at] for at in times], pa.timestamp("ns")),
        "messages": pa.array(texts(times)),
    },
    "Arrow, messages of a list": lambda times: {
        "timestamps": pa.array(times, pa.timestamp("s")),
        "messages": texts(times),
    },
    "a reader": lambda times: pa.table({"timestamp": times, "message": texts(times)}).to_reader(),
    "pandas": lambda times: pd.DataFrame({"timestamp": times, "message": texts(times)}),
    "a series": lambda times: {"timestamps": pd.Series(times), "messages": texts(times)},
    "an index": lambda times: {"timestamps": pd.DatetimeIndex(times), "messages": texts(times)},
    "polars": lambda times: pl.DataFrame({"timestamp": times, "message": texts(times)}),
    "DuckDB": duck,
}


def batches(made: Any, **options: Any) -> cordwood.Batches:
    return cordwood.batches(**made, **options) if isinstance(made, dict) else cordwood.batches(made, **options)


def times_of(found: Iterator[cordwood.Batch]) -> dict[int, int]:
    """The timestamps by the rows that they are of."""
    return {int(event["message"]): event["timestamp"] for batch in found for event in batch.events()}


NOON = datetime(2026, 11, 30, 12, 0)


@pytest.mark.parametrize("make", INPUTS.values(), ids=INPUTS)
def test_without_the_option_each_is_invalid_and_the_error_names_it(make: Maker) -> None:
    found = batches(make([NOON, NOON]), on_reject="collect")
    assert list(found) == []
    assert [(one.position, one.outcome) for one in found.rejected] == [(0, "invalid"), (1, "invalid")]
    assert "names no point in time; pass `timezone` (" in found.rejected[0].reason
    with pytest.raises(cordwood.EventTypeError, match="pass `timezone`") as raised:
        list(batches(make([NOON])))
    assert raised.value.position == 0


def meanings(civil: datetime, zone: ZoneInfo) -> list[int]:
    """The points in time at which the zone's clocks show this, by the rule of PEP 495."""
    both = [civil.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    shown = [at for at in both if at.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == civil]
    return sorted({(at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) for at in shown})


ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo"]
CHANGES = [
    datetime(2026, 3, 29, 2), datetime(2026, 10, 25, 2), datetime(2026, 3, 8, 2), datetime(2026, 11, 1, 1),
    datetime(2026, 4, 5, 1, 30), datetime(2026, 10, 4, 2),
]  # fmt: skip
near_changes = st.tuples(st.sampled_from(CHANGES), st.integers(-5 * 60, 5 * 60)).map(
    lambda near: near[0] + timedelta(minutes=near[1])
)


@pytest.mark.parametrize("make", INPUTS.values(), ids=INPUTS)
@given(st.lists(near_changes, min_size=1, max_size=8), st.sampled_from(ZONES))
def test_with_it_a_row_means_what_zoneinfo_says_or_is_invalid(make: Maker, civil: list[datetime], name: str) -> None:
    zone = ZoneInfo(name)
    found = batches(make(civil), on_reject="collect", timezone=name)
    got = times_of(found)
    why = {one.position: one.reason for one in found.rejected}
    for row, at in enumerate(civil):
        match meanings(at, zone):
            case [only]:
                assert got[row] == only
            case []:
                assert "does not exist in the time zone" in why[row]
            case _:
                assert "occurs twice in the time zone" in why[row]
    assert len(got) + len(why) == len(civil)


def test_a_datetime_with_fold_is_the_second_of_two() -> None:
    second = datetime(2026, 10, 25, 2, 30, fold=1)
    [batch] = cordwood.batches([(second, "0")], timezone="Europe/Berlin")
    assert batch.first_timestamp == second.replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp() * 1000


def test_nulls_and_times_with_a_zone_stand_beside_them() -> None:
    aware = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    found = cordwood.batches([(NOON, "0"), (None, "1"), (aware, "2")], timezone="Asia/Tokyo", on_reject="collect")  # type: ignore[list-item]
    times = times_of(found)
    assert times[2] - times[0] == 9 * 3_600_000
    assert [one.position for one in found.rejected] == [1]
    for column in (
        pa.array([NOON, None], pa.timestamp("ms")),
        pd.Series([NOON, None]),
        np.array([NOON, "NaT"], "datetime64[ms]"),
        np.ma.array([NOON, NOON], mask=[False, True], dtype="datetime64[ms]"),
    ):
        for messages in (["0", "1"], pa.array(["0", "1"])):
            found = cordwood.batches(timestamps=column, messages=messages, timezone="UTC", on_reject="collect")
            assert list(times_of(found)) == [0]
            assert [(one.position, one.reason.split(";")[0]) for one in found.rejected] == [(1, "timestamp is null")]


AWARE = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
NOT_NAIVE: dict[str, Any] = {
    "ints": [(1, "a")],
    "aware datetimes": [(AWARE, "a")],
    "an integer column of Arrow": pa.table({"timestamp": [1], "message": ["a"]}),
    "a column with a zone": pa.table({"timestamp": [AWARE], "message": ["a"]}),
    "a reader": pa.table({"timestamp": [1], "message": ["a"]}).to_reader(),
    "pandas": pd.DataFrame({"timestamp": [1], "message": ["a"]}),
    "integers of numpy": {"timestamps": np.array([1]), "messages": ["a"]},
    "integers of Arrow": {"timestamps": pa.array([1]), "messages": ["a"]},
}


@pytest.mark.parametrize("made", NOT_NAIVE.values(), ids=NOT_NAIVE)
def test_the_option_is_refused_if_no_time_is_naive(made: Any) -> None:
    with pytest.raises(OptionError, match=r"`timezone` is for times without a zone, and .*: leave it out"):
        list(batches(made, timezone="UTC"))


def test_no_events_and_no_such_zone() -> None:
    assert list(cordwood.batches([], timezone="UTC")) == []
    for takes in (lambda: cordwood.batches([], timezone="Mars/Base"), lambda: cordwood.Batcher(timezone="Mars/Base")):
        with pytest.raises(ValueError, match='"Mars/Base" is not a time zone; use UTC, local, or an IANA name'):
            takes()


def test_a_batcher_takes_it_for_all_that_it_is_given() -> None:
    batcher = cordwood.Batcher(timezone="Asia/Tokyo", on_reject="collect")
    closed = batcher.add(NOON, "0")
    closed += batcher.extend([(NOON, "1")])
    closed += batcher.extend(pa.table({"timestamp": [NOON], "message": ["2"]}))
    closed += batcher.flush()
    assert set(times_of(iter(closed)).values()) == {meanings(NOON, ZoneInfo("Asia/Tokyo"))[0]}


@pytest.mark.parametrize("by_event", [False, True])
def test_upload_and_uploader_take_it(cloudwatch_logs: LocalCloudWatchLogs, by_event: bool) -> None:
    cloudwatch_logs.create("g", "s")
    client = cloudwatch_logs.client()
    stream: Any = (lambda event: "s") if by_event else "s"
    tokyo = datetime.now(ZoneInfo("Asia/Tokyo")).replace(microsecond=0)
    here = tokyo.replace(tzinfo=None)
    rows = [(here, "0")]
    tables: list[Any] = [] if by_event else [pa.table({"timestamp": [here], "message": ["0"]})]
    for events in (rows, iter(rows), *tables):
        report = cordwood.upload(
            events, log_group_name="g", log_stream_name=stream, client=client, timezone="Asia/Tokyo"
        )
        assert report.accepted == 1
    with cordwood.Uploader("g", stream, client=client, timezone="Asia/Tokyo") as up:
        up.add(here, "0")
        up.extend(rows)
    assert up.close().accepted == 2
    events = client.get_log_events(logGroupName="g", logStreamName="s", startFromHead=True)["events"]
    assert {event["timestamp"] for event in events} == {int(tokyo.timestamp() * 1000)}
    with pytest.raises(cordwood.UploadError, match="invalid"):
        cordwood.upload(rows, log_group_name="g", log_stream_name=stream, client=client)


def test_upload_refuses_it_for_what_has_none(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    job: dict[str, Any] = {"log_group_name": "g", "log_stream_name": "s", "client": cloudwatch_logs.client()}
    now = int(datetime.now(UTC).timestamp() * 1000)
    with pytest.raises(OptionError, match="`timezone` is for times without a zone"):
        cordwood.upload([(now, "a")], timezone="UTC", **job)
    with pytest.raises(OptionError, match="`year` applies to log files"):
        cordwood.upload([(now, "a")], year=2026, **job)
    assert cloudwatch_logs.counts("g", "s").events == 0


def test_local_is_the_machines_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own: the zone of a process is looked up once."""
    code = (
        "import cordwood, datetime; "
        "[batch] = cordwood.batches([(datetime.datetime(2026, 1, 1), 'm')], timezone='local'); "
        "print(batch.first_timestamp)"
    )
    for zone, hours in (("UTC", 0), ("Asia/Tokyo", 9)):
        monkeypatch.setenv("TZ", zone)
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        assert int(out) == meanings(datetime(2026, 1, 1), ZoneInfo("UTC"))[0] - hours * 3_600_000
