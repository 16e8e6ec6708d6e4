"""What came back for one request, and what it is worth.

botocore calls an HTML page, an empty body, truncated JSON and a 204 a success. Here only an answer acknowledges a
batch: status 200, a body as long as its Content-Length, a JSON object, and the service's request id (which AWS hosts
always send; elsewhere it is optional).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cordwood._model import Outcome, Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cordwood._core import Batch
    from cordwood.client.botocore_body import Request

_AWS_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn")


class Fate(StrEnum):
    """What is known of a request."""

    ACCEPTED = "accepted"
    """The service took it, but for the events that it names."""
    REFUSED = "refused"
    """The service answered with an error: nothing of it is stored."""
    UNKNOWN = "unknown"
    """It went out and no answer came that counts: it may be stored."""
    NOT_SENT = "not_sent"
    """It never left this machine: nothing of it is stored."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The fate of one request, with what the service said."""

    fate: Fate
    why: str = ""
    """For the reader of a report; empty where it was accepted."""
    code: str = ""
    """The service's error code; empty where it gave none."""
    status: int | None = None
    request_id: str | None = None
    response: Mapping[str, Any] = field(default_factory=dict)
    """What botocore parsed, or the error response that it raised."""
    exception: BaseException | None = None
    requests: int = 1
    """PutLogEvents requests that it took: more than one where a token or a missing stream had to be mended first."""
    wire_bytes: int = 0
    """Bytes of the bodies that went out for it, in all of its requests."""

    @property
    def credentials_expired(self) -> bool:
        """Whether the service said that the session token has expired. (That of a signature is a matter of clocks.)"""
        return self.code in _EXPIRED_TOKENS

    @property
    def throttled(self) -> bool:
        """Whether the service refused the request because the caller sends too fast."""
        return self.code in THROTTLE_CODES or self.status == 429

    @property
    def already_accepted(self) -> bool:
        """The service had taken this very batch before: a success."""
        return self.code == ALREADY_ACCEPTED

    @property
    def date(self) -> str:
        """The answer's Date header; empty where there is none."""
        headers: Mapping[str, str] = self.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        return headers.get("date", "")


_EXPIRED_TOKENS = frozenset({"ExpiredTokenException", "ExpiredToken"})

THROTTLE_CODES = frozenset(
    {
        "ThrottlingException",
        "Throttling",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "LimitExceededException",
        "BandwidthLimitExceeded",
        "SlowDown",
    }
)
"""Error codes that AWS services return when the caller sends too fast."""

ALREADY_ACCEPTED = "DataAlreadyAcceptedException"


def is_aws_host(endpoint_url: str) -> bool:
    """Whether an endpoint is one of Amazon's own."""
    host = urlsplit(endpoint_url).hostname or ""
    return host.endswith(_AWS_DOMAINS)


def of_response(request: Request, response: Mapping[str, Any], *, from_aws: bool) -> Answer:
    """Judge what botocore returned as a success."""
    metadata = response.get("ResponseMetadata", {})
    request_id = metadata.get("RequestId")
    if request.status is None:
        # Something stood in for the network (a Stubber): there is no raw answer to judge, and nothing was lost.
        stubbed = metadata.get("HTTPStatusCode", 200) == 200
        return Answer(Fate.ACCEPTED if stubbed else Fate.UNKNOWN, status=200, request_id=request_id, response=response)
    document, fault = _read(request, from_aws=from_aws, request_id=request_id)
    return Answer(
        Fate.UNKNOWN if fault else Fate.ACCEPTED,
        why=fault,
        status=request.status,
        request_id=request_id,
        # Members that an older botocore does not know are in the document only.
        response={**document, **response},
    )


def _read(request: Request, *, from_aws: bool, request_id: str | None) -> tuple[Mapping[str, Any], str]:
    """The answer's JSON object, and why it is no answer after all; that is empty where it is one."""
    content = request.content or b""
    length = request.headers.get("content-length")
    if request.status != 200:
        return {}, f"the answer's status is {request.status}, not 200"
    if length is not None and length.isdigit() and int(length) != len(content):
        return {}, f"the answer was cut off: {len(content)} of {length} bytes"
    try:
        document = json.loads(content)
    except ValueError:
        return {}, f"the answer is not JSON ({_beginning(request.headers, content)})"
    if not isinstance(document, dict):
        return {}, f"the answer is JSON, but no object ({_beginning(request.headers, content)})"
    if from_aws and not request_id:
        return document, "the answer has no request id, which AWS always sends: something else answered in its place"
    return document, ""


