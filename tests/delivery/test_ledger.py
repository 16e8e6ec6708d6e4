"""The ledger adds up, whatever is closed, split or interrupted, and closing it again changes nothing."""

import pathlib

import cordwood
import pytest
from cordwood._core import Batch, pack_positions
from cordwood._model import Outcome, Rejected, locate_in_memory
from cordwood.dead_letters import DeadLetters
from cordwood.ledger.dead_letter_writer import DeadLetterWriter
from cordwood.ledger.journal_writer import Settlement, settlement_of
from cordwood.ledger.ledger import Ledger

OPEN = {Outcome.UNDELIVERED, Outcome.UNKNOWN}


def batches(messages: list[str]) -> list[Batch]:
    """The batches of these messages at one time, split where they are too long."""
    return list(cordwood.batches([(0, message) for message in messages], oversize="split"))


def test_closing_it_twice_returns_the_same(tmp_path: pathlib.Path) -> None:
    """What is left of split events, skipped lines and missing events are counted once."""
    letters = DeadLetters(tmp_path / "letters")
    ledger = Ledger(DeadLetterWriter(letters, locate_in_memory))
    whole, part, _rest = batches(["a", "b" * 1_500_000])
    for batch in (whole, part):
        ledger.hand_out(batch)
        ledger.settle(batch, Outcome.ACCEPTED)
    ledger.take_rejected([Rejected(2, Outcome.EMPTY, "message is empty")])
    read = {"events": 9, "altered": 1, "settled": 2, "skipped": 1}
    snapshot = ledger.close(read)
    assert {outcome: count for outcome, count in snapshot.counts.items() if count} == {
        Outcome.ACCEPTED: 1,
        Outcome.EMPTY: 1,
        Outcome.SKIPPED: 1,
        Outcome.UNDELIVERED: 4,
    }
    assert sum(snapshot.counts.values()) == snapshot.events == 7
    written = letters.written
    assert ledger.close(read) is snapshot
    assert (letters.written, letters.lost) == (written, 3)
    assert ledger.counts == snapshot.counts
    letters.close()


def test_what_comes_after_the_closing_does_not_change_the_snapshot() -> None:
    ledger = Ledger()
    [batch] = batches(["a"])
    snapshot = ledger.close({"events": 1, "altered": 0})
    ledger.settle(batch, Outcome.ACCEPTED)
    ledger.count_planned_request()
    assert (snapshot.counts[Outcome.ACCEPTED], snapshot.counts[Outcome.UNDELIVERED], snapshot.requests) == (0, 1, 0)


def test_a_whole_batch_is_settled_under_its_outcome() -> None:
    [batch] = batches(["a", "b"])
    assert settlement_of(batch, Outcome.ACCEPTED, (), {}, OPEN) == Settlement(
        pack_positions([0, 1]), {Outcome.ACCEPTED: 2}, still_open=[], in_doubt=[], decided=[]
    )


@pytest.mark.parametrize("outcome", sorted(OPEN))
def test_an_outcome_that_a_later_run_may_change_settles_nothing(outcome: Outcome) -> None:
    [batch] = batches(["a", "b"])
    assert settlement_of(batch, outcome, (), {}, OPEN) is None


def test_at_most_once_an_unknown_outcome_is_final() -> None:
    [batch] = batches(["a"])
    settlement = settlement_of(batch, Outcome.UNKNOWN, (), {}, {Outcome.UNDELIVERED})
    assert settlement == Settlement(pack_positions([0]), {Outcome.UNKNOWN: 1}, [], [], [])


def test_rejected_events_are_settled_under_theirs_unless_it_is_open() -> None:
    [batch] = batches(["a", "b", "c"])
    rejected = [Rejected(0, Outcome.TOO_OLD, "too old"), Rejected(2, Outcome.UNKNOWN, "a response was lost")]
    assert settlement_of(batch, Outcome.ACCEPTED, rejected, {}, OPEN) == Settlement(
        pack_positions([0, 1]), {Outcome.TOO_OLD: 1, Outcome.ACCEPTED: 1}, still_open=[2], in_doubt=[2], decided=[]
    )


def test_a_split_event_stays_in_doubt_until_its_last_part() -> None:
    _whole, part, rest = batches(["a", "b" * 1_500_000])
    assert settlement_of(part, Outcome.ACCEPTED, (), {}, OPEN) == Settlement(
        pack_positions([]), {}, still_open=[], in_doubt=[1], decided=[]
    )
    assert settlement_of(rest, Outcome.ACCEPTED, (), {1: Outcome.ACCEPTED}, OPEN) == Settlement(
        pack_positions([1]), {Outcome.ACCEPTED: 1}, still_open=[], in_doubt=[], decided=[1]
    )
    # Its first part is of unknown outcome: a later run sends the whole event again.
    assert settlement_of(rest, Outcome.ACCEPTED, (), {1: Outcome.UNKNOWN}, OPEN) == Settlement(
        pack_positions([]), {}, still_open=[1], in_doubt=[1], decided=[]
    )
