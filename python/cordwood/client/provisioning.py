"""Making the log group and log stream that a request did not find, where the caller asked for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from cordwood.options import CreateOptions

_FIRST_WAIT = 0.1
_LONGEST_WAIT = 2.0
_PATIENCE = 20.0
"""Seconds that a new group or stream is given to be found everywhere; it takes CloudWatch Logs a few at worst."""


def waits() -> Iterator[float]:
    """Growing waits in seconds, for as long as patience lasts."""
    wait = _FIRST_WAIT
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        yield wait
        wait = min(wait * 2, _LONGEST_WAIT)


def create(client: Any, wanted: CreateOptions, log_group_name: str, log_stream_name: str) -> None:
    """Create the stream, and the group before it where that is missing and wanted.

    Another creator may be at it too: what exists already is fine, `OperationAbortedException` (somebody works on the
    same group) is tried again, and a group just created that is not found yet is waited for.

    Raises:
        botocore.exceptions.ClientError: what the service refuses, the group missing and not wanted among it.

    """
    stream = {"logGroupName": log_group_name, "logStreamName": log_stream_name}
    made_group = False
    for wait in waits():
        code, error = _attempt(client, lambda: client.create_log_stream(**stream))
        if code in ("", "ResourceAlreadyExistsException"):
            return
        if code == "ResourceNotFoundException" and wanted.create_log_group and not made_group:
            _create_group(client, wanted, log_group_name)
            made_group = True
        elif code == "OperationAbortedException" or (code == "ResourceNotFoundException" and made_group):
            time.sleep(wait)
        else:
            raise error
    raise error


def _create_group(client: Any, wanted: CreateOptions, log_group_name: str) -> None:
    options = {"kmsKeyId": wanted.kms_key_id, "tags": wanted.tags, "logGroupClass": wanted.log_group_class}
    group: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    code = _until_done(client, lambda: client.create_log_group(logGroupName=log_group_name, **group), settled=_EXISTS)
    # The retention of a group that somebody else made meanwhile is theirs.
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
    """The service's error code, with its error; an empty code where the call was answered well."""
    try:
        call()
    except client.exceptions.ClientError as error:
        return str(error.response.get("Error", {}).get("Code", "")) or "Unknown", error
    return "", None
