"""Columns of Arrow and numpy: the same batches as the same events in a list, whatever library made them."""

import gc
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import cordwood
import numpy as np
import pyarrow as pa
import pytest
from cordwood._model import Outcome
from cordwood.local import LocalCloudWatchLogs
from hypothesis import given
from hypothesis import strategies as st

NOW = 1_764_000_000_000
ROWS = [(NOW + (n * 7919) % 5_000, f"event {n} größer 🚀 " + '{"a": "\n"}' * (n % 3)) for n in range(25_000)]
TIMES, TEXTS = [at for at, _ in ROWS], [text for _, text in ROWS]


def bodies(batches: Any) -> list[bytes]:
    return [batch.body("g", "s") for batch in batches]


EXPECTED = bodies(cordwood.batches(ROWS))


def table(timestamps: Any = None, messages: Any = None) -> pa.Table:
    return pa.table(
        {
            "other": pa.array(range(len(ROWS))),
            "message": pa.array(TEXTS) if messages is None else messages,
            "timestamp": pa.array(TIMES) if timestamps is None else timestamps,
        }
    )


@pytest.mark.parametrize(
    "type",
    [
        pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string()),
        pa.dictionary(pa.uint16(), pa.large_string()),
    ],
    ids=str,
)  # fmt: skip
def test_strings_of_every_kind(type: pa.DataType) -> None:
    assert bodies(cordwood.batches(table(messages=pa.array(TEXTS).cast(type)))) == EXPECTED


@pytest.mark.parametrize("type", [pa.binary(), pa.large_binary(), pa.binary_view()], ids=str)
def test_binary_of_every_kind(type: pa.DataType) -> None:
    assert bodies(cordwood.batches(table(messages=pa.array([text.encode() for text in TEXTS], type)))) == EXPECTED


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_timestamps_of_every_unit_and_zone(unit: str, zone: str) -> None:
    whole = [at // 1000 * 1000 for at in TIMES]
    times = pa.array(whole).cast(pa.timestamp("ms")).cast(pa.timestamp(unit)).cast(pa.timestamp(unit, zone))
    assert bodies(cordwood.batches(table(timestamps=times))) == bodies(
        cordwood.batches(list(zip(whole, TEXTS, strict=True)))
    )


def test_what_is_below_a_millisecond_is_cut_off_towards_the_past() -> None:
    times = pa.array([1_999_999, -1], pa.timestamp("ns", "UTC"))
    found = cordwood.batches(timestamps=times, messages=pa.array(["a", "b"]), on_reject="collect")
    assert [event["timestamp"] for batch in found for event in batch.events()] == [1]
    assert "timestamp -1 " in found.rejected[0].reason


@given(st.lists(st.integers(1, 9_000), max_size=6), st.lists(st.integers(1, 9_000), max_size=6), st.integers(0, 900))
def test_chunks_and_slices_anywhere(left: list[int], right: list[int], start: int) -> None:
    def chunked(array: pa.Array, sizes: list[int]) -> pa.ChunkedArray:
        chunks, at = [], 0
        for size in sizes:
            chunks.append(array.slice(at, size))
            at += size
        return pa.chunked_array([*chunks, array.slice(at)], array.type)

    times, texts = (pa.array(column[:2_000]).slice(start) for column in (TIMES, TEXTS))
    expected = bodies(cordwood.batches(ROWS[start:2_000]))
    assert bodies(cordwood.batches(timestamps=chunked(times, left), messages=chunked(texts, right))) == expected
    together = pa.table({"timestamp": chunked(times, left), "message": chunked(texts, right)})
    assert bodies(cordwood.batches(together)) == expected


def test_record_batches_and_readers_of_them() -> None:
    rows = table()
    assert bodies(cordwood.batches(rows.combine_chunks().to_batches()[0])) == EXPECTED
    reader = pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches(max_chunksize=1_000))
    assert bodies(cordwood.batches(reader)) == bodies(cordwood.batches(iter(ROWS)))
    reader = pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches(max_chunksize=1_000))
    batcher = cordwood.Batcher()
    assert bodies([*batcher.extend(reader), *batcher.flush()]) == bodies(cordwood.batches(iter(ROWS)))


def test_a_reader_is_read_no_further_than_asked() -> None:
    given_out = 0

    def chunks() -> Any:
        nonlocal given_out
        for _ in range(100):
            given_out += 1
            yield pa.record_batch({"timestamp": pa.array([NOW] * 5_000), "message": pa.array(["x"] * 5_000)})

    schema = pa.schema({"timestamp": pa.int64(), "message": pa.string()})
    found = cordwood.batches(pa.RecordBatchReader.from_batches(schema, chunks()))
    assert len(next(found)) == 10_000
    assert given_out < 5


