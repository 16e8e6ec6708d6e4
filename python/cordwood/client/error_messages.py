"""Messages for errors of credentials and permissions: what is wrong, and what to do. They contain no secret."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from cordwood.client._botocore import access_key_of, signing_credentials
from cordwood.errors import AccessDeniedError, CredentialsError, RequestError, UnknownOutcomeError

if TYPE_CHECKING:
    from cordwood.client.answer import Answer

_MOST_LIKELY = {
    "UnrecognizedClientException": "the access key id does not exist (mistyped, deleted, or of another partition), or "
    "belongs to a temporary key whose session token is missing",
    "InvalidClientTokenId": "the access key id does not exist, or its session token is missing",
    "InvalidSignatureException": "the secret access key does not belong to this access key id, or this machine's clock "
    "is off by more than 5 minutes",
    "SignatureDoesNotMatch": "the secret access key does not belong to this access key id",
    "IncompleteSignature": "a proxy changed the headers of the request",
    "MissingAuthenticationToken": "the request was not signed",
    "ExpiredTokenException": "the session token has expired: get new credentials, and send again",
    "ExpiredToken": "the session token has expired: get new credentials, and send again",
    "RequestTimeTooSkewed": "this machine's clock is wrong",
    "RequestExpired": "this machine's clock is wrong, or the request was delayed on its way",
    "OptInRequired": "the account is not enabled for this region",
}

_ACCESS_DENIED = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorized"}

_RESOURCE = re.compile(r"arn:aws[\w-]*:logs:\S+")


def credentials_of(client: Any) -> str:
    """Return the id and the origin of the access key that a client signs with, for messages; no secret."""
    credentials = signing_credentials(client)
    if credentials is None:
        return "no credentials"
    return f"access key {access_key_of(credentials)} (from {credentials.method})"


def to_exception(answer: Answer, client: Any, log_group_name: str, log_stream_name: str) -> BaseException:
    """Return the exception for an answer that is not `accepted`."""
    from botocore.exceptions import BotoCoreError

    from cordwood.client.answer import Fate

    code, request_id = answer.code, answer.request_id
    if answer.fate is Fate.UNKNOWN:
        return UnknownOutcomeError(
            f"the response for log stream {log_stream_name!r} of log group {log_group_name!r} was lost: {answer.why}; "
            "the events may be stored; if they are sent again, they may be stored twice",
            code=code,
            request_id=request_id,
        )
    if answer.fate is Fate.NOT_SENT and answer.code and _call_of(answer) not in _CALLS:
        return CredentialsError(
            f"the credentials could not be renewed: {answer.why}. Nothing was sent", code=code, request_id=request_id
        )
    if answer.code in _MOST_LIKELY and (skew := _clock_skew(answer)):
        return CredentialsError(skew, code=code, request_id=request_id)
    if answer.code in _MOST_LIKELY:
        return CredentialsError(
            f"CloudWatch Logs does not accept the credentials ({answer.why}). Used: {credentials_of(client)}. Most "
            f"likely {_MOST_LIKELY[answer.code]}",
            code=code,
            request_id=request_id,
        )
    if answer.code in _ACCESS_DENIED:
        return AccessDeniedError(
            _denied(answer, client, log_group_name, log_stream_name), code=code, request_id=request_id
        )
    if answer.exception is None:
        return RequestError(answer.why, code=code, request_id=request_id)
    if isinstance(answer.exception, BotoCoreError) and "credential" in type(answer.exception).__name__.lower():
        return CredentialsError(
            f"{answer.why}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile, or run with a role that "
            "provides credentials; nothing was sent",
            code=code,
            request_id=request_id,
        )
    return answer.exception


_CALLS = {"PutLogEvents", "CreateLogGroup", "CreateLogStream", "PutRetentionPolicy", "DescribeLogStreams"}
"""Those that are made of CloudWatch Logs; any other is for credentials."""


def _call_of(answer: Answer) -> str:
    return getattr(answer.exception, "operation_name", "PutLogEvents")


_OF_TIME = ("Signature expired", "Signature not yet current", "RequestTimeTooSkewed", "RequestExpired")


def _clock_skew(answer: Answer) -> str:
    """Return both clocks, if the service refused a signature because of its time; else an empty string."""
    if not any(words in answer.why for words in _OF_TIME):
        return ""
    ours = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        service = parsedate_to_datetime(answer.date).astimezone(UTC)
    except ValueError:
        theirs = "the service did not return its own"
    else:
        off = (datetime.now(UTC) - service).total_seconds()
        theirs = (
            f"the service's is {service.isoformat(timespec='seconds')}: this machine is {abs(off):,.0f} s "
            f"{'ahead' if off > 0 else 'behind'}"
        )
    return (
        f"the clocks differ by more than the 5 minutes that a signature allows ({answer.why}). This machine's clock is "
        f"{ours}, {theirs}. Correct it (NTP); the credentials are not the cause"
    )


def _denied(answer: Answer, client: Any, log_group_name: str, log_stream_name: str) -> str:
    operation = _call_of(answer)
    named = _RESOURCE.search(answer.why)
    region = client.meta.region_name
    resource = (
        named.group().rstrip(".,'\"")
        if named
        else f"arn:aws:logs:{region}:*:log-group:{log_group_name}:log-stream:{log_stream_name}"
    )
    return (
        f"{credentials_of(client)} is not allowed logs:{operation} on {resource} ({answer.why}). Allow that action on "
        "that resource in the policy of the user or role"
    )
