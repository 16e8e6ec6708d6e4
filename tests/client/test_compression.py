"""Compressed bodies arrive as what they are, and an endpoint that does not take them gets plain ones."""

import gzip
import itertools
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import cordwood
import pytest
from cordwood.local import Fault, LocalCloudWatchLogs
from endpoints import NOW, client_of_aws, stored
from hypothesis import given
from hypothesis import strategies as st
from patience import PATIENCE


def client_of(endpoint: LocalCloudWatchLogs, **options: Any) -> cordwood.PutLogEventsClient:
    return cordwood.PutLogEventsClient(endpoint.client(max_pool_connections=16), **options)


def as_for_aws(endpoint: LocalCloudWatchLogs) -> cordwood.PutLogEventsClient:
    """A client with `auto` that takes this endpoint for one of Amazon's."""
    return cordwood.PutLogEventsClient(client_of_aws(endpoint), compression="auto")


@given(st.lists(st.tuples(st.integers(0, 86_400_000), st.text(min_size=1, max_size=200)), min_size=1, max_size=50))
def test_a_compressed_body_is_the_plain_one(events: list[tuple[int, str]]) -> None:
    [batch] = cordwood.batches(events)
    assert gzip.decompress(batch.body("g", "s", gzip=True)) == batch.body("g", "s")


def test_compressed_events_are_stored_as_they_are() -> None:
    events = [(NOW + n, f'{n} größer 🚀 \x00 "{"x" * 200}"') for n in range(3_000)]
    with LocalCloudWatchLogs(now=lambda: NOW) as endpoint:
        endpoint.create("g", "s")
        client = client_of(endpoint, compression="gzip")
        [batch] = cordwood.batches(events)
        answer = client.send(batch, "g", "s")
        assert Counter(stored(endpoint)) == Counter(events)
        assert answer.wire_bytes == len(batch.body("g", "s", gzip=True)) < batch.nbytes / 5
        assert (client.compression_used, client.compression_note) == ("gzip", "")


def test_auto_compresses_for_no_other_host_than_amazons() -> None:
    with LocalCloudWatchLogs(now=lambda: NOW, accept_gzip=False) as endpoint:
        endpoint.create("g", "s")
        client = client_of(endpoint, compression="auto")
        client.put_log_events("g", "s", [(NOW, "plain")])
        assert (client.compression_used, client.compression_note) == ("none", "")
        assert len(endpoint.requests("PutLogEvents")) == 1


def test_auto_stays_plain_where_only_the_compressed_body_is_refused() -> None:
    with LocalCloudWatchLogs(now=lambda: NOW, accept_gzip=False) as endpoint:
        endpoint.create("g", "s")
        client = as_for_aws(endpoint)
        [batch] = cordwood.batches([(NOW, "first")])
        first = client.send(batch, "g", "s")
        assert (first.fate, first.requests) == ("accepted", 2)
        assert first.wire_bytes == len(batch.body("g", "s")) + len(batch.body("g", "s", gzip=True))
        assert client.send(batch, "g", "s").requests == 1
        assert client.compression_used == "none"
        assert "SerializationException" in client.compression_note


def test_auto_blames_not_the_compression_for_what_the_plain_body_gets_too() -> None:
    with LocalCloudWatchLogs(now=lambda: NOW) as endpoint:
        endpoint.create("g", "s")
        refusal = Fault(kind="answer", status=415, body='{"message": "no"}')
        endpoint.faults.script(refusal, refusal)
        client = as_for_aws(endpoint)
        [batch] = cordwood.batches([(NOW, "x")])
        assert client.send(batch, "g", "s").status == 415
        assert client.send(batch, "g", "s").requests == 1
        assert (client.compression_used, client.compression_note) == ("gzip", "")


def test_a_request_that_is_not_legal_leaves_the_trial_to_the_next_one() -> None:
    with LocalCloudWatchLogs(now=lambda: NOW) as endpoint:
        endpoint.create("g", "s")
        client = as_for_aws(endpoint)
        [batch] = cordwood.batches([(NOW, "x")])
        with pytest.raises(ValueError, match="log group"):
            client.send(batch, "", "s")
        assert client.send(batch, "g", "s").wire_bytes == len(batch.body("g", "s", gzip=True))


def test_until_one_compressed_body_was_taken_no_second_one_goes_out() -> None:
    with LocalCloudWatchLogs(now=lambda: NOW) as endpoint:
        endpoint.create("g", "s")
        client = as_for_aws(endpoint)
        others_are_done = threading.Event()
        compressed = []

        def hold(request: Any, **_: Any) -> None:
            if request.headers.get("Content-Encoding"):
                compressed.append(request)
                assert others_are_done.wait(PATIENCE)

        client.client.meta.events.register("before-send.cloudwatch-logs.PutLogEvents", hold)
        [batch] = cordwood.batches([(NOW, "x")])
        with ThreadPoolExecutor(8) as pool:
            sent = [pool.submit(client.send, batch, "g", "s", use_token=False) for _ in range(8)]
            done = [one.result() for one in itertools.islice(as_completed(sent), 7)]
            assert all(one.wire_bytes == len(batch.body("g", "s")) for one in done)
            others_are_done.set()
        assert len(compressed) == 1
        assert client.send(batch, "g", "s").wire_bytes == len(batch.body("g", "s", gzip=True))


def test_an_explicit_gzip_is_never_sent_plain() -> None:
    with LocalCloudWatchLogs(now=lambda: NOW, accept_gzip=False) as endpoint:
        endpoint.create("g", "s")
        client = client_of(endpoint, compression="gzip")
        [batch] = cordwood.batches([(NOW, "x")])
        assert client.send(batch, "g", "s").code == "SerializationException"
        assert stored(endpoint) == []


def test_a_word_that_is_no_compression_is_told() -> None:
    with pytest.raises(ValueError, match="`compression` is 'zip'; it must be 'auto', 'gzip' or 'none'"):
        cordwood.PutLogEventsClient(compression="zip")  # type: ignore[arg-type]
