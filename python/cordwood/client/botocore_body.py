"""A finished body through the real boto3, by five documented botocore events that act on our requests only.

boto3's own validation and serialization take nine tenths of a stock call. Here a request is made with one placeholder
event. A mark in the call's context identifies it as ours, so the caller's own calls on the same client, also from
other threads, are unchanged.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cordwood.errors import Error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cordwood._core import Batch

_CONTEXT_KEY = "cordwood"
_MARK = "cordwood: a placeholder, never to be sent"
_PLACEHOLDER = {"timestamp": 0, "message": _MARK}


@dataclass(slots=True)
class Request:
    """One PutLogEvents request of ours, and its response as botocore saw it."""

    batch: Batch
    body: bytes
    """The finished body, as it is sent."""
    gzip: bool = False
    """Whether it is compressed."""
    body_in_place: bool = False
    """Whether the body has replaced the placeholder."""
    is_signed: bool = False
    """Whether it was handed to the HTTP session, with credentials, a signature and an endpoint."""
    status: int | None = None
    """HTTP status of the response; None if there was none."""
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    """The raw body of the response."""
    exception: BaseException | None = None
    """What botocore's HTTP session raised instead."""


class HandedOver(list[Any]):
    """`logEvents` of a request whose body is finished already: one placeholder, which compares as the real events.

    So a Stubber's expected parameters, and any other check of the parameters, see the events.
    """

    __hash__ = None

    def __init__(self, request: Request) -> None:
        super().__init__([_PLACEHOLDER])
        self.request = request

    def __eq__(self, other: object) -> bool:
        return self is other or self.request.batch.events() == other

    def __ne__(self, other: object) -> bool:
        return not self == other


def install(client: Any) -> None:
    """Register the four handlers on a boto3 logs client; a second time changes nothing."""
    events = client.meta.events
    operation = "cloudwatch-logs.PutLogEvents"
    events.register(f"provide-client-params.{operation}", _take_body_out, unique_id="cordwood-params")
    events.register(f"before-call.{operation}", _put_body_in, unique_id="cordwood-body")
    events.register(f"before-send.{operation}", _note_that_it_is_signed, unique_id="cordwood-send")
    events.register(f"response-received.{operation}", _keep_answer, unique_id="cordwood-answer")
    events.register_first(f"needs-retry.{operation}", _leave_retrying_to_us, unique_id="cordwood-retry")


def placeholder_went_out() -> Error:
    """Return the error for a botocore without the event before a call: it sent a placeholder, too old to be stored."""
    return Error(f"this version of botocore sent a placeholder instead of the events; {_REPORT}")


_REPORT = "please report the versions of boto3 and botocore"


def _take_body_out(params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
    events = params.get("logEvents")
    if isinstance(events, HandedOver):
        context[_CONTEXT_KEY] = events.request


def _put_body_in(params: dict[str, Any], context: Mapping[str, Any], **_: Any) -> None:
    request = context.get(_CONTEXT_KEY)
    if isinstance(request, Request):
        params["body"] = request.body
        if request.gzip:  # before signing, so that it is signed
            params["headers"]["Content-Encoding"] = "gzip"
        request.body_in_place = True
        _in_this_thread.request = request
    elif _MARK.encode() in params["body"][:2048]:
        raise Error(
            "this version of botocore did not pass the request's context on, so the body could not be put in place; "
            f"nothing was sent; {_REPORT}"
        )


_in_this_thread = threading.local()
"""Its request whose body was put in place last."""


def _note_that_it_is_signed(request: Any, **_: Any) -> None:
    # This event comes without the call's context. A call is made in one thread, and no other body is the same object.
    ours = getattr(_in_this_thread, "request", None)
    if isinstance(ours, Request) and request.body is ours.body:
        ours.is_signed = True
        del _in_this_thread.request  # with its body, which is large


def _keep_answer(
    response_dict: Mapping[str, Any] | None, context: Mapping[str, Any], exception: BaseException | None, **_: Any
) -> None:
    request = context.get(_CONTEXT_KEY)
    if not isinstance(request, Request):
        return
    request.exception = exception
    if response_dict is not None:
        request.status = response_dict["status_code"]
        request.headers = response_dict["headers"]
        request.content = response_dict["body"]


class ErrorAnswer(Error):
    """The service returned an error, as botocore parsed it. A caller never sees this exception."""

    def __init__(self, parsed: Mapping[str, Any]) -> None:
        super().__init__(parsed)
        self.parsed = parsed


def _leave_retrying_to_us(
    request_dict: Mapping[str, Any], response: Any, caught_exception: BaseException | None, **_: Any
) -> None:
    """Prevent botocore's own retries: after a lost response, they would store events twice, silently.

    An exception ends the call before botocore's own handler runs. (Returning False works from botocore 1.44 on, but
    earlier ones take it for "retry at once", and in every version the standard mode would charge our failures to the
    retry quota of the caller's own calls.)
    """
    if not isinstance(request_dict["context"].get(_CONTEXT_KEY), Request):
        return
    if caught_exception is not None:
        raise caught_exception
    http_response, parsed = response
    if http_response.status_code >= 300:
        raise ErrorAnswer(parsed)
