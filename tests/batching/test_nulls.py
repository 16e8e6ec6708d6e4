"""A null, in whatever form and container, is that row's outcome: `invalid` if rows are collected, else an error."""

import decimal
from collections.abc import Callable
from typing import Any

import cordwood
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from cordwood._model import Outcome

NOW = 1_764_000_000_000
TIMES, TEXTS = [NOW, NOW + 1, NOW + 2], ["a", "b", "c"]
Inputs = Callable[[], Any]


def check_second_row_is_rejected(make: Inputs, word: str = "") -> None:
    """Of three rows the second is a null: `make` returns the input, or the two columns."""

    def batches(**options: Any) -> cordwood.Batches:
        made = make()
        if isinstance(made, dict):
            return cordwood.batches(**made, **options)
        return cordwood.batches(made, **options)

    found = batches(on_reject="collect")
    assert [event["message"] for batch in found for event in batch.events()] == ["a", "c"]
    assert [(one.position, one.outcome) for one in found.rejected] == [(1, Outcome.INVALID)]
    assert word in found.rejected[0].reason
    with pytest.raises(cordwood.EventError, match=r"leave the (row|event) out|the row is null") as raised:
        list(batches())
    assert raised.value.position == 1
    kept = batches(on_reject="collect", keep_rejected=True)
    list(kept)
    assert kept.counts["invalid"] == 1


OBJECTS = {
    "None": None,
    "NaN": float("nan"),
    "numpy NaN": np.float64("nan"),
    "NaT of pandas": pd.NaT,
    "NA": pd.NA,
    "masked": np.ma.masked,
    "NaT of numpy": np.datetime64("NaT"),
    "NaT of a unit": np.datetime64("NaT", "ns"),
}


@pytest.mark.parametrize("null", OBJECTS.values(), ids=OBJECTS)
@pytest.mark.parametrize("place", ["timestamp", "message"])
def test_objects(null: Any, place: str) -> None:
    times: list[Any] = [NOW, null, NOW + 2] if place == "timestamp" else TIMES
    texts: list[Any] = ["a", null, "c"] if place == "message" else TEXTS
    rows = list(zip(times, texts, strict=True))
    dicts = [{"timestamp": at, "message": text} for at, text in rows]
    inputs: list[Inputs] = [
        lambda: rows,
        lambda: list(map(list, rows)),
        lambda: tuple(dicts),
        lambda: dicts,
        lambda: iter(dicts),
        lambda: {"timestamps": times, "messages": texts},
    ]
    if place == "timestamp":
        inputs += [
            lambda: {"timestamps": times, "messages": pa.array(texts)},
            lambda: {"timestamps": times, "messages": np.array(texts)},
        ]
    else:
        inputs += [
            lambda: {"timestamps": pa.array(times), "messages": texts},
            lambda: {"timestamps": np.array(times), "messages": texts},
        ]
    for make in inputs:
        check_second_row_is_rejected(make, f"{place} is ")


def test_a_decimal_that_is_no_number_is_no_timestamp() -> None:
    with pytest.raises(cordwood.EventError, match="timestamp is a Decimal"):
        cordwood.batches([(decimal.Decimal("nan"), "a")])  # type: ignore[list-item]


