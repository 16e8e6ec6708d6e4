"""Errors of credentials and permissions, in words that say what to do. Never a secret in them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from cordwood.client._botocore import signing_credentials
from cordwood.errors import AccessDeniedError, CredentialsError, RequestError, UnknownOutcomeError

if TYPE_CHECKING:
    from cordwood.client.answer import Answer

_MOST_LIKELY = {
    "UnrecognizedClientException": "the access key id does not exist (mistyped, deleted, or of another partition), or "
    "belongs to a temporary key whose session token is missing",
    "InvalidClientTokenId": "the access key id does not exist, or its session token is missing",
    "InvalidSignatureException": "the secret access key does not belong to this access key id, or this machine's clock "
    "is wrong by more than 5 minutes",
    "SignatureDoesNotMatch": "the secret access key does not belong to this access key id",
    "IncompleteSignature": "something between here and the service changed the request's headers",
    "MissingAuthenticationToken": "the request went out unsigned",
    "ExpiredTokenException": "the session token has expired: get new credentials, and send again",
    "ExpiredToken": "the session token has expired: get new credentials, and send again",
    "RequestTimeTooSkewed": "this machine's clock is wrong",
    "RequestExpired": "this machine's clock is wrong, or the request was held up on its way",
    "OptInRequired": "the account is not enabled for this region",
}

_ACCESS_DENIED = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorized"}

_RESOURCE = re.compile(r"arn:aws[\w-]*:logs:\S+")


def credentials_of(client: Any) -> str:
    """Which credentials a client signs with: the key's id and where it came from. For messages; no secret."""
    credentials = signing_credentials(client)
    if credentials is None:
        return "no credentials"
    return f"access key {credentials.access_key} (from {credentials.method})"


def to_exception(answer: Answer, client: Any, log_group_name: str, log_stream_name: str) -> BaseException:
    """The exception that tells a caller of an answer that is not `accepted`."""
    from botocore.exceptions import BotoCoreError

    from cordwood.client.answer import Fate

    code, request_id = answer.code, answer.request_id
    if answer.fate is Fate.UNKNOWN:
        return UnknownOutcomeError(
            f"the answer for log stream {log_stream_name!r} of log group {log_group_name!r} was lost: {answer.why}; "
            "the events may be stored, and sent again they may be stored twice",
            code=code,
            request_id=request_id,
        )
    if answer.code in _MOST_LIKELY and (skew := _clock_skew(answer)):
        return CredentialsError(skew, code=code, request_id=request_id)
    if answer.code in _MOST_LIKELY:
        return CredentialsError(
            f"CloudWatch Logs does not know who is asking ({answer.why}). Used: {credentials_of(client)}. Most likely "
            f"{_MOST_LIKELY[answer.code]}",
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
            f"{answer.why}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile, or run where a role gives "
            "credentials; nothing was sent",
            code=code,
            request_id=request_id,
        )
    return answer.exception


_OF_TIME = ("Signature expired", "Signature not yet current", "RequestTimeTooSkewed", "RequestExpired")


def _clock_skew(answer: Answer) -> str:
    """Both clocks, where the service refuses a signature for its time; empty where it does not."""
    if not any(words in answer.why for words in _OF_TIME):
        return ""
    ours = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        service = parsedate_to_datetime(answer.date).astimezone(UTC)
    except ValueError:
        told = "the service did not tell its own"
    else:
        off = (datetime.now(UTC) - service).total_seconds()
        told = (
            f"the service's says {service.isoformat(timespec='seconds')}: this machine is {abs(off):,.0f} s "
            f"{'ahead' if off > 0 else 'behind'}"
        )
    return (
        f"the clocks differ too much for a signature to be taken, 5 minutes at most ({answer.why}). This machine's "
        f"clock says {ours}, {told}. Set it right (NTP); the credentials are not to blame"
    )


def _denied(answer: Answer, client: Any, log_group_name: str, log_stream_name: str) -> str:
    operation = getattr(answer.exception, "operation_name", "PutLogEvents")
    told = _RESOURCE.search(answer.why)
    region = client.meta.region_name
    resource = (
        told.group().rstrip(".,'\"")
        if told
        else f"arn:aws:logs:{region}:*:log-group:{log_group_name}:log-stream:{log_stream_name}"
    )
    return (
        f"{credentials_of(client)} may not do logs:{operation} on {resource} ({answer.why}). Allow that action on that "
        "resource in the policy of the user or role"
    )
