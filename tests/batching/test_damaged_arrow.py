"""Arrow columns whose parts do not fit together are an error: no panic, and nothing of other memory is read."""

from typing import Any

import cordwood
import numpy as np
import pyarrow as pa
import pytest

NOW = 1_764_000_000_000


def column(type: pa.DataType, *buffers: Any, rows: int = 2) -> pa.Array:
    """An array of buffers that nobody has checked."""
    return pa.Array.from_buffers(type, rows, [None, *map(pa.py_buffer, buffers)])


def check_damaged(messages: pa.Array) -> None:
    times = pa.array([NOW] * len(messages))
    for on_reject in ("error", "collect"):
        with pytest.raises(ValueError, match="the Arrow data cannot be read: messages is damaged"):
            cordwood.batches(timestamps=times, messages=messages, on_reject=on_reject)
    with pytest.raises(ValueError, match="messages is damaged"):
        cordwood.batches(pa.table({"timestamp": times, "message": messages}))
    with pytest.raises(ValueError, match="messages is damaged"):
        cordwood.batches(timestamps=[NOW] * len(messages), messages=messages)


@pytest.mark.parametrize(
    ("type", "width"),
    [(pa.string(), "i4"), (pa.large_string(), "i8"), (pa.binary(), "i4"), (pa.large_binary(), "i8")],
    ids=str,
)
@pytest.mark.parametrize(
    "offsets", [[0, 6, 2], [0, -1, 2], [4, 2, 6], [0, 100, 4], [0, 2**31 - 1, 8]], ids=lambda offsets: str(offsets)
)
def test_offsets_that_do_not_ascend(type: pa.DataType, width: str, offsets: list[int]) -> None:
    check_damaged(column(type, np.array(offsets, width), b"abcdefgh"))


@pytest.mark.parametrize(
    "view",
    [(20, 5, 0), (20, -1, 0), (20, 0, 31), (20, 0, -3), (-1, 0, 0), (2**31 - 1, 0, 0), (13, 0, 2**31 - 1)],
    ids=lambda view: "length {}, buffer {}, offset {}".format(*view),
)
@pytest.mark.parametrize("type", [pa.string_view(), pa.binary_view()], ids=str)
def test_views_of_what_is_not_there(type: pa.DataType, view: tuple[int, int, int]) -> None:
    length, buffer, offset = view
    parts = np.dtype([("length", "i4"), ("prefix", "S4"), ("buffer", "i4"), ("offset", "i4")])
    views = np.array([(length, b"xxxx", buffer, offset), (20, b"xxxx", 0, 30)], parts)
    check_damaged(column(type, views, b"x" * 50))
    # What a null row has there means nothing.
    validity = pa.py_buffer(b"\2")
    half = pa.Array.from_buffers(type, 2, [validity, pa.py_buffer(views), pa.py_buffer(b"x" * 50)])
    found = cordwood.batches(timestamps=pa.array([NOW, NOW]), messages=half, on_reject="collect")
    assert [event["message"] for batch in found for event in batch.events()] == ["x" * 20]
    assert [rejected.position for rejected in found.rejected] == [0]


@pytest.mark.parametrize("key", [2, 100, -1])
def test_keys_without_a_word(key: int) -> None:
    words = pa.array(["a", "b"])
    check_damaged(pa.DictionaryArray.from_arrays(pa.array([1, key]), words, safe=False))
    damaged = column(pa.string(), np.array([0, 6, 2], "i4"), b"abcdefgh")
    check_damaged(pa.DictionaryArray.from_arrays(pa.array([0, 1]), damaged, safe=False))


def test_a_part_of_a_column_that_is_whole() -> None:
    """Offsets need not begin at 0, nor end where the data does."""
    messages = column(pa.string(), np.array([2, 4, 5], "i4"), b"abcdefgh")
    [batch] = cordwood.batches(timestamps=pa.array([NOW, NOW]), messages=messages)
    assert [event["message"] for event in batch.events()] == ["cd", "e"]
    [batch] = cordwood.batches(timestamps=pa.array([NOW]), messages=messages[1:])
    assert [event["message"] for event in batch.events()] == ["e"]
    misaligned = pa.py_buffer(b"." + np.array([0, 1, 2], "i4").tobytes())[1:]
    apart = pa.Array.from_buffers(pa.string(), 2, [None, misaligned, pa.py_buffer(b"xy")])
    [batch] = cordwood.batches(timestamps=pa.array([NOW, NOW]), messages=apart)
    assert [event["message"] for event in batch.events()] == ["x", "y"]
