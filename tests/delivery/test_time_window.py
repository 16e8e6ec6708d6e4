"""Who says what time it is: the service, by its verdicts; this machine's clock alone gives no event up."""

from __future__ import annotations

import json
from typing import Any

import cordwood
import pytest
from cordwood.local import LocalCloudWatchLogs
from endpoints import DAY, now
from http_server import serving


def upload(client: Any, events: list[tuple[int, str]], **options: Any) -> cordwood.Report:
    return cordwood.upload(events, log_group_name="g", log_stream_name="s", client=client, check=False, **options)


def counts(report: cordwood.Report) -> dict[str, int]:
    return {str(outcome): events for outcome, events in report.counts.items() if events}


@pytest.mark.parametrize("days", [-30, -3, 3, 30])
@pytest.mark.parametrize("ordered", [False, True])
def test_a_wrong_clock_of_this_machine_gives_nothing_up(days: int, ordered: bool) -> None:
    there = now() + days * DAY
    with LocalCloudWatchLogs(now=lambda: there, check_signatures=False) as endpoint:
        endpoint.create("g", "s")
        events = [(there - n * DAY // 2, f"{n}") for n in range(20)]
        report = upload(endpoint.client(), [*events, (there - 20 * DAY, "old"), (there + DAY, "new")], ordered=ordered)
        assert counts(report) == {"accepted": 20, "too_old": 1, "too_new": 1}
        assert {event.message for event in endpoint.events("g", "s")} == {message for _, message in events}


def test_once_a_verdict_bears_a_clock_out_the_rest_is_decided_without_requests() -> None:
    with LocalCloudWatchLogs() as endpoint:
        endpoint.create("g", "s")
        old = [(now() - (20 + n) * DAY, "old") for n in range(50)]
        report = upload(endpoint.client(), [*old, (now(), "new")])
        assert counts(report) == {"accepted": 1, "too_old": 50}
        # Of 26 batches; one may be sent before the first verdict.
        assert len(endpoint.requests("PutLogEvents")) <= 3


def test_a_log_that_is_all_too_old_is_found_out_with_one_request() -> None:
    with LocalCloudWatchLogs() as endpoint:
        endpoint.create("g", "s")
        old = [(now() - (20 + n) * DAY, "old") for n in range(50)]
        assert counts(upload(endpoint.client(), old, max_concurrency=1)) == {"too_old": 50}
        assert len(endpoint.requests("PutLogEvents")) == 1


def test_a_date_that_the_verdicts_contradict_is_no_clock() -> None:
    """As of a gateway that puts an old date on each answer of a service that takes everything."""
    taken: list[int] = []

    def take(_: int, body: bytes) -> None:
        taken.append(len(json.loads(body)["logEvents"]))

    with serving(take, {"Date": "Mon, 01 Jan 2024 00:00:00 GMT"}) as client:
        report = upload(client, [(now(), f"{n}") for n in range(25_000)], max_concurrency=1)
    assert counts(report) == {"accepted": 25_000}
    assert sum(taken) == 25_000
