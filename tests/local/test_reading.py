"""GetLogEvents and FilterLogEvents of the local endpoint: order, time ranges, pages in both directions, terms."""

from typing import Any

import pytest
from cordwood.local import LocalCloudWatchLogs
from cordwood.local.service import Service
from endpoints import NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from local_wire import Wire

Json = dict[str, Any]


def get(wire: Wire, **members: Any) -> Json:
    response = wire.call("GetLogEvents", {"logGroupName": "g", "logStreamName": "s", **members})
    assert response.status == 200, response.body
    return response.json


def texts(answer: Json) -> list[str]:
    return [event["message"] for event in answer["events"]]


def search(wire: Wire, **members: Any) -> Json:
    response = wire.call("FilterLogEvents", {"logGroupName": "g", **members})
    assert response.status == 200, response.body
    return response.json


def test_events_read_in_order_of_time_and_arrival(wire: Wire) -> None:
    wire.put([(NOW, "a"), (NOW, "b"), (NOW + 5, "c")])
    wire.put([(NOW - 1, "d"), (NOW, "e"), (NOW + 5, "f"), (NOW + 6, "g")])
    answer = get(wire, startFromHead=True)
    assert texts(answer) == ["d", "a", "b", "e", "c", "f", "g"]
    assert answer["events"][0] == {"timestamp": NOW - 1, "message": "d", "ingestionTime": NOW}
    # The latest page comes first where nothing is said, its events still ascending
    assert texts(get(wire)) == texts(answer)
    assert texts(get(wire, limit=2)) == ["f", "g"]
    assert texts(get(wire, limit=2, startFromHead=True)) == ["d", "a"]


def test_time_range_of_get_log_events(wire: Wire) -> None:
    wire.put([(NOW + number, str(number)) for number in range(10)])
    assert texts(get(wire, startTime=NOW + 3, endTime=NOW + 6)) == ["3", "4", "5"]
    assert texts(get(wire, startTime=NOW + 8)) == ["8", "9"]
    assert texts(get(wire, endTime=NOW + 1)) == ["0"]
    assert texts(get(wire, endTime=NOW)) == []
    assert texts(get(wire, startTime=NOW + 5, endTime=NOW + 2)) == []
    page = get(wire, startTime=NOW + 3, endTime=NOW + 6, limit=2, startFromHead=True)
    page = get(wire, startTime=NOW + 3, endTime=NOW + 6, nextToken=page["nextForwardToken"])
    assert texts(page) == ["5"]


