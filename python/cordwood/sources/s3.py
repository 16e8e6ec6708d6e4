"""Objects in S3, streamed: they are not stored on this machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cordwood._model import SourceIdentity
from cordwood.errors import InputError
from cordwood.sources.files import CHUNK, Read

if TYPE_CHECKING:
    from cordwood.sources.line_index import LineIndex

_URL = re.compile(r"s3://([^/]+)/(.*)", re.DOTALL)

_MAX_BREAKS = 5
"""Times that an object's stream may break without a byte in between."""

_PERMISSIONS = {"head_object": "s3:GetObject", "get_object": "s3:GetObject", "list_objects_v2": "s3:ListBucket"}


def is_s3(path: object) -> bool:
    """Return whether a path is an S3 address."""
    return isinstance(path, str) and path.startswith("s3://")


def parse_url(url: str) -> tuple[str, str]:
    """Return the bucket and the key of an S3 address.

    Raises:
        InputError: it has no bucket.

    """
    found = _URL.fullmatch(url)
    if found is None:
        raise InputError(f"{url}: an S3 address is s3://bucket/key")
    return found[1], found[2]


def objects_below(url: str, client: Any) -> list[str]:
    """List the addresses of all objects whose keys begin as this address does, in the order of their keys.

    Raises:
        InputError: the bucket cannot be listed, or has no such object.

    """
    bucket, prefix = parse_url(url)
    found = []
    with _as_input_errors(url, "list_objects_v2"):
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            found += [f"s3://{bucket}/{one['Key']}" for one in page.get("Contents", ()) if not one["Key"].endswith("/")]
    if not found:
        raise InputError(f"{url}: no object has a key that begins like this")
    return found


class S3Object:
    """One object, in its current version.

    Args:
        url: its address.
        client: a boto3 s3 client.

    Raises:
        InputError: it does not exist, or may not be read.

    """

    lines: LineIndex | None = None
    can_be_read_again = True
    # Each is a request.
    most_peeks = 8

    def __init__(self, url: str, client: Any) -> None:
        self.name = url
        self._client = client
        bucket, key = parse_url(url)
        if not key:
            raise InputError(f"{url}: an S3 address is s3://bucket/key; {url}/ means all objects in it")
        self._request: dict[str, Any] = {"Bucket": bucket, "Key": key}
        with _as_input_errors(url, "head_object"):
            head = client.head_object(**self._request)
        self.size: int | None = int(head["ContentLength"])
        self.modified_ms: int | None = int(head["LastModified"].timestamp() * 1000)
        self.identity: dict[str, int] = {"size": self.size, "modified_ns": self.modified_ms * 1_000_000}
        self._etag = str(head["ETag"])
        version = head.get("VersionId")
        if version and version != "null":
            self._request["VersionId"] = version
        self._version = str(version or self._etag)

    def _get(self, byte_range: str) -> Any:
        """Get a part of the object, which must still be the same version."""
        return self._client.get_object(**self._request, Range=byte_range, IfMatch=self._etag)["Body"]

    def peek(self, offset: int, length: int) -> bytes:
        """Return some of its bytes, without reading on."""
        if not self.size or offset >= self.size:
            return b""
        with _as_input_errors(self.name, "get_object"):
            return bytes(self._get(f"bytes={offset}-{offset + length - 1}").read())

    @contextmanager
    def opened(self) -> Iterator[Read]:
        """Return what reads it, from its start. A stream that breaks is resumed at the byte where it broke."""
        from botocore.exceptions import HTTPClientError
        from urllib3.exceptions import HTTPError

        body: Any = None
        done = breaks = 0

        def read() -> bytes:
            nonlocal body, done, breaks
            while done < (self.size or 0):
                with _as_input_errors(self.name, "get_object", at=done):
                    try:
                        body = body or self._get(f"bytes={done}-")
                        chunk = bytes(body.read(CHUNK))
                    except (HTTPClientError, HTTPError, OSError) as failure:
                        chunk = b""
                        if breaks == _MAX_BREAKS:
                            raise InputError(f"{self.name}, byte {done}: {failure}") from failure
                if chunk:
                    done += len(chunk)
                    breaks = 0
                    return chunk
                breaks += 1
                if breaks > _MAX_BREAKS:
                    raise InputError(f"{self.name}, byte {done}: the object's stream ends before the object does")
                _close(body)
                body = None
            return b""

        try:
            yield read
        finally:
            _close(body)

    def source_identity(self) -> SourceIdentity:
        """Return what a journal recognizes it by: its version, or its ETag if the bucket keeps no versions."""
        return SourceIdentity(self.name, version=self._version)


def _close(body: Any) -> None:
    if body is not None:
        body.close()


@contextmanager
def _as_input_errors(url: str, action: str, *, at: int | None = None) -> Iterator[None]:
    """Turn errors of the service into errors of the input."""
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    location = url if at is None else f"{url}, byte {at}"
    try:
        yield
    except ClientError as failure:
        error = failure.response.get("Error", {})
        status = failure.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        code = error.get("Code", "")
        if status == 412:
            raise InputError(f"{location}: the object was replaced while it was read") from None
        if status == 403:
            raise InputError(f"{location}: access denied ({code}): it needs {_PERMISSIONS[action]}") from None
        if code in ("404", "NoSuchKey"):
            raise InputError(f"{location}: no such object; a prefix ends with a slash: s3://bucket/prefix/") from None
        raise InputError(f"{location}: {code}: {error.get('Message', '')}") from None
    except HTTPClientError as failure:
        if at is not None:
            raise
        raise InputError(f"{location}: {failure}") from None
    except BotoCoreError as failure:
        raise InputError(f"{location}: {failure}") from None


def lazy_client(make: Callable[[], Any]) -> Callable[[], Any]:
    """Make a client when it is first asked for: most inputs are not in S3."""
    made: list[Any] = []

    def get() -> Any:
        if not made:
            made.append(make())
        return made[0]

    return get
