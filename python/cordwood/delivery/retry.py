"""The table of decisions: what to do after the response to one request.

| response | decision | why |
|---|---|---|
| accepted | done | |
| throttled, service unavailable, limits, an operation in the way | again | the service says that it stored nothing |
| no connection, no response, a 5xx, an invalid response | again | until an outage has lasted `max_outage` |
| one of these, if the events may be stored | again, in doubt | at-least-once is the promise; the report counts them |
| the same, with `at_most_once` | leave | they may be stored, and must not be stored twice |
| a sequence token is missing, of a request beside others | lane | the endpoint insists: one by one from now on |
| a sequence token is wrong, of a request in a lane | again | another writer was faster |
| the session token has expired | renew | the credentials' provider has newer ones; once, then it is a stop |
| the content is invalid, or the body too large | halve | until the event that is to blame is sent alone |
| credentials, access denied, group or stream missing, any other refusal | stop | the next batch would fail too |

A retry waits first: full jitter, and what the shared pace (`pacing`) demands. Throttling and overload slow that down
for all workers.
"""

from __future__ import annotations

import random
from enum import StrEnum
from typing import TYPE_CHECKING

from cordwood.client.answer import THROTTLE_CODES, Fate
from cordwood.client.first_byte import with_wrapped

if TYPE_CHECKING:
    from cordwood.client.answer import Answer


class Decision(StrEnum):
    """What to do after a response."""

    DONE = "done"
    AGAIN = "again"
    LEAVE = "leave"
    LANE = "lane"
    RENEW = "renew"
    HALVE = "halve"
    STOP = "stop"


_OVERLOADS = frozenset({"ServiceUnavailableException", "ServiceUnavailable"})

_BY_CODE = {
    **dict.fromkeys(THROTTLE_CODES | _OVERLOADS, Decision.AGAIN),
    "OperationAbortedException": Decision.AGAIN,
    "InvalidSequenceTokenException": Decision.AGAIN,
    "InvalidParameterException": Decision.HALVE,
    "SerializationException": Decision.HALVE,
    "ValidationException": Decision.HALVE,
    "RequestEntityTooLarge": Decision.HALVE,
}

_BY_STATUS = {413: Decision.HALVE, 408: Decision.AGAIN, 415: Decision.STOP, 429: Decision.AGAIN}

_OF_NAMES = ("'logGroupName'", "'logStreamName'", "'entity'", "log group name", "log stream name")
"""In the service's validation messages: the request is refused for a name or the entity, and not for an event."""


def decide(answer: Answer, *, in_lane: bool = True, at_most_once: bool = False) -> Decision:
    """Decide what to do after this answer.

    Args:
        answer: the response, judged.
        in_lane: the request was the only one of its stream, and carried the stream's token.
        at_most_once: never send again what may be stored.

    """
    if answer.fate is Fate.ACCEPTED:
        return Decision.DONE
    if answer.fate is Fate.UNKNOWN:
        return Decision.LEAVE if at_most_once else Decision.AGAIN
    if answer.fate is Fate.NOT_SENT:
        return _of_exception(answer.exception)
    if answer.credentials_expired:
        return Decision.RENEW
    if answer.code == "InvalidSequenceTokenException" and not in_lane:
        return Decision.LANE
    decision = _BY_CODE.get(answer.code) or _BY_STATUS.get(answer.status or 0)
    if decision is Decision.HALVE and any(name in answer.why for name in _OF_NAMES):
        return Decision.STOP
    if decision is not None:
        return decision
    # Without a code it is not the service that responded, but something in between (a proxy, a gateway).
    not_the_service = not answer.code and answer.response.get("Error") is not None
    return Decision.AGAIN if not_the_service or (answer.status or 0) >= 500 else Decision.STOP


def is_overload(answer: Answer) -> bool:
    """Return whether the service asks for fewer requests."""
    return answer.throttled or answer.code in _OVERLOADS


_LIMITS = {"LimitExceededException"}
"""Of calls that create: what is full stays full. PutLogEvents uses the same code for requests that come too fast."""


def _of_exception(exception: BaseException | None) -> Decision:
    """Decide after an exception raised before anything was sent: only what may pass by itself is tried again.

    That is what the network does, and, of another call (for credentials, to create), that it was throttled or failed.
    """
    from botocore.exceptions import ClientError, HTTPClientError, SSLError
    from botocore.exceptions import ConnectionError as NoConnection

    if isinstance(exception, ClientError):
        code = exception.response.get("Error", {}).get("Code", "")
        status = exception.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0
        passes = _BY_CODE.get(code) is Decision.AGAIN and code not in _LIMITS
        passes |= status >= 500 or status == 429
        return Decision.AGAIN if passes else Decision.STOP
    certificate = isinstance(exception, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(exception)
    network = isinstance(exception, (NoConnection, HTTPClientError)) and not (certificate or _lacks_a_file(exception))
    return Decision.AGAIN if network else Decision.STOP


def _lacks_a_file(exception: BaseException) -> bool:
    """Whether a file is missing to connect with, such as the bundle of certificates."""
    return any(isinstance(error, FileNotFoundError) for error in with_wrapped(exception))


_FIRST_WAIT = 0.2
_LONGEST_WAIT = 20.0


def wait_before(attempt: int) -> float:
    """Return the seconds to wait before an attempt, counted from 1: full jitter, so that many clients spread out."""
    return random.uniform(0, min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempt, 16)))
