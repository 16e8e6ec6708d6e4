"""Requests written by hand, for the tests of cordwood.local: sockets, http.client and a signer of its own.

The signer shares nothing with cordwood.local or botocore, so that a misreading in either shows.
"""

import hashlib
import hmac
import http.client
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY, LocalCloudWatchLogs, SpawnedCloudWatchLogs
from endpoints import NOW
from patience import PATIENCE

BODY = json.dumps(
    {"logGroupName": "g", "logStreamName": "s", "logEvents": [{"timestamp": NOW, "message": "é"}]}
).encode()
"""Of a request to put one event."""
TOO_LATE = "Log events in a single PutLogEvents request must be in chronological order."
TOO_WIDE = "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."


class Response(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body's members."""
        members: dict[str, Any] = json.loads(self.body)
        return members

    @property
    def error(self) -> tuple[str, str]:
        """Type and text of the error that it must be."""
        assert self.status != 200, self.body
        return self.json["__type"], self.json["message"]


def sha256(data: bytes) -> str:
    """The digest in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def signed_headers(
    host: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    region: str = "us-east-1",
    service: str = "logs",
    key_id: str = ACCESS_KEY_ID,
    secret: str = SECRET_ACCESS_KEY,
    at: datetime | None = None,
    unsigned: tuple[str, ...] = (),
) -> dict[str, str]:
    """The headers of POST /, signed with Signature Version 4, step by step as the AWS documentation goes."""
    stamp = (at or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    sent = {"Host": host, "X-Amz-Date": stamp, **headers}
    lower = {name.lower(): value for name, value in sent.items() if name.lower() not in unsigned}
    names = ";".join(sorted(lower))
    # Step 1: the canonical request
    canonical = "POST\n/\n\n"
    for name in sorted(lower):
        canonical += f"{name}:{' '.join(lower[name].split())}\n"
    canonical += f"\n{names}\n{sha256(body)}"
    # Steps 2 and 3: the string to sign
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(canonical.encode())}"
    # Step 4: the signature
    key = ("AWS4" + secret).encode()
    for part in (*scope.split("/"), to_sign):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    sent["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
    )
    return sent


class Wire:
    """One connection to an endpoint."""

    def __init__(self, endpoint: LocalCloudWatchLogs | SpawnedCloudWatchLogs) -> None:
        self.host = urlsplit(endpoint.url).netloc
        self.region = endpoint.region
        self.connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)

    def send(self, body: bytes, headers: Mapping[str, str]) -> Response:
        """Sends POST / with exactly these headers."""
        self.connection.request("POST", "/", body, dict(headers))
        response = self.connection.getresponse()
        lower = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, lower, response.read())

    def call(self, action: str, members: Any, **headers: str) -> Response:
        """Sends a signed request; `members` are JSON already where they are bytes."""
        body = members if isinstance(members, bytes) else json.dumps(members).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        plain = {"X-Amz-Target": f"Logs_20140328.{action}", "Content-Type": "application/x-amz-json-1.1", **named}
        return self.send(body, signed_headers(self.host, body, plain, region=self.region))

    def put(self, events: Any, *, stream: str = "s", **members: Any) -> Response:
        """PutLogEvents to the group `g`; events may be pairs of timestamp and message."""
        if isinstance(events, list):
            events = [
                {"timestamp": event[0], "message": event[1]} if isinstance(event, tuple) else event for event in events
            ]
        return self.call("PutLogEvents", {"logGroupName": "g", "logStreamName": stream, "logEvents": events, **members})

    def close(self) -> None:
        """Ends the connection."""
        self.connection.close()
