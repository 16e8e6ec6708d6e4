"""The local endpoint enforces each rule of PutLogEvents: at the limit, one below, one above."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from cordwood.local import LocalCloudWatchLogs
from endpoints import DAY, HOUR, NOW, stored
from local_wire import TOO_LATE, TOO_WIDE, Wire

INVALID = "InvalidParameterException"
LIMIT = 1_048_576


@pytest.fixture
def endpoint() -> Iterator[LocalCloudWatchLogs]:
    with LocalCloudWatchLogs(now=lambda: NOW, return_sequence_tokens=False) as endpoint:
        endpoint.create("g", "s")
        yield endpoint


def one_error(value: str, name: str, constraint: str) -> tuple[str, str]:
    return (
        INVALID,
        f"1 validation error detected: Value {value} at '{name}' failed to satisfy constraint: {constraint}",
    )


# --- bytes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("character", ["x", "é", "中", "😀", "\x00", '"', "\u2028"])
@pytest.mark.parametrize("over", [-1, 0, 1])
def test_batch_bytes(endpoint: LocalCloudWatchLogs, wire: Wire, character: str, over: int) -> None:
    # 1,000 events: UTF-8 length of the messages and 26 each; how JSON escapes them plays no part
    width = len(character.encode())
    events = [(NOW, character * ((1000 - 26) // width))] * 999
    rest = LIMIT + over - sum(len(message.encode()) + 26 for _, message in events) - 26
    events.append((NOW, "x" * rest))
    response = wire.put(events)
    if over <= 0:
        assert (response.status, response.json) == (200, {})
        assert stored(endpoint) == events
        assert endpoint.counts().bytes == LIMIT + over
    else:
        assert response.error == (INVALID, "Upload too large: 1048577 bytes exceeds limit of 1048576")
        assert stored(endpoint) == []


@pytest.mark.parametrize(("size", "fits"), [(1_048_549, True), (1_048_550, True), (1_048_551, False)])
def test_message_bytes(endpoint: LocalCloudWatchLogs, wire: Wire, size: int, fits: bool) -> None:
    message = "中" * (size // 3) + "x" * (size % 3)
    response = wire.put([(NOW, message)])
    if fits:
        assert response.status == 200
        assert stored(endpoint) == [(NOW, message)]
    else:
        assert response.error == (INVALID, "Log event too large: 1048577 bytes exceeds limit of 1048576")


def test_a_batch_of_control_characters_is_legal_whatever_its_json_takes(
    endpoint: LocalCloudWatchLogs, wire: Wire
) -> None:
    message = "\x00" * (LIMIT - 26)
    body = {"logGroupName": "g", "logStreamName": "s", "logEvents": [{"timestamp": NOW, "message": message}]}
    assert len(json.dumps(body)) > 6_000_000
    assert wire.call("PutLogEvents", body).status == 200
    assert stored(endpoint) == [(NOW, message)]


# --- number of events ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 9_999, 10_000])
def test_event_count_within(endpoint: LocalCloudWatchLogs, wire: Wire, count: int) -> None:
    assert wire.put([(NOW, "x")] * count).status == 200
    assert endpoint.counts() == (1, count, 27 * count)


def test_event_count_above(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    assert wire.put([(NOW, "x")] * 10_001).error == (
        INVALID,
        "1 validation error detected: Value at 'logEvents' failed to satisfy constraint: "
        "Member must have length less than or equal to 10000",
    )
    assert endpoint.counts().events == 0


def test_event_count_below(wire: Wire) -> None:
    assert wire.put([]).error == one_error("'[]'", "logEvents", "Member must have length greater than or equal to 1")
    assert wire.put(None).error == one_error("null", "logEvents", "Member must not be null")


# --- order and span --------------------------------------------------------------------------------------------


def test_order(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    assert wire.put([(NOW, "a"), (NOW - 1, "b")]).error == (INVALID, TOO_LATE)
    assert wire.put([(NOW, "a"), (NOW, "b"), (NOW, "a"), (NOW + 1, "c")]).status == 200
    assert [message for _, message in stored(endpoint)] == ["a", "b", "a", "c"]


@pytest.mark.parametrize(("over", "fits"), [(-1, True), (0, True), (1, False)])
def test_span(endpoint: LocalCloudWatchLogs, wire: Wire, over: int, fits: bool) -> None:
    response = wire.put([(NOW - DAY - over, "a"), (NOW, "b")])
    if fits:
        assert response.status == 200
    else:
        assert response.error == (INVALID, TOO_WIDE)
    assert len(stored(endpoint)) == (2 if fits else 0)


def test_span_counts_valid_events_only(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    events = [(NOW - 20 * DAY, "old"), (NOW - HOUR, "a"), (NOW, "b"), (NOW + 30 * DAY, "new")]
    assert wire.put(events).json == {
        "rejectedLogEventsInfo": {"tooNewLogEventStartIndex": 3, "tooOldLogEventEndIndex": 1}
    }
    assert stored(endpoint) == [(NOW - HOUR, "a"), (NOW, "b")]
    events[1:1] = [(NOW - 2 * DAY, "two days")]
    assert wire.put(events).error == (INVALID, TOO_WIDE)


def test_events_that_only_the_retention_rejects_count_for_the_span(wire: Wire) -> None:
    wire.call("PutRetentionPolicy", {"logGroupName": "g", "retentionInDays": 1})
    assert wire.put([(NOW - 2 * DAY, "expired"), (NOW, "b")]).error == (INVALID, TOO_WIDE)


# --- message and timestamp -------------------------------------------------------------------------------------


def test_empty_message(wire: Wire) -> None:
    constraint = "Member must have length greater than or equal to 1"
    assert wire.put([(NOW, "x"), (NOW, "")]).error == one_error("''", "logEvents.2.member.message", constraint)
    assert wire.put([(NOW, " ")]).status == 200


@pytest.mark.parametrize(
    ("stamp", "text"),
    [
        (True, "TRUE_VALUE can not be converted to a Long"),
        (False, "FALSE_VALUE can not be converted to a Long"),
        (1.0, "DECIMAL_VALUE can not be converted to a Long"),
        ("1700000000000", "STRING_VALUE can not be converted to a Long"),
        ([], "Start of list found where not expected"),
        ({}, "Start of structure or map found where not expected."),
        (2**63, "NUMBER_VALUE can not be converted to a Long"),
        (-(2**63) - 1, "NUMBER_VALUE can not be converted to a Long"),
    ],
)
def test_timestamp_types(endpoint: LocalCloudWatchLogs, wire: Wire, stamp: Any, text: str) -> None:
    assert wire.put([(NOW, "x"), (stamp, "y")]).error == ("SerializationException", text)
    assert stored(endpoint) == []


def test_timestamp_range(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    constraint = "Member must have value greater than or equal to 0"
    assert wire.put([(-1, "x")]).error == one_error("'-1'", "logEvents.1.member.timestamp", constraint)
    # Legal, but outside of the service's window
    assert wire.put([(0, "x")]).json == {"rejectedLogEventsInfo": {"tooOldLogEventEndIndex": 1}}
    assert wire.put([(2**63 - 1, "x")]).json == {"rejectedLogEventsInfo": {"tooNewLogEventStartIndex": 0}}
    assert stored(endpoint) == []
    assert endpoint.counts().requests == 2


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (5, "NUMBER_VALUE can not be converted to a String"),
        (True, "TRUE_VALUE can not be converted to a String"),
        (["x"], "Start of list found where not expected"),
    ],
)
def test_message_types(wire: Wire, message: Any, text: str) -> None:
    assert wire.put([(NOW, message)]).error == ("SerializationException", text)


@pytest.mark.parametrize(("events", "text"), [("x", "Expected list or null"), (["x"], "Expected structure or null")])
def test_event_types(wire: Wire, events: Any, text: str) -> None:
    assert wire.put(events).error == ("SerializationException", text)


def test_missing_members(wire: Wire) -> None:
    null = "Member must not be null"
    assert wire.put([{"message": "x"}]).error == one_error("null", "logEvents.1.member.timestamp", null)
    assert wire.put([{"timestamp": NOW}]).error == one_error("null", "logEvents.1.member.message", null)
    assert wire.put([(NOW, "x"), None]).error == one_error("null", "logEvents.2.member", null)
    assert wire.put([{"timestamp": None, "message": "x"}]).error[0] == INVALID


def test_unknown_members_are_ignored(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    event = {"timestamp": NOW, "message": "x", "ingestionTime": 5, "eventId": "7"}
    assert wire.put([event], whatever=[1]).status == 200
    assert stored(endpoint) == [(NOW, "x")]


def test_ten_violations_are_told_at_most(wire: Wire) -> None:
    kind, text = wire.put([(NOW, "")] * 12).error
    assert kind == INVALID
    assert text.startswith("10 validation errors detected: Value '' at 'logEvents.1.member.message' failed")
    assert text.count(";") == 9


def test_lone_surrogates_count_and_read_as_replacement_characters(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    event = '{"timestamp":%d,"message":"a\\ud83d\\ude00\\ud800"}'
    body = '{"logGroupName":"g","logStreamName":"s","logEvents":[' + event + "]}"
    assert wire.call("PutLogEvents", (body % NOW).encode()).status == 200
    assert stored(endpoint) == [(NOW, "a😀\ufffd")]
    assert endpoint.counts().bytes == 1 + 4 + 3 + 26


# --- age -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("over", "rejected"), [(-1, False), (0, False), (1, True)])
def test_too_new(endpoint: LocalCloudWatchLogs, wire: Wire, over: int, rejected: bool) -> None:
    response = wire.put([(NOW, "a"), (NOW + 2 * HOUR + over, "b"), (NOW + 2 * HOUR + over, "c")])
    assert response.json == ({"rejectedLogEventsInfo": {"tooNewLogEventStartIndex": 1}} if rejected else {})
    assert len(stored(endpoint)) == (1 if rejected else 3)


@pytest.mark.parametrize(("over", "rejected"), [(-1, False), (0, False), (1, True)])
def test_too_old(endpoint: LocalCloudWatchLogs, wire: Wire, over: int, rejected: bool) -> None:
    stamp = NOW - 14 * DAY - over
    response = wire.put([(stamp, "a"), (stamp, "b"), (NOW - 13 * DAY - 1, "c")])
    assert response.json == ({"rejectedLogEventsInfo": {"tooOldLogEventEndIndex": 2}} if rejected else {})
    assert [message for _, message in stored(endpoint)] == (["c"] if rejected else ["a", "b", "c"])


@pytest.mark.parametrize(("over", "rejected"), [(-1, False), (0, False), (1, True)])
def test_expired(endpoint: LocalCloudWatchLogs, wire: Wire, over: int, rejected: bool) -> None:
    wire.call("PutRetentionPolicy", {"logGroupName": "g", "retentionInDays": 3})
    response = wire.put([(NOW - 3 * DAY - over, "a"), (NOW - 2 * DAY - 1, "b")])
    assert response.json == ({"rejectedLogEventsInfo": {"expiredLogEventEndIndex": 1}} if rejected else {})
    assert [message for _, message in stored(endpoint)] == (["b"] if rejected else ["a", "b"])


def test_overlapping_rejections(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    wire.call("PutRetentionPolicy", {"logGroupName": "g", "retentionInDays": 1})
    events = [
        *((NOW - days * DAY, f"{days} days") for days in (40, 15)),
        (NOW - DAY - 1, "expired"),
        (NOW - DAY + 1, "taken"),
        (NOW + 3 * HOUR, "too new"),
    ]
    # The valid ones, from "expired" to "taken", lie within 24 hours
    assert wire.put(events).json == {
        "rejectedLogEventsInfo": {
            "tooNewLogEventStartIndex": 4,
            "tooOldLogEventEndIndex": 2,
            "expiredLogEventEndIndex": 3,
        }
    }
    assert [message for _, message in stored(endpoint)] == ["taken"]


def test_retention_longer_than_the_window(wire: Wire) -> None:
    wire.call("PutRetentionPolicy", {"logGroupName": "g", "retentionInDays": 30})
    assert wire.put([(NOW - 31 * DAY, "a"), (NOW - 20 * DAY, "b"), (NOW, "c")]).json == {
        "rejectedLogEventsInfo": {"tooOldLogEventEndIndex": 2, "expiredLogEventEndIndex": 1}
    }


def test_nothing_valid(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    assert wire.put([(0, "a"), (NOW + DAY, "b")]).json == {
        "rejectedLogEventsInfo": {"tooNewLogEventStartIndex": 1, "tooOldLogEventEndIndex": 1}
    }
    assert stored(endpoint) == []


# --- names and the rest ----------------------------------------------------------------------------------------

GROUP_PATTERN = r"Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+"
STREAM_PATTERN = "Member must satisfy regular expression pattern: [^:*]*"
TOO_LONG = "Member must have length less than or equal to 512"


@pytest.mark.parametrize("name", ["g", "./-_#aZ9", "x" * 511, "x" * 512])
def test_group_names(wire: Wire, name: str) -> None:
    if name != "g":
        assert wire.call("CreateLogGroup", {"logGroupName": name}).status == 200
    assert wire.call("CreateLogStream", {"logGroupName": name, "logStreamName": "x"}).status == 200
    body = {"logGroupName": name, "logStreamName": "x", "logEvents": [{"timestamp": NOW, "message": "x"}]}
    assert wire.call("PutLogEvents", body).status == 200


@pytest.mark.parametrize(
    ("name", "constraint"),
    [
        ("a b", GROUP_PATTERN),
        ("é", GROUP_PATTERN),
        ("a:b", GROUP_PATTERN),
        ("a\n", GROUP_PATTERN),
        ("x" * 513, TOO_LONG),
    ],
)
@pytest.mark.parametrize("action", ["CreateLogGroup", "PutLogEvents", "DeleteLogGroup"])
def test_illegal_group_names(wire: Wire, action: str, name: str, constraint: str) -> None:
    body = {"logGroupName": name, "logStreamName": "s", "logEvents": [{"timestamp": NOW, "message": "x"}]}
    assert wire.call(action, body).error == one_error(f"'{name}'", "logGroupName", constraint)


@pytest.mark.parametrize("name", ["s s", "é/[$LATEST]\n", "x" * 511, "😀" * 512])
def test_stream_names(endpoint: LocalCloudWatchLogs, wire: Wire, name: str) -> None:
    assert wire.call("CreateLogStream", {"logGroupName": "g", "logStreamName": name}).status == 200
    assert wire.put([(NOW, "x")], stream=name).status == 200
    assert endpoint.counts("g", name).events == 1


@pytest.mark.parametrize(
    ("name", "constraint"), [("a:b", STREAM_PATTERN), ("*", STREAM_PATTERN), ("x" * 513, TOO_LONG)]
)
def test_illegal_stream_names(wire: Wire, name: str, constraint: str) -> None:
    error = one_error(f"'{name}'", "logStreamName", constraint)
    assert wire.call("CreateLogStream", {"logGroupName": "g", "logStreamName": name}).error == error
    assert wire.put([(NOW, "x")], stream=name).error == error


def test_empty_and_missing_names(wire: Wire) -> None:
    assert wire.call("CreateLogGroup", {}).error == one_error("null", "logGroupName", "Member must not be null")
    assert wire.call("CreateLogGroup", {"logGroupName": ""}).error == (
        INVALID,
        f"2 validation errors detected: Value '' at 'logGroupName' failed to satisfy constraint: {GROUP_PATTERN}; "
        "Value '' at 'logGroupName' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
    )
    assert wire.call("CreateLogGroup", {"logGroupName": 5}).error[0] == "SerializationException"


def test_missing_group_and_stream(wire: Wire) -> None:
    events = [{"timestamp": NOW, "message": "x"}]
    body = {"logGroupName": "none", "logStreamName": "s", "logEvents": events}
    assert wire.call("PutLogEvents", body).error == (
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )
    assert wire.put(events, stream="none").error == (
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )


def test_entity(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    entity: dict[str, Any] = {
        "keyAttributes": {"Type": "Service", "Name": "shop", "Environment": "prod"},
        "attributes": {"Host": "h"},
    }
    assert wire.put([(NOW, "x")], entity=entity).json == {}
    del entity["keyAttributes"]["Type"]
    assert wire.put([(NOW, "x")], entity=entity).json == {"rejectedEntityInfo": {"errorType": "MissingRequiredFields"}}
    assert len(stored(endpoint)) == 2
    assert wire.put([(NOW, "x")], entity={"keyAttributes": {"Type": "a"}}).error[0] == INVALID
    assert wire.put([(NOW, "x")], entity={"keyAttributes": {"Type": 1, "Name": "a"}}).error == (
        "SerializationException",
        "NUMBER_VALUE can not be converted to a String",
    )
    assert wire.put([(NOW, "x")], entity="x").error == ("SerializationException", "Expected structure or null")


def test_a_refused_batch_stores_nothing_and_takes_no_token(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    assert wire.put([(NOW, "a"), (NOW - 1, "b")]).status == 400
    assert endpoint.counts() == (0, 0, 0)
    streams = wire.call("DescribeLogStreams", {"logGroupName": "g"}).json["logStreams"]
    assert "lastEventTimestamp" not in streams[0]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"nope", b'{"logEvents": NaN}', b"\xff{}", b"[" * 100_000])
def test_bodies_that_are_no_structure(wire: Wire, body: bytes) -> None:
    kind, _ = wire.call("PutLogEvents", body).error
    assert kind == ("InvalidParameterException" if body == b"" else "SerializationException")
