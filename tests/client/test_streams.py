"""Sequence tokens, and groups and streams that are missing."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cordwood
import pytest
from cordwood.local import Fault, Faults, LocalCloudWatchLogs

NOW = 1_700_000_000_000


@pytest.fixture
def old_service() -> Iterator[LocalCloudWatchLogs]:
    with LocalCloudWatchLogs(now=lambda: NOW, insist_on_sequence_tokens=True) as endpoint:
        endpoint.create("g", "s")
        yield endpoint


@pytest.fixture
def endpoint() -> Iterator[LocalCloudWatchLogs]:
    with LocalCloudWatchLogs(now=lambda: NOW) as endpoint:
        yield endpoint


def messages(endpoint: LocalCloudWatchLogs) -> list[str]:
    return [event.message for event in endpoint.events("g", "s")]


def actions(endpoint: LocalCloudWatchLogs) -> list[str]:
    return [record.action for record in endpoint.requests()]


def error(code: str, **members: Any) -> Fault:
    return Fault(kind="answer", status=400, body=json.dumps({"__type": code, "message": f"told {code}", **members}))


def test_the_token_is_tracked_for_each_stream(old_service: LocalCloudWatchLogs) -> None:
    old_service.create("g", "other")
    client = cordwood.PutLogEventsClient(old_service.client())
    for i in range(4):
        client.put_log_events("g", "s", [(NOW + i, f"{i}")])
        client.put_log_events("g", "other", [(NOW + i, f"{i}")])
    assert messages(old_service) == ["0", "1", "2", "3"]
    assert {record.error for record in old_service.requests()} == {None}


def test_a_stream_that_others_wrote_to_costs_one_refusal(old_service: LocalCloudWatchLogs) -> None:
    cordwood.PutLogEventsClient(old_service.client()).put_log_events("g", "s", [(NOW, "another's")])
    client = cordwood.PutLogEventsClient(old_service.client())
    result = client.put_log_events("g", "s", [(NOW, "ours")])
    client.put_log_events("g", "s", [(NOW, "ours again")], sequence_token=result.next_sequence_token)
    client.put_log_events("g", "s", [(NOW, "and a wrong token")], sequence_token="123")
    errors = [record.error for record in old_service.requests()]
    assert errors == [None, "InvalidSequenceTokenException", None, None, "InvalidSequenceTokenException", None]
    assert len(messages(old_service)) == 4


def test_where_the_refusal_names_no_token_the_stream_is_asked(old_service: LocalCloudWatchLogs) -> None:
    first = cordwood.PutLogEventsClient(old_service.client())
    first.put_log_events("g", "s", [(NOW, "another's")])
    old_service.faults.script(error("InvalidSequenceTokenException"))
    cordwood.PutLogEventsClient(old_service.client()).put_log_events("g", "s", [(NOW, "ours")])
    assert actions(old_service) == ["PutLogEvents", "PutLogEvents", "DescribeLogStreams", "PutLogEvents"]


def test_a_batch_that_was_taken_before_is_a_success(old_service: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(old_service.client())
    old_service.faults.script("reset_after")
    with pytest.raises(cordwood.UnknownOutcomeError):
        client.put_log_events("g", "s", [(NOW, "once")])
    result = client.put_log_events("g", "s", [(NOW, "once")])
    assert result.already_accepted
    client.put_log_events("g", "s", [(NOW, "next")])
    assert messages(old_service) == ["once", "next"]


def test_many_writers_of_one_insisting_stream_lose_nothing(old_service: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(old_service.client())
    lock = threading.Lock()
    given_up = []

    def send(i: int) -> None:
        try:
            client.put_log_events("g", "s", [(NOW, f"{i}")])
        except client.client.exceptions.InvalidSequenceTokenException:
            with lock:
                given_up.append(f"{i}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(40)))
    assert sorted(messages(old_service) + given_up) == sorted(f"{i}" for i in range(40))


def test_tokens_that_are_left_out_are_not_missed() -> None:
    with LocalCloudWatchLogs(now=lambda: NOW, return_sequence_tokens=False) as endpoint:
        endpoint.create("g", "s")
        client = cordwood.PutLogEventsClient(endpoint.client())
        assert client.put_log_events("g", "s", [(NOW, "a")]).next_sequence_token is None
        client.put_log_events("g", "s", [(NOW, "b")])
        assert messages(endpoint) == ["a", "b"]


def test_nothing_is_created_unless_told(endpoint: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(endpoint.client())
    with pytest.raises(client.client.exceptions.ResourceNotFoundException):
        client.put_log_events("g", "s", [(NOW, "m")])
    assert actions(endpoint) == ["PutLogEvents"]


def test_a_missing_stream_is_created_but_no_group(endpoint: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(endpoint.client(), create_log_stream=True)
    with pytest.raises(client.client.exceptions.ResourceNotFoundException):
        client.put_log_events("g", "s", [(NOW, "m")])
    assert actions(endpoint) == ["PutLogEvents", "CreateLogStream"]
    endpoint.create("g")
    client.put_log_events("g", "s", [(NOW, "m")])
    client.put_log_events("g", "s", [(NOW, "n")])
    assert messages(endpoint) == ["m", "n"]
    assert actions(endpoint).count("CreateLogStream") == 2


def test_a_missing_group_is_created_as_told(endpoint: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(
        endpoint.client(),
        create_log_group=True,
        retention_in_days=5,
        log_group_class="INFREQUENT_ACCESS",
        kms_key_id="arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        tags={"team": "shop"},
    )
    client.put_log_events("g", "s", [(NOW, "m")])
    assert messages(endpoint) == ["m"]
    [group] = endpoint.client().describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 5
    assert group["logGroupClass"] == "INFREQUENT_ACCESS"
    assert group["kmsKeyId"].endswith("1234567890ab")


def test_options_of_a_group_without_one_to_create_are_an_error(endpoint: LocalCloudWatchLogs) -> None:
    with pytest.raises(ValueError, match=r"is for a log group that is created: add `create_log_group`"):
        cordwood.PutLogEventsClient(endpoint.client(), create_log_stream=True, retention_in_days=3, tags={"a": "b"})


def test_many_creators_at_once_are_fine(endpoint: LocalCloudWatchLogs) -> None:
    start = threading.Barrier(6)

    def send(i: int) -> None:
        client = cordwood.PutLogEventsClient(endpoint.client(), create_log_group=True)
        start.wait()
        client.put_log_events("g", "s", [(NOW, f"{i}")])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(send, range(6)))
    assert sorted(messages(endpoint)) == [f"{i}" for i in range(6)]


def test_another_operation_on_the_group_is_waited_out(endpoint: LocalCloudWatchLogs) -> None:
    aborted = error("OperationAbortedException")
    endpoint.faults = Faults(actions=frozenset({"CreateLogGroup", "PutRetentionPolicy"}))
    endpoint.faults.script(aborted, Fault(), aborted, error("ResourceNotFoundException"))
    client = cordwood.PutLogEventsClient(endpoint.client(), create_log_group=True, retention_in_days=3)
    client.put_log_events("g", "s", [(NOW, "m")])
    assert messages(endpoint) == ["m"]
    assert endpoint.client().describe_log_groups()["logGroups"][0]["retentionInDays"] == 3


def test_what_was_just_created_and_is_not_found_yet_is_waited_out(endpoint: LocalCloudWatchLogs) -> None:
    missing = error("ResourceNotFoundException")
    endpoint.faults = Faults(actions=frozenset({"CreateLogStream", "PutLogEvents"}))
    endpoint.faults.script(missing, missing, missing, Fault(), missing, missing)
    client = cordwood.PutLogEventsClient(endpoint.client(), create_log_group=True)
    client.put_log_events("g", "s", [(NOW, "m")])
    assert messages(endpoint) == ["m"]
    assert actions(endpoint).count("CreateLogGroup") == 1
