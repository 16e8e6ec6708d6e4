"""The local endpoint's log groups and streams: created, described page by page, changed, deleted."""

from collections.abc import Iterator
from typing import Any

import pytest
from cordwood.local import LocalCloudWatchLogs
from endpoints import DAY, HOUR, NOW
from local_wire import Wire

NO_GROUP = ("ResourceNotFoundException", "The specified log group does not exist.")
NO_STREAM = ("ResourceNotFoundException", "The specified log stream does not exist.")


@pytest.fixture
def endpoint() -> Iterator[LocalCloudWatchLogs]:
    with LocalCloudWatchLogs(now=lambda: NOW, region="eu-west-1") as endpoint:
        yield endpoint


def test_creating_and_deleting(wire: Wire) -> None:
    group, stream = {"logGroupName": "g"}, {"logGroupName": "g", "logStreamName": "s"}
    assert wire.call("CreateLogStream", stream).error == NO_GROUP
    response = wire.call("CreateLogGroup", group)
    assert (response.status, response.body) == (200, b"")
    assert wire.call("CreateLogGroup", group).error == (
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
    )
    response = wire.call("CreateLogStream", stream)
    assert (response.status, response.body) == (200, b"")
    assert wire.call("CreateLogStream", stream).error == (
        "ResourceAlreadyExistsException",
        "The specified log stream already exists",
    )
    assert wire.put([(NOW, "x")]).status == 200
    assert wire.call("DeleteLogStream", stream).status == 200
    assert wire.call("DeleteLogStream", stream).error == NO_STREAM
    # A new stream of the same name is empty
    wire.call("CreateLogStream", stream)
    assert wire.call("GetLogEvents", stream).json["events"] == []
    assert wire.call("DeleteLogGroup", group).status == 200
    assert wire.call("DeleteLogGroup", group).error == NO_GROUP
    assert wire.call("GetLogEvents", stream).error == NO_GROUP


def test_every_answer_has_the_services_headers(wire: Wire) -> None:
    ids = set()
    for response in (wire.call("CreateLogGroup", {"logGroupName": "g"}), wire.call("DeleteLogGroup", {})):
        assert response.headers["content-type"] == "application/x-amz-json-1.1"
        assert response.headers["date"] == "Sun, 15 Jun 2025 15:06:40 GMT"
        ids.add(response.headers["x-amzn-requestid"])
    assert len(ids) == 2


def test_describing_a_group(wire: Wire) -> None:
    tags = {"team": "a", "empty": ""}
    wire.call("CreateLogGroup", {"logGroupName": "a/b", "tags": tags, "kmsKeyId": "key"})
    wire.call("CreateLogGroup", {"logGroupName": "a/c", "logGroupClass": "INFREQUENT_ACCESS"})
    wire.call("PutRetentionPolicy", {"logGroupName": "a/c", "retentionInDays": 3653})
    plain = {"creationTime": NOW, "metricFilterCount": 0, "storedBytes": 0}
    arn = "arn:aws:logs:eu-west-1:000000000000:log-group:a/"
    assert wire.call("DescribeLogGroups", {}).json == {
        "logGroups": [
            {
                "logGroupName": "a/b",
                "arn": f"{arn}b:*",
                "logGroupArn": f"{arn}b",
                "logGroupClass": "STANDARD",
                "kmsKeyId": "key",
                **plain,
            },
            {
                "logGroupName": "a/c",
                "arn": f"{arn}c:*",
                "logGroupArn": f"{arn}c",
                "logGroupClass": "INFREQUENT_ACCESS",
                "retentionInDays": 3653,
                **plain,
            },
        ]
    }


