"""A client that was used before a fork, in the child: it has connections of its own."""

import http.server
import os
import threading

import boto3
import cordwood
import pytest
from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from endpoints import now


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_uses_no_connection_of_its_parent() -> None:
    ports: list[int] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            ports.append(self.client_address[1])
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        keys = {"aws_access_key_id": ACCESS_KEY_ID, "aws_secret_access_key": SECRET_ACCESS_KEY}
        url = f"http://127.0.0.1:{server.server_port}"
        client = boto3.client("logs", endpoint_url=url, region_name="us-east-1", **keys)

        def send() -> None:
            cordwood.PutLogEventsClient(client).put_log_events("g", "s", [(now(), "m")])

        send()
        child = os.fork()
        if child == 0:
            try:
                send()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        send()
        server.shutdown()
    before, of_child, after = ports
    assert of_child != before
    assert after == before
