"""The report stays small whatever the input, and its ranges say where."""

import itertools

import cordwood
from cordwood.report.ranges import MOST_RANGES, Ranges
from hypothesis import given
from hypothesis import strategies as st


def twin(positions: list[int]) -> list[tuple[int, int, int]]:
    """Runs of neighbours, one position at a time."""
    runs: list[tuple[int, int, int]] = []
    for position in sorted(positions):
        if runs and position <= runs[-1][1] + 1:
            first, _, events = runs[-1]
            runs[-1] = (first, position, events + 1)
        else:
            runs.append((position, position, 1))
    return runs


@given(st.lists(st.lists(st.integers(0, 300), max_size=8), max_size=12), st.data())
def test_few_ranges_are_exact(chunks: list[list[int]], data: st.DataObject) -> None:
    ranges = Ranges()
    unique: set[int] = set()
    for chunk in chunks:
        fresh = set(chunk) - unique
        unique |= fresh
        ranges.add(fresh)
    runs = twin(sorted(unique))
    found = [tuple(one)[:3] for one in ranges.get()]
    if len(runs) <= MOST_RANGES:
        assert found == runs
    else:
        assert len(found) <= MOST_RANGES


@given(st.sets(st.integers(0, 10**6), min_size=1, max_size=5000))
def test_many_ranges_become_few_and_count_every_event(positions: set[int]) -> None:
    ranges = Ranges()
    for position in positions:
        ranges.add((position,))
    found = ranges.get()
    assert len(found) <= MOST_RANGES
    assert sum(one.events for one in found) == len(positions)
    assert (found[0].first, found[-1].last) == (min(positions), max(positions))
    assert all(a.last < b.first for a, b in itertools.pairwise(found))


def test_outcomes_without_events_are_in_the_counts_all_the_same() -> None:
    report = cordwood.Report("g", "s", (), 0, dict.fromkeys(cordwood.Outcome, 0))
    assert set(report.as_dict()["counts"]) == {str(outcome) for outcome in cordwood.Outcome}
    assert report.failed() == {}
    assert "0 events to log group g, log stream s" in str(report)
