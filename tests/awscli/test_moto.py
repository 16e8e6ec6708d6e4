"""moto as a second opinion: the same command lines through both programs, against another service."""

import json
import pathlib
from typing import Any

import boto3
import pytest
from twin import EVENT, NAMES, NOW, Case, Done, Shell, environment_of

PROFILE = "[default]\naws_access_key_id = a\naws_secret_access_key = b\nregion = us-east-1\n"
CASES = {
    "shorthand": [*NAMES, "--log-events", EVENT, EVENT],
    "JSON": [*NAMES, "--log-events", json.dumps([{"timestamp": NOW, "message": "é"}])],
    "a table": [*NAMES, "--log-events", EVENT, "--output", "table"],
    "text": [*NAMES, "--log-events", EVENT, "--output", "text"],
    "no such group": ["--log-group-name", "nope", "--log-stream-name", "s", "--log-events", EVENT],
    "no such stream": ["--log-group-name", "g", "--log-stream-name", "nope", "--log-events", EVENT],
    "nothing valid": [*NAMES, "--log-events", "timestamp=-1,message="],
    "a file": [*NAMES, "--log-events", "file://events"],
    "a query": [*NAMES, "--log-events", EVENT, "--query", "rejectedLogEventsInfo.tooOldLogEventEndIndex"],
}


@pytest.mark.parametrize("arguments", CASES.values(), ids=CASES.keys())
def test_the_same_against_moto(
    arguments: list[str], moto_url: str, shells: tuple[Shell, Shell], tmp_path: pathlib.Path
) -> None:
    client: Any = boto3.client(
        "logs", endpoint_url=moto_url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    environment = environment_of(Case([], {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}), moto_url)
    done: list[Done] = []
    stored: list[list[Any]] = []
    for number, (shell, service) in enumerate(zip(shells, (["logs"], []), strict=True)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "credentials").write_text(PROFILE)
        (folder / "events").write_text(json.dumps([{"timestamp": NOW, "message": "from a file"}]))
        client.create_log_group(logGroupName="g")
        client.create_log_stream(logGroupName="g", logStreamName="s")
        done.append(shell.run([*service, "put-log-events", *arguments], environment, folder))
        found = client.get_log_events(logGroupName="g", logStreamName="s", startFromHead=True)["events"]
        stored.append([(event["timestamp"], event["message"]) for event in found])
        client.delete_log_group(logGroupName="g")
    theirs, ours = done
    assert (theirs.code == 0) == (ours.code == 0)
    # The token is another each time, and always as long.
    assert shape_of(ours.text) == shape_of(theirs.text)
    assert theirs.stderr.strip() in ours.stderr
    assert stored[0] == stored[1]


def shape_of(output: str) -> str:
    return "".join("9" if character.isdigit() else character for character in output)
