"""Messages of 64 KiB and more: the caller's object is kept in place of a copy, and counted when its body is written."""

import gc
import json
import sys
import weakref
from collections.abc import Callable, Iterable
from typing import Any

import cordwood
import pytest

pytestmark = pytest.mark.slow

SHARED = 1 << 16
LONGEST = 1_048_576 - 26

Event = tuple[int, str | bytes]


class Named(str):
    """A str that may have attributes."""


def streamed(events: list[Event]) -> Iterable[cordwood.Batch]:
    return cordwood.batches(iter(events))


def added(events: list[Event]) -> Iterable[cordwood.Batch]:
    batcher = cordwood.Batcher()
    for timestamp, message in events:
        yield from batcher.add(timestamp, message)
    yield from batcher.flush()


def in_columns(events: list[Event]) -> Iterable[cordwood.Batch]:
    return cordwood.batches(timestamps=[event[0] for event in events], messages=[event[1] for event in events])


ways = pytest.mark.parametrize("batched", [cordwood.batches, streamed, added, in_columns], ids=lambda way: way.__name__)


def sent(batches: Iterable[cordwood.Batch]) -> list[dict[str, Any]]:
    return [event for batch in batches for event in json.loads(batch.body("g", "s"))["logEvents"]]


@ways
@pytest.mark.parametrize("length", [SHARED - 1, SHARED, LONGEST])
@pytest.mark.parametrize("unit", ["x", '{"a":"b\\n"}', "\x01\n", "é", "日", "😀"], ids=ascii)
@pytest.mark.parametrize("kind", [str, str.encode, Named], ids=["str", "bytes", "subclass"])
def test_a_long_message_arrives_as_it_is(
    batched: Callable[[list[Event]], Iterable[cordwood.Batch]],
    length: int,
    unit: str,
    kind: Callable[[str], str | bytes],
) -> None:
    text = unit * (length // len(unit.encode())) + "." * (length % len(unit.encode()))
    events: list[Event] = [(1, "before"), (2, kind(text)), (3, 'behind "it"')]
    batches = list(batched(events))
    del events
    gc.collect()
    expected = [(1, "before"), (2, text), (3, 'behind "it"')]
    assert sent(batches) == [{"timestamp": timestamp, "message": message} for timestamp, message in expected]
    assert sum(batch.nbytes for batch in batches) == len("before") + length + len('behind "it"') + 3 * 26
    for batch in batches:
        events_of_it = [
            {"timestamp": at, "message": message} for at, message in zip(batch.timestamps, texts(batch), strict=True)
        ]
        plain = {"logGroupName": "g", "logStreamName": "s", "logEvents": events_of_it}
        assert batch.body("g", "s") == json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def texts(batch: cordwood.Batch) -> list[str]:
    return [event["message"] for event in batch.events()]


@ways
def test_bytes_that_are_no_text_are_not_shared_as_they_are(
    batched: Callable[[list[Event]], Iterable[cordwood.Batch]],
) -> None:
    wrong = b"a\xff" * SHARED
    assert sent(batched([(1, wrong)])) == [{"timestamp": 1, "message": wrong.decode(errors="replace")}]


@ways
@pytest.mark.parametrize("kind", [str, str.encode], ids=["str", "bytes"])
def test_the_object_is_kept_as_long_as_a_batch_is(
    batched: Callable[[list[Event]], Iterable[cordwood.Batch]], kind: Callable[[str], str | bytes]
) -> None:
    message = kind("x" * LONGEST)
    before = sys.getrefcount(message)
    batches = list(batched([(1, message), (2, "short")]))
    gc.collect()
    assert sys.getrefcount(message) == before + 1, "no copy, and nobody else"
    assert sum(map(len, batches)) == 2
    del batches
    gc.collect()
    assert sys.getrefcount(message) == before


@ways
def test_a_short_message_is_not_kept(batched: Callable[[list[Event]], Iterable[cordwood.Batch]]) -> None:
    message = "x" * (SHARED - 1)
    before = sys.getrefcount(message)
    batches = list(batched([(1, message)]))
    assert sys.getrefcount(message) == before
    assert len(batches) == 1


@ways
def test_an_object_of_another_type_is_not_kept(batched: Callable[[list[Event]], Iterable[cordwood.Batch]]) -> None:
    """It may refer to whatever there is, the batches among it."""
    message = Named("x" * LONGEST)
    gone = weakref.ref(message)
    batches = list(batched([(1, message)]))
    del message
    gc.collect()
    assert gone() is None
    assert sent(batches) == [{"timestamp": 1, "message": "x" * LONGEST}]


def test_a_rejected_message_is_not_kept() -> None:
    message = "x" * (LONGEST + 1)
    before = sys.getrefcount(message)
    batcher = cordwood.Batcher(on_reject="collect")
    assert batcher.add(1, message) == []
    assert [rejected.outcome for rejected in batcher.rejected] == ["oversize"]
    assert sys.getrefcount(message) == before
