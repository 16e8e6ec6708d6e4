"""The fault switches of the local endpoint: each does what it says, on the wire and to what is stored."""

import http.client
import threading
from typing import Any

import botocore.exceptions
import pytest
from cordwood.local import Fault, Faults, LocalCloudWatchLogs
from cordwood.local.faults import KINDS, Kind
from endpoints import HOUR, NOW
from local_wire import Response, Wire
from patience import PATIENCE

EVENTS = [(NOW, "a"), (NOW, "b")]
TRUE_ANSWER = {"nextSequenceToken"}


def faulty(endpoint: LocalCloudWatchLogs, wire: Wire, kind: Kind) -> Response:
    """One request with a scripted fault."""
    endpoint.faults.script(kind)
    response = wire.put(EVENTS)
    assert endpoint.requests()[-1].fault == kind
    return response


def test_no_fault(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    endpoint.faults.script("none")
    assert wire.put(EVENTS).json.keys() == TRUE_ANSWER
    assert endpoint.counts().events == 2


@pytest.mark.parametrize(
    ("kind", "status", "error", "stored"),
    [
        ("throttle", 400, ("ThrottlingException", "Rate exceeded"), 0),
        ("unavailable", 503, ("ServiceUnavailableException", "The service cannot complete the request."), 0),
        (
            "internal_error",
            500,
            (
                "InternalFailure",
                "The request processing has failed because of an unknown error, exception or failure.",
            ),
            0,
        ),
        (
            "internal_error_after",
            500,
            (
                "InternalFailure",
                "The request processing has failed because of an unknown error, exception or failure.",
            ),
            2,
        ),
    ],
)
def test_errors(
    endpoint: LocalCloudWatchLogs, wire: Wire, kind: Kind, status: int, error: tuple[str, str], stored: int
) -> None:
    response = faulty(endpoint, wire, kind)
    assert (response.status, response.error) == (status, error)
    assert response.headers["x-amzn-requestid"]
    assert endpoint.counts().events == stored
    record = endpoint.requests()[-1]
    assert (record.action, record.status, record.events, record.error) == ("PutLogEvents", status, 2, error[0])


@pytest.mark.parametrize(("kind", "stored"), [("reset_before", 0), ("reset_after", 2)])
def test_resets(endpoint: LocalCloudWatchLogs, wire: Wire, kind: Kind, stored: int) -> None:
    endpoint.faults.script(kind)
    # A reset, not the orderly end that http.client would call RemoteDisconnected
    with pytest.raises(ConnectionResetError) as caught:
        wire.put(EVENTS)
    assert not isinstance(caught.value, http.client.RemoteDisconnected)
    assert endpoint.counts().events == stored
    assert endpoint.requests()[-1][:4] == ("PutLogEvents", None, 2, kind)
    wire.close()
    assert wire.put(EVENTS).status == 200


def test_html_200(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    response = faulty(endpoint, wire, "html_200")
    assert response.status == 200
    assert response.headers["content-type"].startswith("text/html")
    assert response.body.startswith(b"<!DOCTYPE html>")
    assert "x-amzn-requestid" not in response.headers
    assert endpoint.counts().events == 0


def test_empty_200(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    response = faulty(endpoint, wire, "empty_200")
    assert (response.status, response.body, response.headers["content-length"]) == (200, b"", "0")
    assert endpoint.counts().events == 0


def test_status_204(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    response = faulty(endpoint, wire, "status_204")
    assert (response.status, response.body) == (204, b"")
    assert endpoint.counts().events == 0
    # The connection stays in step
    assert wire.put(EVENTS).status == 200


def test_truncated(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    response = faulty(endpoint, wire, "truncated")
    assert response.status == 200
    assert response.body.startswith(b'{"nextSequenceToken"')
    with pytest.raises(ValueError, match="Unterminated string"):
        response.json  # noqa: B018
    assert endpoint.counts().events == 2


@pytest.mark.parametrize("tokens", [True, False])
def test_shortened(tokens: bool) -> None:
    with LocalCloudWatchLogs(now=lambda: NOW, return_sequence_tokens=tokens) as endpoint:
        endpoint.create("g", "s")
        wire = Wire(endpoint)
        endpoint.faults.script("shortened")
        with pytest.raises(http.client.IncompleteRead) as caught:
            wire.put(EVENTS)
        # Valid JSON, but less than was promised
        assert caught.value.partial == b"{}"
        assert caught.value.expected is not None
        assert caught.value.expected > 0
        assert endpoint.counts().events == 2
        wire.close()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "answer"])
@pytest.mark.parametrize("stored", [True, False])
def test_scripted_faults_may_store_or_not(endpoint: LocalCloudWatchLogs, wire: Wire, kind: Kind, stored: bool) -> None:
    endpoint.faults.script(Fault(kind=kind, stored=stored))
    try:
        wire.put(EVENTS)
    except (ConnectionResetError, http.client.IncompleteRead):
        assert kind in ("reset_before", "reset_after", "shortened")
    assert endpoint.counts().events == (2 if stored else 0)
    wire.close()


def test_an_answer_of_ones_own(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    endpoint.faults.script(
        Fault(kind="answer", status=403, body='{"__type": "AccessDeniedException", "message": "no"}'),
        Fault(kind="answer", body="[]", request_id=False, content_type="text/plain", stored=True),
    )
    assert wire.put(EVENTS).error == ("AccessDeniedException", "no")
    response = wire.put(EVENTS)
    assert (response.status, response.body, response.headers["content-type"]) == (200, b"[]", "text/plain")
    assert "x-amzn-requestid" not in response.headers
    assert endpoint.counts().events == 2
    assert [record.fault for record in endpoint.requests()] == ["answer", "answer+no_request_id"]


def test_no_request_id(wire: Wire, endpoint: LocalCloudWatchLogs) -> None:
    endpoint.faults.no_request_id = 1.0
    response = wire.put(EVENTS)
    assert response.json.keys() == TRUE_ANSWER
    assert "x-amzn-requestid" not in response.headers
    assert endpoint.requests()[-1].fault == "no_request_id"


def test_slow_answers_come_after_storing() -> None:
    storing = threading.Event()

    def now() -> int:
        storing.set()
        return NOW

    with LocalCloudWatchLogs(now=now, faults=Faults(slow=1.0, slow_seconds=3600)) as endpoint:
        endpoint.create("g", "s")
        storing.clear()
        client = endpoint.client(read_timeout=0.1, retries={"total_max_attempts": 1})
        with pytest.raises(botocore.exceptions.ReadTimeoutError):
            client.put_log_events(logGroupName="g", logStreamName="s", logEvents=[{"timestamp": NOW, "message": "x"}])
        # The clock is read where the batch is stored, under the lock that counting takes too
        assert storing.wait(PATIENCE)
        assert endpoint.counts().events == 1
        # Closing does not wait for the hour


def test_slow_answers_do_come(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    endpoint.faults.script(Fault(delay_seconds=0.001))
    assert wire.put(EVENTS).json.keys() == TRUE_ANSWER
    assert endpoint.requests()[-1].fault == "slow"


def test_a_wrong_clock(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    endpoint.faults.clock_offset_seconds = 120
    response = wire.put([(NOW, "x"), (NOW + 2 * HOUR + 120_000, "y"), (NOW + 2 * HOUR + 120_001, "z")])
    assert response.json["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 2}
    assert response.headers["date"] == "Sun, 15 Jun 2025 15:08:40 GMT"
    # From five minutes on, signatures no longer hold
    for offset, text in ((400, "Signature expired"), (-400, "Signature not yet current")):
        endpoint.faults.clock_offset_seconds = offset
        kind, message = wire.put(EVENTS).error
        assert kind == "InvalidSignatureException"
        assert message.startswith(text)


def test_faults_meet_put_log_events_only_unless_told(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    endpoint.faults = Faults(throttle=1.0)
    assert wire.call("DescribeLogGroups", {}).status == 200
    assert wire.put(EVENTS).status == 400
    endpoint.faults = Faults(throttle=1.0, actions=None)
    assert wire.call("DescribeLogGroups", {}).error[0] == "ThrottlingException"
    endpoint.faults = Faults(throttle=1.0, actions=frozenset({"DescribeLogGroups"}))
    assert wire.call("DescribeLogGroups", {}).error[0] == "ThrottlingException"
    assert wire.put(EVENTS).status == 200


def test_a_script_is_played_in_order_then_the_switches_again(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    endpoint.faults.script("throttle", "none", "unavailable")
    assert wire.call("DescribeLogGroups", {}).status == 200
    assert endpoint.faults.scripted == 3
    assert [wire.put(EVENTS).status for _ in range(4)] == [400, 200, 503, 200]
    assert endpoint.faults.scripted == 0


def test_refused_requests_meet_faults_too(endpoint: LocalCloudWatchLogs, wire: Wire) -> None:
    endpoint.faults.script("throttle", "reset_after", "truncated")
    bad = [(NOW, "a"), (NOW - 1, "b")]
    assert wire.put(bad).error[0] == "ThrottlingException"
    with pytest.raises(ConnectionResetError):
        wire.put(bad)
    wire.close()
    assert wire.put(bad).body.startswith(b'{"__type": "Inv')


def drawn(faults: Faults, count: int) -> list[str | None]:
    return [faults.next("PutLogEvents").names() for _ in range(count)]


def test_switches_are_seeded() -> None:
    switches: dict[str, Any] = {"throttle": 0.2, "reset_after": 0.1, "slow": 0.3, "no_request_id": 0.1}
    first = drawn(Faults(seed=1, **switches), 1000)
    assert drawn(Faults(seed=1, **switches), 1000) == first
    assert drawn(Faults(seed=2, **switches), 1000) != first
    assert 150 < sum(1 for names in first if names and "throttle" in names) < 250
    assert 50 < sum(1 for names in first if names and "reset_after" in names) < 150
    assert 250 < sum(1 for names in first if names and "slow" in names) < 350
    assert 50 < sum(1 for names in first if names and "no_request_id" in names) < 150


def test_one_switch_does_not_shift_the_luck_of_others() -> None:
    plain = drawn(Faults(throttle=0.2), 200)
    slowed = drawn(Faults(throttle=0.2, slow=0.5), 200)
    assert [names == "throttle" for names in plain] == [bool(names and "throttle" in names) for names in slowed]


def test_switches_may_add_up_to_one() -> None:
    each = [kind for kind in KINDS if kind not in ("none", "answer")]
    faults = Faults(**{kind: 1 / len(each) for kind in each})  # type: ignore[arg-type]
    assert set(drawn(faults, 1000)) == set(each)


@pytest.mark.parametrize(
    ("switches", "message"),
    [
        ({"throttle": 1.1}, "throttle is a probability from 0 to 1, not 1.1"),
        ({"slow": -0.1}, "slow is a probability"),
        ({"throttle": 0.6, "html_200": 0.5}, "add up to 1.1, more than 1"),
    ],
)
def test_senseless_switches(switches: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Faults(**switches)


def test_unknown_faults() -> None:
    with pytest.raises(ValueError, match="there is no fault 'trottle'; the faults are none, throttle, "):
        Faults().script("trottle")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Faults(trottle=1.0)  # type: ignore[call-arg]
