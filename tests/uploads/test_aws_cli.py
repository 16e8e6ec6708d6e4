"""The AWS CLI reads back what was uploaded, and what it prints can be uploaded again."""

import json
import os
import pathlib
import subprocess
import time

import cordwood
import pytest
from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY, LocalCloudWatchLogs
from paths import ROOT
from patience import PATIENCE

AWS = ROOT / ".venv" / "awscli" / "bin" / "aws"


def written() -> list[tuple[int, str]]:
    at = time.time_ns() // 1_000_000
    texts = ['"quoted" \\', "line\nend\ttab", "日本 € \U0001f600", "\x00\x1f\x7f\u2028", "{" * 50]
    plain = [(at - 10_000 + n, f"event {n}") for n in range(500)]
    return plain + [(at + n, text) for n, text in enumerate(texts)]


@pytest.mark.twin
def test_the_aws_cli_reads_back_what_was_uploaded_and_its_output_goes_in_again(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    assert AWS.exists(), "the AWS CLI is missing: run `make environments`"
    events = written()
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
        timeout=PATIENCE,
        check=True,
    ).stdout
    assert [(event["timestamp"], event["message"]) for event in json.loads(printed)["events"]] == events
    path = tmp_path / "printed.json"
    path.write_bytes(printed)
    report = cordwood.upload(path, log_group_name="g", log_stream_name="copy", client=client)
    assert report.accepted == len(events)
    copied = [(event.timestamp, event.message) for event in cloudwatch_logs.events("g", "copy")]
    assert copied == events
