"""What many tests do with a local endpoint: its clock, what it stores, and what it is to answer."""

import json
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import cordwood
import cordwood.local
from cordwood.local import Fault, Faults, LocalCloudWatchLogs
from patience import PATIENCE

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


class HeldFaults(Faults):
    """Keeps every PutLogEvents waiting, before it is stored, until all are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()
        """Set once a request waits."""
        self._let_go = threading.Event()

    def next(self, action: str) -> Fault:
        """Wait, then do what a script says."""
        if action == "PutLogEvents":
            self.reached.set()
            self._let_go.wait(PATIENCE)
        return super().next(action)

    def let_go(self) -> None:
        """Answer those that wait, and all that come."""
        self._let_go.set()


def wait_for_a_request(endpoint: LocalCloudWatchLogs) -> None:
    """Wait until the endpoint has taken a PutLogEvents, whether or not its answer is on its way."""
    until = time.monotonic() + PATIENCE
    while not endpoint.requests("PutLogEvents"):
        assert time.monotonic() < until, "no request came"
        time.sleep(0.01)


def client_of_aws(endpoint: LocalCloudWatchLogs) -> Any:
    """Make a boto3 client for Amazon's own endpoint, whose requests go to a local one instead."""
    client = cordwood.local.client("https://logs.us-east-1.amazonaws.com", max_pool_connections=16)

    def redirect(request: Any, **_: Any) -> None:
        request.headers["Host"] = urlsplit(request.url).netloc
        request.url = f"{endpoint.url}/"

    client.meta.events.register("before-send.cloudwatch-logs", redirect)
    return client


def upload(endpoint: LocalCloudWatchLogs, source: Any, **options: Any) -> cordwood.Report:
    """Upload to the stream `s` of the group `g`, without a check at the start."""
    if "client" not in options:
        options["client"] = endpoint.client(max_pool_connections=16)
    defaults: dict[str, Any] = {"log_group_name": "g", "log_stream_name": "s", "check": False}
    return cordwood.upload(source, **(defaults | options))
