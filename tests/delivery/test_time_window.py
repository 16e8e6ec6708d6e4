"""Who says what time it is: the service, by its verdicts; this machine's clock alone gives no event up."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import cordwood
import pytest
from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY, LocalCloudWatchLogs
from endpoints import DAY, now


def upload(client: Any, events: list[tuple[int, str]], **options: Any) -> cordwood.Report:
    return cordwood.upload(events, log_group_name="g", log_stream_name="s", client=client, check=False, **options)


def counts(report: cordwood.Report) -> dict[str, int]:
    return {str(outcome): events for outcome, events in report.counts.items() if events}


@pytest.mark.parametrize("days", [-30, -3, 3, 30])
@pytest.mark.parametrize("ordered", [False, True])
def test_a_wrong_clock_of_this_machine_gives_nothing_up(days: int, ordered: bool) -> None:
    there = now() + days * DAY
    with LocalCloudWatchLogs(now=lambda: there, check_signatures=False) as endpoint:
        endpoint.create("g", "s")
        events = [(there - n * DAY // 2, f"{n}") for n in range(20)]
        report = upload(endpoint.client(), [*events, (there - 20 * DAY, "old"), (there + DAY, "new")], ordered=ordered)
        assert counts(report) == {"accepted": 20, "too_old": 1, "too_new": 1}
        assert {event.message for event in endpoint.events("g", "s")} == {message for _, message in events}


def test_once_a_verdict_bears_a_clock_out_the_rest_is_decided_without_requests() -> None:
    with LocalCloudWatchLogs() as endpoint:
        endpoint.create("g", "s")
        old = [(now() - (20 + n) * DAY, "old") for n in range(50)]
        report = upload(endpoint.client(), [*old, (now(), "new")])
        assert counts(report) == {"accepted": 1, "too_old": 50}
        # Of 26 batches; one may be sent before the first verdict.
        assert len(endpoint.requests("PutLogEvents")) <= 3


def test_a_log_that_is_all_too_old_is_found_out_with_one_request() -> None:
    with LocalCloudWatchLogs() as endpoint:
        endpoint.create("g", "s")
        old = [(now() - (20 + n) * DAY, "old") for n in range(50)]
        assert counts(upload(endpoint.client(), old, max_concurrency=1)) == {"too_old": 50}
        assert len(endpoint.requests("PutLogEvents")) == 1


@pytest.fixture
def wrong_date() -> Iterator[tuple[str, list[int]]]:
    """A service that takes everything, behind a gateway that puts an old date on each answer; and what it was sent."""
    taken: list[int] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            taken.append(len(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["logEvents"]))
            self.send_response_only(200)
            self.send_header("Date", "Mon, 01 Jan 2024 00:00:00 GMT")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", taken
        server.shutdown()


def test_a_date_that_the_verdicts_contradict_is_no_clock(wrong_date: tuple[str, list[int]]) -> None:
    url, taken = wrong_date
    keys = {"aws_access_key_id": ACCESS_KEY_ID, "aws_secret_access_key": SECRET_ACCESS_KEY}
    client = boto3.client("logs", endpoint_url=url, region_name="us-east-1", **keys)
    report = upload(client, [(now(), f"{n}") for n in range(25_000)], max_concurrency=1)
    assert counts(report) == {"accepted": 25_000}
    assert sum(taken) == 25_000
