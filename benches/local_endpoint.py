"""How many events a second the local endpoint takes in, signature check included, on one core.

The endpoint runs in a process of its own, and one connection sends it the same signed request again and again, so
that the numbers are the endpoint's. "CPU" is what a client that costs nothing would see. Run it with

    .venv/bin/python benches/local_endpoint.py
"""

import gzip
import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

import cordwood.local
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REQUESTS = 100
MESSAGES = {
    "100 bytes of ASCII": "x" * 100,
    "100 bytes, JSON inside JSON": json.dumps({"level": "info", "path": "/a/b", "user": "u-123", "took_ms": 12})[:100],
    "99 bytes of CJK": "中" * 33,
    "5 bytes": "12345",
}


def full_batch(message: str) -> tuple[int, bytes]:
    """The number of events and the body of the largest legal request of such messages."""
    count = min(10_000, 1_048_576 // (len(message.encode()) + 26))
    now = int(time.time() * 1000)
    events = [{"timestamp": now + number // 10, "message": message} for number in range(count)]
    body = {"logGroupName": "g", "logStreamName": "s", "logEvents": events}
    return count, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def measure(label: str, message: str, *, compressed: bool = False, **options: Any) -> None:
    """Prints one line of the table."""
    count, body = full_batch(message)
    headers = {"X-Amz-Target": "Logs_20140328.PutLogEvents", "Content-Type": "application/x-amz-json-1.1"}
    if compressed:
        body = gzip.compress(body, 1)
        headers["Content-Encoding"] = "gzip"
    with cordwood.local.spawn(**options) as endpoint:
        endpoint.create("g", "s")
        request = AWSRequest("POST", f"{endpoint.url}/", headers, body)
        credentials = Credentials(cordwood.local.ACCESS_KEY_ID, cordwood.local.SECRET_ACCESS_KEY)
        SigV4Auth(credentials, "logs", endpoint.region).add_auth(request)
        connection = http.client.HTTPConnection(urlsplit(endpoint.url).netloc)

        def send() -> None:
            connection.request("POST", "/", body, dict(request.headers))
            response = connection.getresponse()
            answer = response.read()
            assert response.status == 200, answer

        send()
        cpu, wall = endpoint.cpu_seconds(), time.perf_counter()
        for _ in range(REQUESTS):
            send()
        cpu, wall = endpoint.cpu_seconds() - cpu, time.perf_counter() - wall
        connection.close()
    events = count * REQUESTS
    print(f"{label:<42}{events / cpu:>14,.0f}{events / wall:>14,.0f}{cpu / REQUESTS * 1000:>12.2f}")


def main() -> None:
    """Prints the table."""
    print(f"{'':<42}{'events/s CPU':>14}{'events/s wall':>14}{'ms a request':>12}")
    for name, message in MESSAGES.items():
        measure(f"{name}, counted", message, keep_events="counts")
    ascii_message = MESSAGES["100 bytes of ASCII"]
    measure("100 bytes of ASCII, all kept", ascii_message)
    measure("100 bytes of ASCII, newest 100,000 kept", ascii_message, keep_events=100_000)
    measure("100 bytes of ASCII, gzip, counted", ascii_message, keep_events="counts", compressed=True)


if __name__ == "__main__":
    main()