def test_a_reader_that_fails_says_so_and_loses_nothing() -> None:
    def chunks() -> Any:
        yield pa.record_batch({"timestamp": pa.array([NOW]), "message": pa.array(["kept"])})
        raise OSError("the disk is gone")

    schema = pa.schema({"timestamp": pa.int64(), "message": pa.string()})
    found = cordwood.batches(pa.RecordBatchReader.from_batches(schema, chunks()))
    with pytest.raises(ValueError, match="the disk is gone"):
        next(found)
    [batch] = found.flush()
    assert [event["message"] for event in batch.events()] == ["kept"]


def test_a_producer_that_asks_for_its_own_batches_is_told_and_nothing_hangs() -> None:
    found: Any = None
    told = []

    def chunks() -> Any:
        try:
            next(found)
        except ValueError as fault:
            told.append(str(fault))
        yield pa.record_batch({"timestamp": pa.array([NOW]), "message": pa.array(["x"])})

    schema = pa.schema({"timestamp": pa.int64(), "message": pa.string()})
    found = cordwood.batches(pa.RecordBatchReader.from_batches(schema, chunks()))
    assert len(next(found)) == 1
    assert told == ["the Arrow stream is being read already, by another call"]


def test_threads_may_share_a_reader() -> None:
    rows = table()
    reader = pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches(max_chunksize=100))
    found = cordwood.batches(reader, on_reject="collect")
    sizes: list[int] = []

    def take() -> None:
        while True:
            try:
                sizes.append(len(next(found)))
            except StopIteration:
                return
            except ValueError:  # another one is at it
                continue

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sizes) == len(ROWS)


def test_what_is_null_is_an_outcome() -> None:
    times = pa.array([NOW, None, NOW + 1, None])
    texts = pa.array(["a", "b", None, None])
    found = cordwood.batches(timestamps=times, messages=texts, on_reject="collect", keep_rejected=True)
    assert [event["message"] for batch in found for event in batch.events()] == ["a"]
    assert [(one.position, one.outcome) for one in found.rejected] == [(n, Outcome.INVALID) for n in (1, 2, 3)]
    assert [one.reason.split(" is ")[0].split(" are ")[0] for one in found.rejected] == [
        "timestamp", "message", "timestamp and message",
    ]  # fmt: skip
    words = pa.DictionaryArray.from_arrays(pa.array([0, None, 1]), pa.array(["word", None]))
    encoded = cordwood.batches(timestamps=pa.array([NOW] * 3), messages=words, on_reject="collect")
    assert encoded.counts["invalid"] == 2
    rows = pa.array([{"timestamp": NOW, "message": "a"}, None])
    whole = cordwood.batches(rows, on_reject="collect")
    assert [one.reason for one in whole.rejected] == ["the row is null"]
    with pytest.raises(cordwood.EventError, match="message is null"):
        cordwood.batches(timestamps=pa.array([NOW]), messages=pa.array([None], pa.string()))


def test_all_nulls_of_a_dictionary_without_words() -> None:
    words = pa.DictionaryArray.from_arrays(pa.array([None, None], pa.int8()), pa.array([], pa.string()))
    found = cordwood.batches(timestamps=pa.array([NOW, NOW]), messages=words, on_reject="collect")
    assert found.counts["invalid"] == 2


