"""The local endpoint checks signatures: of its demo credentials, over the whole request, within five minutes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cordwood.local import LocalCloudWatchLogs, ServiceError
from cordwood.local.signature import check_signature
from endpoints import NOW
from local_wire import BODY, Wire, signed_headers

MISMATCH = (
    "InvalidSignatureException",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key and signing method. Consult the service documentation for details.",
)
PLAIN = {"X-Amz-Target": "Logs_20140328.PutLogEvents", "Content-Type": "application/x-amz-json-1.1"}


@pytest.fixture(autouse=True)
def nothing_unsigned_is_counted(endpoint: LocalCloudWatchLogs) -> Iterator[None]:
    yield
    assert endpoint.counts().requests == sum(record.status == 200 for record in endpoint.requests())


def signed(wire: Wire, body: bytes = BODY, headers: dict[str, str] = PLAIN, **options: Any) -> dict[str, str]:
    return signed_headers(wire.host, body, headers, **options)


def test_signed(wire: Wire) -> None:
    assert wire.send(BODY, signed(wire)).status == 200


def test_spaces_in_signed_headers_are_collapsed(wire: Wire) -> None:
    assert wire.send(BODY, signed(wire, headers={**PLAIN, "X-Amz-Meta": "  a   b  "})).status == 200


def test_unsigned(wire: Wire) -> None:
    assert wire.send(BODY, PLAIN).error == ("MissingAuthenticationTokenException", "Missing Authentication Token")


def test_signatures_need_not_be_checked() -> None:
    with LocalCloudWatchLogs(now=lambda: NOW, check_signatures=False) as endpoint:
        endpoint.create("g", "s")
        wire = Wire(endpoint)
        assert wire.send(BODY, PLAIN).status == 200
        wire.close()


def test_another_access_key(wire: Wire) -> None:
    unrecognized = ("UnrecognizedClientException", "The security token included in the request is invalid.")
    assert wire.send(BODY, signed(wire, key_id="AKIDSOMEONEELSE")).error == unrecognized
    with_token = signed(wire, headers={**PLAIN, "X-Amz-Security-Token": "x"})
    assert wire.send(BODY, with_token).error == unrecognized


def test_another_secret(wire: Wire) -> None:
    assert wire.send(BODY, signed(wire, secret="x")).error == MISMATCH


def test_another_body(wire: Wire) -> None:
    assert wire.send(BODY.replace(b'"s"', b'"t"'), signed(wire)).error == MISMATCH


@pytest.mark.parametrize("header", ["X-Amz-Target", "Content-Type", "X-Amz-Date", "Host"])
def test_a_changed_header(wire: Wire, header: str) -> None:
    headers = signed(wire)
    headers[header] = headers[header].replace("0", "1") + ("" if header == "X-Amz-Date" else "x")
    kind, _ = wire.send(BODY, headers).error
    assert kind == "InvalidSignatureException"


@pytest.mark.parametrize("header", ["host", "x-amz-target", "x-amz-date"])
def test_headers_that_must_be_signed(wire: Wire, header: str) -> None:
    assert wire.send(BODY, signed(wire, unsigned=(header,))).error == (
        "InvalidSignatureException",
        f"'{header}' must be a 'SignedHeader' in the AWS Authorization.",
    )


def test_headers_that_need_not_be_signed(wire: Wire) -> None:
    assert wire.send(BODY, {**signed(wire), "User-Agent": "by hand", "amz-sdk-request": "attempt=1"}).status == 200


def test_scope(wire: Wire) -> None:
    assert wire.send(BODY, signed(wire, region="eu-west-1")).error == (
        "InvalidSignatureException",
        "Credential should be scoped to a valid region, not 'eu-west-1'.",
    )
    assert wire.send(BODY, signed(wire, service="s3")).error == (
        "InvalidSignatureException",
        "Credential should be scoped to correct service: 'logs'.",
    )


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (("AWS4-HMAC-SHA256", "Basic"), "IncompleteSignatureException"),
        (("Signature=", "Sig="), "IncompleteSignatureException"),
        (("Credential=", "Cred="), "IncompleteSignatureException"),
        (("SignedHeaders=", "Headers="), "IncompleteSignatureException"),
        (("/aws4_request", ""), "IncompleteSignatureException"),
        (("/aws4_request", "/aws5_request"), "InvalidSignatureException"),
        (("Signature=", "Signature=ÿ"), "InvalidSignatureException"),
    ],
)
def test_broken_authorization(wire: Wire, change: tuple[str, str], error: str) -> None:
    headers = signed(wire)
    headers["Authorization"] = headers["Authorization"].replace(*change)
    assert wire.send(BODY, headers).error[0] == error


def test_date(wire: Wire) -> None:
    headers = signed(wire)
    headers["X-Amz-Date"] = "yesterday"
    assert wire.send(BODY, headers).error[0] == "InvalidSignatureException"
    del headers["X-Amz-Date"]
    assert wire.send(BODY, headers).error[0] == "IncompleteSignatureException"
    expired = signed(wire, at=datetime.now(UTC) - timedelta(hours=1))
    kind, text = wire.send(BODY, expired).error
    assert kind == "InvalidSignatureException"
    assert text.startswith("Signature expired: ")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (
            -301,
            "Signature expired: 20240102T030405Z is now earlier than 20240102T030406Z (20240102T030906Z - 5 min.)",
        ),
        (-300, None),
        (-299, None),
        (299, None),
        (300, None),
        (
            301,
            "Signature not yet current: 20240102T030405Z is still later than 20240102T030404Z "
            "(20240102T025904Z + 5 min.)",
        ),
    ],
)
def test_five_minutes_on_both_sides(seconds: int, text: str | None) -> None:
    at = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    headers = [(name.lower(), value) for name, value in signed_headers("h", b"x", {}, at=at).items()]

    def check() -> None:
        clock = at - timedelta(seconds=seconds)
        check_signature("POST", "/", headers, b"x", region="us-east-1", now=lambda: clock)

    if text is None:
        check()
    else:
        with pytest.raises(ServiceError) as caught:
            check()
        assert caught.value.message == text


def test_a_date_that_is_none() -> None:
    at = datetime(2024, 1, 2, tzinfo=UTC)
    headers = {name.lower(): value for name, value in signed_headers("h", b"x", {}, at=at).items()}
    headers["x-amz-date"] = "20240102, noon"
    with pytest.raises(ServiceError, match="IncompleteSignatureException: Date must be in ISO-8601"):
        check_signature("POST", "/", list(headers.items()), b"x", region="us-east-1", now=lambda: at)


def test_boto3_with_other_credentials(endpoint: LocalCloudWatchLogs) -> None:
    client = endpoint.client(credentials=("AKIDSOMEONEELSE", "x"))
    with pytest.raises(client.exceptions.UnrecognizedClientException):
        client.put_log_events(logGroupName="g", logStreamName="s", logEvents=[{"timestamp": NOW, "message": "x"}])
