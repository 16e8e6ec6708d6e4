"""Who signs, for where, and what a person is told when that is wrong."""

import json
import os
import pathlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import cordwood
import pytest
from botocore.exceptions import NoRegionError, ProfileNotFound
from cordwood.client.connection import connect
from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Fault, Faults, LocalCloudWatchLogs
from endpoints import NOW


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> pathlib.Path:
    """A user's AWS configuration, and nothing else of AWS in the environment."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "BOTO")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    (tmp_path / "config").write_text(
        "[default]\nregion = eu-west-1\n[profile one]\nregion = eu-west-2\n[profile two]\nregion = eu-west-3\n"
    )
    (tmp_path / "credentials").write_text(
        f"[default]\naws_access_key_id = {ACCESS_KEY_ID}\naws_secret_access_key = {SECRET_ACCESS_KEY}\n"
        "[one]\naws_access_key_id = KEYONE\naws_secret_access_key = x\n"
        "[two]\naws_access_key_id = KEYTWO\naws_secret_access_key = x\n"
    )
    return tmp_path


@pytest.mark.slow
def test_region_and_profile_follow_aws_cli_v2(aws: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert connect().meta.region_name == "eu-west-1"
    assert connect(profile_name="two").meta.region_name == "eu-west-3"
    assert connect(profile_name="").meta.region_name == "eu-west-1"
    monkeypatch.setenv("AWS_DEFAULT_PROFILE", "two")
    assert connect().meta.region_name == "eu-west-3"
    monkeypatch.setenv("AWS_PROFILE", "one")
    assert connect().meta.region_name == "eu-west-2"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-1")
    assert connect().meta.region_name == "us-west-1"
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    assert connect().meta.region_name == "us-west-2"
    assert connect(region_name="ap-south-1").meta.region_name == "ap-south-1"


def test_keys_in_the_environment_win_over_a_profile_there_but_not_over_a_named_one(
    aws: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def key(**options: Any) -> str:
        url = connect(**options).generate_presigned_url("describe_log_groups")
        return str(parse_qs(urlsplit(url).query)["X-Amz-Credential"][0].partition("/")[0])

    monkeypatch.setenv("AWS_PROFILE", "one")
    assert key() == "KEYONE"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "KEYENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert key() == "KEYENV"
    assert key(profile_name="two") == "KEYTWO"


def test_a_missing_profile_or_region_is_said_as_botocore_says_it(aws: pathlib.Path) -> None:
    with pytest.raises(ProfileNotFound, match="nope"):
        cordwood.PutLogEventsClient(profile_name="nope")
    (aws / "config").write_text("")
    with pytest.raises(NoRegionError):
        cordwood.PutLogEventsClient()


def test_a_client_is_made_of_a_session_or_its_parts(aws: pathlib.Path, endpoint: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(region_name="us-east-1", endpoint_url=endpoint.url)
    client.put_log_events("g", "s", [(NOW, "m")])
    session = boto3.Session(region_name="us-east-1")
    client = cordwood.PutLogEventsClient(session=session, endpoint_url=endpoint.url)
    client.put_log_events("g", "s", [(NOW, "n")])
    assert len(endpoint.events("g", "s")) == 2
    with pytest.raises(TypeError, match="`region_name` is for a client that is made here"):
        cordwood.PutLogEventsClient(endpoint.client(), region_name="us-east-1")
    with pytest.raises(TypeError, match="either `session` or `profile_name`"):
        cordwood.PutLogEventsClient(session=session, profile_name="one")


@pytest.mark.parametrize(
    ("credentials", "text"),
    [
        (("AKIAWRONG", SECRET_ACCESS_KEY), r"Used: access key AKIAWRONG \(from explicit\).*does not exist"),
        ((ACCESS_KEY_ID, "a wrong secret"), "secret access key does not belong to this access key id"),
    ],
)
def test_wrong_credentials_are_named_and_never_shown(
    endpoint: LocalCloudWatchLogs, credentials: tuple[str, str], text: str
) -> None:
    client = cordwood.PutLogEventsClient(endpoint.client(credentials=credentials))
    with pytest.raises(cordwood.CredentialsError, match=text) as caught:
        client.put_log_events("g", "s", [(NOW, "m")])
    assert credentials[1] not in str(caught.value)
    assert caught.value.code
    assert caught.value.request_id


def test_no_credentials_at_all(aws: pathlib.Path, endpoint: LocalCloudWatchLogs) -> None:
    (aws / "credentials").write_text("")
    client = cordwood.PutLogEventsClient(region_name="us-east-1", endpoint_url=endpoint.url)
    with pytest.raises(cordwood.CredentialsError, match=r"AWS_ACCESS_KEY_ID.*nothing was sent"):
        client.put_log_events("g", "s", [(NOW, "m")])
    assert endpoint.requests() == []


def test_access_denied_to_a_creation_names_the_creation(endpoint: LocalCloudWatchLogs) -> None:
    endpoint.faults = Faults(actions=frozenset({"CreateLogStream"}))
    endpoint.faults.script(
        Fault(kind="answer", status=400, body='{"__type": "AccessDeniedException", "message": "no"}')
    )
    client = cordwood.PutLogEventsClient(endpoint.client(), create_log_stream=True)
    with pytest.raises(cordwood.AccessDeniedError, match="is not allowed logs:CreateLogStream on"):
        client.put_log_events("g", "missing", [(NOW, "m")])


def test_access_denied_names_action_and_resource(endpoint: LocalCloudWatchLogs) -> None:
    resource = "arn:aws:logs:us-east-1:123456789012:log-group:g:log-stream:s"
    told = f"User: arn:aws:iam::1:user/u is not authorized to perform: logs:PutLogEvents on resource: {resource}"
    client = cordwood.PutLogEventsClient(endpoint.client())
    for message, expected in ((told, resource), ("no", "arn:aws:logs:us-east-1:*:log-group:g:log-stream:s")):
        body = json.dumps({"__type": "AccessDeniedException", "message": message})
        endpoint.faults.script(Fault(kind="answer", status=400, body=body))
        with pytest.raises(cordwood.AccessDeniedError) as caught:
            client.put_log_events("g", "s", [(NOW, "m")])
        assert f"is not allowed logs:PutLogEvents on {expected} (" in str(caught.value)
