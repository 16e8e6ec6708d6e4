"""The states of a piece: which transitions there are, and that only one thread settles it."""

import cordwood
import pytest
from cordwood._model import StopKind
from cordwood.delivery.clock import Clock
from cordwood.delivery.queue import Piece, Queue, State
from cordwood.delivery.stop_policy import Stop

DAY = 86_400_000


def queue(count: int = 2, **options: bool) -> Queue:
    """A queue of so many batches, each of two events."""
    filled = Queue(Clock(), workers=4, **options)
    events = [(day * 2 * DAY + n, "x") for day in range(count) for n in range(2)]
    for batch in cordwood.batches(events):
        filled.put(batch, "s", batch.positions[0])
    return filled


def taken(filled: Queue) -> Piece:
    piece = filled.take()
    assert piece is not None
    return piece


def test_a_piece_is_taken_sent_answered_and_settled_once() -> None:
    filled = queue(1)
    piece = taken(filled)
    assert piece.state is State.TAKEN
    assert filled.mark_sent(piece)
    assert (piece.state, piece.attempts, filled.in_flight) == (State.SENT, 1, 1)
    filled.mark_answered(piece, may_be_stored=True)
    assert (piece.state, piece.may_be_stored, filled.in_flight) == (State.TAKEN, True, 0)
    assert filled.claim(piece)
    assert not filled.claim(piece)
    assert not filled.idle
    filled.finish(piece)
    assert (piece.state, filled.idle) == (State.DONE, True)
    filled.close()
    assert filled.take() is None


def test_a_piece_that_was_abandoned_is_not_sent_any_more() -> None:
    """Its events are settled as certainly not stored: a request with them would make that wrong."""
    filled = queue(1)
    piece = taken(filled)
    filled.stop(Stop(StopKind.TIMEOUT, "too late"))
    assert filled.abandon() == [(piece, State.TAKEN)]
    assert not piece.may_be_stored
    assert not filled.mark_sent(piece)
    assert piece.attempts == 0


def test_what_is_abandoned_while_it_is_sent_may_be_stored() -> None:
    filled = queue(2)
    piece = taken(filled)
    assert filled.mark_sent(piece)
    (sent, state), (waiting, before) = filled.abandon()
    assert (sent, state, sent.may_be_stored) == (piece, State.SENT, True)
    assert (before, waiting.may_be_stored) == (State.WAITING, False)
    # The response arrives after all: the worker changes nothing.
    filled.mark_answered(piece)
    filled.replace(piece, [piece.batch[:1], piece.batch[1:]])
    assert not filled.claim(piece)
    assert filled.abandon() == []


def test_halves_go_before_what_came_later_and_keep_the_history() -> None:
    filled = queue(2)
    piece = taken(filled)
    filled.mark_sent(piece)
    filled.mark_answered(piece, may_be_stored=True)
    filled.replace(piece, [piece.batch[:1], piece.batch[1:]])
    halves = [taken(filled), taken(filled)]
    assert [half.batch.positions for half in halves] == [[0], [1]]
    assert all(half.may_be_stored and half.attempts == 1 for half in halves)
    assert len({piece.key, *(half.key for half in halves)}) == 3
    assert taken(filled).batch.positions == [2, 3]


def test_events_set_aside_are_claimed_already() -> None:
    filled = queue(1)
    piece = taken(filled)
    asides = filled.set_aside(piece, [piece.batch[:1]], piece.batch[1:])
    assert asides is not None
    assert [aside.state for aside in asides] == [State.SETTLING]
    assert (piece.state, piece.batch.positions) == (State.TAKEN, [1])
    assert filled.claim(piece)
    assert filled.set_aside(piece, [piece.batch], None) is None


def test_a_lane_has_one_request_under_way() -> None:
    filled = queue(3)
    first, second = taken(filled), taken(filled)
    assert not first.in_lane
    filled.make_lane(second)
    assert second.state is State.WAITING
    filled.finish(first)
    again = taken(filled)
    assert (again, again.in_lane) == (second, True)
    filled.close()
    assert not filled.wait(lambda: filled._next() is not None, timeout=0)
    filled.finish(again)
    assert taken(filled).in_lane


@pytest.mark.parametrize("held_from", [0, 3, 100])
def test_settled_is_what_neither_source_nor_queue_holds(held_from: int) -> None:
    filled = queue(3)
    first, second = taken(filled), taken(filled)
    filled.advance(held_from)
    assert filled.settled_below(first) == min(held_from, 2)
    assert filled.claim(first)
    # Another thread settles it, and the journal may not know it yet.
    assert filled.settled_below(second) == 0
    filled.finish(first)
    assert filled.settled_below(second) == min(held_from, 4)
