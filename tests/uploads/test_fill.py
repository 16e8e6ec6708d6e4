"""Events in any order become few requests, by every way to upload them."""

import json
import pathlib
import random

import cordwood
import pytest
from cordwood.local import LocalCloudWatchLogs
from endpoints import now, upload
from reference import DAY_MS

EVENTS = 200_000
MOST_REQUESTS = 25 + 14 + 1
"""Those of the sorted list, one for each day, and one."""


@pytest.fixture(scope="module")
def events() -> list[tuple[int, str]]:
    rng = random.Random(1)
    end = now()
    return [(end - rng.randrange(13 * DAY_MS), "x" * 100) for _ in range(EVENTS)]


@pytest.mark.slow
def test_uploads_of_random_times_are_few_requests(
    events: list[tuple[int, str]], cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    assert len(list(cordwood.batches(events))) <= 26
    file = tmp_path / "events.jsonl"
    lines = (json.dumps({"timestamp": timestamp, "message": message}) for timestamp, message in events)
    file.write_text("\n".join(lines))
    client = cloudwatch_logs.client()
    client.create_log_group(logGroupName="g")
    client.create_log_stream(logGroupName="g", logStreamName="s")
    with cordwood.Uploader("g", "s", client=client, linger=None) as uploader:
        uploader.extend(iter(events))
    of_file = upload(cloudwatch_logs, file)
    of_iterator = upload(cloudwatch_logs, iter(events))
    for report in (uploader.close(), of_file, of_iterator):
        assert report.accepted == EVENTS
        assert report.requests == sum(report.closed_by.values()) <= MOST_REQUESTS
        assert set(report.closed_by) <= {"bytes", "events", "end"}
