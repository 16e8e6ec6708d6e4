"""The session on the README's first screen is what the commands say, times and rates aside."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

from cordwood.local import LocalCloudWatchLogs

README = (pathlib.Path(__file__).parents[2] / "README.md").read_text()
[SESSION] = re.findall(r"^```console\n(\$ cordwood upload .*?)^```$", README, re.DOTALL | re.MULTILINE)


def written(path: pathlib.Path) -> None:
    """The file of the session: one event without a message, one from three weeks ago."""
    start = time.time_ns() // 1_000_000 - 3_600_000
    events = [{"timestamp": start + 100 * n, "message": f"GET /orders/{n} 200"} for n in range(30_000)]
    events[100]["message"] = ""
    events[2000]["timestamp"] = start - 20 * 86_400_000
    path.write_text("".join(json.dumps(event) + "\n" for event in events))


def settled(text: str) -> str:
    """Without what differs from run to run: moments, durations, rates, and where the endpoint is."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z", "TIME", text)
    text = re.sub(r"timestamp \d+", "timestamp N", text)
    text = re.sub(r"and [\d.,]+ s, [\d.,]+ events/s, [\d.,]+ MB/s", "and RATE", text)
    text = re.sub(r"https?://\S+", "URL,", text)
    return re.sub(r"access key \S+", "access key ID", text)


def run(command: str, folder: pathlib.Path, environment: dict[str, str]) -> str:
    words = [sys.executable, "-m", "cordwood", *shlex.split(command)[1:]]
    done = subprocess.run(
        words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stdout
    return done.stdout


def test_the_session_says_what_the_commands_say(tmp_path: pathlib.Path) -> None:
    written(tmp_path / "events.json")
    with LocalCloudWatchLogs(region="eu-central-1") as endpoint:
        endpoint.create("my-logs", "20261125")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
            "AWS_ENDPOINT_URL": endpoint.url,
            "AWS_ACCESS_KEY_ID": endpoint.client()._request_signer._credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": endpoint.client()._request_signer._credentials.secret_key,
            "AWS_REGION": "eu-central-1",
            "AWS_CONFIG_FILE": os.devnull,
            "XDG_STATE_HOME": str(tmp_path / "state"),
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        for said in re.split(r"^\$ ", SESSION, flags=re.MULTILINE)[1:]:
            command, _, expected = said.partition("\n")
            assert settled(run(command, tmp_path, environment)) == settled(expected), command
        assert endpoint.counts("my-logs", "20261125").events == 29_998
