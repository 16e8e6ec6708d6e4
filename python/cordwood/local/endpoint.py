"""The endpoint within the process that uses it."""

import ipaddress
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from cordwood.local.clients import DEFAULT_REGION, client
from cordwood.local.faults import Faults
from cordwood.local.protocol import Protocol, RequestRecord
from cordwood.local.server import Server
from cordwood.local.service import Counts, KeepEvents, Service, wall_clock
from cordwood.local.store import StoredEvent


def check_host(host: str, allow_remote: bool) -> None:
    """Refuses to listen where other machines could connect.

    Raises:
        ValueError: the host is not a loopback address, and `allow_remote` is false.
        OSError: the host has no address.
    """
    if allow_remote:
        return
    # An empty host means every address of the machine.
    addresses = {info[4][0] for info in socket.getaddrinfo(host, None)} if host else {"0.0.0.0"}
    if not all(ipaddress.ip_address(str(address).partition("%")[0]).is_loopback for address in addresses):
        raise ValueError(
            f"{host!r} is not a loopback address: other machines could reach the local endpoint, whose "
            "credentials are public. Use 127.0.0.1, or, if that is what you want, pass allow_remote=True"
        )


class LocalCloudWatchLogs:
    """A small, strict CloudWatch Logs on a port of this machine, served by threads of this process.

    It enforces the rules of PutLogEvents, checks signatures against demo credentials, and keeps events in memory.
    Usable at once, and until it is closed; it is its own context manager:

        with LocalCloudWatchLogs() as endpoint:
            endpoint.create("group", "stream")
            endpoint.client().put_log_events(...)
            assert endpoint.events("group", "stream") == [...]

    All of it may be used from many threads.

    Args:
        host: where to listen.
        port: 0 takes any that is free.
        region: the region that it is in; signatures must be for it.
        now: its clock in milliseconds since 1970: what is too old, too new or expired, and the Date of answers.
            Signatures go by the real clock.
        insist_on_sequence_tokens: be the service from before 2023: the first call to a stream carries no token,
            and each further one that of the answer before.
        return_sequence_tokens: whether answers carry nextSequenceToken; today's service may leave it out.
        keep_events: "all"; "counts": check and count events, but keep none; or keep the newest so many of all
            streams together.
        faults: what goes wrong; see `Faults`.
        check_signatures: whether requests must be signed with the demo credentials.
        accept_gzip: whether bodies may be compressed. The service does so, undocumented.
        log_requests: how many requests `requests` remembers at most, the newest ones; None: all.
        allow_remote: listen on an address that other machines can reach.

    Raises:
        ValueError: `host` is not a loopback address, or options contradict each other.
        OSError: the port is taken.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        region: str = DEFAULT_REGION,
        now: Callable[[], int] = wall_clock,
        insist_on_sequence_tokens: bool = False,
        return_sequence_tokens: bool = True,
        keep_events: KeepEvents = "all",
        faults: Faults | None = None,
        check_signatures: bool = True,
        accept_gzip: bool = True,
        log_requests: int | None = 100_000,
        allow_remote: bool = False,
    ) -> None:
        check_host(host, allow_remote)

        def skewed_now() -> int:
            return now() + round(self._protocol.faults.clock_offset_seconds * 1000)

        self.region = region
        self._service = Service(
            region=region,
            now=skewed_now,
            insist_on_sequence_tokens=insist_on_sequence_tokens,
            return_sequence_tokens=return_sequence_tokens,
            keep_events=keep_events,
        )
        self._protocol = Protocol(
            self._service,
            now=skewed_now,
            region=region,
            faults=faults or Faults(),
            check_signatures=check_signatures,
            accept_gzip=accept_gzip,
            log_requests=log_requests,
        )
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=128)
        self.port: int = listener.getsockname()[1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        self._server = Server(listener, self._protocol)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops listening, ends all connections and threads. What it holds can still be read. Idempotent."""
        self._server.close()

    def client(self, **config: Any) -> Any:
        """A boto3 client for this endpoint; see `cordwood.local.client`."""
        return client(self.url, **{"region": self.region, **config})

    @property
    def faults(self) -> Faults:
        """What goes wrong; its switches may be set, or all of them exchanged, at any time."""
        return self._protocol.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._protocol.faults = faults

    def create(self, log_group_name: str, log_stream_name: str | None = None) -> None:
        """Creates a log group and a log stream in it; what exists stays as it is.

        Raises:
            ServiceError: a name is not legal.
        """
        self._service.create(log_group_name, log_stream_name)

    def events(self, log_group_name: str, log_stream_name: str) -> list[StoredEvent]:
        """The events kept of a stream, by timestamp, and equal ones as they came in.

        Raises:
            ServiceError: there is no such group or stream.
        """
        return self._service.events(log_group_name, log_stream_name)

    def counts(self, log_group_name: str | None = None, log_stream_name: str | None = None) -> Counts:
        """How many requests, events and bytes were accepted: in all, by a group, or by a stream.

        Raises:
            ServiceError: there is no such group or stream.
        """
        return self._service.counts(log_group_name, log_stream_name)

    def requests(self, action: str | None = None) -> list[RequestRecord]:
        """The requests so far, in the order in which they were answered; all, or those for one action."""
        return self._protocol.records(action)
