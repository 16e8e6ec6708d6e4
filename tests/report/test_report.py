"""The report stays small, however large the input, and its ranges say where events are."""

import itertools
import json
import pathlib
import pickle
import re
import time

import cordwood
import pytest
from cli_upload import NAMES, environment_of, run, wrote
from cordwood.local import LocalCloudWatchLogs
from cordwood.report.ranges import MAX_RANGES, Ranges
from hypothesis import given
from hypothesis import strategies as st
from paths import ROOT


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
    if len(runs) <= MAX_RANGES:
        assert found == runs
    else:
        assert len(found) <= MAX_RANGES


@given(st.sets(st.integers(0, 10**6), min_size=1, max_size=5000))
def test_many_ranges_become_few_and_count_every_event(positions: set[int]) -> None:
    ranges = Ranges()
    for position in positions:
        ranges.add((position,))
    found = ranges.get()
    assert len(found) <= MAX_RANGES
    assert sum(one.events for one in found) == len(positions)
    assert (found[0].first, found[-1].last) == (min(positions), max(positions))
    assert all(a.last < b.first for a, b in itertools.pairwise(found))


def test_outcomes_without_events_are_in_the_counts_all_the_same() -> None:
    report = cordwood.Report("g", "s", (), 0, dict.fromkeys(cordwood.Outcome, 0))
    assert set(report.as_dict()["counts"]) == {str(outcome) for outcome in cordwood.Outcome}
    assert report.failed() == {}
    assert "0 events to log group g, log stream s" in str(report)


@pytest.mark.slow
def test_the_page_on_the_report_names_every_member(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    page = (ROOT / "docs" / "report.md").read_text()
    report_page, _, letters_page = page.partition("## Dead letters")
    environment = {**environment_of(cloudwatch_logs), "XDG_STATE_HOME": str(tmp_path)}
    file, letters = wrote(tmp_path / "e", [(1, "too old")]), tmp_path / "letters"
    done = run(environment, "upload", file, *NAMES, "--report", "-", "--dead-letter", str(letters))
    named = set(re.findall(r"`(\w+)`", report_page))
    assert done.json.keys() <= named
    assert all(source.keys() <= named for source in done.json["sources"])
    [letter] = map(json.loads, letters.read_text().splitlines())
    assert letter.keys() <= set(re.findall(r"`(\w+)`", letters_page))


def test_a_report_can_be_pickled_and_compared(cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> None:
    now = time.time_ns() // 1_000_000
    report = cordwood.upload(
        [(now, "a"), (1, "old"), (now, ""), (now, "b")],
        log_group_name="g",
        log_stream_name="s",
        client=cloudwatch_logs.client(),
        create_log_group=True,
        dead_letters=tmp_path / "letters",
        check=False,
    )
    assert set(report.failed()) == {cordwood.Outcome.TOO_OLD, cordwood.Outcome.EMPTY}
    again = pickle.loads(pickle.dumps(report))
    assert again == report
    assert (str(again), again.as_dict()) == (str(report), report.as_dict())
    assert type(again.examples[cordwood.Outcome.EMPTY][0]) is cordwood.Example