MASK = [False, True, False]
FEW = np.array(list(zip(TIMES, TEXTS, strict=True)), dtype=[("timestamp", "i8"), ("message", "U5")])
MASKS = [("timestamp", "?"), ("message", "?")]
NUMPY: dict[str, Inputs] = {
    "masked integers, messages of a list": lambda: {"timestamps": np.ma.array(TIMES, mask=MASK), "messages": TEXTS},
    "masked integers, messages of numpy": lambda: {
        "timestamps": np.ma.array(TIMES, mask=MASK),
        "messages": np.array(TEXTS),
    },
    "masked integers, messages of Arrow": lambda: {
        "timestamps": np.ma.array(TIMES, mask=MASK),
        "messages": pa.array(TEXTS),
    },
    "masked integers of 32 bits": lambda: {
        "timestamps": np.ma.array([1, 2, 3], mask=MASK, dtype="i4"),
        "messages": TEXTS,
    },
    "masked objects as timestamps": lambda: {
        "timestamps": np.ma.array(TIMES, mask=MASK, dtype=object),
        "messages": TEXTS,
    },
    "masked str": lambda: {"timestamps": np.array(TIMES), "messages": np.ma.array(TEXTS, mask=MASK)},
    "masked bytes": lambda: {"timestamps": TIMES, "messages": np.ma.array([b"a", b"b", b"c"], mask=MASK)},
    "masked objects": lambda: {"timestamps": TIMES, "messages": np.ma.array(TEXTS, mask=MASK, dtype=object)},
    "a structured array, masked message": lambda: np.ma.array(FEW, mask=np.array([(0, 0), (0, 1), (0, 0)], MASKS)),
    "a structured array, masked timestamp": lambda: np.ma.array(FEW, mask=np.array([(0, 0), (1, 0), (0, 0)], MASKS)),
    "a structured array of objects": lambda: np.array(
        [(NOW, "a"), (NOW, None), (NOW, "c")], dtype=[("timestamp", "i8"), ("message", object)]
    ),
    "an array of records": lambda: np.array(
        [(NOW, "a"), (None, "b"), (NOW, "c")], dtype=[("timestamp", object), ("message", "U5")]
    ).view(np.recarray),
}


@pytest.mark.parametrize("make", NUMPY.values(), ids=NUMPY)
def test_numpy(make: Inputs) -> None:
    check_second_row_is_rejected(make)


def test_a_structured_array_is_a_table() -> None:
    expected = [batch.body("g", "s") for batch in cordwood.batches(list(zip(TIMES, TEXTS, strict=True)))]
    assert [batch.body("g", "s") for batch in cordwood.batches(FEW)] == expected
    assert [batch.body("g", "s") for batch in cordwood.batches(np.ma.array(FEW))] == expected
    batcher = cordwood.Batcher()
    assert [batch.body("g", "s") for batch in batcher.extend(FEW) + batcher.flush()] == expected


AWARE = pd.Series(pd.to_datetime([NOW, None, NOW + 2], unit="ms", utc=True))
PANDAS: dict[str, Inputs] = {
    "NaT in a frame": lambda: pd.DataFrame({"timestamp": AWARE, "message": TEXTS}),
    "NaT in a series, messages of a list": lambda: {"timestamps": AWARE, "messages": TEXTS},
    "NaT in an index": lambda: {"timestamps": pd.DatetimeIndex(AWARE), "messages": TEXTS},
    "NA in a frame": lambda: pd.DataFrame(
        {"timestamp": pd.array([NOW, None, NOW + 2], dtype="Int64"), "message": TEXTS}
    ),
    "NA in a series, messages of a list": lambda: {
        "timestamps": pd.Series([NOW, None, NOW], dtype="Int64"),
        "messages": TEXTS,
    },
    "NA in an array": lambda: {"timestamps": pd.array([NOW, None, NOW], dtype="Int64"), "messages": TEXTS},
    "integers of Arrow": lambda: {
        "timestamps": pd.Series([NOW, None, NOW], dtype="int64[pyarrow]"),
        "messages": TEXTS,
    },
    "objects in a frame": lambda: pd.DataFrame(
        {"timestamp": pd.Series([NOW, None, NOW], dtype=object), "message": TEXTS}
    ),
    "None in strings": lambda: pd.DataFrame({"timestamp": TIMES, "message": ["a", None, "c"]}),
    "NaN in objects": lambda: pd.DataFrame(
        {"timestamp": TIMES, "message": pd.Series(["a", float("nan"), "c"], dtype=object)}
    ),
    "None in a category": lambda: pd.DataFrame(
        {"timestamp": TIMES, "message": pd.Series(["a", None, "c"], dtype="category")}
    ),
}


@pytest.mark.parametrize("make", PANDAS.values(), ids=PANDAS)
def test_pandas(make: Inputs) -> None:
    check_second_row_is_rejected(make)


