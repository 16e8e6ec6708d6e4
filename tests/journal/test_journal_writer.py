"""What an upload leaves in its journal: what a crash at any point must not lose, and must not send twice unseen."""

import pathlib

import cordwood
import pytest
from cordwood._core import Batch, unpack_positions
from cordwood._model import Outcome, Rejected
from cordwood.journal import Journal, identify_file
from cordwood.ledger.journal_writer import JournalWriter

DAY = 86_400_000


@pytest.fixture
def source(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "events"
    path.write_text("{}")
    return path


def opened(source: pathlib.Path) -> Journal:
    """The journal of the source; opening it anew is what a run after a crash does."""
    return Journal.open(
        source.with_name("journal"), sources=[identify_file(source)], options={}, destination={"log_group_name": "g"}
    )


def batches(count: int) -> list[Batch]:
    """So many batches, of two events each."""
    return list(cordwood.batches([(day * 2 * DAY + n, "x") for day in range(count) for n in range(2)]))


def in_doubt(journal: Journal) -> list[list[int]]:
    return [unpack_positions(packed) for packed in journal.in_doubt]


def test_what_is_intended_and_not_settled_is_in_doubt(source: pathlib.Path) -> None:
    first, second = batches(2)
    with opened(source) as journal:
        writer = JournalWriter(journal)
        writer.intend(1, first)
        writer.intend(2, second)
        writer.settle(1, first, Outcome.ACCEPTED, (), {}, first_position=0, settled_below=2)
    with opened(source) as journal:
        assert in_doubt(journal) == [[2, 3]]
        assert (journal.settled_below, journal.earlier) == (2, {Outcome.ACCEPTED: 2})
        assert JournalWriter(journal).in_doubt_among(second) == {2, 3}


def test_what_is_withdrawn_is_not_in_doubt_and_can_be_intended_again(source: pathlib.Path) -> None:
    [batch] = batches(1)
    with opened(source) as journal:
        writer = JournalWriter(journal)
        writer.intend(1, batch)
        writer.withdraw(1)
    with opened(source) as journal:
        assert in_doubt(journal) == []
        writer = JournalWriter(journal)
        writer.intend(1, batch)
        writer.withdraw(1)
        writer.intend(1, batch)
    with opened(source) as journal:
        assert in_doubt(journal) == [[0, 1]]


@pytest.mark.parametrize(("outcome", "doubtful"), [(Outcome.UNKNOWN, [[0, 1]]), (Outcome.UNDELIVERED, [])])
def test_nothing_above_an_event_that_stays_open_counts_as_all_settled(
    source: pathlib.Path, outcome: Outcome, doubtful: list[list[int]]
) -> None:
    first, second = batches(2)
    with opened(source) as journal:
        writer = JournalWriter(journal)
        writer.intend(1, first)
        writer.settle(1, first, outcome, (), {}, first_position=0, settled_below=0)
        writer.settle(2, second, Outcome.ACCEPTED, (), {}, first_position=2, settled_below=4)
    with opened(source) as journal:
        assert (journal.settled_below, in_doubt(journal)) == (0, doubtful)
        assert [unpack_positions(packed) for packed in journal.settled] == [[2, 3]]


def test_a_rejected_event_of_unknown_outcome_stays_in_doubt_alone(source: pathlib.Path) -> None:
    [batch] = batches(1)
    with opened(source) as journal:
        writer = JournalWriter(journal)
        writer.intend(1, batch)
        rejected = [Rejected(1, Outcome.UNKNOWN, "a response was lost")]
        writer.settle(1, batch, Outcome.ACCEPTED, rejected, {}, first_position=0, settled_below=2)
    with opened(source) as journal:
        assert in_doubt(journal) == [[1]]
        assert (journal.settled_below, journal.earlier) == (1, {Outcome.ACCEPTED: 1})


def test_a_split_event_is_in_doubt_from_its_first_part_to_its_last(source: pathlib.Path) -> None:
    part, rest = cordwood.batches([(0, "x" * 1_500_000)], oversize="split")
    with opened(source) as journal:
        writer = JournalWriter(journal)
        writer.intend(1, part)
        writer.settle(1, part, Outcome.ACCEPTED, (), {}, first_position=0, settled_below=0)
    with opened(source) as journal:
        assert in_doubt(journal) == [[0]]
        writer = JournalWriter(journal)
        writer.intend(1, part)
        writer.settle(1, part, Outcome.ACCEPTED, (), {}, first_position=0, settled_below=0)
        writer.intend(2, rest)
        writer.settle(2, rest, Outcome.ACCEPTED, (), {0: Outcome.ACCEPTED}, first_position=0, settled_below=1)
    with opened(source) as journal:
        assert (in_doubt(journal), journal.settled_below) == ([], 1)


def test_without_a_journal_nothing_is_written() -> None:
    [batch] = batches(1)
    writer = JournalWriter(None)
    assert writer.first_position(batch) == 0
    assert writer.in_doubt_among(batch) == set()
    writer.intend(1, batch)
    writer.settle(1, batch, Outcome.ACCEPTED, (), {}, first_position=0, settled_below=0)
    writer.withdraw(1)
