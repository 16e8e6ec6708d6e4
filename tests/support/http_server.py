"""A plain HTTP server on loopback, for answers that the local endpoint does not give."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY


@contextlib.contextmanager
def serving(taken: Callable[[int, bytes], object], headers: Mapping[str, str] | None = None) -> Iterator[Any]:
    """Serve an API that takes every request, and give a CloudWatch Logs client for it.

    Args:
        taken: called with the client's port and the body of each request.
        headers: of each answer, whose body is an empty object.

    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            taken(self.client_address[1], self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response_only(200)
            for name, value in {"Content-Length": "2", **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield boto3.client(
            "logs",
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
        )
        server.shutdown()
