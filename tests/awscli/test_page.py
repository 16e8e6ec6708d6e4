"""The examples of the AWS documentation's page for put-log-events, run as written with `cordwood` for `aws logs`."""

import json
import pathlib
import re
import shlex
import subprocess
from typing import Any

import cordwood
import pytest
from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from paths import COMMAND
from patience import PATIENCE
from twin import Case, Endpoint, environment_of

pytestmark = pytest.mark.slow

EVENTS = """\
[
  {
    "timestamp": 1433190184356,
    "message": "Example Event 1"
  },
  {
    "timestamp": 1433190184358,
    "message": "Example Event 2"
  },
  {
    "timestamp": 1433190184360,
    "message": "Example Event 3"
  }
]
"""
FIRST = "put-log-events --log-group-name my-logs --log-stream-name 20150601 --log-events file://events"
SECOND = (
    "put-log-events --log-group-name my-logs --log-stream-name 20150601 --log-events file://events2 "
    '--sequence-token "49542672486831074009579604567656788214806863282469607346"'
)
TOKEN = "49542672486831074009579604567656788214806863282469607346"


def test_the_three_examples_print_what_the_page_prints(tmp_path: pathlib.Path) -> None:
    (tmp_path / "events").write_text(EVENTS)
    (tmp_path / "events2").write_text(EVENTS.replace("Example Event", "Later Event"))
    with Endpoint(insist_on_sequence_tokens=True) as endpoint:
        endpoint.logs.create("my-logs", "20150601")
        environment = environment_of(Case([]), endpoint.url)

        def run(line: str) -> str:
            command = [str(COMMAND), *shlex.split(line)]
            done = subprocess.run(
                command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
            )
            assert (done.returncode, done.stderr) == (0, "")
            return str(done.stdout)

        first = run(FIRST)
        token = json.loads(first)["nextSequenceToken"]
        second = run(SECOND.replace(TOKEN, token))
        stored = [event.message for event in endpoint.logs.events("my-logs", "20150601")]
    shown = '{\n    "nextSequenceToken": "TOKEN"\n}\n'
    assert re.sub(r"\d{56}", "TOKEN", first) == shown
    assert re.sub(r"\d{56}", "TOKEN", second) == shown
    # What the page reads from the file `events` (its second example).
    assert endpoint.sent[0].body["logEvents"] == json.loads(EVENTS)
    assert endpoint.sent[1].body["sequenceToken"] == token
    assert sorted(stored) == sorted(f"{word} Event {number}" for word in ("Example", "Later") for number in (1, 2, 3))


def test_the_same_as_a_function(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "events"
    path.write_text(EVENTS)
    with Endpoint(insist_on_sequence_tokens=True) as endpoint:
        client = endpoint.logs.client(credentials=(ACCESS_KEY_ID, SECRET_ACCESS_KEY))
        named: dict[str, Any] = {"log_group_name": "g", "log_stream_name": "s"}
        first = cordwood.put_log_events(**named, log_events=f"file://{path}", client=client)
        second = cordwood.put_log_events(
            **named,
            log_events=json.loads(EVENTS),
            sequence_token=first["nextSequenceToken"],
            client=client,
        )
        assert list(first) == list(second) == ["nextSequenceToken"]
        assert len(endpoint.logs.events("g", "s")) == 6
