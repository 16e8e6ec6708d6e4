"""Clients of the one factory talk to the local endpoint and to nothing else, whatever their user configured."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cordwood.local
import pytest
from botocore.session import Session
from cordwood.local import LocalCloudWatchLogs

NOWHERE = "http://127.0.0.1:9"

# Those that botocore itself lists, and those that it reads elsewhere
LISTED: dict[str, str] = {}
for _, names, _, _ in Session.SESSION_VARIABLES.values():
    for listed in [names] if isinstance(names, str) else names or []:
        LISTED[listed] = "bogus"

VARIABLES = LISTED | {
    "ALL_PROXY": NOWHERE,
    "AWS_ACCESS_KEY_ID": "AKIDREAL",
    "AWS_BEARER_TOKEN_LOGS": "bogus",
    "AWS_CA_BUNDLE": "/nope",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": NOWHERE,
    "AWS_CSM_ENABLED": "true",
    "AWS_EC2_METADATA_DISABLED": "bogus",
    "AWS_ENDPOINT_URL": NOWHERE,
    "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": NOWHERE,
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
    "AWS_MAX_ATTEMPTS": "x",
    "AWS_PROFILE": "nope",
    "AWS_REGION": "nowhere-1",
    "AWS_ROLE_ARN": "bogus",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/nope",
    "BOTO_CONFIG": "/nope",
    "CURL_CA_BUNDLE": "/nope",
    "HTTPS_PROXY": NOWHERE,
    "HTTP_PROXY": NOWHERE,
    "NO_PROXY": "",
    "REQUESTS_CA_BUNDLE": "/nope",
    "all_proxy": NOWHERE,
    "http_proxy": NOWHERE,
    "https_proxy": NOWHERE,
    "no_proxy": "",
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[LocalCloudWatchLogs]:
    with LocalCloudWatchLogs() as endpoint:
        yield endpoint


@pytest.fixture(autouse=True)
def deaf_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose AWS files are garbage, and no variables but those of the test."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    files = tmp_path / ".aws"
    models = files / "models" / "logs" / "2099-01-01"
    models.mkdir(parents=True)
    (files / "config").write_text("[default\nregion = nowhere-1\nmax_attempts = x\n")
    (files / "credentials").write_text("garbage\n")
    (models / "service-2.json").write_text("{}")
    monkeypatch.setenv("HOME", str(tmp_path))
    return files


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> set[Any]:
    """Every address that this process sends something to."""
    seen: set[Any] = set()
    connect, sendto = socket.socket.connect, socket.socket.sendto

    def connecting(self: socket.socket, address: Any) -> None:
        seen.add(address)
        connect(self, address)

    def sending(self: socket.socket, *arguments: Any) -> int:
        seen.add(arguments[-1])
        return sendto(self, *arguments)

    monkeypatch.setattr(socket.socket, "connect", connecting)
    monkeypatch.setattr(socket.socket, "sendto", sending)
    return seen


def check(endpoint: LocalCloudWatchLogs, addresses: set[Any]) -> None:
    """The client reaches the endpoint, is known there, and tries at most what it should."""
    client = cordwood.local.client(endpoint.url)
    assert client.describe_log_groups()["logGroups"] == []
    assert addresses == {("127.0.0.1", endpoint.port)}
    assert endpoint.requests()[-1].status == 200


def test_with_garbage_in_the_users_files(endpoint: LocalCloudWatchLogs, addresses: set[Any]) -> None:
    check(endpoint, addresses)


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_deaf_to(
    name: str, endpoint: LocalCloudWatchLogs, addresses: set[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, VARIABLES[name])
    check(endpoint, addresses)


def test_deaf_to_all_at_once(
    endpoint: LocalCloudWatchLogs, addresses: set[Any], deaf_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(deaf_home / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(deaf_home / "credentials"))
    check(endpoint, addresses)


def test_deaf_to_a_good_configuration_too(
    endpoint: LocalCloudWatchLogs, addresses: set[Any], deaf_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (deaf_home / "config").write_text(
        f"[default]\nregion = eu-west-1\nendpoint_url = {NOWHERE}\nretry_mode = adaptive\n"
        f"services = s\n[services s]\ncloudwatch_logs =\n  endpoint_url = {NOWHERE}\n"
    )
    (deaf_home / "credentials").write_text("[default]\naws_access_key_id = AKIDREAL\naws_secret_access_key = real\n")
    check(endpoint, addresses)


def test_options_of_the_client(endpoint: LocalCloudWatchLogs) -> None:
    client = cordwood.local.client(
        endpoint.url, retries={"total_max_attempts": 2}, read_timeout=7, user_agent_extra="mine"
    )
    assert client.meta.region_name == "us-east-1"
    assert client.meta.endpoint_url == endpoint.url
    assert client.meta.config.read_timeout == 7
    before = len(endpoint.requests())
    endpoint.faults.script("throttle", "throttle", "none")
    with pytest.raises(client.exceptions.ClientError, match="Rate exceeded"):
        client.put_log_events(logGroupName="g", logStreamName="s", logEvents=[{"timestamp": 0, "message": "x"}])
    assert len(endpoint.requests()) == before + 2
    endpoint.faults.take_script()


def test_a_client_signs_for_the_region_of_its_endpoint() -> None:
    with LocalCloudWatchLogs(region="eu-central-1") as endpoint:
        assert endpoint.client().describe_log_groups()["logGroups"] == []
        other = endpoint.client(region="us-east-1")
        with pytest.raises(other.exceptions.ClientError, match="valid region, not 'us-east-1'"):
            other.describe_log_groups()


def test_importing_needs_no_boto3() -> None:
    code = (
        "import sys, cordwood.local\n"
        "with cordwood.local.LocalCloudWatchLogs() as endpoint:\n"
        "    endpoint.create('g', 's')\n"
        "assert not [name for name in sys.modules if name.partition('.')[0] in ('boto3', 'botocore', 'pytest')]\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, env=dict(os.environ))
