"""`make demo`: its program proves what it says, whatever its user's AWS settings are, and fails where it cannot."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
from collections import Counter

import inputs
import pure_python
import pytest
from paths import ROOT
from patience import PATIENCE

pytestmark = pytest.mark.slow

BENCHES = ROOT / "benches"
WAYS = ("cordwood", "plain boto3")
HOSTILE = {
    "AWS_PROFILE": "nope",
    "AWS_MAX_ATTEMPTS": "x",
    "AWS_REGION": "bad region",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_CONFIG_FILE": "/nowhere",
    "AWS_CA_BUNDLE": "/nowhere",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "http_proxy": "http://127.0.0.1:1",
}

# The demo with an endpoint that is not as it should be: with these arguments of cordwood.local.spawn.
FAULTY = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import cordwood.local, demo
from cordwood.local import Faults
spawn = cordwood.local.spawn
faults = Faults(actions=frozenset({"PutLogEvents"}))
faults.script("none", "reset_after")
options = eval(sys.argv.pop(1))
cordwood.local.spawn = lambda: spawn(**options)
sys.exit(demo.main())
"""


def finished(command: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *command]
    return subprocess.run(
        command, env=os.environ | HOSTILE, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return finished([str(BENCHES / "demo.py"), *arguments])


def number(pattern: str, text: str) -> int:
    """The only number in the text that stands where the pattern has its group."""
    [found] = re.findall(pattern, text, re.MULTILINE)
    return int(found.replace(",", ""))


def test_it_proves_what_it_sent_in_a_hostile_environment() -> None:
    count = 20_000
    done = demo("--events", str(count))
    assert done.returncode == 0, done.stderr
    # The generator's own account; the demo adds one event that is too old and one that is too new.
    words = Counter(pure_python.outcome(event) or "accepted" for event in inputs.realistic(count - 2))
    words += Counter({"too_old": 1, "too_new": 1})
    for word, times in words.items():
        assert number(rf"^  {word} +([\d,]+) ", done.stdout) == times, word
    assert number(r"ok +([\d,]+) events read back", done.stdout) == words["accepted"]
    requests = number(r"ok +([\d,]+) requests, the fewest", done.stdout)
    assert sum(int(found) for found in re.findall(r"^ +(\d+) closed by", done.stdout, re.MULTILINE)) == requests
    # The tenth is of the input, and without what must be rejected.
    [ours, theirs] = (number(rf"^  {name} +([\d,]+) events in", done.stdout.partition("a tenth")[2]) for name in WAYS)
    assert count // 10 - len(inputs.FAULTY) <= ours == theirs <= count // 10


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ("{'keep_events': 900}", "900 events are stored and 991 must be; in order of time, number 0 is"),
        ("{'faults': faults}", r"[\d,]+ events are stored and 991 must be; in order of time, number 1 is"),
    ],
    ids=["one that forgets", "one that stores twice"],
)
def test_it_fails_where_what_is_stored_is_not_what_was_sent(options: str, what: str) -> None:
    done = finished(["-c", FAULTY, str(BENCHES), options, "--events", "1000"])
    assert done.returncode == 1, done.stdout
    assert re.search(f"NOT PROVED: {what}", done.stderr), done.stderr
    assert "read back" not in done.stdout


def test_a_file_of_ones_own(tmp_path: pathlib.Path) -> None:
    now = time.time_ns() // 1_000_000
    events: list[dict[str, object]] = [{"timestamp": now - n % 7, "message": f"größer \ud83d {n}"} for n in range(100)]
    events[7]["message"] = ""
    events[8]["level"] = "a member that no log event has"
    events[9]["ingestionTime"] = now
    path = tmp_path / "mine.json"
    path.write_text("\n".join([*map(json.dumps, events), "no JSON", '{"timestamp": 1, "message": "1970"}']))
    done = demo("--file", str(path))
    assert done.returncode == 0, done.stderr
    assert "98 accepted + 1 too_old + 1 empty + 2 invalid = 102 events" in done.stdout


def test_a_file_without_events(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "none.json"
    path.write_text("[]")
    done = demo("--file", str(path))
    assert done.returncode == 0, done.stderr
    assert "0 events read back" in done.stdout


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "No such file"),
        ('[{"timestamp": 1, "mess', "Python's json cannot read it"),
        ("a line of text\n", "not a known log format"),
    ],
)
def test_a_file_that_proves_nothing_is_told_without_a_traceback(
    tmp_path: pathlib.Path, content: str | None, what: str
) -> None:
    path = tmp_path / "mine"
    if content is not None:
        path.write_text(content)
    done = demo("--file", str(path))
    assert done.returncode == 1
    assert str(path) in done.stderr
    assert what in done.stderr
    assert "Traceback" not in done.stderr


def test_an_interrupt_ends_it_with_all_that_it_started() -> None:
    command = [sys.executable, str(BENCHES / "demo.py"), "--events", "300000"]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert running.stdout is not None
    for line in running.stdout:
        if line.startswith("Uploading"):
            break
    # As a terminal does it: to every process of the group.
    os.killpg(running.pid, signal.SIGINT)
    output, errors = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130, output
    assert errors.strip() == "demo: interrupted"
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)
