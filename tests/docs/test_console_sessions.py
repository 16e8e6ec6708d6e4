"""The console sessions of the README and of docs/ show what the commands print, except for times and rates.

The session of docs/put-log-events.md has a test of its own, because its events are those of the AWS documentation.
"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY, LocalCloudWatchLogs
from paths import ROOT
from patience import PATIENCE

pytestmark = pytest.mark.slow

PAGES = [
    page for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))] if "put-log-events" not in page.name
]


def sessions_of(page: pathlib.Path) -> list[tuple[str, str]]:
    """Each command of the page's sessions, and what it prints."""
    blocks = re.findall(r"^```console\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)
    parts = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(command, printed) for command, _, printed in (part.partition("\n") for part in parts)]


def write_files(folder: pathlib.Path) -> None:
    """The files of the sessions: logs of text, and events of which one has no message and one is three weeks old."""
    start = time.time_ns() // 1_000_000 - 3_600_000
    events = [{"timestamp": start + 100 * n, "message": f"GET /orders/{n} 200"} for n in range(30_000)]
    events[100]["message"] = ""
    events[2000]["timestamp"] = start - 20 * 86_400_000
    (folder / "events.json").write_text("".join(json.dumps(event) + "\n" for event in events))
    with (folder / "app.log").open("w") as log:
        for n in range(30_000):
            second = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(start // 1000 + n // 10))
            log.write(f"{second},{n % 10}00 INFO GET /orders/{n} 200\n")
    at = [time.gmtime(start // 1000 + n) for n in range(400)]
    text = [f"{time.strftime('%Y-%m-%d %H:%M:%S', at[n])},{n % 10}00 INFO GET /orders/{n} 200" for n in range(400)]
    access = [f'10.0.0.7 - - [{time.strftime("%d/%b/%Y:%H:%M:%S", second)} +0000] "GET / HTTP/1.1"' for second in at]
    objects = [f'{{"ts":"{time.strftime("%Y-%m-%dT%H:%M:%S", second)}.250Z","msg":"no stock"}}' for second in at]
    trace = ["java.lang.IllegalStateException: no stock", "\tat shop.Orders.get(Orders.java:17)"]
    write_lines(folder / "orders.log", [*text[:50], *trace, *text[50:]])
    write_lines(folder / "server.log", [line for two in zip(text, access, strict=True) for line in two] + objects[-40:])
    write_lines(
        folder / "partner.log",
        [
            "03/04/2026 10:00:01 order 1 received",
            "03/04/2026 10:00:02 order 1 sent",
            "03/05/2026 09:12:44 order 2 received",
        ],
    )


def write_lines(path: pathlib.Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


def without_what_differs(text: str) -> str:
    """Without what differs from run to run: times, durations, rates, and where the endpoint is."""
    text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{3}Z|,\d{3})", "TIME", text)
    text = re.sub(r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d", "TIME", text)
    text = re.sub(r"timestamp \d+", "timestamp N", text)
    text = re.sub(r"and [\d.,]+ s, [\d.,]+ events/s, [\d.,]+ MB/s", "and RATE", text)
    text = re.sub(r"https?://\S+", "URL,", text)
    return re.sub(r"access key \S+", "access key ID", text)


def run(command: str, folder: pathlib.Path, environment: dict[str, str]) -> str:
    """Run a command as a shell would, and return what it printed on both of its outputs."""
    words = [sys.executable, "-m", "cordwood", *shlex.split(command)[1:]]
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.stdout


@pytest.fixture
def endpoint() -> Iterator[LocalCloudWatchLogs]:
    with LocalCloudWatchLogs(region="eu-central-1") as endpoint:
        endpoint.create("my-logs", "app")
        endpoint.create("my-logs", "20261125")
        yield endpoint


@pytest.mark.parametrize("page", [page for page in PAGES if sessions_of(page)], ids=lambda page: page.name)
def test_the_sessions_show_what_the_commands_print(
    page: pathlib.Path, endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    write_files(tmp_path)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_REGION": "eu-central-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    for command, expected in sessions_of(page):
        printed = run(command, tmp_path, environment)
        assert without_what_differs(printed) == without_what_differs(expected), command
    stored = {"README.md": ("app", 30_000), "cli.md": ("20261125", 29_998)}
    if page.name in stored:
        stream, events = stored[page.name]
        assert endpoint.counts("my-logs", stream).events == events


def test_the_readme_and_the_page_of_the_command_have_sessions() -> None:
    assert {"README.md", "cli.md"} <= {page.name for page in PAGES if sessions_of(page)}
