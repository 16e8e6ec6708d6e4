"""moto as a second opinion on the wire format: the same boto3 calls to both, the same shape of answers."""

import time
from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest
from cordwood.local import LocalCloudWatchLogs
from moto import mock_aws

Step = Callable[[Any], Any]
NOW = int(time.time() * 1000)
DAY = 86_400_000
G = {"logGroupName": "g"}
S = {**G, "logStreamName": "s"}


def events(*offsets: int) -> dict[str, Any]:
    return {"logEvents": [{"timestamp": NOW + offset, "message": f"é {offset}"} for offset in offsets]}


STEPS: dict[str, Step] = {
    "create group": lambda logs: logs.create_log_group(**G),
    "create group again": lambda logs: logs.create_log_group(**G),
    "group name too long": lambda logs: logs.create_log_group(logGroupName="x" * 513),
    "put to no stream": lambda logs: logs.put_log_events(**S, **events(0)),
    "put to no group": lambda logs: logs.put_log_events(**(S | {"logGroupName": "none"}), **events(0)),
    "create stream": lambda logs: logs.create_log_stream(**S),
    "create stream in no group": lambda logs: logs.create_log_stream(**(S | {"logGroupName": "none"})),
    "describe empty stream": lambda logs: logs.describe_log_streams(**G),
    "retention": lambda logs: logs.put_retention_policy(**G, retentionInDays=7),
    "put": lambda logs: logs.put_log_events(**S, **events(-5000, 0, 0, 1000)),
    "put out of order": lambda logs: logs.put_log_events(**S, **events(5, 4)),
    "describe groups": lambda logs: logs.describe_log_groups(logGroupNamePrefix="g"),
    "describe groups, none": lambda logs: logs.describe_log_groups(logGroupNamePrefix="none"),
    "describe groups, too many": lambda logs: logs.describe_log_groups(limit=51),
    "describe streams": lambda logs: logs.describe_log_streams(**G, orderBy="LastEventTime", descending=True),
    "describe streams, contradiction": lambda logs: logs.describe_log_streams(
        **G, orderBy="LastEventTime", logStreamNamePrefix="s"
    ),
    "get": lambda logs: logs.get_log_events(**S, startFromHead=True),
    "get latest": lambda logs: logs.get_log_events(**S, limit=2),
    "get range": lambda logs: logs.get_log_events(**S, startTime=NOW, endTime=NOW + 500, startFromHead=True),
    "get with a bad token": lambda logs: logs.get_log_events(**S, nextToken="nonsense"),
    "filter": lambda logs: logs.filter_log_events(**G, filterPattern='"é 0"', startTime=NOW, endTime=NOW + 500),
    "filter no group": lambda logs: logs.filter_log_events(logGroupName="none"),
    "delete stream": lambda logs: logs.delete_log_stream(**S),
    "delete group": lambda logs: logs.delete_log_group(**G),
    "delete group again": lambda logs: logs.delete_log_group(**G),
}

# Members of which the two may have one and not the other, or another value
LOOSE = {
    "arn",
    "logGroupArn",
    "creationTime",
    "eventId",
    "ingestionTime",
    "lastIngestionTime",
    "logGroupClass",
    "nextBackwardToken",
    "nextForwardToken",
    "nextSequenceToken",
    "searchedLogStreams",
    "storedBytes",
    "tags",
    "uploadSequenceToken",
}


def bare(value: Any) -> Any:
    """An answer without what is loose."""
    if isinstance(value, dict):
        return {name: bare(part) for name, part in value.items() if name not in LOOSE | {"ResponseMetadata"}}
    return [bare(part) for part in value] if isinstance(value, list) else value


def outcome(logs: Any, step: Step) -> Any:
    """What a call comes to: its answer, or its error's code."""
    try:
        return bare(step(logs))
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, tuple[Any, Any]]:
    with LocalCloudWatchLogs() as endpoint:
        logs = endpoint.client()
        ours = {name: outcome(logs, step) for name, step in STEPS.items()}
    with mock_aws():
        import boto3

        logs = boto3.client("logs", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        theirs = {name: outcome(logs, step) for name, step in STEPS.items()}
    return {name: (ours[name], theirs[name]) for name in STEPS}


@pytest.mark.slow
@pytest.mark.parametrize("name", STEPS)
def test_same_answer(outcomes: dict[str, tuple[Any, Any]], name: str) -> None:
    ours, theirs = outcomes[name]
    assert ours == theirs
