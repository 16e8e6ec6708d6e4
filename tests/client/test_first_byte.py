"""What never left this machine is not stored, and what left it may be: whatever was raised, and by which call."""

from __future__ import annotations

import datetime
import socket
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.session
import cordwood
import pytest
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import ClientError, ReadTimeoutError, RefreshWithMFAUnsupportedError
from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Fault, LocalCloudWatchLogs
from endpoints import now
from lossy_proxy import LossyProxy

pytestmark = pytest.mark.usefixtures("short_waits")
ASSUME_ROLE_FAILED = ClientError(
    {"Error": {"Code": "InternalFailure", "Message": "x"}, "ResponseMetadata": {"HTTPStatusCode": 500}}, "AssumeRole"
)
ASSUME_ROLE_DENIED = ClientError(
    {
        "Error": {"Code": "AccessDenied", "Message": "not authorized to perform: sts:AssumeRole"},
        "ResponseMetadata": {"HTTPStatusCode": 403},
    },
    "AssumeRole",
)
FRESH = {
    "access_key": ACCESS_KEY_ID,
    "secret_key": SECRET_ACCESS_KEY,
    "token": "t",
    "expiry_time": (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)).isoformat(),
}


@pytest.fixture
def unsigned() -> Iterator[LocalCloudWatchLogs]:
    """An endpoint that takes any credentials."""
    with LocalCloudWatchLogs(check_signatures=False) as endpoint:
        endpoint.create("g", "s")
        yield endpoint


def upload(client: Any, **options: Any) -> cordwood.Report:
    events = [(now(), f"{n}") for n in range(3)]
    return cordwood.upload(
        events, log_group_name="g", log_stream_name="s", client=client, check=False, max_outage=1, **options
    )


def counts(report: cordwood.Report) -> dict[str, int]:
    return {str(outcome): events for outcome, events in report.counts.items() if events}


def renewing(endpoint: LocalCloudWatchLogs, *steps: Any) -> Any:
    """A client whose credentials have expired, and what each try to renew them brings; the last again and again."""
    left = list(steps)

    def refresh() -> Any:
        step = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(step, Exception):
            raise step
        return step

    session = botocore.session.Session()
    session._credentials = RefreshableCredentials.create_from_metadata(
        {**FRESH, "expiry_time": "2020-01-01T00:00:00Z"}, refresh_using=refresh, method="x"
    )
    return session.create_client("logs", region_name="us-east-1", endpoint_url=endpoint.url)


@pytest.mark.parametrize(
    "error",
    [
        RefreshWithMFAUnsupportedError(),
        ASSUME_ROLE_FAILED,
        ASSUME_ROLE_DENIED,
        ReadTimeoutError(endpoint_url="https://sts.example/"),
    ],
    ids=["MFA", "failed", "denied", "timed out"],
)
@pytest.mark.parametrize("at_most_once", [False, True])
def test_without_credentials_nothing_was_sent(
    unsigned: LocalCloudWatchLogs, error: Exception, at_most_once: bool
) -> None:
    report = upload(renewing(unsigned, error), at_most_once=at_most_once)
    assert counts(report) == {"undelivered": 3}
    assert unsigned.requests("PutLogEvents") == []


def test_a_role_that_cannot_be_assumed_stops_the_job_and_is_named(unsigned: LocalCloudWatchLogs) -> None:
    report = upload(renewing(unsigned, ASSUME_ROLE_DENIED))
    assert report.stop_kind == "configuration"
    assert "AssumeRole was refused: AccessDenied" in report.stopped


def test_credentials_that_come_at_the_second_try_make_no_duplicates(unsigned: LocalCloudWatchLogs) -> None:
    report = upload(renewing(unsigned, ASSUME_ROLE_FAILED, FRESH))
    assert (counts(report), report.possible_duplicates) == ({"accepted": 3}, 0)


@pytest.fixture
def without_tls() -> Iterator[str]:
    """The address of a server that does not speak TLS."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    peer, _ = server.accept()
                    peer.recv(4096)
                    peer.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    peer.close()
                except OSError:
                    return

        threading.Thread(target=answer, daemon=True).start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def client_of(url: str, **options: Any) -> Any:
    return boto3.client(
        "logs",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        **options,
    )


def test_where_tls_cannot_start_nothing_was_sent(without_tls: str) -> None:
    assert counts(upload(client_of(without_tls), at_most_once=True)) == {"undelivered": 3}


def test_certificates_that_are_missing_stop_the_job(without_tls: str) -> None:
    report = upload(client_of(without_tls, verify="/nonexistent.pem"), at_most_once=True)
    assert (counts(report), report.stop_kind) == ({"undelivered": 3}, "configuration")


def test_an_answer_that_a_proxy_lost_may_stand_for_stored_events(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    with LossyProxy(lost=1) as proxy:
        report = upload(client_of(cloudwatch_logs.url, config=Config(proxies={"http": proxy.url})))
    assert (counts(report), report.possible_duplicates) == ({"accepted": 3}, 3)
    assert len(cloudwatch_logs.events("g", "s")) == 6
    with LossyProxy(lost=1) as proxy:
        report = upload(client_of(cloudwatch_logs.url, config=Config(proxies={"http": proxy.url})), at_most_once=True)
    assert counts(report) == {"unknown": 3}


def test_a_proxy_that_is_not_there_was_sent_nothing(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    report = upload(client_of(cloudwatch_logs.url, config=Config(proxies={"http": url})), at_most_once=True)
    assert counts(report) == {"undelivered": 3}


@pytest.mark.parametrize("code", ["InvalidParameterException", "LimitExceededException", "AccessDeniedException"])
def test_a_group_that_cannot_be_created_is_no_fault_of_the_events(
    cloudwatch_logs: LocalCloudWatchLogs, code: str
) -> None:
    cloudwatch_logs.faults.actions = frozenset({"CreateLogGroup"})
    refusal = Fault(kind="answer", status=400, body=f'{{"__type":"{code}","message":"no"}}')
    cloudwatch_logs.faults.script(*[refusal] * 20)
    report = upload(cloudwatch_logs.client(), create_log_group=True)
    assert (counts(report), report.stop_kind) == ({"undelivered": 3}, "service")
    assert "CreateLogGroup" in report.stopped
