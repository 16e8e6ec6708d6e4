"""Credentials that expire in the middle are no reason to burn the input; a wrong clock is told with both clocks."""

import pathlib
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.session
import cordwood
import pytest
from botocore.credentials import CredentialProvider, CredentialResolver, RefreshableCredentials
from cordwood._model import Outcome
from cordwood.client.connection import connect
from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Fault, Faults, LocalCloudWatchLogs

EXPIRED = Fault(
    kind="answer", status=400, body='{"__type": "ExpiredTokenException", "message": "The token has expired"}'
)


def upload(client: Any, **options: Any) -> cordwood.Report:
    now = time.time_ns() // 1_000_000
    made = [(now - day * 86_500_000, f"{day}") for day in range(8)]
    return cordwood.upload(made, log_group_name="g", log_stream_name="s", client=client, check=False, **options)


def as_expired(parsed_response: Any, **_: Any) -> None:
    """The endpoint does not know the old key; a service that had issued it would say that its token has expired."""
    if parsed_response and parsed_response.get("Error", {}).get("Code") == "UnrecognizedClientException":
        parsed_response["Error"]["Code"] = "ExpiredTokenException"


@pytest.mark.parametrize("workers", [1, 8])
def test_a_roles_credentials_are_renewed_once_for_all_workers(
    cloudwatch_logs: LocalCloudWatchLogs, workers: int
) -> None:
    cloudwatch_logs.create("g", "s")
    asked: list[int] = []

    def fetch() -> dict[str, str]:
        asked.append(1)
        expiry = datetime.now(UTC) + timedelta(hours=1)
        secret = {"access_key": ACCESS_KEY_ID, "secret_key": SECRET_ACCESS_KEY, "token": ""}
        return {**secret, "expiry_time": expiry.isoformat()}

    class Role(CredentialProvider):  # type: ignore[misc]
        METHOD = CANONICAL_NAME = "role"

        def load(self) -> RefreshableCredentials:
            expiry = datetime.now(UTC) + timedelta(hours=1)
            return RefreshableCredentials("AKIAREVOKED", "secret", "", expiry, fetch, self.METHOD)

    session = botocore.session.Session()
    session.register_component("credential_provider", CredentialResolver([Role()]))
    client = session.create_client("logs", region_name="us-east-1", endpoint_url=cloudwatch_logs.url)
    client.meta.events.register("response-received.cloudwatch-logs.PutLogEvents", as_expired)
    report = upload(client, max_concurrency=workers)
    assert report.accepted == 8
    assert len(asked) == 1


def test_credentials_of_a_file_are_looked_up_again(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloudwatch_logs.create("g", "s")
    file = tmp_path / "credentials"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    file.write_text("[work]\naws_access_key_id = AKIAOLD\naws_secret_access_key = x\n")
    client = connect(profile_name="work", region_name="us-east-1", endpoint_url=cloudwatch_logs.url)
    # A login tool writes new ones, after the client was made.
    file.write_text(f"[work]\naws_access_key_id = {ACCESS_KEY_ID}\naws_secret_access_key = {SECRET_ACCESS_KEY}\n")
    client.meta.events.register("response-received.cloudwatch-logs.PutLogEvents", as_expired)
    assert upload(client).accepted == 8


def test_where_nothing_newer_is_to_be_had_the_job_stops_and_keeps_the_rest(
    cloudwatch_logs: LocalCloudWatchLogs,
) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.script("none", EXPIRED)
    report = upload(cloudwatch_logs.client(), max_concurrency=1)
    assert report.stop_kind is cordwood.StopKind.CONFIGURATION
    assert "the session token has expired" in report.stopped
    assert (report.accepted, report.counts[Outcome.UNDELIVERED]) == (1, 7)


@pytest.mark.parametrize(("hours", "told"), [(3, "behind"), (-3, "ahead")])
def test_a_wrong_clock_is_told_with_both(hours: int, told: str) -> None:
    with LocalCloudWatchLogs(faults=Faults(clock_offset_seconds=hours * 3600.0)) as endpoint:
        endpoint.create("g", "s")
        report = upload(endpoint.client())
        assert report.stop_kind is cordwood.StopKind.CONFIGURATION
        assert re.search(rf"this machine is 10,(799|800|801) s {told}", report.stopped)
        assert "Signature" in report.stopped
        assert "the credentials are not the cause" in report.stopped
        assert report.counts[Outcome.UNDELIVERED] == 8
