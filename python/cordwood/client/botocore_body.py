"""A finished body through the real boto3: four documented botocore events, acting on our requests only.

boto3's own validation and serialization cost nine tenths of a stock call. Here a request goes in with one
placeholder event; what marks it as ours rides in the call's context, so the caller's own calls on the same client,
other threads included, are as they were.
"""

from __future__ import annotations

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
    """One PutLogEvents request of ours, and what came of it as it went through botocore."""

    batch: Batch
    body: bytes
    """The finished body, as it goes over the wire."""
    gzip: bool = False
    """Whether it is compressed."""
    body_in_place: bool = False
    """Whether the placeholder has made way for the body."""
    status: int | None = None
    """HTTP status of the answer; None where there was none."""
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    """The answer's raw body."""
    exception: BaseException | None = None
    """What botocore's HTTP side raised instead of an answer."""


class HandedOver(list[Any]):
    """`logEvents` of a request whose body is written already: one placeholder, equal to the real events.

    Equal, so that a Stubber's expected parameters, and whoever else compares what goes in, see the events.
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
    """Register the four handlers on a boto3 logs client; to do it again changes nothing."""
    events = client.meta.events
    operation = "cloudwatch-logs.PutLogEvents"
    events.register(f"provide-client-params.{operation}", _take_body_out, unique_id="cordwood-params")
    events.register(f"before-call.{operation}", _put_body_in, unique_id="cordwood-body")
    events.register(f"response-received.{operation}", _keep_answer, unique_id="cordwood-answer")
    events.register_first(f"needs-retry.{operation}", _leave_retrying_to_us, unique_id="cordwood-retry")


def placeholder_went_out() -> Error:
    """The error for a botocore that calls back before a call no more: a placeholder went, too old to be stored."""
    return Error(f"this botocore sent a placeholder in place of the body, and no event; {_REPORT}")


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
    elif _MARK.encode() in params["body"][:2048]:
        raise Error(
            f"this botocore did not hand the request's context through, so its body could not be put in; nothing was "
            f"sent; {_REPORT}"
        )


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
    """The service answered with an error; what botocore parsed of it. Never seen by a caller."""

    def __init__(self, parsed: Mapping[str, Any]) -> None:
        super().__init__(parsed)
        self.parsed = parsed


def _leave_retrying_to_us(
    request_dict: Mapping[str, Any], response: Any, caught_exception: BaseException | None, **_: Any
) -> None:
    """A retry that botocore makes by itself after a lost answer would store events twice, unseen.

    Raising ends the matter before botocore's own handler is asked. (An answer of False would do from botocore 1.44 on,
    but earlier ones take it for "again, at once", and in every version the standard mode would charge our failures to
    the retry quota that the caller's own calls live on.)
    """
    if not isinstance(request_dict["context"].get(_CONTEXT_KEY), Request):
        return
    if caught_exception is not None:
        raise caught_exception
    http_response, parsed = response
    if http_response.status_code >= 300:
        raise ErrorAnswer(parsed)
