"""The response to one request, and what it proves.

botocore takes an HTML page, an empty body, truncated JSON and a 204 for success. Here a batch is accepted only if the
status is 200, the body is as long as its Content-Length and a JSON object, and there is a request id (which AWS hosts
always send; it is optional elsewhere).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cordwood._core import unit_hint
from cordwood._model import Outcome, Rejected
from cordwood.client.first_byte import was_connecting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cordwood._core import Batch
    from cordwood.client.botocore_body import Request


class Fate(StrEnum):
    """What is known of a request."""

    ACCEPTED = "accepted"
    """The service accepted it, except for the events that the response names."""
    REFUSED = "refused"
    """The service answered with an error: nothing of it is stored."""
    UNKNOWN = "unknown"
    """It was sent, and no valid response came: it may be stored."""
    NOT_SENT = "not_sent"
    """It was not sent: nothing of it is stored."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The fate of one request, with the details of the response."""

    fate: Fate
    why: str = ""
    """The reason, for a report; empty if it was accepted."""
    code: str = ""
    """The service's error code; empty if there is none."""
    status: int | None = None
    request_id: str | None = None
    response: Mapping[str, Any] = field(default_factory=dict)
    """What botocore parsed, or the error response that it raised."""
    exception: BaseException | None = None
    requests: int = 1
    """PutLogEvents requests that were sent: more than one if a token was wrong or a stream was missing at first."""
    wire_bytes: int = 0
    """Size of the bodies of all these requests."""

    @property
    def credentials_expired(self) -> bool:
        """Whether the session token has expired. (An expired signature is a matter of clocks.)"""
        return self.code in _EXPIRED_TOKENS

    @property
    def throttled(self) -> bool:
        """Whether the service refused the request because the caller sends too fast."""
        return self.code in THROTTLE_CODES or self.status == 429

    @property
    def already_accepted(self) -> bool:
        """Whether the service had accepted the same batch before: a success."""
        return self.code == ALREADY_ACCEPTED

    @property
    def date(self) -> str:
        """The Date header of the response; empty if there is none."""
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
    """Whether an endpoint is one of Amazon's own, in any partition that botocore knows."""
    host = urlsplit(endpoint_url).hostname or ""
    return host.endswith(_aws_domains())


def _aws_domains() -> tuple[str, ...]:
    if not _domains:
        from botocore.loaders import create_loader

        outputs = [partition["outputs"] for partition in create_loader().load_data("partitions")["partitions"]]
        _domains.update(f".{of[name]}" for of in outputs for name in ("dnsSuffix", "dualStackDnsSuffix"))
    return tuple(_domains)


_domains: set[str] = set()


def of_response(request: Request, response: Mapping[str, Any], *, from_aws: bool) -> Answer:
    """Judge what botocore returned as a success."""
    metadata = response.get("ResponseMetadata", {})
    request_id = metadata.get("RequestId")
    if request.status is None:
        # The network was replaced (by a Stubber): there is no raw response to judge, and nothing was lost.
        stubbed = metadata.get("HTTPStatusCode", 200) == 200
        return Answer(Fate.ACCEPTED if stubbed else Fate.UNKNOWN, status=200, request_id=request_id, response=response)
    document, error = _read(request, from_aws=from_aws, request_id=request_id)
    return Answer(
        Fate.UNKNOWN if error else Fate.ACCEPTED,
        why=error,
        status=request.status,
        request_id=request_id,
        # Members that an older botocore does not know are in the document only.
        response={**document, **response},
    )


def _read(request: Request, *, from_aws: bool, request_id: str | None) -> tuple[Mapping[str, Any], str]:
    """Return the JSON object of a response, and why the response is not valid; empty if it is."""
    content = request.content or b""
    length = request.headers.get("content-length")
    if request.status != 200:
        return {}, f"the status of the response is {request.status}, not 200"
    if length is not None and length.isdigit() and int(length) != len(content):
        return {}, f"the response is incomplete: {len(content)} of {length} bytes"
    try:
        document = json.loads(content)
    except ValueError:
        return {}, f"the response is not JSON ({_beginning(request.headers, content)})"
    if not isinstance(document, dict):
        return {}, f"the response is JSON, but not an object ({_beginning(request.headers, content)})"
    if from_aws and not request_id:
        return document, "the response has no request id, which AWS always sends: it came from something else"
    if error := document.get("__type"):
        return document, f"the response has status 200, and is the error {error}"
    if document and not document.keys() & _MEMBERS:
        beginning = _beginning(request.headers, content)
        return document, f"the response has no member that PutLogEvents returns ({beginning})"
    if wrong := _wrong_index(document.get("rejectedLogEventsInfo")):
        return document, f"the rejectedLogEventsInfo of the response has {wrong}"
    return document, ""