@pytest.mark.parametrize(
    ("columns", "error", "told"),
    [
        (
            {"timestamp": pa.array([1.5]), "message": pa.array(["a"])},
            TypeError,
            "timestamps is an Arrow column of Float64; pass whole numbers",
        ),
        ({"timestamp": pa.array([1]), "message": pa.array([1])}, TypeError, "messages is an Arrow column of Int64"),
        (
            {"time": pa.array([1]), "message": pa.array(["a"])},
            ValueError,
            'no column "timestamp"; it has time, message',
        ),
    ],
)
def test_columns_that_are_none(columns: dict[str, Any], error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        cordwood.batches(pa.table(columns))


@pytest.mark.parametrize("type", [pa.int32(), pa.uint8(), pa.uint64()], ids=str)
def test_other_integers_are_timestamps_too(type: pa.DataType) -> None:
    found = cordwood.batches(
        timestamps=pa.array([3, None, 200], type), messages=pa.array(["a", "b", "c"]), on_reject="collect"
    )
    assert [event["timestamp"] for batch in found for event in batch.events()] == [3, 200]
    assert found.counts["invalid"] == 1
    if type == pa.uint64():
        beyond = cordwood.batches(timestamps=pa.array([2**63], type), messages=pa.array(["a"]), on_reject="collect")
        assert beyond.counts["invalid"] == 1


def test_a_column_that_is_not_arrows_after_all_is_read_item_by_item() -> None:
    class Column(list[Any]):
        def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
            raise ImportError("needs another library")

    messages = Column(["a", b"b", None])
    found = cordwood.batches(timestamps=Column([1, 2, 3]), messages=messages, on_reject="collect")
    assert [event["message"] for batch in found for event in batch.events()] == ["a", "b"]
    assert "leave the event out if it has no message" in found.rejected[0].reason


def test_arrays_that_do_not_belong_together() -> None:
    with pytest.raises(ValueError, match="timestamps has 1 items and messages has 2"):
        cordwood.batches(timestamps=pa.array([1]), messages=pa.array(["a", "b"]))
    with pytest.raises(TypeError, match="events is an Arrow array of Int64; pass a table"):
        cordwood.batches(pa.array([1]))


def test_policies_hold_for_columns_too() -> None:
    texts = pa.array([b"\xff", "", "x" * 1_100_000, "ok"], pa.binary())
    times = pa.array([NOW] * 4)
    found = cordwood.batches(timestamps=times, messages=texts, on_reject="collect", invalid_text="reject")
    assert [event["message"] for batch in found for event in batch.events()] == ["ok"]
    assert [one.outcome for one in found.rejected] == [Outcome.INVALID, Outcome.EMPTY, Outcome.OVERSIZE]


def test_other_libraries() -> None:
    import duckdb
    import pandas as pd
    import polars as pl

    rows = table().select(["timestamp", "message"])
    assert bodies(cordwood.batches(pl.from_arrow(rows))) == EXPECTED
    assert bodies(cordwood.batches(pl.DataFrame({"timestamp": TIMES, "message": TEXTS}))) == EXPECTED
    series = cordwood.batches(timestamps=pl.Series(TIMES), messages=pl.Series(TEXTS, dtype=pl.Categorical))
    assert bodies(series) == EXPECTED
    frame = pd.DataFrame({"timestamp": pd.to_datetime(TIMES, unit="ms", utc=True), "message": TEXTS})
    assert bodies(cordwood.batches(frame)) == EXPECTED
    relation = duckdb.sql("SELECT timestamp, message FROM rows")
    assert sum(len(batch) for batch in cordwood.batches(relation)) == len(ROWS)


def test_mixed_columns() -> None:
    expected = EXPECTED
    times, texts = pa.array(TIMES), pa.array(TEXTS)
    assert bodies(cordwood.batches(timestamps=TIMES, messages=texts)) == expected
    assert bodies(cordwood.batches(timestamps=np.array(TIMES), messages=texts)) == expected
    assert bodies(cordwood.batches(timestamps=times, messages=TEXTS)) == expected
    moments = [datetime.fromtimestamp(at / 1000, UTC) for at in TIMES]
    assert bodies(cordwood.batches(timestamps=moments, messages=texts)) == expected
    odd = cordwood.batches(timestamps=[NOW, "soon"], messages=pa.array(["a", "b"]), on_reject="collect")  # type: ignore[list-item]
    assert odd.counts["invalid"] == 1


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_numpy_columns(unit: str) -> None:
    times = np.array(TIMES).astype("datetime64[ms]").astype(f"datetime64[{unit}]")
    assert bodies(cordwood.batches(timestamps=times, messages=np.array(TEXTS), timezone="UTC")) == EXPECTED
    assert (
        bodies(cordwood.batches(timestamps=times, messages=np.array(TEXTS, dtype=object), timezone="UTC")) == EXPECTED
    )
    encoded = np.array([text.encode() for text in TEXTS])
    assert bodies(cordwood.batches(timestamps=times, messages=encoded, timezone="UTC")) == EXPECTED
    backwards = slice(None, None, -1)
    swapped = np.array(TEXTS).astype(np.array(TEXTS).dtype.newbyteorder("S"))
    assert bodies(cordwood.batches(timestamps=times[backwards], messages=swapped[backwards], timezone="UTC")) == bodies(
        cordwood.batches(ROWS[::-1])
    )


def test_numpy_text_that_is_none() -> None:
    texts = np.array(["a\ud800b", "plain"])
    found = cordwood.batches(timestamps=np.array([1, 2]), messages=texts)
    assert [event["message"] for batch in found for event in batch.events()] == ["a\ufffdb", "plain"]
    strict = cordwood.batches(timestamps=np.array([1, 2]), messages=texts, invalid_text="reject", on_reject="collect")
    assert strict.counts["invalid"] == 1
    with pytest.raises(cordwood.EventError):
        cordwood.batches(timestamps=np.array(["NaT"], dtype="datetime64[ms]"), messages=["a"])


def test_a_table_is_uploaded_as_it_is(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    at = int((datetime.now(UTC) - timedelta(hours=1)).timestamp() * 1000)
    rows = pa.table({"timestamp": pa.array(range(at, at + 12_000)), "message": pa.array(map(str, range(12_000)))})
    job: dict[str, Any] = {"log_group_name": "g", "log_stream_name": "s", "client": cloudwatch_logs.client()}
    assert cordwood.upload(rows, **job).accepted == 12_000
    reader = pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches())
    assert cordwood.upload(reader, **job).accepted == 12_000
    assert cloudwatch_logs.counts("g", "s").events == 24_000
    with pytest.raises(TypeError, match="one log stream"):
        cordwood.upload(rows, **{**job, "log_stream_name": lambda event: "s"})
    again = json.loads(next(cordwood.batches(rows)).body("g", "s"))
    assert again["logEvents"][0] == {"timestamp": at, "message": "0"}


@pytest.mark.parametrize("type", [pa.string(), pa.large_binary(), pa.string_view()], ids=str)
@pytest.mark.parametrize("streamed", [False, True])
def test_a_columns_memory_is_shared_and_given_back_with_the_last_batch(type: pa.DataType, streamed: bool) -> None:
    """Not copied: so it is still there when its owner has let go of it, and no longer than a batch is."""
    before = pa.total_allocated_bytes()
    rows = table(messages=pa.array(TEXTS, pa.string()).cast(type))
    column = sum(len(text.encode()) for text in TEXTS)
    batches: Any = cordwood.batches(rows.to_reader() if streamed else rows)
    parts = list(batches)
    del batches, rows
    assert pa.total_allocated_bytes() - before >= column
    assert streamed or bodies(parts) == EXPECTED
    assert sorted(position for part in parts for position in part.positions) == list(range(len(ROWS)))
    texts = {
        position: event["message"]
        for part in parts
        for position, event in zip(part.positions, part.events(), strict=True)
    }
    assert [texts[position] for position in range(len(ROWS))] == TEXTS
    del parts[1:]
    assert pa.total_allocated_bytes() - before >= column
    del parts[0]
    gc.collect()
    assert pa.total_allocated_bytes() <= before


@pytest.mark.parametrize("type", [pa.string(), pa.binary_view()], ids=str)
def test_columns_of_many_parts_and_buffers(type: pa.DataType) -> None:
    """Large parts are shared, small ones copied, and views of several buffers told apart row by row."""
    sizes = (10_000, 100, 9_000, 1)
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    parts = [pa.array(TEXTS[at : at + size], type) for at, size in zip(starts, sizes, strict=True)]
    rest = pa.array(TEXTS[sum(sizes) :], type)
    chunked = pa.chunked_array([*parts, rest])
    assert bodies(cordwood.batches(table(messages=chunked))) == EXPECTED
    joined = pa.concat_arrays([*parts, rest])
    assert bodies(cordwood.batches(table(messages=joined))) == EXPECTED
    # Rows of two halves in turn, so that views point now into the one's buffers, and now into the other's.
    half = len(ROWS) // 2
    order = [start + i for at in range(0, half, 500) for start in (at, half + at) for i in range(500)]
    mixed = pa.concat_arrays([joined.slice(order[at], 500) for at in range(0, len(order), 500)])
    expected = cordwood.batches([(TIMES[i], TEXTS[i]) for i in order])
    times = pa.array([TIMES[i] for i in order])
    assert bodies(cordwood.batches(timestamps=times, messages=mixed)) == bodies(expected)


def test_a_batcher_keeps_no_memory_but_that_of_what_it_holds() -> None:
    before = pa.total_allocated_bytes()
    batcher = cordwood.Batcher()
    batches = batcher.extend(table())
    batches += batcher.flush()
    assert sum(map(len, batches)) == len(ROWS)
    del batches
    gc.collect()
    assert pa.total_allocated_bytes() <= before
    batcher.add(NOW, "and it goes on")
    assert [event["message"] for batch in batcher.flush() for event in batch.events()] == ["and it goes on"]
