"""The local endpoint as a thing to run: where it listens, HTTP, gzip, threads, memory, its process, its end."""

import contextlib
import gzip
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cordwood
import pytest
from cordwood.local import Fault, Faults, LocalCloudWatchLogs, ServiceError, StoredEvent, spawn
from endpoints import DAY, NOW
from local_wire import BODY, Wire, signed_headers
from patience import PATIENCE

# --- where it listens ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.0.2.1", "8.8.8.8"])
def test_other_machines_are_shut_out(host: str) -> None:
    with pytest.raises(ValueError, match=r"not a loopback address.*allow_remote=True"):
        LocalCloudWatchLogs(host=host)
    with pytest.raises(ValueError, match=r"not a loopback address.*allow_remote=True"):
        spawn(host=host)


def test_other_machines_are_let_in_when_told_so() -> None:
    with LocalCloudWatchLogs(host="0.0.0.0", allow_remote=True) as endpoint:
        assert endpoint.url == f"http://0.0.0.0:{endpoint.port}"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "localhost"])
def test_loopback_addresses(host: str) -> None:
    with LocalCloudWatchLogs(host=host) as endpoint:
        wire = Wire(endpoint)
        assert wire.host == f"{host}:{endpoint.port}"
        assert wire.call("DescribeLogGroups", {}).status == 200
        wire.close()


def test_a_port_of_ones_choice() -> None:
    with LocalCloudWatchLogs() as first:
        port = first.port
        with pytest.raises(OSError, match="in use"):
            LocalCloudWatchLogs(port=port)
    with LocalCloudWatchLogs(port=port) as second:
        assert second.url == f"http://127.0.0.1:{port}"


# --- HTTP ------------------------------------------------------------------------------------------------------


