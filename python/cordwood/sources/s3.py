"""Objects in S3, streamed: nothing of them is stored on this machine."""

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

_MOST_BREAKS = 5
"""Of one object's stream, without a byte in between."""

_NEEDS = {"head_object": "s3:GetObject", "get_object": "s3:GetObject", "list_objects_v2": "s3:ListBucket"}


def is_s3(path: object) -> bool:
    """Whether a path is the address of something in S3."""
    return isinstance(path, str) and path.startswith("s3://")


def parsed(url: str) -> tuple[str, str]:
    """Bucket and key of an address.

    Raises:
        InputError: it has no bucket.

    """
    found = _URL.fullmatch(url)
    if found is None:
        raise InputError(f"{url}: an address in S3 is s3://bucket/key")
    return found[1], found[2]


def objects_below(url: str, client: Any) -> list[str]:
    """The addresses of all objects whose keys begin as this address does, in the order of their keys.

    Raises:
        InputError: the bucket cannot be listed, or there is none.

    """
    bucket, prefix = parsed(url)
    found = []
    with _explained(url, "list_objects_v2"):
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            found += [f"s3://{bucket}/{one['Key']}" for one in page.get("Contents", ()) if not one["Key"].endswith("/")]
    if not found:
        raise InputError(f"{url}: there is no object whose key begins so")
    return found


class S3Object:
    """One object, of the version that it has now.

    Args:
        url: its address.
        client: a boto3 s3 client.

    Raises:
        InputError: there is none, or it may not be read.

    """

    lines: LineIndex | None = None
    can_be_read_again = True

    def __init__(self, url: str, client: Any) -> None:
        self.name = url
        self._client = client
        bucket, key = parsed(url)
        if not key:
            raise InputError(f"{url}: an address in S3 is s3://bucket/key; {url}/ means all that is in it")
        self._asked: dict[str, Any] = {"Bucket": bucket, "Key": key}
        with _explained(url, "head_object"):
            head = client.head_object(**self._asked)
        self.size: int | None = int(head["ContentLength"])
        self.modified_ms: int | None = int(head["LastModified"].timestamp() * 1000)
        self.identity: dict[str, int] = {"size": self.size, "modified_ns": self.modified_ms * 1_000_000}
        self._etag = str(head["ETag"])
        version = head.get("VersionId")
        if version and version != "null":
            self._asked["VersionId"] = version
        self._version = str(version or self._etag)

    def _get(self, span: str) -> Any:
        """A part of the object, which must be the one that was looked at."""
        return self._client.get_object(**self._asked, Range=span, IfMatch=self._etag)["Body"]

    def peek(self, offset: int, length: int) -> bytes:
        """Bytes of it, without reading on."""
        if not self.size or offset >= self.size:
            return b""
        with _explained(self.name, "get_object"):
            return bytes(self._get(f"bytes={offset}-{offset + length - 1}").read())

    @contextmanager
    def opened(self) -> Iterator[Read]:
        """What reads it, from its start. A stream that breaks is taken up again where it broke."""
        from botocore.exceptions import HTTPClientError
        from urllib3.exceptions import HTTPError

        body: Any = None
        done = breaks = 0

        def read() -> bytes:
            nonlocal body, done, breaks
            while done < (self.size or 0):
                with _explained(self.name, "get_object", at=done):
                    try:
                        body = body or self._get(f"bytes={done}-")
                        chunk = bytes(body.read(CHUNK))
                    except (HTTPClientError, HTTPError, OSError) as fault:
                        chunk = b""
                        if breaks == _MOST_BREAKS:
                            raise InputError(f"{self.name}, byte {done}: {fault}") from fault
                if chunk:
                    done += len(chunk)
                    breaks = 0
                    return chunk
                breaks += 1
                if breaks > _MOST_BREAKS:
                    raise InputError(f"{self.name}, byte {done}: the object's stream ends before the object does")
                _close(body)
                body = None
            return b""

        try:
            yield read
        finally:
            _close(body)

    def source_identity(self) -> SourceIdentity:
        """What a journal tells it by: its version, or where the bucket keeps none its ETag."""
        return SourceIdentity(self.name, version=self._version)


def _close(body: Any) -> None:
    if body is not None:
        body.close()


@contextmanager
def _explained(url: str, action: str, *, at: int | None = None) -> Iterator[None]:
    """Errors of the service as those of the input."""
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    place = url if at is None else f"{url}, byte {at}"
    try:
        yield
    except ClientError as fault:
        error = fault.response.get("Error", {})
        status = fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        code = error.get("Code", "")
        if status == 412:
            raise InputError(f"{place}: the object was replaced while it was read") from None
        if status == 403:
            raise InputError(f"{place}: S3 refuses it ({code}): it needs {_NEEDS[action]}") from None
        if code in ("404", "NoSuchKey"):
            raise InputError(f"{place}: there is no such object; all below a prefix is s3://bucket/prefix/") from None
        raise InputError(f"{place}: {code}: {error.get('Message', '')}") from None
    except HTTPClientError as fault:
        if at is not None:
            raise
        raise InputError(f"{place}: {fault}") from None
    except BotoCoreError as fault:
        raise InputError(f"{place}: {fault}") from None


def lazily(make: Callable[[], Any]) -> Callable[[], Any]:
    """A client, made when it is first asked for: most inputs are no objects in S3."""
    made: list[Any] = []

    def get() -> Any:
        if not made:
            made.append(make())
        return made[0]

    return get
