"""Sequence tokens, and groups and streams that are missing."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import cordwood
import pytest
from cordwood.local import Fault, Faults, LocalCloudWatchLogs
from endpoints import error, messages, now

NOW = now()


@pytest.fixture
def old_service() -> Iterator[LocalCloudWatchLogs]:
    with LocalCloudWatchLogs(now=lambda: NOW, insist_on_sequence_tokens=True) as endpoint:
        endpoint.create("g", "s")
        yield endpoint


def actions(cloudwatch_logs: LocalCloudWatchLogs) -> list[str]:
    return [record.action for record in cloudwatch_logs.requests()]


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
    with LocalCloudWatchLogs(now=lambda: NOW, return_sequence_tokens=False) as cloudwatch_logs:
        cloudwatch_logs.create("g", "s")
        client = cordwood.PutLogEventsClient(cloudwatch_logs.client())
        assert client.put_log_events("g", "s", [(NOW, "a")]).next_sequence_token is None
        client.put_log_events("g", "s", [(NOW, "b")])
        assert messages(cloudwatch_logs) == ["a", "b"]


def test_nothing_is_created_unless_told(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(cloudwatch_logs.client())
    with pytest.raises(client.client.exceptions.ResourceNotFoundException):
        client.put_log_events("g", "s", [(NOW, "m")])
    assert actions(cloudwatch_logs) == ["PutLogEvents"]


def test_a_missing_stream_is_created_but_no_group(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(cloudwatch_logs.client(), create_log_stream=True)
    with pytest.raises(client.client.exceptions.ResourceNotFoundException):
        client.put_log_events("g", "s", [(NOW, "m")])
    assert actions(cloudwatch_logs) == ["PutLogEvents", "CreateLogStream"]
    cloudwatch_logs.create("g")
    client.put_log_events("g", "s", [(NOW, "m")])
    client.put_log_events("g", "s", [(NOW, "n")])
    assert messages(cloudwatch_logs) == ["m", "n"]
    assert actions(cloudwatch_logs).count("CreateLogStream") == 2


def test_a_missing_group_is_created_as_told(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(
        cloudwatch_logs.client(),
        create_log_group=True,
        retention_in_days=5,
        log_group_class="INFREQUENT_ACCESS",
        kms_key_id="arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        tags={"team": "shop"},
    )
    client.put_log_events("g", "s", [(NOW, "m")])
    assert messages(cloudwatch_logs) == ["m"]
    [group] = cloudwatch_logs.client().describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 5
    assert group["logGroupClass"] == "INFREQUENT_ACCESS"
    assert group["kmsKeyId"].endswith("1234567890ab")


def test_options_of_a_group_without_one_to_create_are_an_error(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    with pytest.raises(ValueError, match=r"is for a log group that is created: add `create_log_group`"):
        cordwood.PutLogEventsClient(
            cloudwatch_logs.client(), create_log_stream=True, retention_in_days=3, tags={"a": "b"}
        )


@pytest.mark.slow
def test_many_creators_at_once_are_fine(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    start = threading.Barrier(6)

    def send(i: int) -> None:
        client = cordwood.PutLogEventsClient(cloudwatch_logs.client(), create_log_group=True)
        start.wait()
        client.put_log_events("g", "s", [(NOW, f"{i}")])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(send, range(6)))
    assert sorted(messages(cloudwatch_logs)) == [f"{i}" for i in range(6)]


@pytest.mark.slow
def test_another_operation_on_the_group_is_waited_out(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    aborted = error("OperationAbortedException")
    cloudwatch_logs.faults = Faults(actions=frozenset({"CreateLogGroup", "PutRetentionPolicy"}))
    cloudwatch_logs.faults.script(aborted, Fault(), aborted, error("ResourceNotFoundException"))
    client = cordwood.PutLogEventsClient(cloudwatch_logs.client(), create_log_group=True, retention_in_days=3)
    client.put_log_events("g", "s", [(NOW, "m")])
    assert messages(cloudwatch_logs) == ["m"]
    assert cloudwatch_logs.client().describe_log_groups()["logGroups"][0]["retentionInDays"] == 3


def test_what_was_just_created_and_is_not_found_yet_is_waited_out(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    missing = error("ResourceNotFoundException")
    cloudwatch_logs.faults = Faults(actions=frozenset({"CreateLogStream", "PutLogEvents"}))
    cloudwatch_logs.faults.script(missing, missing, missing, Fault(), missing, missing)
    client = cordwood.PutLogEventsClient(cloudwatch_logs.client(), create_log_group=True)
    client.put_log_events("g", "s", [(NOW, "m")])
    assert messages(cloudwatch_logs) == ["m"]
    assert actions(cloudwatch_logs).count("CreateLogGroup") == 1