def raw(endpoint: LocalCloudWatchLogs, data: bytes) -> bytes:
    """What comes back for these bytes, up to the end of the connection."""
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=PATIENCE) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", b"400 Bad Request"),
        (b"nonsense\r\n\r\n", b"400 Bad Request"),
        (b"POST / HTTP/1.1\r\nno colon\r\n\r\n", b"400 Bad Request"),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400 Bad Request"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400 Bad Request"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"413 "),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411 Length Required"),
        (b"POST / HTTP/1.1\r\nX: " + b"x" * 70_000, b"431 "),
        (b"\r\n\r\nPOST / HTTP/1.1\r\n\r\n", b"400 Bad Request"),
    ],
)
def test_requests_that_are_none(endpoint: LocalCloudWatchLogs, data: bytes, status: bytes) -> None:
    assert raw(endpoint, data).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("data", [b"", b"POST", b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc"])
def test_requests_that_end_early(endpoint: LocalCloudWatchLogs, data: bytes) -> None:
    assert raw(endpoint, data) == b""


def test_connections_are_kept_alive_and_pipelined(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    body = b"{}"
    headers = signed_headers(wire.host, body, {"X-Amz-Target": "Logs_20140328.DescribeLogGroups"})
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"POST / HTTP/1.1\r\n{head}Content-Length: 2\r\n\r\n".encode() + body
    assert raw(endpoint, request * 3).count(b"HTTP/1.1 200 OK\r\n") == 3
    closing = request.replace(b"Host", b"Connection: close\r\nHost")
    assert raw(endpoint, closing * 3).count(b"HTTP/1.1 200 OK\r\n") == 1
    assert raw(endpoint, request.replace(b"HTTP/1.1", b"HTTP/1.0") * 3).count(b"HTTP/1.1 200 OK\r\n") == 1


def test_expect_100_continue(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    data = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}"
    assert raw(endpoint, data).startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad Request\r\n")


@pytest.mark.parametrize("target", ["", "Logs_20140328.", "DynamoDB_20120810.ListTables", "Logs_20140328.StartQuery"])
def test_unknown_actions(wire: Wire, target: str) -> None:
    response = wire.send(b"{}", signed_headers(wire.host, b"{}", {"X-Amz-Target": target}))
    assert (response.status, response.error[0]) == (404, "UnknownOperationException")


# --- gzip ------------------------------------------------------------------------------------------------------


def test_gzip(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    assert wire.call("PutLogEvents", gzip.compress(BODY), Content_Encoding="gzip").status == 200
    assert wire.call("PutLogEvents", BODY, Content_Encoding="identity").status == 200
    assert [event.message for event in endpoint.events("g", "s")] == ["é", "é"]


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (BODY, "gzip"),
        (gzip.compress(BODY)[:-1], "gzip"),
        (gzip.compress(BODY) + b"x", "gzip"),
        (gzip.compress(b" " * 17_000_000), "gzip"),
        (gzip.compress(BODY), ""),
        (BODY, "br"),
    ],
)
def test_bodies_that_are_not_what_they_say(wire: Wire, body: bytes, encoding: str) -> None:
    headers = {"Content_Encoding": encoding} if encoding else {}
    assert wire.call("PutLogEvents", body, **headers).error[0] == "SerializationException"


def test_gzip_may_be_refused() -> None:
    with LocalCloudWatchLogs(accept_gzip=False) as endpoint:
        endpoint.create("g", "s")
        wire = Wire(endpoint)
        response = wire.call("PutLogEvents", gzip.compress(BODY), Content_Encoding="gzip")
        assert response.error[0] == "SerializationException"
        assert wire.call("PutLogEvents", BODY).status == 200
        wire.close()


# --- what it remembers -----------------------------------------------------------------------------------------


def test_the_log_of_requests(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    wire.put([(NOW, "a"), (NOW, "b")])
    request_id = wire.put([(NOW, "a"), (NOW - 1, "b")]).headers["x-amzn-requestid"]
    wire.call("DescribeLogGroups", {})
    assert [record[:5] for record in endpoint.requests()] == [
        ("PutLogEvents", 200, 2, None, None),
        ("PutLogEvents", 400, 2, None, "InvalidParameterException"),
        ("DescribeLogGroups", 200, 0, None, None),
    ]
    assert endpoint.requests("PutLogEvents")[1].request_id == request_id
    assert len(endpoint.requests("PutLogEvents")) == 2


def test_the_log_of_requests_is_bounded() -> None:
    with LocalCloudWatchLogs(log_requests=2) as endpoint:
        wire = Wire(endpoint)
        for action in ("DescribeLogGroups", "CreateLogGroup", "DeleteLogGroup"):
            wire.call(action, {"logGroupName": "g"} if action != "DescribeLogGroups" else {})
        assert [record.action for record in endpoint.requests()] == ["CreateLogGroup", "DeleteLogGroup"]
        wire.close()


def kept(endpoint: LocalCloudWatchLogs, stream: str = "s") -> list[str]:
    return [event.message for event in endpoint.events("g", stream)]


def test_keeping_counts_only() -> None:
    with LocalCloudWatchLogs(now=lambda: NOW, keep_events="counts") as endpoint:
        endpoint.create("g", "s")
        wire = Wire(endpoint)
        for _ in range(3):
            assert wire.put([(NOW, "a"), (NOW, "é"), (NOW + DAY, "too new")]).status == 200
        assert wire.put([(NOW, "a"), (NOW - 1, "b")]).status == 400
        assert endpoint.counts() == endpoint.counts("g") == endpoint.counts("g", "s") == (3, 6, 3 * (1 + 2 + 52))
        assert kept(endpoint) == []
        assert wire.call("GetLogEvents", {"logGroupName": "g", "logStreamName": "s"}).json["events"] == []
        described = wire.call("DescribeLogStreams", {"logGroupName": "g"}).json["logStreams"][0]
        assert described["lastEventTimestamp"] == NOW
        wire.close()


def test_keeping_the_newest() -> None:
    with LocalCloudWatchLogs(now=lambda: NOW, keep_events=4) as endpoint:
        endpoint.create("g", "s")
        endpoint.create("g", "t")
        wire = Wire(endpoint)
        wire.put([(NOW, "a"), (NOW, "b"), (NOW, "c")])
        assert kept(endpoint) == ["a", "b", "c"]
        # Newest by arrival, whatever their timestamps, and over all streams
        wire.put([(NOW - 2, "d"), (NOW - 1, "e")], stream="t")
        assert kept(endpoint) + kept(endpoint, "t") == ["b", "c", "d", "e"]
        wire.put([(NOW - 1, "f")])
        assert kept(endpoint) + kept(endpoint, "t") == ["f", "c", "d", "e"]
        page = wire.call("GetLogEvents", {"logGroupName": "g", "logStreamName": "s"}).json
        assert [event["message"] for event in page["events"]] == ["f", "c"]
        wire.put([(NOW + number, str(number)) for number in range(6)], stream="t")
        assert kept(endpoint) == []
        assert kept(endpoint, "t") == ["2", "3", "4", "5"]
        assert endpoint.counts().events == 12
        wire.close()


def test_deleted_streams_make_room() -> None:
    with LocalCloudWatchLogs(now=lambda: NOW, keep_events=4) as endpoint:
        endpoint.create("g", "s")
        endpoint.create("g", "t")
        wire = Wire(endpoint)
        wire.put([(NOW, "a"), (NOW, "b")])
        wire.put([(NOW, "c"), (NOW, "d")], stream="t")
        wire.call("DeleteLogStream", {"logGroupName": "g", "logStreamName": "t"})
        wire.put([(NOW, "e"), (NOW, "f")])
        assert kept(endpoint) == ["a", "b", "e", "f"]
        wire.call("DeleteLogGroup", {"logGroupName": "g"})
        endpoint.create("g", "s")
        wire.put([(NOW, text) for text in "wxyz"])
        assert kept(endpoint) == list("wxyz")
        wire.close()


@pytest.mark.parametrize("keep", [0, -1, True, "some", 1.5])
def test_nothing_else_can_be_kept(keep: Any) -> None:
    with pytest.raises(ValueError, match="keep_events is"):
        LocalCloudWatchLogs(keep_events=keep)


def test_events_in_the_process(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    wire.put([(NOW, "b")])
    wire.put([(NOW - 1, "a")])
    assert endpoint.events("g", "s") == [StoredEvent(NOW - 1, "a", NOW, 1), StoredEvent(NOW, "b", NOW, 0)]
    endpoint.create("g", "s")
    assert len(endpoint.events("g", "s")) == 2
    with pytest.raises(ServiceError, match="ResourceNotFoundException: The specified log stream does not exist"):
        endpoint.events("g", "none")
    with pytest.raises(ServiceError, match="group does not exist"):
        endpoint.counts("none")
    with pytest.raises(ServiceError, match="failed to satisfy constraint"):
        endpoint.create("g", "a:b")


# --- threads and the end ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_many_threads_at_once(endpoint: LocalCloudWatchLogs) -> None:
    def write(worker: int) -> None:
        wire = Wire(endpoint)
        wire.call("CreateLogStream", {"logGroupName": "g", "logStreamName": f"s{worker}"})
        for number in range(20):
            for stream in ("s", f"s{worker}"):
                assert wire.put([(NOW, f"{worker}/{number}")] * 50, stream=stream).status == 200
            wire.call("GetLogEvents", {"logGroupName": "g", "logStreamName": "s"})
        wire.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert endpoint.counts("g", "s") == (160, 8_000, 8_000 * 26 + 50 * (80 * 3 + 80 * 4))
    assert len(kept(endpoint)) == 8_000
    assert {len(kept(endpoint, f"s{worker}")) for worker in range(8)} == {1_000}
    ordinals = [event.ordinal for event in endpoint.events("g", "s")]
    assert ordinals == sorted(set(ordinals))


def test_closing_ends_every_thread_and_connection() -> None:
    before = threading.active_count()
    with LocalCloudWatchLogs(now=lambda: NOW) as endpoint:
        endpoint.create("g", "s")
        # Connections are accepted in order, so that this one is once the others are served
        idle = socket.create_connection(("127.0.0.1", endpoint.port))
        wires = [Wire(endpoint) for _ in range(5)]
        for wire in wires:
            assert wire.put([(NOW, "x")]).status == 200
    assert threading.active_count() == before
    endpoint.close()
    assert idle.recv(1) == b""
    idle.close()
    for wire in wires:
        wire.close()
        with pytest.raises(ConnectionRefusedError):
            wire.put([(NOW, "x")])
    # What it took in can still be read
    assert len(endpoint.events("g", "s")) == 5


def test_the_fixture_for_users(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    assert cloudwatch_logs.client().describe_log_groups()["logGroups"] == []


# --- a process of its own --------------------------------------------------------------------------------------


def test_spawn() -> None:
    with spawn(region="eu-west-1", insist_on_sequence_tokens=True) as endpoint:
        assert endpoint.pid != os.getpid()
        endpoint.create("g", "s")
        wire = Wire(endpoint)
        stamp = int(cordwood.local.service.wall_clock())
        text = "é\u2028\x85\ufffd\n\r😀\x00"
        token = wire.put([(stamp, text)]).json["nextSequenceToken"]
        assert [event[:2] for event in endpoint.events("g", "s")] == [(stamp, text)]
        assert endpoint.counts() == endpoint.counts("g", "s") == (1, 1, len(text.encode()) + 26)
        endpoint.script("throttle", Fault(kind="empty_200", stored=True))
        assert wire.put([(stamp, "x")], sequenceToken=token).error[0] == "ThrottlingException"
        assert wire.put([(stamp, "x")], sequenceToken=token).body == b""
        assert endpoint.counts().events == 2
        endpoint.set_faults(Faults(unavailable=1.0, actions=None))
        assert wire.call("DescribeLogGroups", {}).status == 503
        endpoint.set_faults(Faults())
        assert endpoint.client().describe_log_groups()["logGroups"][0]["logGroupName"] == "g"
        assert [record.fault for record in endpoint.requests("PutLogEvents")] == [None, "throttle", "empty_200"]
        assert endpoint.cpu_seconds() > 0
        with pytest.raises(ServiceError, match="does not exist"):
            endpoint.events("none", "none")
        wire.close()
    endpoint.close()
    with pytest.raises(cordwood.Error, match="has ended"):
        endpoint.counts()


def test_spawn_with_faults() -> None:
    faults = Faults(seed=3, unavailable=1.0)
    faults.script("throttle")
    with spawn(faults=faults) as endpoint:
        wire = Wire(endpoint)
        assert [wire.put([(NOW, "x")]).status for _ in range(2)] == [400, 503]
        wire.close()


def test_spawn_tells_what_is_wrong() -> None:
    with pytest.raises(TypeError, match="spawn has no option colour, now"):
        spawn(now=lambda: 0, colour="red")
    with pytest.raises(ValueError, match="keep_events is"):
        spawn(keep_events="some")
    with LocalCloudWatchLogs() as taken, pytest.raises(OSError, match="in use"):
        spawn(port=taken.port)


def test_spawned_endpoints_die_with_their_parent() -> None:
    code = (
        "import sys, cordwood.local\n"
        "endpoint = cordwood.local.spawn()\n"
        "print(endpoint.url, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline().rpartition(":")[2])
        # The grandchild's own end of this connection tells when it is gone
        connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        os.kill(parent.pid, signal.SIGKILL)
    with contextlib.suppress(ConnectionResetError):
        assert connection.recv(1) == b""
    connection.close()


def test_spawned_endpoints_outlive_ctrl_c() -> None:
    with spawn() as endpoint:
        os.kill(endpoint.pid, signal.SIGINT)
        assert endpoint.counts() == (0, 0, 0)
