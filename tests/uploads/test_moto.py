"""moto as a second opinion: it stores of an upload what the local endpoint does.

moto enforces few limits, so that it judges the wire format and what arrives, not the batches.
"""

import random
import time
from collections.abc import Iterator
from typing import Any

import boto3
import cordwood
import pytest
from cordwood.local import LocalCloudWatchLogs
from endpoints import DAY

pytestmark = pytest.mark.slow

Event = dict[str, Any]

AT = time.time_ns() // 1_000_000 - 3_600_000
GROUP_NAME = "/moto/app"
STREAM_NAME = "web/1 größer"
UNICODE = [
    "Zoë",
    "山田太郎",
    "🚀🔥",
    'quote " and \\',
    "line\nend\r\ttab",
    "\x00\x1f\x7f\x85\u2028\ufeff",
    "e\u0301",
    "\U0010ffff",
]


def in_order(count: int, length: int = 30) -> list[Event]:
    return [{"timestamp": AT + number, "message": f"{number:08d}".ljust(length, "x")} for number in range(count)]


def shuffled(events: list[Event]) -> list[Event]:
    return random.Random(20_260_101).sample(events, len(events))


INPUTS: dict[str, list[Event]] = {
    "one": in_order(1),
    "in order": in_order(500),
    "shuffled": shuffled(in_order(500)),
    "one moment": [{"timestamp": AT, "message": f"tie {number}"} for number in range(300)],
    "unicode": [{"timestamp": AT + n, "message": message} for n, message in enumerate(UNICODE)],
    "lone surrogates": [{"timestamp": AT, "message": "a\ud800b"}, {"timestamp": AT + 1, "message": "\udfff\U0001f600"}],
    "several batches by count": shuffled(in_order(21_000, 10)),
    "several batches by bytes": in_order(9, 300_000),
    "several batches by span": [{"timestamp": AT - DAY * days, "message": f"{days} days ago"} for days in range(6)],
    "longest message": [*in_order(3), {"timestamp": AT, "message": "é" * 524_275}],
    "some that are none": [*in_order(5), {"timestamp": AT, "message": ""}, {"timestamp": 1.5, "message": "x"}],
}


@pytest.fixture
def moto(moto_url: str) -> Iterator[Any]:
    """A client of moto's server; what a test stored there goes with it."""
    client: Any = boto3.client(
        "logs", endpoint_url=moto_url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    yield client
    client.delete_log_group(logGroupName=GROUP_NAME)


def read_back(client: Any) -> list[tuple[int, str]]:
    """All of the stream, through boto3. The last page's token is the one that was sent."""
    found = []
    token: dict[str, str] = {}
    while True:
        page = client.get_log_events(
            logGroupName=GROUP_NAME, logStreamName=STREAM_NAME, startFromHead=True, limit=10_000, **token
        )
        found += [(event["timestamp"], event["message"]) for event in page["events"]]
        if token.get("nextToken") == page["nextForwardToken"]:
            return found
        token = {"nextToken": page["nextForwardToken"]}


def upload(client: Any, events: Any, **options: Any) -> cordwood.Report:
    return cordwood.upload(
        events,
        log_group_name=GROUP_NAME,
        log_stream_name=STREAM_NAME,
        client=client,
        create_log_group=True,
        ordered=True,
        check=False,
        **options,
    )


def both(moto: Any, endpoint: LocalCloudWatchLogs, events: Any, **options: Any) -> list[tuple[int, str]]:
    """Upload to both; the same report and the same events must come of it, which are returned."""
    theirs, ours = (upload(client, events, **options) for client in (moto, endpoint.client()))
    assert theirs.counts == ours.counts
    assert (theirs.nbytes, theirs.altered, theirs.requests) == (ours.nbytes, ours.altered, ours.requests)
    stored = read_back(moto)
    assert stored == read_back(endpoint.client())
    return stored


@pytest.mark.parametrize("events", INPUTS.values(), ids=INPUTS.keys())
def test_the_same_is_stored(moto: Any, cloudwatch_logs: LocalCloudWatchLogs, events: list[Event]) -> None:
    stored = both(moto, cloudwatch_logs, events)
    legal = [event for event in events if type(event["timestamp"]) is int and event["message"]]
    legal.sort(key=lambda event: event["timestamp"])
    mended = [event["message"].encode("utf-16", "surrogatepass").decode("utf-16", "replace") for event in legal]
    assert stored == [(event["timestamp"], message) for event, message in zip(legal, mended, strict=True)]


def test_an_iterator_arrives_whole(moto: Any, cloudwatch_logs: LocalCloudWatchLogs) -> None:
    events = [(event["timestamp"], event["message"]) for event in shuffled(in_order(12_000, 10))]
    for client in (moto, cloudwatch_logs.client()):
        assert upload(client, iter(events)).accepted == 12_000
        assert read_back(client) == sorted(events)


def test_the_parts_of_a_split_message_make_it_whole(moto: Any, cloudwatch_logs: LocalCloudWatchLogs) -> None:
    message = "größer 🚀 " * 300_000
    stored = both(moto, cloudwatch_logs, [(AT, message), (AT + 1, "plain")], oversize="split")
    parts = [text.partition("] ")[2] for _, text in stored if text.startswith("[part ")]
    assert len(parts) > 1
    assert "".join(parts) == message
    assert stored[-1] == (AT + 1, "plain")


def test_what_is_cut_ends_the_same(moto: Any, cloudwatch_logs: LocalCloudWatchLogs) -> None:
    [(_, message)] = both(moto, cloudwatch_logs, [(AT, "é" * 600_000)], oversize="truncate")
    marker = "[Truncated...]"
    assert message == "é" * ((1_048_550 - len(marker)) // 2) + marker


def test_a_second_upload_is_put_behind_the_first(moto: Any, cloudwatch_logs: LocalCloudWatchLogs) -> None:
    both(moto, cloudwatch_logs, in_order(10))
    stored = both(moto, cloudwatch_logs, in_order(10))
    assert stored == [pair for event in in_order(10) for pair in [(event["timestamp"], event["message"])] * 2]
