"""An answer is what the model of PutLogEvents says that it is; anything else is no success."""

from __future__ import annotations

import json
from typing import Any

import cordwood
import pytest
from cordwood._model import Outcome
from cordwood.client.request_ids import RequestIds
from cordwood.local import Fault, LocalCloudWatchLogs
from endpoints import messages, now

pytestmark = pytest.mark.usefixtures("short_waits")


@pytest.fixture
def endpoint(cloudwatch_logs: LocalCloudWatchLogs) -> LocalCloudWatchLogs:
    cloudwatch_logs.create("g", "s")
    return cloudwatch_logs


def upload(endpoint: LocalCloudWatchLogs, **options: Any) -> cordwood.Report:
    events = [(now(), f"{n}") for n in range(3)]
    return cordwood.upload(
        events, log_group_name="g", log_stream_name="s", client=endpoint.client(), check=False, **options
    )


@pytest.mark.parametrize(
    "body",
    [
        {"__type": "InternalFailure", "message": "x"},
        {"status": "login required"},
        {"rejectedLogEventsInfo": "none"},
        {"rejectedLogEventsInfo": {"tooOldLogEventEndIndex": 1.5}},
        {"rejectedLogEventsInfo": {"tooOldLogEventEndIndex": "1"}},
        {"rejectedLogEventsInfo": {"tooNewLogEventStartIndex": True}},
    ],
)
def test_a_200_that_is_no_answer_of_put_log_events_is_no_success(endpoint: LocalCloudWatchLogs, body: Any) -> None:
    endpoint.faults.script(Fault(kind="answer", body=json.dumps(body)))
    report = upload(endpoint)
    assert report.accepted == len(messages(endpoint)) == 3
    endpoint.faults.script(Fault(kind="answer", body=json.dumps(body)))
    report = upload(endpoint, at_most_once=True)
    assert report.counts[Outcome.UNKNOWN] == 3
    assert len(messages(endpoint)) == 3


def test_an_index_that_is_written_as_a_float_is_one(endpoint: LocalCloudWatchLogs) -> None:
    body = '{"rejectedLogEventsInfo": {"tooOldLogEventEndIndex": 1.0}}'
    endpoint.faults.script(Fault(kind="answer", body=body, stored=True))
    report = upload(endpoint)
    assert (report.accepted, report.counts[Outcome.TOO_OLD]) == (2, 1)


@pytest.mark.parametrize("status", [300, 304, 307])
def test_a_redirect_is_no_refusal(endpoint: LocalCloudWatchLogs, status: int) -> None:
    endpoint.faults.script(Fault(kind="answer", status=status, body="", stored=True))
    report = upload(endpoint, at_most_once=True)
    assert report.counts[Outcome.UNKNOWN] == 3


def test_what_may_be_stored_is_not_refused_by_a_verdict_on_its_second_copy(endpoint: LocalCloudWatchLogs) -> None:
    too_large = Fault(kind="answer", status=413, body="")
    endpoint.faults.script(Fault(kind="reset_after"), *[too_large] * 10)
    report = upload(endpoint)
    assert report.counts[Outcome.REFUSED] == 0
    assert report.counts[Outcome.UNKNOWN] == 3
    [first, *_] = report.examples[Outcome.UNKNOWN]
    assert "a response was lost, and sent again it was refused" in first.reason


def test_a_request_id_that_comes_again_is_another_requests() -> None:
    ids = RequestIds()
    assert [ids.is_another_requests(one) for one in ["a", "b", "a", "c", "b", "d"]] == [
        False,
        False,
        True,
        False,
        True,
        False,
    ]


def test_ids_that_are_all_the_same_say_nothing() -> None:
    ids = RequestIds()
    assert [ids.is_another_requests("a") for _ in range(5)] == [False, True, False, False, False]


def test_old_request_ids_are_forgotten() -> None:
    ids = RequestIds()
    assert not any(ids.is_another_requests(f"{n}") for n in range(10_000))
    assert ids.is_another_requests("9999")
    assert not ids.is_another_requests("0")
