"""Others say the same: moto takes the uploads that the local endpoint takes, and the AWS CLI reads the events back."""

import json
import os
import pathlib
import random
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import boto3
import cordwood
import pytest
from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY, LocalCloudWatchLogs
from cordwood.local.pytest import cloudwatch_logs
from moto.server import ThreadedMotoServer

__all__ = ["cloudwatch_logs"]

AWS = pathlib.Path(__file__).parents[1] / ".venv" / "awscli" / "bin" / "aws"


@pytest.fixture(scope="module")
def moto() -> Iterator[Any]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield boto3.client(
        "logs",
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    server.stop()


def read_back(client: Any, group: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    page: dict[str, str] = {}
    while True:
        answer = client.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True, **page)
        if not answer["events"]:
            return found
        found += [(event["timestamp"], event["message"]) for event in answer["events"]]
        page = {"nextToken": answer["nextForwardToken"]}


def inputs() -> dict[str, list[tuple[int, str]]]:
    at = time.time_ns() // 1_000_000
    ordered = [(at - 10_000 + n, f"event {n}") for n in range(3000)]
    shuffled = random.Random(3).sample(ordered, len(ordered))
    texts = ['"quoted" \\', "line\nend\ttab", "日本 € \U0001f600", "\x00\x1f\x7f\u2028", "{" * 50]
    return {
        "in order": ordered,
        "shuffled": shuffled,
        "every kind of text": [(at + n, text) for n, text in enumerate(texts)],
        "more than one request holds": [(at + n, "x" * 400_000) for n in range(7)],
        "over three days": [(at - n * 86_400_000 // 4, f"quarter {n}") for n in range(12)],
        "to be split": [(at, "é" * 1_100_000), (at + 1, "behind it")],
    }


@pytest.mark.parametrize("name", inputs())
def test_moto_stores_what_the_local_endpoint_stores(moto: Any, cloudwatch_logs: LocalCloudWatchLogs, name: str) -> None:
    events = inputs()[name]
    group = name.replace(" ", "-")
    stored, requests = [], []
    for client in (moto, cloudwatch_logs.client()):
        report = cordwood.upload(
            events, log_group_name=group, log_stream_name="s", client=client, create_log_group=True, oversize="split"
        )
        assert report.accepted == len(events)
        stored.append(read_back(client, group))
        requests.append(report.requests)
    assert stored[0] == stored[1]
    assert requests[0] == requests[1]
    if name != "to be split":
        assert stored[0] == sorted(events, key=lambda event: event[0])


def test_the_aws_cli_reads_back_what_was_uploaded_and_its_output_goes_in_again(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    assert AWS.exists(), "the AWS CLI is missing: run `make .venv/awscli/ready`"
    events = [*inputs()["every kind of text"], *inputs()["shuffled"][:500]]
    events.sort(key=lambda event: event[0])
    client = cloudwatch_logs.client()
    cordwood.upload(events, log_group_name="g", log_stream_name="s", client=client, create_log_group=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
    }
    command = [str(AWS), "logs", "get-log-events", "--log-group-name", "g", "--log-stream-name", "s"]
    printed = subprocess.run(
        [*command, "--start-from-head", "--endpoint-url", cloudwatch_logs.url],
        env=environment,
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    ).stdout
    assert [(event["timestamp"], event["message"]) for event in json.loads(printed)["events"]] == events
    path = tmp_path / "printed.json"
    path.write_bytes(printed)
    report = cordwood.upload(path, log_group_name="g", log_stream_name="copy", client=client)
    assert report.accepted == len(events)
    copied = [(event.timestamp, event.message) for event in cloudwatch_logs.events("g", "copy")]
    assert copied == events