_MEMBERS = {"nextSequenceToken", "rejectedLogEventsInfo", "rejectedEntityInfo"}
_INDEXES = ("tooNewLogEventStartIndex", "tooOldLogEventEndIndex", "expiredLogEventEndIndex")


def _wrong_index(info: object) -> str:
    """Return what of a rejectedLogEventsInfo is not as the model has it; empty if all of it is."""
    if info is None:
        return ""
    if not isinstance(info, dict):
        return f"the value {info!r:.60}, which is not an object"
    given = ((name, info.get(name)) for name in _INDEXES)
    wrong = (f"{name} {value!r:.60}, which is not an index" for name, value in given if not _is_index(value))
    return next(wrong, "")


def _is_index(value: object) -> bool:
    # Some emulators write integers as 3.0.
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return value is None or (is_whole and not isinstance(value, bool))


def _beginning(headers: Mapping[str, str], content: bytes) -> str:
    if not content:
        return "it is empty"
    text = content[:60].decode("utf-8", "replace")
    return f"{headers.get('content-type', 'no content type')}: {text!r}"


def of_preparation(exception: Exception) -> Answer:
    """Judge what another call raised (for credentials, to create, to look up): the events were not sent.

    What that call was refused for is no verdict on the events, whatever its code.
    """
    from botocore.exceptions import ClientError

    # Not recognized by `.response`: the error of a broken connection has that too, and it is empty.
    if not isinstance(exception, ClientError):
        return Answer(Fate.NOT_SENT, why=str(exception), exception=exception)
    answer = of_error(exception)
    return replace(answer, fate=Fate.NOT_SENT, why=f"{exception.operation_name} was refused: {answer.why}")


def of_error(error: Any) -> Answer:
    """Judge a botocore ClientError of PutLogEvents."""
    response = error.response
    metadata = response.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode")
    code = str(response.get("Error", {}).get("Code", ""))
    message = str(response.get("Error", {}).get("Message", ""))
    # If the body names no error, botocore puts the bare status there. Then it is not the service's word, and from 500
    # on a proxy may have lost the service's response.
    named = bool(code) and not code.isdigit()
    # A redirect, or an interim answer, is no word of the service's either, and may stand for one that was lost.
    lost = status is not None and (
        (status >= 500 and (not named or code in _MAY_BE_STORED)) or (status < 400 and not named)
    )
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
"""The service failed at an unknown point of its work. (ServiceUnavailable and throttling come before any work.)"""


def of_exception(request: Request, exception: BaseException) -> Answer:
    """Judge what was raised instead of a response."""
    from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError

    unconnected = isinstance(exception, (EndpointConnectionError, ConnectTimeoutError)) or was_connecting(exception)
    sent = request.is_signed and not unconnected
    return Answer(Fate.UNKNOWN if sent else Fate.NOT_SENT, why=str(exception), exception=exception)


def rejected_of(response: Mapping[str, Any], batch: Batch) -> list[Rejected]:
    """Return the events that an accepted request reports as rejected, in the order of the caller's positions.

    The indexes of `rejectedLogEventsInfo` count in the list as sent: `tooOldLogEventEndIndex` and
    `expiredLogEventEndIndex` are exclusive ends of a prefix, `tooNewLogEventStartIndex` is the inclusive start of a
    suffix. If they overlap, too old wins over expired, and expired over too new.
    """
    info = response.get("rejectedLogEventsInfo")
    if not info:
        return []
    positions = batch.positions
    count = len(positions)

    def index(name: str, default: int) -> int:
        value = info.get(name)
        return default if value is None else int(value)

    too_old = min(max(index("tooOldLogEventEndIndex", 0), 0), count)
    expired = min(max(index("expiredLogEventEndIndex", 0), too_old), count)
    too_new = min(max(index("tooNewLogEventStartIndex", count), expired), count)
    timestamps = batch.timestamps

    def of(outcome: Outcome, reason: str, start: int, end: int) -> list[Rejected]:
        hints = map(unit_hint, timestamps[start:end])
        return [
            Rejected(position, outcome, f"{reason}; {hint}" if hint else reason)
            for position, hint in zip(positions[start:end], hints, strict=True)
        ]

    rejected = of(Outcome.TOO_OLD, _TOO_OLD, 0, too_old)
    rejected += of(Outcome.EXPIRED, _EXPIRED, too_old, expired)
    rejected += of(Outcome.TOO_NEW, _TOO_NEW, too_new, count)
    return sorted(rejected)


_TOO_OLD = "the service rejected it as more than 14 days old; store it elsewhere, or check its unit and time zone"
_EXPIRED = "the service rejected it as older than the log group's retention; extend that first"
_TOO_NEW = "the service rejected it as more than 2 hours in the future; send it later, or check its unit and time zone"
