"""`cordwood.put_log_events` is the command as a function: the same options, the same answers, errors raised."""

import json
import pathlib
from typing import Any

import cordwood
import pytest
from botocore.exceptions import ClientError, NoRegionError, ParamValidationError
from cordwood.awscli.put_log_events import COMMAND
from twin import EVENT, NAMES, NOW, Case, Endpoint, Twin, environment_of

NAMED: dict[str, Any] = {"log_group_name": "g", "log_stream_name": "s"}
LIST = [{"timestamp": NOW, "message": "a"}]


@pytest.fixture(autouse=True)
def settings_of_the_endpoint(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    """A function has the environment of its process, as a command has."""
    for name, value in environment_of(Case([]), endpoint.url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "options",
    [
        {**NAMED, "log_events": LIST},
        {**NAMED, "log_events": tuple(LIST)},
        {**NAMED, "log_events": EVENT},
        {**NAMED, "log_events": [EVENT]},
        {**NAMED, "log_events": json.dumps(LIST)},
        {**NAMED, "log_events": "file://events"},
        {**NAMED, "log_events": LIST, "region": "us-east-1", "cli_read_timeout": 5, "cli_connect_timeout": 0},
        {"cli_input_json": json.dumps({"logGroupName": "g", "logStreamName": "s", "logEvents": LIST})},
        {"cli_input_yaml": f"logGroupName: g\nlogStreamName: s\nlogEvents: [{{timestamp: {NOW}, message: a}}]"},
        {**NAMED, "cli_input_json": json.dumps({"logEvents": LIST})},
        {"log_group_name": "file://g", "log_stream_name": "s", "log_events": LIST},
    ],
    ids=str,
)
def test_all_ways_of_giving_one_event(options: dict[str, Any], endpoint: Endpoint, tmp_path: pathlib.Path) -> None:
    (tmp_path / "events").write_text(json.dumps(LIST))
    (tmp_path / "g").write_text("g")
    answer = cordwood.put_log_events(**options)
    assert list(answer) == ["nextSequenceToken"]
    [sent] = endpoint.sent
    assert sent.body == {"logGroupName": "g", "logStreamName": "s", "logEvents": LIST}


def test_what_it_sends_is_what_the_command_sends(endpoint: Endpoint, twin: Twin) -> None:
    entity = {"keyAttributes": {"Type": "Service", "Name": "n"}}
    cordwood.put_log_events(**NAMED, log_events=LIST, entity=entity, sequence_token="1")
    done = twin.cordwood(Case([*NAMES, "--log-events", EVENT, "--entity", json.dumps(entity), "--sequence-token", "1"]))
    assert endpoint.sent == done.sent


@pytest.mark.slow
def test_a_list_of_any_order_and_a_query(endpoint: Endpoint) -> None:
    events = [{"timestamp": NOW - number, "message": f"m{number}"} for number in range(10_001)]
    token = cordwood.put_log_events(**NAMED, log_events=events, query="nextSequenceToken")
    assert len(token) == 56
    assert len(endpoint.logs.events("g", "s")) == 10_001
    with pytest.raises(ClientError, match="InvalidParameterException"):
        cordwood.put_log_events(**NAMED, log_events=events, no_batching=True)


def test_skeletons_send_nothing(endpoint: Endpoint) -> None:
    sample = cordwood.put_log_events(generate_cli_skeleton="input")
    assert list(sample) == list(COMMAND.input.members)
    assert "# [REQUIRED] The name of the log group." in cordwood.put_log_events(generate_cli_skeleton="yaml-input")
    answer = cordwood.put_log_events(**NAMED, log_events=LIST, generate_cli_skeleton="output")
    assert list(answer) == list(COMMAND.output.members)
    assert endpoint.sent == []


@pytest.mark.slow
def test_what_is_wrong_is_raised(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(cordwood.Error, match="Error parsing parameter '--log-events': Expected: '='"):
        cordwood.put_log_events(**NAMED, log_events="word")
    with pytest.raises(ValueError, match="Invalid JSON received"):
        cordwood.put_log_events(cli_input_json="{")
    with pytest.raises(cordwood.Error, match="No such file"):
        cordwood.put_log_events(**NAMED, log_events="file://nope")
    with pytest.raises(cordwood.Error, match="Bad value for --query"):
        cordwood.put_log_events(**NAMED, log_events=LIST, query="[")
    with pytest.raises(ParamValidationError, match='Missing required parameter in input: "logEvents"'):
        cordwood.put_log_events(**NAMED)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        cordwood.put_log_events(log_group_name="nope", log_stream_name="s", log_events=LIST)
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(NoRegionError):
        cordwood.put_log_events(**NAMED, log_events=LIST)


def test_without_a_signature(endpoint: Endpoint) -> None:
    with pytest.raises(ClientError, match="MissingAuthenticationToken"):
        cordwood.put_log_events(**NAMED, log_events=LIST, no_sign_request=True)
    assert [sent.signed for sent in endpoint.sent] == [False]
