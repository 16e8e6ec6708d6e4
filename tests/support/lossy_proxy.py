"""A real HTTP proxy that passes requests on, and loses some answers."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class LossyProxy:
    """An HTTP proxy on loopback.

    Args:
        lost: of how many requests, from the first on, the answer is lost: the connection closes instead.

    """

    def __init__(self, lost: int) -> None:
        self._left = lost
        self._lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                to = urlsplit(self.path)
                connection = http.client.HTTPConnection(to.hostname or "", to.port)
                connection.request("POST", to.path or "/", body, dict(self.headers))
                answer = connection.getresponse()
                content = answer.read()
                connection.close()
                if proxy._loses():
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("connection", "date", "server"):
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """For `Config(proxies={"http": …})`."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def _loses(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left >= 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