def _beginning(headers: Mapping[str, str], content: bytes) -> str:
    if not content:
        return "it is empty"
    text = content[:60].decode("utf-8", "replace")
    return f"{headers.get('content-type', 'no content type')}: {text!r}"


def of_preparation(exception: Exception) -> Answer:
    """Judge what was raised by a call that had to come before (a creation, a look-up): the events were not sent."""
    from botocore.exceptions import ClientError

    # Not told by `.response`: a broken connection has that too, and nothing in it.
    if not isinstance(exception, ClientError):
        return Answer(Fate.NOT_SENT, why=str(exception), exception=exception)
    return replace(of_error(exception), fate=Fate.REFUSED)


def of_error(error: Any) -> Answer:
    """Judge a botocore ClientError of PutLogEvents."""
    response = error.response
    metadata = response.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode")
    code = str(response.get("Error", {}).get("Code", ""))
    message = str(response.get("Error", {}).get("Message", ""))
    # botocore puts the bare status where the body named no error: not the service's word, then, and from 500 on
    # whatever stood before the service may have lost its answer.
    named = bool(code) and not code.isdigit()
    lost = status is not None and status >= 500 and (not named or code in _MAY_BE_STORED)
    return Answer(
        Fate.UNKNOWN if lost else Fate.REFUSED,
        why=f"{code or status}: {message}" if message else code or f"status {status}",
        code=code if named else "",
        status=status,
        request_id=metadata.get("RequestId"),
        response=response,
        exception=error,
    )


_MAY_BE_STORED = {"InternalFailure", "InternalServerError", "InternalServerException", "InternalError"}
"""The service failed at an unknown point of its work. (ServiceUnavailable and throttling refuse before any.)"""


def of_exception(request: Request, exception: BaseException) -> Answer:
    """Judge what was raised instead of an answer."""
    import botocore.exceptions as botocore

    never_sent = (
        botocore.EndpointConnectionError,
        botocore.ConnectTimeoutError,
        botocore.ProxyConnectionError,
        botocore.NoCredentialsError,
        botocore.PartialCredentialsError,
        botocore.CredentialRetrievalError,
        botocore.TokenRetrievalError,
        botocore.UnauthorizedSSOTokenError,
        botocore.NoRegionError,
        botocore.ParamValidationError,
    )
    # A certificate is checked before the first byte of the request.
    unverified = isinstance(exception, botocore.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(exception)
    sent = request.body_in_place and not isinstance(exception, never_sent) and not unverified
    return Answer(Fate.UNKNOWN if sent else Fate.NOT_SENT, why=str(exception), exception=exception)


def rejected_of(response: Mapping[str, Any], batch: Batch) -> list[Rejected]:
    """The events that an accepted request names as rejected, at the caller's positions, in that order.

    `rejectedLogEventsInfo` speaks of the list as sent: `tooOldLogEventEndIndex` and `expiredLogEventEndIndex` are
    exclusive ends of a prefix, `tooNewLogEventStartIndex` is the inclusive start of a suffix. Where they overlap an
    event is what holds for longest: too old, then expired, then too new.
    """
    info = response.get("rejectedLogEventsInfo")
    if not info:
        return []
    positions = batch.positions
    count = len(positions)
    too_old = min(max(info.get("tooOldLogEventEndIndex", 0), 0), count)
    expired = min(max(info.get("expiredLogEventEndIndex", 0), too_old), count)
    too_new = min(max(info.get("tooNewLogEventStartIndex", count), expired), count)
    rejected = [Rejected(position, Outcome.TOO_OLD, _TOO_OLD) for position in positions[:too_old]]
    rejected += [Rejected(position, Outcome.EXPIRED, _EXPIRED) for position in positions[too_old:expired]]
    rejected += [Rejected(position, Outcome.TOO_NEW, _TOO_NEW) for position in positions[too_new:]]
    return sorted(rejected)


_TOO_OLD = "the service refused it as more than 14 days old; keep it elsewhere, or check its unit and zone"
_EXPIRED = "the service refused it as older than the log group's retention; lengthen that first"
_TOO_NEW = "the service refused it as more than 2 hours in the future; send it later, or check its unit and zone"
