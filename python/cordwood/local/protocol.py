"""The AWS JSON 1.1 protocol over the service: signature, fault, JSON, action, answer, log.

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

import json
import threading
import uuid
import zlib
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import Any, NamedTuple

from cordwood.local import errors
from cordwood.local.faults import Fault, Faults, Kind
from cordwood.local.server import MAX_BODY_BYTES, Answer, Request, Reset
from cordwood.local.service import Service
from cordwood.local.signature import check_signature

CONTENT_TYPE = "application/x-amz-json-1.1"
TARGET_PREFIX = "Logs_20140328."
LOGIN_PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Sign in to the network.</body></html>\n"


class RequestRecord(NamedTuple):
    """One request that reached the endpoint."""

    action: str
    """For example PutLogEvents; empty where the request names none."""
    status: int | None
    """The HTTP status of the answer; None: the connection was reset."""
    events: int
    """How many log events it carried, legal or not."""
    fault: str | None
    """What went wrong on purpose: names of faults, joined by `+`."""
    error: str | None
    """The type of the error that was answered."""
    request_id: str


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


_JSON = json.JSONDecoder(parse_constant=_no_number)


def _inflate(body: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(body, MAX_BODY_BYTES)
    except zlib.error as error:
        raise errors.serialization(f"The body is not gzip: {error}") from None
    if not inflater.eof or inflater.unused_data:
        raise errors.serialization("The body is not one whole gzip member, or inflates to more than is legal")
    return plain


def _members(request: Request, accept_gzip: bool) -> dict[str, Any]:
    body = request.body
    encoding = request.header("content-encoding").lower()
    if encoding == "gzip" and accept_gzip:
        body = _inflate(body)
    elif encoding not in ("", "gzip", "identity"):
        raise errors.serialization(f"Content-Encoding {encoding} is not supported")
    try:
        members = _JSON.decode(body.decode()) if body else {}
    except (ValueError, RecursionError) as error:
        raise errors.serialization(f"The body is not JSON: {error}") from None
    if type(members) is not dict:
        raise errors.serialization("Expected structure or null")
    return members


class Protocol:
    """Answers HTTP requests for a service.

    Args:
        service: what the requests are for.
        now: the service's clock, in milliseconds since 1970, for Date headers.
        region: the region that signatures must be for.
        faults: its switches; may be exchanged while it runs.
        check_signatures: whether requests must be signed with the demo credentials.
        accept_gzip: whether bodies may be compressed; if not, a compressed body is taken for JSON, and refused.
        log_requests: how many requests are remembered at most, the newest ones; None: all.
        clock: the time for signatures, aware; the switch clock_offset_seconds is added to it.
    """

    def __init__(
        self,
        service: Service,
        *,
        now: Callable[[], int],
        region: str,
        faults: Faults,
        check_signatures: bool,
        accept_gzip: bool,
        log_requests: int | None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.faults = faults
        self._service = service
        self._now = now
        self._region = region
        self._check_signatures = check_signatures
        self._accept_gzip = accept_gzip
        self._clock = clock
        self._lock = threading.Lock()
        self._records: deque[RequestRecord] = deque(maxlen=log_requests)

    def records(self, action: str | None = None) -> list[RequestRecord]:
        """The requests so far, in the order in which they were answered; all, or those for one action."""
        with self._lock:
            return [record for record in self._records if action in (None, record.action)]

    def __call__(self, request: Request) -> Answer | Reset:
        """Answers one request."""
        request_id = str(uuid.uuid4())
        target = request.header("x-amz-target")
        action = target.removeprefix(TARGET_PREFIX) if target.startswith(TARGET_PREFIX) else ""
        fault = Fault()
        events = 0
        told: dict[str, Any] | errors.ServiceError | None
        try:
            self._admit(request, action)
            members = _members(request, self._accept_gzip)
            listed = members.get("logEvents")
            events = len(listed) if type(listed) is list else 0
            fault = self.faults.next(action)
            if self.faults.refuses(action, listed):
                raise errors.invalid_parameter("A log event is not acceptable.")
            told = self._service.call(action, members) if fault.stores else None
        except errors.ServiceError as refused:
            told = refused
        told = _FAILURES.get(fault.kind, lambda: told)()
        answer = _spoil(_plain(told), fault)
        status = None
        if isinstance(answer, Answer):
            status = answer.status
            answer.delay_seconds = fault.delay_seconds
            answer.headers["Date"] = formatdate(self._now() / 1000, usegmt=True)
            # A page that a proxy made up knows nothing of the service's request ids.
            if fault.request_id and fault.kind != "html_200":
                answer.headers["x-amzn-RequestId"] = request_id
        error = told.type if isinstance(told, errors.ServiceError) else None
        with self._lock:
            self._records.append(RequestRecord(action, status, events, fault.names(), error, request_id))
        return answer

    def _admit(self, request: Request, action: str) -> None:
        """Raises ServiceError unless the request is signed and for an action."""
        if self._check_signatures:
            check_signature(
                request.method,
                request.target,
                request.headers,
                request.body,
                region=self._region,
                now=lambda: self._clock() + timedelta(seconds=self.faults.clock_offset_seconds),
            )
        if not action or request.method != "POST":
            raise errors.unknown_operation(f"Send POST / with X-Amz-Target: {TARGET_PREFIX}<action>")


_FAILURES: dict[Kind, Callable[[], errors.ServiceError]] = {
    "throttle": errors.throttling,
    "internal_error": errors.internal_failure,
    "internal_error_after": errors.internal_failure,
    "unavailable": errors.service_unavailable,
}


def _plain(told: dict[str, Any] | errors.ServiceError | None) -> Answer:
    """The answer that the service means. Actions without output have an empty body, as in the service."""
    if isinstance(told, errors.ServiceError):
        return Answer(told.status, {"Content-Type": CONTENT_TYPE}, json.dumps(told.body()).encode())
    if told is None:
        return Answer(200, {"Content-Type": CONTENT_TYPE})
    try:
        body = json.dumps(told, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # Names of log streams may hold lone surrogates.
        body = json.dumps(told).encode()
    return Answer(200, {"Content-Type": CONTENT_TYPE}, body)


def _spoil(answer: Answer, fault: Fault) -> Answer | Reset:
    """What the client gets of an answer."""
    match fault.kind:
        case "reset_before" | "reset_after":
            return Reset()
        case "html_200":
            return Answer(200, {"Content-Type": "text/html; charset=utf-8"}, LOGIN_PAGE)
        case "empty_200":
            answer.status, answer.body = 200, b""
        case "status_204":
            return Answer(204)
        case "truncated":
            answer.body = answer.body[: max(1, len(answer.body) // 2)]
        case "shortened":
            answer.content_length = max(len(answer.body), len(b"{}") + 1)
            answer.body = b"{}"
        case "answer":
            return Answer(fault.status, {"Content-Type": fault.content_type}, fault.body.encode())
    return answer
