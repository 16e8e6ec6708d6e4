"""One call is one request: through the real boto3 to the strict endpoint, with its answer told as it is."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cordwood
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber
from cordwood.client.botocore_body import HandedOver
from cordwood.local import Fault, LocalCloudWatchLogs
from endpoints import DAY, HOUR, NOW, client_of_aws, stored


def answer(**members: Any) -> Fault:
    return Fault(kind="answer", body=json.dumps(members))


def test_events_arrive_sorted_and_whole(endpoint: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(endpoint.client())
    texts = ["plain", 'a "quote" and \\', "Zürich 漢字 😀", "\x00\x1f\n\t", "x" * 100_000]
    result = client.put_log_events("g", "s", [(NOW - i, text) for i, text in enumerate(texts)])
    assert stored(endpoint) == [(NOW - i, text) for i, text in reversed(list(enumerate(texts)))]
    assert result.rejected == []
    assert result.request_id
    assert result.next_sequence_token
    assert len(endpoint.requests("PutLogEvents")) == 1


def test_a_batch_goes_as_it_is(endpoint: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(endpoint.client())
    for batch in cordwood.batches([(NOW - t, f"event {t}") for t in range(15_000)]):
        client.put_log_events("g", "s", batch)
    assert stored(endpoint) == [(NOW - t, f"event {t}") for t in reversed(range(15_000))]


def test_the_entity_goes_along(endpoint: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(endpoint.client())
    entity = {"keyAttributes": {"Type": "Service", "Name": "shop", "Environment": "prod"}}
    result = client.put_log_events("g", "s", [(NOW, "m")], entity=entity)
    assert result.rejected_entity_info is None
    endpoint.faults.script(answer(rejectedEntityInfo={"errorType": "InvalidAttributes"}))
    result = client.put_log_events("g", "s", [(NOW, "m")], entity=entity)
    assert result.rejected_entity_info == {"errorType": "InvalidAttributes"}


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ([], "at least 1"),
        ([(NOW, "m")] * 10_001, "10,001 events, at most 10,000"),
        ([(NOW, "x" * 600_000)] * 2, r"1,200,052 bytes .*, at most 1,048,576"),
        ([(NOW, "m"), (NOW - DAY - 1, "m")], "86,400,001 ms from first to last timestamp, at most 86,400,000"),
    ],
)
def test_what_fits_no_single_request_is_told_by_its_rule(endpoint: LocalCloudWatchLogs, events: Any, text: str) -> None:
    client = cordwood.PutLogEventsClient(endpoint.client())
    with pytest.raises(cordwood.LimitError, match=text):
        client.put_log_events("g", "s", events)
    with pytest.raises(cordwood.EventError, match="event 1: message is empty"):
        client.put_log_events("g", "s", [(NOW, "m"), (NOW, "")])
    assert endpoint.requests("PutLogEvents") == []


@pytest.mark.parametrize(
    ("events", "text"),
    [("text", "events is a str"), ({"timestamp": NOW, "message": "m"}, "a single mapping"), (5, "int")],
)
def test_a_whole_input_of_the_wrong_kind_is_a_type_error(endpoint: LocalCloudWatchLogs, events: Any, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        cordwood.PutLogEventsClient(endpoint.client()).put_log_events("g", "s", events)


def test_an_iterator_goes_as_one_request_in_order_of_time(endpoint: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(endpoint.client())
    times = [NOW - i * 7919 % 10_007 for i in range(10_000)]
    client.put_log_events("g", "s", ((time, "m") for time in times))
    assert [time for time, _ in stored(endpoint)] == sorted(times)
    assert len(endpoint.requests("PutLogEvents")) == 1
    with pytest.raises(cordwood.LimitError, match=r"10,001 events.*172,800,000 ms"):
        client.put_log_events("g", "s", ((NOW - (i % 2) * 2 * DAY, "m") for i in range(10_001)))


def test_rejected_events_come_back_at_the_callers_positions(endpoint: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(endpoint.client())
    events = [(NOW + 2 * HOUR + 1, "new"), (NOW, "b"), (NOW + 2 * HOUR, "a")]
    result = client.put_log_events("g", "s", events)
    assert [rejected[:2] for rejected in result.rejected] == [(0, "too_new")]
    result = client.put_log_events("g", "s", [(NOW - 13 * DAY - 23 * HOUR, "a"), (NOW - 14 * DAY - 1, "old")])
    assert [rejected[:2] for rejected in result.rejected] == [(1, "too_old")]
    endpoint.client().put_retention_policy(logGroupName="g", retentionInDays=3)
    result = client.put_log_events("g", "s", [(NOW - 3 * DAY + HOUR, "a"), (NOW - 3 * DAY - 1, "expired")])
    assert [rejected[:2] for rejected in result.rejected] == [(1, "expired")]


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (
            {"tooOldLogEventEndIndex": 2, "expiredLogEventEndIndex": 4},
            ["too_old"] * 2 + ["expired"] * 2 + [None] * 2,
        ),
        ({"tooOldLogEventEndIndex": 3, "expiredLogEventEndIndex": 1}, ["too_old"] * 3 + [None] * 3),
        (
            {"tooNewLogEventStartIndex": 4, "expiredLogEventEndIndex": 1, "tooOldLogEventEndIndex": 0},
            ["expired", None, None, None, "too_new", "too_new"],
        ),
        ({"tooNewLogEventStartIndex": 0}, ["too_new"] * 6),
        ({"tooNewLogEventStartIndex": 1, "tooOldLogEventEndIndex": 6}, ["too_old"] * 6),
        ({"tooOldLogEventEndIndex": 99}, ["too_old"] * 6),
        ({}, [None] * 6),
    ],
)
def test_the_three_indexes_also_where_they_overlap(
    endpoint: LocalCloudWatchLogs, info: dict[str, int], expected: list[str | None]
) -> None:
    endpoint.faults.script(answer(rejectedLogEventsInfo=info))
    client = cordwood.PutLogEventsClient(endpoint.client())
    # Latest first: the service's index i speaks of position 5 - i.
    result = client.put_log_events("g", "s", [(NOW - i, "m") for i in range(6)])
    told: list[str | None] = [None] * 6
    for position, outcome, _ in result.rejected:
        told[5 - position] = str(outcome)
    assert told == expected
    assert [rejected.position for rejected in result.rejected] == sorted(r.position for r in result.rejected)


@pytest.mark.parametrize(
    "kind",
    [
        "html_200", "empty_200", "status_204", "truncated", "shortened", "internal_error", "internal_error_after",
        "reset_before", "reset_after",
    ],
)  # fmt: skip
def test_what_is_no_answer_is_unknown_and_sent_once(endpoint: LocalCloudWatchLogs, kind: Any) -> None:
    client = cordwood.PutLogEventsClient(endpoint.client())
    endpoint.faults.script(kind)
    with pytest.raises(cordwood.UnknownOutcomeError, match="may be stored"):
        client.put_log_events("g", "s", [(NOW, "m")])
    assert len(endpoint.requests("PutLogEvents")) == 1


def test_an_answer_of_another_shape_is_unknown(endpoint: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(endpoint.client())
    for fault in (
        Fault(kind="answer", body="[]"),
        Fault(kind="answer", status=502, body="<html>Bad Gateway</html>", content_type="text/html"),
        Fault(kind="answer", status=500, body=""),
    ):
        endpoint.faults.script(fault)
        with pytest.raises(cordwood.UnknownOutcomeError):
            client.put_log_events("g", "s", [(NOW, "m")])
    assert stored(endpoint) == []


def test_a_missing_request_id_counts_only_against_aws(endpoint: LocalCloudWatchLogs) -> None:
    from cordwood.client.answer import is_aws_host

    endpoint.faults.script(Fault(request_id=False))
    cordwood.PutLogEventsClient(endpoint.client()).put_log_events("g", "s", [(NOW, "m")])
    assert is_aws_host("https://logs.eu-central-1.amazonaws.com")
    assert is_aws_host("https://logs.eu-central-1.api.aws")
    assert is_aws_host("https://logs.cn-north-1.amazonaws.com.cn")
    assert is_aws_host("https://logs.us-iso-east-1.c2s.ic.gov")
    assert not is_aws_host("https://amazonaws.com.example.org")
    assert not is_aws_host("http://localhost:4566")
    client = cordwood.PutLogEventsClient(client_of_aws(endpoint))
    endpoint.faults.script(Fault(request_id=False))
    with pytest.raises(cordwood.UnknownOutcomeError, match="no request id"):
        client.put_log_events("g", "s", [(NOW, "m")])


def test_what_never_left_is_raised_as_botocore_says_it() -> None:
    with LocalCloudWatchLogs() as endpoint:
        client = cordwood.PutLogEventsClient(endpoint.client())
    with pytest.raises(EndpointConnectionError):
        client.put_log_events("g", "s", [(NOW, "m")])


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_botocore_retries_the_callers_requests_and_never_ours(endpoint: LocalCloudWatchLogs, mode: str) -> None:
    boto3_client = endpoint.client(retries={"mode": mode, "total_max_attempts": 3})
    client = cordwood.PutLogEventsClient(boto3_client)
    for kind in ("throttle", "unavailable"):
        endpoint.faults.script(kind)
        with pytest.raises(ClientError):
            client.put_log_events("g", "s", [(NOW, "ours")])
    assert len(endpoint.requests("PutLogEvents")) == 2
    endpoint.faults.script("unavailable")
    boto3_client.put_log_events(
        logGroupName="g", logStreamName="s", logEvents=[{"timestamp": NOW, "message": "the caller's"}]
    )
    assert len(endpoint.requests("PutLogEvents")) == 4
    assert stored(endpoint) == [(NOW, "the caller's")]


def test_the_callers_own_calls_stay_as_they_were_also_from_other_threads(endpoint: LocalCloudWatchLogs) -> None:
    boto3_client = endpoint.client(max_pool_connections=8)
    client = cordwood.PutLogEventsClient(boto3_client)
    start = threading.Barrier(8)

    def send(thread: int) -> None:
        start.wait()
        for i in range(25):
            if thread % 2:
                client.put_log_events("g", "s", [(NOW, f"{thread}:{i}")])
            else:
                event = {"timestamp": NOW, "message": f"{thread}:{i}"}
                boto3_client.put_log_events(logGroupName="g", logStreamName="s", logEvents=[event])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(8)))
    assert sorted(stored(endpoint)) == sorted((NOW, f"{thread}:{i}") for thread in range(8) for i in range(25))


def test_a_stubber_sees_the_real_events(endpoint: LocalCloudWatchLogs) -> None:
    boto3_client = endpoint.client()
    client = cordwood.PutLogEventsClient(boto3_client)
    expected = {
        "logGroupName": "g",
        "logStreamName": "s",
        "logEvents": [{"timestamp": NOW, "message": "a"}, {"timestamp": NOW + 1, "message": "b"}],
    }
    with Stubber(boto3_client) as stubber:
        stubber.add_response("put_log_events", {"nextSequenceToken": "495"}, expected)
        result = client.put_log_events("g", "s", [(NOW + 1, "b"), (NOW, "a")])
        assert result.next_sequence_token == "495"
        stubber.add_response("put_log_events", {}, {**expected, "sequenceToken": "495"})
        with pytest.raises(Exception, match="Expected parameters"):
            client.put_log_events("g", "s", [(NOW, "something else")])
    assert endpoint.requests("PutLogEvents") == []


@pytest.mark.parametrize("event", ["provide-client-params", "before-call"])
def test_the_placeholder_never_passes_for_events_where_botocore_drops_a_hook(
    endpoint: LocalCloudWatchLogs, event: str
) -> None:
    boto3_client = endpoint.client()
    client = cordwood.PutLogEventsClient(boto3_client)
    unique_id = {"provide-client-params": "cordwood-params", "before-call": "cordwood-body"}[event]
    boto3_client.meta.events.unregister(f"{event}.cloudwatch-logs.PutLogEvents", unique_id=unique_id)
    with pytest.raises(cordwood.Error, match="please report the versions of boto3 and botocore"):
        client.put_log_events("g", "s", [(NOW, "m")])
    assert stored(endpoint) == []


def test_handed_over_events_equal_the_real_ones_only() -> None:
    from cordwood.client.botocore_body import Request

    [batch] = cordwood.batches([(1, "a")])
    events = HandedOver(Request(batch, b""))
    assert events == [{"timestamp": 1, "message": "a"}]
    assert events != [{"timestamp": 1, "message": "b"}]
