"""A stream that fails loses nothing: what was handed out stays, what was held is there."""

from collections.abc import Iterator

import cordwood
import pytest

SMALL = cordwood.Limits(max_batch_events=3)


class Failure(Exception):
    """The caller's own."""


def broken(events: int) -> Iterator[tuple[int, str]]:
    for t in range(events):
        yield t, f"event {t}"
    raise Failure("the source is gone")


def messages(batches: list[cordwood.Batch]) -> list[str]:
    return [event["message"] for batch in batches for event in batch.events()]


def test_the_callers_exception_comes_through_untouched_and_flush_has_the_rest() -> None:
    batches = cordwood.batches(broken(5), limits=SMALL)
    first = next(batches)
    with pytest.raises(Failure, match="the source is gone") as caught:
        next(batches)
    assert type(caught.value) is Failure
    assert caught.value.__cause__ is None
    assert batches.counts["held"] == 2
    assert messages(batches.flush()) == ["event 3", "event 4"]
    assert messages([first]) == ["event 0", "event 1", "event 2"]
    assert batches.counts["held"] == 0
    assert batches.flush() == []
    assert list(batches) == []


def test_without_flush_the_rest_comes_by_asking_on() -> None:
    batches = cordwood.batches(broken(5), limits=SMALL)
    next(batches)
    with pytest.raises(Failure):
        next(batches)
    assert messages(list(batches)) == ["event 3", "event 4"]


def test_after_a_rejected_event_the_stream_goes_on_behind_it() -> None:
    batches = cordwood.batches(iter([(0, "a"), (1, ""), (2, "c")]))
    with pytest.raises(cordwood.EventError, match="event 1: message is empty"):
        next(batches)
    assert messages(list(batches)) == ["a", "c"]
    assert batches.counts == {
        "events": 3, "batched": 2, "held": 0, "too_old": 0, "too_new": 0, "expired": 0,
        "oversize": 0, "empty": 1, "invalid": 0, "altered": 0,
    }  # fmt: skip


def test_batches_that_closed_before_a_failure_come_from_the_next_call() -> None:
    batcher = cordwood.Batcher(limits=SMALL)
    with pytest.raises(Failure):
        batcher.extend(broken(8))
    assert messages(batcher.add(8, "event 8")) == [f"event {t}" for t in range(6)]
    assert messages(batcher.flush()) == ["event 6", "event 7", "event 8"]


def test_a_stream_is_read_no_further_than_the_batch_that_is_asked_for() -> None:
    read = []

    def source() -> Iterator[tuple[int, str]]:
        for t in range(100):
            read.append(t)
            yield t, "m"

    batches = cordwood.batches(source(), limits=SMALL)
    assert read == []
    next(batches)
    assert read == [0, 1, 2, 3]


def test_flush_in_the_middle_hands_back_what_is_held_and_the_stream_goes_on() -> None:
    batches = cordwood.batches(((t, str(t)) for t in range(10)), limits=SMALL)
    assert messages([next(batches)]) == ["0", "1", "2"]
    assert messages(batches.flush()) == ["3"]
    assert messages(list(batches)) == ["4", "5", "6", "7", "8", "9"]


def test_flush_of_a_sequence_hands_back_all_that_is_left() -> None:
    batches = cordwood.batches([(t, str(t)) for t in range(7)], limits=SMALL)
    next(batches)
    assert [len(batch) for batch in batches.flush()] == [3, 1]
    assert list(batches) == []


def test_a_batcher_may_be_called_from_the_iterator_that_it_reads() -> None:
    batcher = cordwood.Batcher()

    def source() -> Iterator[tuple[int, str]]:
        batcher.add(1, "from within")
        yield 2, "from the iterator"

    batcher.extend(source())
    assert messages(batcher.flush()) == ["from within", "from the iterator"]