def test_integers_that_pandas_made_floats_are_named_with_the_remedy() -> None:
    frame = pd.DataFrame({"timestamp": [NOW, None, NOW], "message": TEXTS})
    with pytest.raises(TypeError, match=r'a column of Float64.*in pandas, .astype\("Int64"\)|Float64.*astype'):
        cordwood.batches(frame)
    check_second_row_is_rejected(lambda: frame.astype({"timestamp": "Int64"}))


NULLABLE = pa.array([NOW, None, NOW + 2])
ARROW: dict[str, Inputs] = {
    "a table, timestamp": lambda: pa.table({"timestamp": NULLABLE, "message": TEXTS}),
    "a table, message": lambda: pa.table({"timestamp": TIMES, "message": ["a", None, "c"]}),
    "a reader": lambda: pa.table({"timestamp": NULLABLE, "message": TEXTS}).to_reader(),
    "rows": lambda: pa.array([{"timestamp": NOW, "message": "a"}, None, {"timestamp": NOW, "message": "c"}]),
    "timestamps of a unit": lambda: pa.table(
        {"timestamp": NULLABLE.cast(pa.timestamp("ms", "UTC")).cast(pa.timestamp("ns", "UTC")), "message": TEXTS}
    ),
    "timestamps, messages of a list": lambda: {"timestamps": NULLABLE, "messages": TEXTS},
    "timestamps of a unit, messages of a list": lambda: {
        "timestamps": NULLABLE.cast(pa.timestamp("us", "UTC")),
        "messages": TEXTS,
    },
    "chunks, messages of a list": lambda: {
        "timestamps": pa.chunked_array([[1], [None, 2]]),
        "messages": TEXTS,
    },
    "chunks of both": lambda: {
        "timestamps": pa.chunked_array([[1, None], [2]]),
        "messages": pa.chunked_array([["a"], ["b", "c"]]),
    },
    "messages, timestamps of a list": lambda: {"timestamps": TIMES, "messages": pa.array(["a", None, "c"])},
    "a timestamp beyond 64 bits": lambda: {
        "timestamps": pa.array([1, 2**63, 3], pa.uint64()),
        "messages": pa.chunked_array([["a"], ["b"], ["c"]]),
    },
    "polars, timestamp": lambda: pl.DataFrame({"timestamp": [NOW, None, NOW], "message": TEXTS}),
    "polars, message": lambda: pl.DataFrame({"timestamp": TIMES, "message": ["a", None, "c"]}),
    "series of polars": lambda: {"timestamps": pl.Series([NOW, None, NOW]), "messages": TEXTS},
    "a category of polars": lambda: {
        "timestamps": TIMES,
        "messages": pl.Series(["a", None, "c"], dtype=pl.Categorical),
    },
    "DuckDB, timestamp": lambda: duckdb.sql(
        "SELECT * FROM (VALUES (1::BIGINT, 'a'), (NULL, 'b'), (3, 'c')) t(timestamp, message)"
    ),
    "DuckDB, timestamp with a zone": lambda: duckdb.sql(
        "SELECT * FROM (VALUES (TIMESTAMPTZ '2025-11-01 10:00:00+00', 'a'), (NULL, 'b'), "
        "(TIMESTAMPTZ '2025-11-01 10:00:01+00', 'c')) t(timestamp, message)"
    ),
    "DuckDB, message": lambda: duckdb.sql(
        "SELECT * FROM (VALUES (1::BIGINT, 'a'), (2, NULL), (3, 'c')) t(timestamp, message)"
    ),
}


@pytest.mark.parametrize("make", ARROW.values(), ids=ARROW)
def test_arrow_and_its_kin(make: Inputs) -> None:
    check_second_row_is_rejected(make)


def test_columns_of_nothing_but_nulls() -> None:
    for columns in ({"timestamp": [None] * 3, "message": TEXTS}, {"timestamp": TIMES, "message": [None] * 3}):
        for table in (pa.table(columns), pd.DataFrame(columns)):
            found = cordwood.batches(table, on_reject="collect")
            assert found.counts["invalid"] == 3
