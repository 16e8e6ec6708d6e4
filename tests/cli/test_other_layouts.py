"""Lines in another layout than those that samples show: upload stops, and goes on as the user says."""

from __future__ import annotations

import gzip
import pathlib
import time

import pytest
from cli_upload import NAMES, environment_of, run
from cordwood.local import LocalCloudWatchLogs
from endpoints import messages

pytestmark = pytest.mark.slow

LINES = 20_000
OTHERS = range(12_000, 12_300, 10)


@pytest.fixture
def environment(cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> dict[str, str]:
    cloudwatch_logs.create("g", "s")
    return {**environment_of(cloudwatch_logs), "XDG_STATE_HOME": str(tmp_path / "state")}


@pytest.fixture
def file(tmp_path: pathlib.Path) -> str:
    """A log that has lines in another layout behind its start, which is all that is looked at of a compressed file."""
    begin = int(time.time()) - 86_400
    path = tmp_path / "app.log.gz"
    with gzip.open(path, "wt") as log:
        for n in range(LINES):
            layout = "%a %b %d %H:%M:%S %Y" if n in OTHERS else "%Y-%m-%d %H:%M:%S"
            log.write(f"{time.strftime(layout, time.gmtime(begin + n))} step {n} {'x' * 200}\n")
    return str(path)


def steps(cloudwatch_logs: LocalCloudWatchLogs) -> list[int]:
    return sorted(int(message.split(" step ")[1].split(" ")[0]) for message in messages(cloudwatch_logs))


def test_upload_stops_and_goes_on_with_the_option(
    cloudwatch_logs: LocalCloudWatchLogs, environment: dict[str, str], file: str
) -> None:
    upload = ("upload", file, *NAMES, "--timezone", "UTC")
    stopped = run(environment, *upload)
    assert stopped.code == 252
    assert "begin with a timestamp in another layout" in stopped.err
    assert stopped.err.count("--other-layouts event\n") == 1  # the command to copy
    sent = steps(cloudwatch_logs)
    assert not set(sent) & set(OTHERS)
    assert 0 < len(sent) < LINES
    done = run(environment, *upload, "--other-layouts", "event")
    assert done.code == 0
    assert "going on where an earlier run stopped" in done.err
    assert steps(cloudwatch_logs) == list(range(LINES))


def test_plan_says_it_before(environment: dict[str, str], file: str) -> None:
    planned = run(environment, "plan", file, *NAMES)
    assert planned.code == 252
    assert "begin with a timestamp in another layout" in planned.err
    assert "in another layout" in planned.out
    assert (
        run(environment, "plan", file, *NAMES, "--other-layouts", "event", "--output", "json").json["to_send"] == LINES
    )
    continued = run(environment, "plan", file, *NAMES, "--other-layouts", "continue", "--output", "json").json
    assert continued["to_send"] == LINES - len(OTHERS)
