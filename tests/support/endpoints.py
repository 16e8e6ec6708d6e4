"""What many tests do with a local endpoint: its clock, what it stores, and what it is to answer."""

import json
import time
from typing import Any

import cordwood
from cordwood.local import Fault, LocalCloudWatchLogs

NOW = 1_750_000_000_000
"""The clock of the `endpoint` fixture, in milliseconds since 1970."""
HOUR = 3_600_000
DAY = 24 * HOUR


def now() -> int:
    """Return the time of the real clock, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def stored(endpoint: LocalCloudWatchLogs, stream: str = "s") -> list[tuple[int, str]]:
    """Return timestamp and message of each event of a stream of the group `g`, in the order stored."""
    return [(event.timestamp, event.message) for event in endpoint.events("g", stream)]


def messages(endpoint: LocalCloudWatchLogs, stream: str = "s") -> list[str]:
    """Return the message of each event of a stream of the group `g`, in the order stored."""
    return [event.message for event in endpoint.events("g", stream)]


def error(code: str, message: str | None = None, *, status: int = 400, **members: Any) -> Fault:
    """Make a fault that answers with an error of the service."""
    body = {"__type": code, "message": message or f"message of {code}", **members}
    return Fault(kind="answer", status=status, body=json.dumps(body))


DENIED = error("AccessDeniedException", "no")


def upload(endpoint: LocalCloudWatchLogs, source: Any, **options: Any) -> cordwood.Report:
    """Upload to the stream `s` of the group `g`, without a check at the start."""
    if "client" not in options:
        options["client"] = endpoint.client(max_pool_connections=16)
    defaults: dict[str, Any] = {"log_group_name": "g", "log_stream_name": "s", "check": False}
    return cordwood.upload(source, **(defaults | options))
