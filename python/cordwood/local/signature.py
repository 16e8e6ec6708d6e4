"""Checks the AWS Signature Version 4 of a request against the demo credentials.

Written from the description of the algorithm, without botocore:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote

from cordwood.local import errors

ACCESS_KEY_ID = "AKIDLOCALCORDWOODEXAMPLE"
SECRET_ACCESS_KEY = "cordwood/local/public/demo/key/not/a/secret"
"""Known to everyone: they open nothing but endpoints of this package."""

SERVICE = "logs"
TOLERANCE = timedelta(minutes=5)
"""How far the date of a signature may lie from the service's clock, on both sides."""

_ALGORITHM = "AWS4-HMAC-SHA256"
_DATE = "%Y%m%dT%H%M%SZ"
_SPACES = re.compile(" +")

Headers = Sequence[tuple[str, str]]
"""Names in lower case, and values, in the order of the request."""


def _signing_key(secret: str, date: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, SERVICE, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _canonical_request(method: str, target: str, headers: Headers, signed: list[str], body: bytes) -> str:
    path, _, query = target.partition("?")
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_qsl(query, True))
    values: dict[str, list[str]] = {name: [] for name in signed}
    for name, value in headers:
        if name in values:
            values[name].append(_SPACES.sub(" ", value.strip()))
    return "\n".join(
        [
            method,
            quote(unquote(path), safe="/-_.~") or "/",
            "&".join(f"{name}={value}" for name, value in pairs),
            *(f"{name}:{','.join(values[name])}" for name in signed),
            "",
            ";".join(signed),
            hashlib.sha256(body).hexdigest(),
        ]
    )


def _parts(authorization: str) -> dict[str, str]:
    """Credential, SignedHeaders and Signature of an Authorization header."""
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != _ALGORITHM:
        raise errors.incomplete_signature(f"Unsupported AWS 'algorithm': '{algorithm}'.")
    pairs = (part.strip().partition("=") for part in rest.split(","))
    parts = {name: value for name, _, value in pairs}
    missing = [name for name in ("Credential", "Signature", "SignedHeaders") if not parts.get(name)]
    if missing:
        told = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        raise errors.incomplete_signature(told)
    return parts


def _check_date(stamp: str, now: datetime) -> None:
    try:
        signed_at = datetime.strptime(stamp, _DATE).replace(tzinfo=UTC)
    except ValueError:
        raise errors.incomplete_signature(
            f"Date must be in ISO-8601 'basic format'. Got '{stamp}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ) from None
    earliest, latest = now - TOLERANCE, now + TOLERANCE
    if signed_at < earliest:
        raise errors.invalid_signature(
            f"Signature expired: {stamp} is now earlier than {earliest:{_DATE}} ({now:{_DATE}} - 5 min.)"
        )
    if signed_at > latest:
        raise errors.invalid_signature(
            f"Signature not yet current: {stamp} is still later than {latest:{_DATE}} ({now:{_DATE}} + 5 min.)"
        )


def _check_scope(scope: list[str], stamp: str, region: str) -> None:
    date, scope_region, service, terminator = scope
    if terminator != "aws4_request":
        raise errors.invalid_signature(
            f"Credential should be scoped with a valid terminator: 'aws4_request', not '{terminator}'."
        )
    if service != SERVICE:
        raise errors.invalid_signature(f"Credential should be scoped to correct service: '{SERVICE}'.")
    if scope_region != region:
        raise errors.invalid_signature(f"Credential should be scoped to a valid region, not '{scope_region}'.")
    if date != stamp[:8]:
        raise errors.invalid_signature(
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{date}' != '{stamp[:8]}', from '{stamp}'."
        )


def check_signature(
    method: str, target: str, headers: Headers, body: bytes, *, region: str, now: Callable[[], datetime]
) -> None:
    """Checks that the demo credentials signed this request, all of its body and x-amz- headers included, just now.

    Args:
        method: GET, POST, ...
        target: path and query as in the request line.
        headers: all of them.
        body: as it was sent, before any decompression.
        region: the region that the signature must be for.
        now: the service's clock; aware.

    Raises:
        ServiceError: MissingAuthenticationTokenException, IncompleteSignatureException, InvalidSignatureException,
            or UnrecognizedClientException (another access key, or a session token).
    """
    first = dict(reversed(headers))
    authorization = first.get("authorization")
    if authorization is None:
        raise errors.missing_authentication()
    parts = _parts(authorization)
    stamp = first.get("x-amz-date", "")
    if not stamp:
        raise errors.incomplete_signature("Authorization header requires existence of an 'X-Amz-Date' header.")
    access_key_id, *scope = parts["Credential"].split("/")
    if len(scope) != 4:
        raise errors.incomplete_signature(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term."
        )
    if access_key_id != ACCESS_KEY_ID or "x-amz-security-token" in first:
        raise errors.unrecognized_client()
    _check_scope(scope, stamp, region)
    signed = parts["SignedHeaders"].split(";")
    for name in first:
        if (name == "host" or name.startswith("x-amz-")) and name not in signed:
            raise errors.invalid_signature(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")
    _check_date(stamp, now().replace(microsecond=0))
    canonical = _canonical_request(method, target, headers, signed, body)
    # Headers were read as Latin-1, so that this gives back the bytes that were sent.
    hashed = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    to_sign = "\n".join([_ALGORITHM, stamp, "/".join(scope), hashed]).encode("latin-1")
    wanted = hmac.digest(_signing_key(SECRET_ACCESS_KEY, scope[0], scope[1]), to_sign, "sha256").hex()
    if not hmac.compare_digest(wanted.encode(), parts["Signature"].encode("latin-1")):
        raise errors.invalid_signature()
