"""The endpoint in a process of its own, so that what it costs is not taken for its user's cost.

The two talk in lines of JSON: the child's standard input carries calls, its standard output their results. The
child ends when its standard input does, and so never outlives its parent, however that one ends.
"""

import inspect
import json
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

from cordwood.errors import Error
from cordwood.local.clients import DEFAULT_REGION, client
from cordwood.local.endpoint import LocalCloudWatchLogs
from cordwood.local.errors import ServiceError
from cordwood.local.faults import Fault, Faults, Kind
from cordwood.local.protocol import RequestRecord
from cordwood.local.service import Counts
from cordwood.local.store import StoredEvent

# The parent's own path, since it may have found cordwood where a bare interpreter would not.
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from cordwood.local.process import main; main()"


class SpawnedCloudWatchLogs:
    """A local endpoint in a process of its own; `spawn` makes it, and it is its own context manager."""

    def __init__(self, options: dict[str, Any]) -> None:
        faults = options.pop("faults", None)
        self.region: str = options.get("region", DEFAULT_REGION)
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOT, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        try:
            self.url: str = self._call("start", options)
            if faults is not None:
                self.set_faults(faults)
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The process that serves."""
        return self._process.pid

    def _call(self, method: str, *arguments: Any) -> Any:
        """Has the other process do something; its result, or its error."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        with self._lock:
            try:
                stdin.write(json.dumps([method, arguments]) + "\n")
                stdin.flush()
                line = stdout.readline()
            except (OSError, ValueError):
                line = ""
        if not line:
            raise Error("the process of the local endpoint has ended")
        result = json.loads(line)
        match result["error"]:
            case None:
                return result["value"]
            case ["ServiceError", kind, message, status]:
                raise ServiceError(kind, message, status=status)
            case ["OSError", *reasons]:
                raise OSError(*reasons)
            case [_, message]:
                raise ValueError(message)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process, and waits until it has ended. Idempotent."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def client(self, **config: Any) -> Any:
        """A boto3 client for this endpoint; see `cordwood.local.client`."""
        return client(self.url, **{"region": self.region, **config})

    def set_faults(self, faults: Faults) -> None:
        """Exchanges all switches; a script that they hold goes with them."""
        self._call("set_faults", _settings(faults), [asdict(fault) for fault in faults.take_script()])

    def script(self, *faults: Kind | Fault) -> None:
        """As `Faults.script`: the next requests, one each, meet these."""
        made = Faults()
        made.script(*faults)
        self._call("script", [asdict(fault) for fault in made.take_script()])

    def create(self, log_group_name: str, log_stream_name: str | None = None) -> None:
        """As `LocalCloudWatchLogs.create`."""
        self._call("create", log_group_name, log_stream_name)

    def events(self, log_group_name: str, log_stream_name: str) -> list[StoredEvent]:
        """As `LocalCloudWatchLogs.events`."""
        return [StoredEvent(*event) for event in self._call("events", log_group_name, log_stream_name)]

    def counts(self, log_group_name: str | None = None, log_stream_name: str | None = None) -> Counts:
        """As `LocalCloudWatchLogs.counts`."""
        return Counts(*self._call("counts", log_group_name, log_stream_name))

    def requests(self, action: str | None = None) -> list[RequestRecord]:
        """As `LocalCloudWatchLogs.requests`."""
        return [RequestRecord(*record) for record in self._call("requests", action)]

    def cpu_seconds(self) -> float:
        """The processor time that the process has used so far."""
        seconds: float = self._call("cpu_seconds")
        return seconds


def spawn(**options: Any) -> SpawnedCloudWatchLogs:
    """Runs a local endpoint in a process of its own.

    Args:
        options: those of `LocalCloudWatchLogs`, but for `now`, which cannot go to another process.

    Returns:
        The endpoint, listening; to be closed, or used as a context manager.

    Raises:
        TypeError: there is no such option.
        ValueError: as `LocalCloudWatchLogs`.
        OSError: as `LocalCloudWatchLogs`.
        Error: the process did not start.
    """
    known = inspect.signature(LocalCloudWatchLogs).parameters.keys() - {"now"}
    unknown = options.keys() - known
    if unknown:
        raise TypeError(f"spawn has no option {', '.join(sorted(unknown))}")
    return SpawnedCloudWatchLogs(options)


def _settings(faults: Faults) -> dict[str, Any]:
    settings = faults.settings()
    settings["actions"] = None if faults.actions is None else sorted(faults.actions)
    return settings


class _Child:
    """What the other process does for its parent; its public methods are the calls that there are."""

    def __init__(self) -> None:
        self._endpoint: LocalCloudWatchLogs | None = None

    @property
    def _running(self) -> LocalCloudWatchLogs:
        assert self._endpoint is not None
        return self._endpoint

    def start(self, options: dict[str, Any]) -> str:
        self._endpoint = LocalCloudWatchLogs(**options)
        return self._endpoint.url

    def set_faults(self, settings: dict[str, Any], script: list[dict[str, Any]]) -> None:
        if settings["actions"] is not None:
            settings["actions"] = frozenset(settings["actions"])
        self._running.faults = Faults(**settings)
        self.script(script)

    def script(self, script: list[dict[str, Any]]) -> None:
        self._running.faults.script(*(Fault(**fault) for fault in script))

    def create(self, group: str, stream: str | None) -> None:
        self._running.create(group, stream)

    def events(self, group: str, stream: str) -> list[StoredEvent]:
        return self._running.events(group, stream)

    def counts(self, group: str | None, stream: str | None) -> Counts:
        return self._running.counts(group, stream)

    def requests(self, action: str | None) -> list[RequestRecord]:
        return self._running.requests(action)

    def cpu_seconds(self) -> float:
        return time.process_time()


def main() -> None:
    """The other process: does what the lines of its standard input say, until there are no more."""
    # Ctrl-C in a terminal goes to every process there; this one has to answer until its parent is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = _Child()
    for line in sys.stdin:
        method, arguments = json.loads(line)
        value: Any = None
        error: list[Any] | None = None
        try:
            value = getattr(child, method)(*arguments)
        except ServiceError as refused:
            error = ["ServiceError", refused.type, refused.message, refused.status]
        except OSError as failed:
            error = ["OSError", *failed.args]
        except ValueError as wrong:
            error = ["ValueError", str(wrong)]
        # ASCII only: messages may hold anything, line ends of every kind included.
        print(json.dumps({"value": value, "error": error}), flush=True)