def test_describing_groups_by_prefix_pattern_and_class(wire: Wire) -> None:
    for name in ("b/x", "a/y", "a/x", "B/x"):
        wire.call(
            "CreateLogGroup", {"logGroupName": name, "logGroupClass": "DELIVERY" if name == "a/y" else "STANDARD"}
        )

    def names(**members: Any) -> list[str]:
        return [group["logGroupName"] for group in wire.call("DescribeLogGroups", members).json["logGroups"]]

    assert names() == ["B/x", "a/x", "a/y", "b/x"]
    assert names(logGroupNamePrefix="a/") == ["a/x", "a/y"]
    assert names(logGroupNamePattern="/x") == ["B/x", "a/x", "b/x"]
    assert names(logGroupNamePattern="/X") == []
    assert names(logGroupClass="DELIVERY") == ["a/y"]
    assert wire.call("DescribeLogGroups", {"logGroupNamePrefix": "a", "logGroupNamePattern": "b"}).error == (
        "InvalidParameterException",
        "logGroupNamePrefix and logGroupNamePattern are mutually exclusive.",
    )
    assert wire.call("DescribeLogGroups", {"logGroupClass": "x"}).error[0] == "InvalidParameterException"


@pytest.mark.parametrize("limit", [None, 1, 7, 50])
def test_paging_through_groups(endpoint: LocalCloudWatchLogs, limit: int | None) -> None:
    names = [f"group-{number:03d}" for number in range(101)]
    for name in names:
        endpoint.create(name)
    pages = list(endpoint.client().get_paginator("describe_log_groups").paginate(PaginationConfig={"PageSize": limit}))
    assert [group["logGroupName"] for page in pages for group in page["logGroups"]] == names
    assert len(pages) == -(-101 // (limit or 50))


@pytest.mark.parametrize(("limit", "constraint"), [(0, "greater than or equal to 1"), (51, "less than or equal to 50")])
@pytest.mark.parametrize("action", ["DescribeLogGroups", "DescribeLogStreams"])
def test_page_limits(wire: Wire, action: str, limit: int, constraint: str) -> None:
    body = {"limit": limit} | ({"logGroupName": "g"} if action == "DescribeLogStreams" else {})
    assert wire.call(action, body).error == (
        "InvalidParameterException",
        f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
        f"Member must have value {constraint}",
    )


@pytest.mark.parametrize("token", ["nonsense", "bm9uc2Vuc2U=", "WzFd", "e30="])
@pytest.mark.parametrize("action", ["DescribeLogGroups", "DescribeLogStreams"])
def test_tokens_that_no_answer_contained(endpoint: LocalCloudWatchLogs, wire: Wire, action: str, token: str) -> None:
    endpoint.create("g")
    body = {"nextToken": token} | ({"logGroupName": "g"} if action == "DescribeLogStreams" else {})
    assert wire.call(action, body).error == ("InvalidParameterException", "The specified nextToken is invalid.")


def test_describing_streams(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    endpoint.create("g", "s")
    arn = "arn:aws:logs:eu-west-1:000000000000:log-group:g:log-stream:s"
    before = {"logStreamName": "s", "creationTime": NOW, "arn": arn, "storedBytes": 0}
    assert wire.call("DescribeLogStreams", {"logGroupName": "g"}).json == {"logStreams": [before]}
    wire.put([(NOW - HOUR, "later")])
    token = wire.put([(NOW - DAY, "earlier"), (NOW - 2 * HOUR, "é")]).json["nextSequenceToken"]
    for group in (
        {"logGroupName": "g"},
        {"logGroupIdentifier": "g"},
        {"logGroupIdentifier": arn.rpartition(":log-s")[0]},
    ):
        assert wire.call("DescribeLogStreams", group).json["logStreams"] == [
            {
                **before,
                "firstEventTimestamp": NOW - DAY,
                "lastEventTimestamp": NOW - HOUR,
                "lastIngestionTime": NOW,
                "uploadSequenceToken": token,
            }
        ]
    assert wire.call("DescribeLogGroups", {}).json["logGroups"][0]["storedBytes"] == 5 + 7 + 2 + 3 * 26
    assert wire.call("DescribeLogStreams", {"logGroupName": "none"}).error == NO_GROUP


@pytest.mark.parametrize("body", [{}, {"logGroupName": "g", "logGroupIdentifier": "g"}])
@pytest.mark.parametrize("action", ["DescribeLogStreams", "GetLogEvents", "FilterLogEvents"])
def test_one_way_to_name_a_group(wire: Wire, action: str, body: dict[str, str]) -> None:
    if action == "GetLogEvents":
        body = {**body, "logStreamName": "s"}
    assert wire.call(action, body).error[0] == "InvalidParameterException"


def test_order_of_streams(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    last = {"a": NOW, "b": NOW - 2 * HOUR, "ab": NOW - HOUR, "empty": None}
    for name, stamp in last.items():
        endpoint.create("g", name)
        if stamp is not None:
            wire.put([(stamp - 1, "x"), (stamp, "x")], stream=name)

    def names(**members: Any) -> list[str]:
        found: list[str] = []
        while True:
            page = wire.call("DescribeLogStreams", {"logGroupName": "g", **members}).json
            assert len(page["logStreams"]) <= members.get("limit", 50)
            found += [stream["logStreamName"] for stream in page["logStreams"]]
            if "nextToken" not in page:
                return found
            members["nextToken"] = page["nextToken"]

    for limit in (1, 2, 50):
        assert names(limit=limit) == ["a", "ab", "b", "empty"]
        assert names(limit=limit, descending=True) == ["empty", "b", "ab", "a"]
        assert names(limit=limit, orderBy="LastEventTime") == ["empty", "b", "ab", "a"]
        assert names(limit=limit, orderBy="LastEventTime", descending=True) == ["a", "ab", "b", "empty"]
        assert names(limit=limit, logStreamNamePrefix="a") == ["a", "ab"]
    assert wire.call(
        "DescribeLogStreams", {"logGroupName": "g", "orderBy": "LastEventTime", "logStreamNamePrefix": "a"}
    ).error == ("InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.")
    assert wire.call("DescribeLogStreams", {"logGroupName": "g", "orderBy": "Size"}).error == (
        "InvalidParameterException",
        "1 validation error detected: Value 'Size' at 'orderBy' failed to satisfy constraint: "
        "Member must satisfy enum value set: [LogStreamName, LastEventTime]",
    )


def test_retention(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    assert wire.call("PutRetentionPolicy", {"logGroupName": "g", "retentionInDays": 1}).error == NO_GROUP
    endpoint.create("g")
    assert wire.call("PutRetentionPolicy", {"logGroupName": "g", "retentionInDays": 1}).body == b""
    kind, text = wire.call("PutRetentionPolicy", {"logGroupName": "g", "retentionInDays": 2}).error
    assert kind == "InvalidParameterException"
    assert "Value '2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1" in text
    assert wire.call("PutRetentionPolicy", {"logGroupName": "g"}).error[0] == "InvalidParameterException"
    assert wire.call("PutRetentionPolicy", {"logGroupName": "g", "retentionInDays": "1"}).error == (
        "SerializationException",
        "STRING_VALUE can not be converted to a Long",
    )


@pytest.mark.parametrize(
    ("tags", "error"),
    [
        ({}, "InvalidParameterException"),
        ({f"k{number}": "" for number in range(51)}, "InvalidParameterException"),
        ({"": "x"}, "InvalidParameterException"),
        ({"k": "x" * 257}, "InvalidParameterException"),
        ({"k": 1}, "SerializationException"),
        ([], "SerializationException"),
    ],
)
def test_illegal_tags(wire: Wire, tags: Any, error: str) -> None:
    assert wire.call("CreateLogGroup", {"logGroupName": "g", "tags": tags}).error[0] == error


def test_flags_are_booleans(wire: Wire) -> None:
    assert wire.call("DescribeLogStreams", {"logGroupName": "g", "descending": "yes"}).error == (
        "SerializationException",
        "STRING_VALUE can not be converted to a Boolean",
    )


def test_stream_names_with_lone_surrogates(wire: Wire) -> None:
    wire.call("CreateLogGroup", {"logGroupName": "g"})
    stream = {"logGroupName": "g", "logStreamName": "s\ud800"}
    assert wire.call("CreateLogStream", stream).status == 200
    assert wire.put([(NOW, "x")], stream="s\ud800").status == 200
    described = wire.call("DescribeLogStreams", {"logGroupName": "g"}).json["logStreams"]
    assert described[0]["logStreamName"] == "s\ud800"