@pytest.mark.parametrize("limit", [1, 3, 9, 10, 11])
def test_paging_both_ways(wire: Wire, limit: int) -> None:
    everything = [str(number) for number in range(10)]
    for number in range(0, 10, 2):
        wire.put([(NOW + number // 4, str(number)), (NOW + number // 4, str(number + 1))])
    found: list[str] = []
    page = get(wire, limit=limit, startFromHead=True)
    while page["events"]:
        found += texts(page)
        page = get(wire, limit=limit, startFromHead=True, nextToken=page["nextForwardToken"])
    assert found == everything
    # At the end, the token that was sent comes back
    token = page["nextForwardToken"]
    assert get(wire, limit=limit, nextToken=token)["nextForwardToken"] == token
    # And from there all the way back
    found = []
    page = get(wire, limit=limit, nextToken=page["nextBackwardToken"])
    while page["events"]:
        found = texts(page) + found
        page = get(wire, limit=limit, nextToken=page["nextBackwardToken"])
    assert found == everything
    token = page["nextBackwardToken"]
    assert get(wire, limit=limit, nextToken=token)["nextBackwardToken"] == token


def test_a_token_stays_good_while_events_arrive(wire: Wire) -> None:
    wire.put([(NOW, "a"), (NOW + 1, "b")])
    page = get(wire, startFromHead=True)
    wire.put([(NOW - 1, "before"), (NOW + 1, "c"), (NOW + 2, "d")])
    assert texts(get(wire, nextToken=page["nextForwardToken"])) == ["c", "d"]
    assert texts(get(wire, nextToken=page["nextBackwardToken"])) == ["before"]


def test_reading_an_empty_stream(wire: Wire) -> None:
    page = get(wire)
    assert page["events"] == []
    wire.put([(NOW, "a")])
    assert texts(get(wire, nextToken=page["nextForwardToken"])) == ["a"]


@pytest.mark.slow
def test_boto3_pages_through_a_large_stream(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    wire.put([(NOW, f"{number} " + "x" * 500) for number in range(1_900)])
    for _ in range(2):
        wire.put([(NOW + 1, str(number)) for number in range(10_000)])
    wire.put([(NOW + 2, "中" * 349_000)])
    client = endpoint.client()
    read: list[Json] = []
    sizes = []
    token: Json = {}
    while True:
        page = client.get_log_events(logGroupName="g", logStreamName="s", startFromHead=True, **token)
        if page["nextForwardToken"] == token.get("nextToken"):
            break
        token = {"nextToken": page["nextForwardToken"]}
        sizes.append((len(page["events"]), sum(len(event["message"].encode()) + 26 for event in page["events"])))
        read += page["events"]
    assert [(event["timestamp"], event["message"]) for event in read] == [
        (event.timestamp, event.message) for event in endpoint.events("g", "s")
    ]
    assert len(read) == 21_901
    assert all(count <= 10_000 and size <= 1_048_576 for count, size in sizes)
    # The first page was full by its bytes, the second by its events, the third before the huge event
    assert [count for count, _ in sizes] == [sizes[0][0], 10_000, 11_900 - sizes[0][0], 1]
    assert sizes[0][1] > 1_048_576 - 32


@pytest.mark.parametrize("action", ["GetLogEvents", "FilterLogEvents"])
@pytest.mark.parametrize(("limit", "fits"), [(0, False), (1, True), (10_000, True), (10_001, False)])
def test_limits_of_pages(wire: Wire, action: str, limit: int, fits: bool) -> None:
    stream = {"logStreamName": "s"} if action == "GetLogEvents" else {}
    response = wire.call(action, {"logGroupName": "g", "limit": limit, **stream})
    assert response.status == (200 if fits else 400)
    if not fits:
        assert response.error[0] == "InvalidParameterException"


@pytest.mark.parametrize("action", ["GetLogEvents", "FilterLogEvents"])
@pytest.mark.parametrize("token", ["x", "f/1", f"x/{'0' * 56}", f"f/{'0' * 57}"])
def test_event_tokens_that_no_answer_contained(wire: Wire, action: str, token: str) -> None:
    stream = {"logStreamName": "s"} if action == "GetLogEvents" else {}
    assert wire.call(action, {"logGroupName": "g", "nextToken": token, **stream}).error == (
        "InvalidParameterException",
        "The specified nextToken is invalid.",
    )


def test_filtering_interleaves_streams(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    for name in ("s2", "t"):
        endpoint.create("g", name)
    wire.put([(NOW, "a"), (NOW + 2, "c")])
    wire.put([(NOW, "a2"), (NOW + 1, "b2"), (NOW + 2, "c2")], stream="s2")
    wire.put([(NOW - 1, "t")], stream="t")
    answer = search(wire)
    assert texts(answer) == ["t", "a", "a2", "b2", "c", "c2"]
    assert [event["logStreamName"] for event in answer["events"]] == ["t", "s", "s2", "s2", "s", "s2"]
    assert answer["searchedLogStreams"] == []
    assert len({event["eventId"] for event in answer["events"]}) == 6
    assert texts(search(wire, logStreamNames=["t", "s"])) == ["t", "a", "c"]
    assert texts(search(wire, logStreamNamePrefix="s")) == ["a", "a2", "b2", "c", "c2"]
    assert texts(search(wire, startTime=NOW, endTime=NOW)) == ["a", "a2"]
    assert texts(search(wire, startTime=NOW + 1)) == ["b2", "c", "c2"]
    assert texts(search(wire, endTime=NOW - 1)) == ["t"]


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 7])
@pytest.mark.parametrize("forward", [True, False])
def test_paging_through_found_events(endpoint: LocalCloudWatchLogs, wire: Wire, limit: int, forward: bool) -> None:
    endpoint.create("g", "t")
    wire.put([(NOW + number // 2, f"a{number}") for number in range(6)])
    wire.put([(NOW + number // 2, f"b{number}") for number in range(6)], stream="t")
    found: list[str] = []
    token: Json = {}
    pages = 0
    while True:
        members: Json = {"filterPattern": "-a1 -b1", "limit": limit, **token}
        if not token:
            members |= {"startFromHead": forward}
        page = search(wire, startTime=NOW if forward else NOW + 1, **members)
        found += texts(page)
        pages += 1
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"], "startFromHead": True}
        if not forward:
            token = {"nextToken": page["nextToken"]}
    ordered = ["a0", "b0", "a2", "a3", "b2", "b3", "a4", "a5", "b4", "b5"]
    assert found == (ordered if forward else ordered[:1:-1])
    assert pages == -(-len(found) // limit)


def test_newest_first_needs_a_start(wire: Wire) -> None:
    response = wire.call(
        "FilterLogEvents", {"logGroupName": "g", "startFromHead": False, "startTime": 1_704_067_199_999}
    )
    assert response.error[0] == "InvalidParameterException"
    assert search(wire, startFromHead=False, startTime=1_704_067_200_000)["events"] == []


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("", ["ERROR one", "ERROR two", "WARN [two]", "info é", 'say "hi"']),
        ("  ", ["ERROR one", "ERROR two", "WARN [two]", "info é", 'say "hi"']),
        ("ERROR", ["ERROR one", "ERROR two"]),
        ("error", []),
        ("ERROR two", ["ERROR two"]),
        ("two ERROR", ["ERROR two"]),
        ('"ERROR two"', ["ERROR two"]),
        ('"two ERROR"', []),
        ('"[two]"', ["WARN [two]"]),
        ("two -ERROR", ["WARN [two]"]),
        ('-"ERROR" -"["', ["info é", 'say "hi"']),
        ("?one ?WARN", ["ERROR one", "WARN [two]"]),
        ("ERROR ?nothing", ["ERROR one", "ERROR two"]),
        ("é", ["info é"]),
        (r'"\"hi\""', ['say "hi"']),
    ],
)
def test_plain_terms(wire: Wire, pattern: str, matching: list[str]) -> None:
    wire.put([(NOW, text) for text in ("ERROR one", "ERROR two", "WARN [two]", "info é", 'say "hi"')])
    assert texts(search(wire, filterPattern=pattern)) == matching


@pytest.mark.parametrize("pattern", ["{ $.a = 1 }", "[a, b]", "%re%", '"open', 'a"b', "a.b", "-", "x" * 1025])
def test_other_patterns_are_refused(wire: Wire, pattern: str) -> None:
    kind, _ = wire.call("FilterLogEvents", {"logGroupName": "g", "filterPattern": pattern}).error
    assert kind == "InvalidParameterException"


def test_filtering_missing_and_contradictory_streams(wire: Wire) -> None:
    def error(**members: Any) -> str:
        return wire.call("FilterLogEvents", {"logGroupName": "g", **members}).error[0]

    assert error(logStreamNames=["none"]) == "ResourceNotFoundException"
    assert error(logStreamNames=["s"], logStreamNamePrefix="s") == "InvalidParameterException"
    assert error(logStreamNames=[]) == "InvalidParameterException"
    assert error(logStreamNames=["s"] * 101) == "InvalidParameterException"
    assert error(logStreamNames=["a:b"]) == "InvalidParameterException"
    assert error(logStreamNames="s") == "SerializationException"
    assert error(logStreamNames=[1]) == "SerializationException"


@settings(deadline=None)
@given(
    batches=st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=5).map(sorted), max_size=8),
    keep=st.sampled_from(["all", 3, 7]),
    limit=st.integers(1, 6),
    start=st.integers(-1, 6),
    stop=st.integers(-1, 6),
)
def test_pages_against_a_sorted_list(batches: list[list[int]], keep: Any, limit: int, start: int, stop: int) -> None:
    service = Service(now=lambda: NOW, keep_events=keep)
    service.create("g", "s")
    names = {"logGroupName": "g", "logStreamName": "s"}
    arrived: list[tuple[int, str]] = []
    for batch in batches:
        events = [(NOW + offset, str(len(arrived) + number)) for number, offset in enumerate(batch)]
        service.call(
            "PutLogEvents",
            {**names, "logEvents": [{"timestamp": stamp, "message": text} for stamp, text in events]},
        )
        arrived += events
    kept = arrived if keep == "all" else arrived[-keep:]
    expected = [text for stamp, text in sorted(kept, key=lambda event: event[0]) if NOW + start <= stamp < NOW + stop]
    times = {"startTime": NOW + start, "endTime": NOW + stop, "limit": limit}
    for forward in (True, False):
        found: list[str] = []
        members: Json = {**names, **times, "startFromHead": forward}
        while True:
            page = service.call("GetLogEvents", members)
            assert page is not None
            token = page["nextForwardToken" if forward else "nextBackwardToken"]
            assert len(page["events"]) <= limit
            if token == members.get("nextToken"):
                break
            found = found + texts(page) if forward else texts(page) + found
            members["nextToken"] = token
        assert found == expected
        found = []
        members = {"logGroupName": "g", **times, "endTime": NOW + stop - 1, "startFromHead": forward}
        while True:
            page = service.call("FilterLogEvents", members)
            assert page is not None
            found += texts(page)
            if "nextToken" not in page:
                break
            members["nextToken"] = page["nextToken"]
        assert found == (expected if forward else expected[::-1])
