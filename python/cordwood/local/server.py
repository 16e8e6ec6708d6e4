"""HTTP/1.1 on a listening socket: requests in, answers out, connections kept alive, one thread each.

Written on bare sockets rather than on http.server, because the endpoint must be able to reset a connection, to
promise more bytes than it sends, and to end every thread at once when it is closed.
"""

import contextlib
import selectors
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BufferedReader
from typing import Protocol

MAX_HEAD_BYTES = 65_536
MAX_BODY_BYTES = 16 * 1_048_576
"""A legal batch of control characters takes 7 MB of JSON; nothing legal takes more."""


@dataclass
class Request:
    """One HTTP request."""

    method: str
    target: str
    """Path and query."""
    headers: list[tuple[str, str]]
    """Names in lower case."""
    body: bytes

    def header(self, name: str) -> str:
        """A header's first value; empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass
class Answer:
    """One HTTP answer."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_length: int | None = None
    """What Content-Length says, where it lies. The connection is closed then."""
    delay_seconds: float = 0.0


class Reset:
    """Instead of an answer: the connection is to be reset."""


class Handler(Protocol):
    """What answers requests; called from many threads at once."""

    def __call__(self, request: Request) -> Answer | Reset:
        """The answer to a request."""


class _Malformed(Exception):
    """A request that is not HTTP, or not of a kind that the server reads."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


def _head(reader: BufferedReader) -> list[str] | None:
    """The lines of a request's head; None if the connection ended before it."""
    lines: list[str] = []
    room = MAX_HEAD_BYTES
    while True:
        line = reader.readline(room)
        room -= len(line)
        if not line.endswith(b"\n"):
            if line and room <= 0:
                raise _Malformed(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return None
        text = line.decode("latin-1").rstrip("\r\n")
        if text:
            lines.append(text)
        elif lines:
            return lines


def _read_request(reader: BufferedReader, send: Callable[[bytes], None]) -> tuple[Request, bool] | None:
    """The next request, and whether the connection stays open after it; None at the end of the connection."""
    lines = _head(reader)
    if lines is None:
        return None
    try:
        method, target, version = lines[0].split(" ")
    except ValueError:
        raise _Malformed(HTTPStatus.BAD_REQUEST) from None
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or name != name.strip():
            raise _Malformed(HTTPStatus.BAD_REQUEST)
        headers.append((name.lower(), value.strip()))
    request = Request(method, target, headers, b"")
    if request.header("transfer-encoding"):
        raise _Malformed(HTTPStatus.LENGTH_REQUIRED)
    length = request.header("content-length") or "0"
    if not (length.isascii() and length.isdigit()):
        raise _Malformed(HTTPStatus.BAD_REQUEST)
    if int(length) > MAX_BODY_BYTES:
        raise _Malformed(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if request.header("expect").lower() == "100-continue":
        send(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.body = reader.read(int(length))
    if len(request.body) < int(length):
        return None
    stays = version == "HTTP/1.1" and request.header("connection").lower() != "close"
    return request, stays


def _write_answer(answer: Answer, stays: bool) -> bytes:
    length = len(answer.body) if answer.content_length is None else answer.content_length
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    if answer.status != HTTPStatus.NO_CONTENT:
        lines.append(f"Content-Length: {length}")
    if not stays:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body


def _drain(connection: socket.socket) -> None:
    """Reads what the client still sends, within reason: closed with bytes unread, TCP drops the answer."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(1)
    left = 4 * MAX_BODY_BYTES
    while left > 0 and (data := connection.recv(65_536)):
        left -= len(data)


class Server:
    """Serves a listening socket until it is closed. It takes the socket over.

    Args:
        listener: bound and listening.
        handler: answers the requests.
    """

    def __init__(self, listener: socket.socket, handler: Handler) -> None:
        self._listener = listener
        self._handler = handler
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._wake, self._woken = socket.socketpair()
        self._acceptor = threading.Thread(target=self._accept, name="cordwood.local", daemon=True)
        self._acceptor.start()

    def close(self) -> None:
        """Ends all connections and threads. A request that is being answered may lose its answer. Idempotent."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._wake.send(b"x")
        self._acceptor.join()
        self._listener.close()
        self._wake.close()
        self._woken.close()
        with self._lock:
            connections = list(self._connections.items())
            for connection, _ in connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for _, thread in connections:
            if thread is not threading.current_thread():
                thread.join()

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            self._listener.setblocking(False)
            while not self._closing.is_set():
                selector.select()
                try:
                    self._begin(self._listener.accept()[0])
                except (BlockingIOError, ConnectionAbortedError):
                    # The connection was gone again by the time that it was asked for, or this is the end.
                    pass
                except OSError:
                    # Out of file descriptors, most likely: the client waits in the queue until some are free.
                    self._closing.wait(0.05)

    def _begin(self, connection: socket.socket) -> None:
        connection.setblocking(True)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        thread = threading.Thread(target=self._serve, args=(connection,), name="cordwood.local connection", daemon=True)
        with self._lock:
            self._connections[connection] = thread
        thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            # A reset by the peer is its own affair.
            with contextlib.suppress(OSError), connection.makefile("rb") as reader:
                while self._exchange(connection, reader):
                    pass
        finally:
            # Taken off the list under the lock, so that close never touches a socket that is closed already.
            with self._lock:
                del self._connections[connection]
                connection.close()

    def _exchange(self, connection: socket.socket, reader: BufferedReader) -> bool:
        """Reads and answers one request; whether there may be a next one."""
        try:
            read = _read_request(reader, connection.sendall)
        except _Malformed as malformed:
            connection.sendall(_write_answer(Answer(malformed.status), stays=False))
            _drain(connection)
            return False
        if read is None:
            return False
        request, stays = read
        answer = self._handler(request)
        if isinstance(answer, Reset):
            # Closing with linger on and no time to linger sends RST, as a crash or a firewall does.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if answer.delay_seconds and self._closing.wait(answer.delay_seconds):
            return False
        stays = stays and answer.content_length is None
        connection.sendall(_write_answer(answer, stays))
        return stays
