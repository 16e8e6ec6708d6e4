"""Log streams by a function of the event: each fills its own requests, and all together hold bounded memory."""

from collections import Counter
from typing import Any

import cordwood
import pytest
from cordwood._core import Router
from cordwood._model import RejectedEvent
from cordwood.local import LocalCloudWatchLogs
from endpoints import now
from hypothesis import given
from hypothesis import strategies as st
from reference import DAY_MS, Row, Rules, Stream

OPEN_BATCH = 1024
"""What an open batch counts for besides its events."""


def name_of(event: Any) -> str:
    name: str = event[1].partition(" ")[0]
    return name


def contents(routed: list[tuple[cordwood.Batch, str]]) -> list[tuple[str, list[int]]]:
    return [(name, batch.positions) for batch, name in routed]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40)), max_size=60))
def test_each_log_stream_gets_the_batches_of_its_own_events(drawn: list[tuple[str, int]]) -> None:
    events = [(day * DAY_MS, f"{name} message") for name, day in drawn]
    router = Router(name_of)
    routed = [*router.extend(events), *router.flush()]
    for name in "abc":
        own = [(position, event) for position, event in enumerate(events) if name_of(event) == name]
        twin = Stream(Rules())
        rows = [Row(time, text, position) for position, (time, text) in own]
        expected = [batch for row in rows for batch in twin.window.add(row)] + twin.flush()
        assert [batch.positions for batch, of in routed if of == name] == [
            [row.position for row in batch] for batch in expected
        ]


def test_the_log_stream_that_was_fed_least_recently_leaves_for_memory() -> None:
    router = Router(name_of, max_held_nbytes=2 * (OPEN_BATCH + 29) + 29)
    assert router.extend([(1, "a 1"), (1, "b 1"), (1, "a 2")]) == []
    assert router.held_nbytes == 2 * (OPEN_BATCH + 29) + 29
    closed = router.extend([(1, "c 1")])
    assert contents(closed) == [("b", [1])]
    assert closed[0][0].closed_by == "memory"
    left = router.flush()
    assert contents(left) == [("a", [0, 2]), ("c", [3])]
    assert {batch.closed_by for batch, _ in left} == {"end"}
    assert router.held_nbytes == 0


def test_ten_thousand_log_streams_in_turn_are_not_a_request_for_each_event() -> None:
    events = [(n, f"{n % 10_000} " + "x" * 100) for n in range(200_000)]
    router = Router(name_of)
    routed = [*router.extend(events), *router.flush()]
    assert Counter(len(batch) for batch, _ in routed) == {20: 10_000}


def test_what_was_opened_before_a_position_leaves_alone() -> None:
    router = Router(name_of)
    router.extend([(1, "a"), (1, "b"), (1, "a")])
    assert contents(router.flush(opened_before=1)) == [("a", [0, 2])]
    assert router.counts["held"] == 1
    assert contents(router.flush()) == [("b", [1])]


@pytest.mark.parametrize("name", [None, 5, "", "a:b", "*", "\ud800", "x" * 513])
def test_a_name_that_no_log_stream_can_have_makes_the_event_invalid(name: Any) -> None:
    router = Router(lambda _: name, keep_rejected=True)
    assert router.extend([(1, "m")], position=7) == []
    (rejected,) = router.drain_rejected()
    assert (rejected.position, rejected.outcome) == (7, cordwood.Outcome.INVALID)
    assert rejected.reason.startswith(f"log_stream_name gave {name!r:.80}; a name is a str of 1 to 512 characters")
    assert isinstance(rejected, RejectedEvent)
    assert (rejected.payload.timestamp, rejected.payload.text, rejected.payload.is_message) == (1, b"m", True)
    assert router.counts["invalid"] == 1


def test_a_name_may_have_512_characters_of_any_kind() -> None:
    router = Router(lambda _: "é" * 512)
    router.extend([(1, "m")])
    assert contents(router.flush()) == [("é" * 512, [0])]


def test_what_came_before_an_error_of_the_function_is_taken() -> None:
    router = Router({"a": "s"}.__getitem__)
    with pytest.raises(KeyError):
        router.extend(["a", "b", "a"])
    assert router.counts["events"] == 1  # "a" is no event, and is rejected
    assert router.extend(["a"]) == []
    assert [rejected.position for rejected in router.drain_rejected()] == [0, 1]


def test_the_function_may_feed_the_router_itself() -> None:
    router: Router

    def name(event: Any) -> str:
        if event[1] == "outer":
            router.extend([(1, "inner")])
        return "s"

    router = Router(name)
    router.extend([(1, "outer")])
    ((batch, _),) = router.flush()
    assert [event["message"] for event in batch.events()] == ["inner", "outer"]


def test_the_report_counts_what_left_early_for_memory(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    at = now()
    events = [(at, f"{n % 50} " + "x" * 1000) for n in range(500)]
    report = cordwood.upload(
        iter(events),
        log_group_name="g",
        log_stream_name=name_of,
        client=cloudwatch_logs.client(),
        create_log_group=True,
        create_log_stream=True,
        max_memory=100_000,
    )
    assert report.accepted == 500
    # Those besides found no log stream yet.
    assert sum(report.closed_by.values()) == report.requests_by_fate["accepted"]
    assert report.closed_by["memory"] > 50
    assert set(report.closed_by) == {"memory", "end"}
    assert f"{report.closed_by['memory']} requests sent early" in str(report)
