"""Creation of a missing log group or log stream, if the caller asked for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from cordwood.options import CreateOptions

_FIRST_WAIT = 0.1
_MAX_WAIT = 2.0
_MAX_SECONDS = 20.0
"""For a new group or stream to be found everywhere; CloudWatch Logs takes a few seconds at worst."""


def waits() -> Iterator[float]:
    """Yield growing waits in seconds, until the time for a new group or stream to be found is over."""
    wait = _FIRST_WAIT
    until = time.monotonic() + _MAX_SECONDS
    while time.monotonic() < until:
        yield wait
        wait = min(wait * 2, _MAX_WAIT)


def create(client: Any, wanted: CreateOptions, log_group_name: str, log_stream_name: str) -> None:
    """Create the stream, and before it the group if that is missing and may be created.

    Other clients may do the same at this time: what exists already is fine, `OperationAbortedException` (another
    operation on the same group) is retried, and a group that was just created is waited for until it is found.

    Raises:
        botocore.exceptions.ClientError: the service refused; also if the group is missing and may not be created.

    """
    stream = {"logGroupName": log_group_name, "logStreamName": log_stream_name}
    created_group = False
    for wait in waits():
        code, error = _attempt(client, lambda: client.create_log_stream(**stream))
        if code in ("", "ResourceAlreadyExistsException"):
            return
        if code == "ResourceNotFoundException" and wanted.create_log_group and not created_group:
            _create_group(client, wanted, log_group_name)
            created_group = True
        elif code == "OperationAbortedException" or (code == "ResourceNotFoundException" and created_group):
            time.sleep(wait)
        else:
            raise error
    raise error


def _create_group(client: Any, wanted: CreateOptions, log_group_name: str) -> None:
    options = {"kmsKeyId": wanted.kms_key_id, "tags": wanted.tags, "logGroupClass": wanted.log_group_class}
    group: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    code = _until_done(client, lambda: client.create_log_group(logGroupName=log_group_name, **group), settled=_EXISTS)
    # The retention of a group that somebody else created meanwhile is not ours to set.
    if wanted.retention_in_days is not None and code not in _EXISTS:
        days = wanted.retention_in_days
        _until_done(
            client,
            lambda: client.put_retention_policy(logGroupName=log_group_name, retentionInDays=days),
            again=("ResourceNotFoundException",),
        )


_EXISTS = ("ResourceAlreadyExistsException",)


def _until_done(
    client: Any, call: Callable[[], Any], *, settled: tuple[str, ...] = (), again: tuple[str, ...] = ()
) -> str:
    for wait in waits():
        code, error = _attempt(client, call)
        if code == "" or code in settled:
            return code
        if code != "OperationAbortedException" and code not in again:
            raise error
        time.sleep(wait)
    raise error


def _attempt(client: Any, call: Callable[[], Any]) -> tuple[str, Any]:
    """Return the service's error code and the error; an empty code if the call succeeded."""
    try:
        call()
    except client.exceptions.ClientError as error:
        return str(error.response.get("Error", {}).get("Code", "")) or "Unknown", error
    return "", None
