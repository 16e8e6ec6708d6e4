"""The demo's proof sees each way in which what is stored can differ from the input, and reads files as json does."""

import json
import pathlib
import time
from typing import Any

import cordwood
import event_file
import proof
import pytest
from cordwood.local import LocalCloudWatchLogs
from hypothesis import given
from hypothesis import strategies as st
from inputs import DAY_MS
from proof import EDGE, HOUR_MS, Moments, Unproven

NOW = 1_800_000_000_000
AT_ONCE = Moments(NOW, NOW)
EVENTS: list[dict[str, Any]] = [{"timestamp": at, "message": f"m{n}"} for n, at in enumerate([1, 1, 2, 2, 3])]
STORED = [(event["timestamp"], event["message"]) for event in EVENTS]


@given(st.data(), st.booleans())
def test_a_difference_is_seen_and_no_other(data: st.DataObject, ties_in_order: bool) -> None:
    stored = data.draw(st.lists(st.sampled_from(STORED), max_size=6).map(sorted) | st.permutations(STORED))
    # Of a file, those of one timestamp may have changed places.
    swapped = sorted(stored) == STORED and [at for at, _ in stored] == [at for at, _ in STORED]
    if stored == STORED or (swapped and not ties_in_order):
        proof.compare(stored, EVENTS, ties_in_order=ties_in_order)
    else:
        with pytest.raises(Unproven, match=f"^{len(stored)} events are stored and 5 must be"):
            proof.compare(stored, EVENTS, ties_in_order=ties_in_order)


@pytest.mark.parametrize(
    ("event", "word"),
    [
        ({"timestamp": NOW, "message": "m"}, "accepted"),
        ({"timestamp": NOW - 14 * DAY_MS, "message": "m"}, "accepted"),
        ({"timestamp": NOW - 14 * DAY_MS - 1, "message": "m"}, "too_old"),
        ({"timestamp": NOW + 2 * HOUR_MS, "message": "m"}, "accepted"),
        ({"timestamp": NOW + 2 * HOUR_MS + 1, "message": "m"}, "too_new"),
        ({"timestamp": 2**63, "message": "m"}, "invalid"),
        ({"timestamp": -1, "message": "m"}, "invalid"),
        ({"timestamp": NOW, "message": "x" * 1_048_551}, "oversize"),
        ({"timestamp": NOW, "message": "\ud800" * 349_517}, "oversize"),
        ({"timestamp": NOW, "message": "\ud800" * 349_516}, "accepted"),
        ({"timestamp": NOW, "message": ""}, "empty"),
        (None, "invalid"),
    ],
)
def test_the_rules(event: Any, word: str) -> None:
    assert proof.expected([event], AT_ONCE).counts == {word: 1}


def test_what_the_window_passes_over_proves_nothing_either_way() -> None:
    moments = Moments(NOW, NOW + 1_000)
    edges = [NOW - 14 * DAY_MS, NOW + 2 * HOUR_MS + 1_000]
    events = [{"timestamp": at, "message": "m"} for at in [*edges, NOW]]
    expected = proof.expected(events, moments)
    assert expected.counts == {EDGE: 2, "accepted": 1}
    assert [proof.is_edge(at, moments) for at in [*edges, NOW]] == [True, True, False]
    proof.compare_counts({"accepted": 3}, expected.counts)
    proof.compare_counts({"accepted": 1, "too_old": 1, "too_new": 1}, expected.counts)
    for told in ({"accepted": 2}, {"too_old": 2, "too_new": 1}, {"accepted": 4}):
        with pytest.raises(Unproven, match="the report says"):
            proof.compare_counts(told, expected.counts)


def test_fill_is_of_what_closed_a_request() -> None:
    by_bytes = [{"timestamp": NOW, "message": "x" * 524_262}] * 4
    by_events = [{"timestamp": NOW, "message": "m"}] * 10_000
    by_span = [{"timestamp": NOW + DAY_MS // 2, "message": "m"}, {"timestamp": NOW + 2 * DAY_MS, "message": "m"}]
    full = proof.fill([2, 2, 10_000, 1, 1], [*by_bytes, *by_events, *by_span])
    assert full == {"bytes": [1.0, 1.0], "events": [1.0], "span": [0.0]}
    for requests in ([1, 3], [4_000, 6_000]):
        with pytest.raises(Unproven, match="there was room"):
            proof.fill(requests, by_events[: sum(requests)])


@pytest.mark.slow
def test_all_pages_are_read(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    client = cloudwatch_logs.client()
    assert list(proof.read_back(client, "g", "s")) == []
    cloudwatch_logs.create("g", "s")
    at = time.time_ns() // 1_000_000
    events = [(at + n, f"{n}") for n in range(25_000)]
    for batch in cordwood.batches(events):
        client.put_log_events(logGroupName="g", logStreamName="s", logEvents=batch.events())
    assert list(proof.read_back(client, "g", "s")) == events


PAIR = [{"timestamp": 2, "message": 'ü "quoted" \u2028 \x85'}, {"timestamp": 1, "message": "line\nend"}]
LINES = [json.dumps(event, ensure_ascii=False) for event in PAIR]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        (json.dumps(PAIR), PAIR),
        ("\n".join(LINES), PAIR),
        ("\r\n".join(LINES) + "\r\n", PAIR),
        ("\n".join(json.dumps(event, indent=2) for event in PAIR), PAIR),
        ("\ufeff" + json.dumps({"events": PAIR, "nextForwardToken": "f/1"}, indent=4), PAIR),
        ('{"broken\n  indented\n' + LINES[1], [None, PAIR[1]]),
        ('{"timestamp": NaN, "message": "m"}\n' + LINES[1], [None, PAIR[1]]),
        ('[7, {"timestamp": 1, "message": "m", "level": "info"}]', [None, None]),
        ("", []),
    ],
)
def test_a_file_reads_as_json_does(tmp_path: pathlib.Path, text: str, events: list[Any]) -> None:
    path = tmp_path / "f"
    path.write_text(text, "utf-8", newline="")
    assert event_file.read(path) == events
    # cordwood's own reader, which it is there to be held against, takes as many for events.
    reader = cordwood._core.FileReader()
    batches = [*reader.feed(path.read_bytes()), *reader.finish_file(), *reader.flush()]
    assert sum(map(len, batches)) == sum(event is not None for event in events)
    assert reader.counts["events"] == len(events)
