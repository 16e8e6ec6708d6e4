"""`make demo`: its program proves what it says, whatever its user's AWS settings are, and fails where it cannot."""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

DEMO = pathlib.Path(__file__).parents[1] / "benches" / "demo.py"
HOSTILE = {
    "AWS_PROFILE": "nope",
    "AWS_MAX_ATTEMPTS": "x",
    "AWS_REGION": "bad region",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_CONFIG_FILE": "/nowhere",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "http_proxy": "http://127.0.0.1:1",
}


def demo(*arguments: str, program: str = "demo.main()") -> subprocess.CompletedProcess[str]:
    start = f"import sys; sys.path.insert(0, {str(DEMO.parent)!r}); import demo; sys.exit({program})"
    command = [sys.executable, "-c", start, *arguments]
    return subprocess.run(command, env=os.environ | HOSTILE, capture_output=True, text=True, timeout=120, check=False)


def test_it_proves_what_it_sent_in_a_hostile_environment() -> None:
    done = demo("--events", "3000")
    assert done.returncode == 0, done.stderr
    assert "2,991 events read back through boto3" in done.stdout  # nine are made to be rejected
    assert "2,991 accepted + 1 too_old + 1 too_new + 2 oversize + 1 empty + 4 invalid = 3,000 events" in done.stdout
    assert re.search(r"plain boto3 +299 events", done.stdout) or re.search(r"plain boto3 +300 events", done.stdout)


def test_a_file_of_ones_own(tmp_path: pathlib.Path) -> None:
    now = time.time_ns() // 1_000_000
    events = [{"timestamp": now - number, "message": f"größer {number}"} for number in range(100)]
    events[7]["message"] = ""
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(events))
    done = demo("--file", str(path))
    assert done.returncode == 0, done.stderr
    assert "99 accepted + 1 empty = 100 events" in done.stdout


def test_it_fails_where_what_is_stored_is_not_what_was_sent() -> None:
    losing = "read, demo.read_back = demo.read_back, lambda client: list(read(client))[1:]"
    done = demo("--events", "1000", program=f"exec({losing!r}, demo.__dict__ | {{'demo': demo}}) or demo.main()")
    assert done.returncode == 1
    assert "NOT PROVED: 990 events are stored, and not 991" in done.stderr


def test_a_file_that_is_not_there_is_told_without_a_traceback(tmp_path: pathlib.Path) -> None:
    done = demo("--file", str(tmp_path / "missing.json"))
    assert done.returncode == 1
    assert "missing.json" in done.stderr
    assert "Traceback" not in done.stderr
