"""A list that one request cannot carry is sorted and cut; every other goes out once, as it is."""

import itertools
import json
import random
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cordwood import PartialPutError, UnknownOutcomeError
from cordwood.awscli.batched import needed_batches, put
from cordwood.local import client
from endpoints import DAY, DENIED, HOUR, now
from twin import NAMES, Case, Endpoint, Twin

NOW = now()
NAMED = {"logGroupName": "g", "logStreamName": "s"}


def listed(*offsets: int, message: str = "m") -> list[dict[str, Any]]:
    return [{"timestamp": NOW + offset, "message": f"{message}{number}"} for number, offset in enumerate(offsets)]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    # By the real clock, as which events are too old is decided by it.
    with Endpoint(now=lambda: NOW) as endpoint:
        yield endpoint


def client_of(endpoint: Endpoint) -> Any:
    return client(endpoint.url)


def sent_events(endpoint: Endpoint) -> list[list[dict[str, Any]]]:
    return [sent.body["logEvents"] for sent in endpoint.sent]


def wide(count: int) -> list[dict[str, Any]]:
    """So many days, the last first, 30 h apart: a request each."""
    return listed(*(-30 * HOUR * number for number in range(count)))


UNCHANGED = {
    "one event": listed(0),
    "in order, some equal": listed(-5, -5, 0, 0, 7),
    "10,000 events": listed(*range(10_000)),
    "as wide as may be": listed(-DAY, 0),
    "1,048,576 bytes": [{"timestamp": NOW, "message": "x" * (1_048_576 // 2 - 26)}] * 2,
    "only too old ones": listed(-40 * DAY, -20 * DAY),
    "an old one, in order": listed(-20 * DAY, -DAY, 0),
    "a new one, in order": listed(-HOUR, 0, 30 * HOUR),
    "old and new": listed(-30 * DAY, 0, 30 * DAY),
    "no event": [],
    "an illegal one, out of order: empty": [*listed(5, 0), {"timestamp": NOW, "message": ""}],
    "an illegal one, out of order: too long": [*listed(5, 0), {"timestamp": NOW, "message": "x" * 1_048_551}],
    "an illegal one, out of order: no Unicode": [*listed(5, 0), {"timestamp": NOW, "message": "a\ud800"}],
    "an illegal one, out of order: negative": [*listed(5, 0), {"timestamp": -1, "message": "a"}],
    "an illegal one, out of order: a truth value": [*listed(5, 0), {"timestamp": True, "message": "a"}],
    "an illegal one, out of order: no number": [*listed(5, 0), {"timestamp": "1", "message": "a"}],
    "an illegal one, out of order: beyond 64 bits": [*listed(5, 0), {"timestamp": 2**64, "message": "a"}],
    "an illegal one, out of order: another member": [*listed(5, 0), {"timestamp": 1, "message": "a", "level": 1}],
    "an illegal one, out of order: a member missing": [*listed(5, 0), {"timestamp": 1}],
    "an illegal one, out of order: no event": [*listed(5, 0), None],
}


@pytest.mark.parametrize("events", UNCHANGED.values(), ids=UNCHANGED.keys())
def test_what_one_request_carries_or_what_is_illegal_is_left_as_it_is(events: list[Any]) -> None:
    assert needed_batches({**NAMED, "logEvents": events}) is None


@pytest.mark.parametrize(
    "more",
    [
        {"logGroupName": ""},
        {"logGroupName": "a b"},
        {"logGroupName": 5},
        {"logStreamName": "a:b"},
        {"sequenceToken": ""},
        {"entity": {"keyAttributes": {"Type": 1}}},
        {"entity": []},
        {"bogus": 1},
    ],
)
def test_so_is_a_list_beside_members_that_are_not_legal(more: dict[str, Any]) -> None:
    assert needed_batches({**NAMED, "logEvents": listed(5, 0), **more}) is None
    assert needed_batches({"logEvents": listed(5, 0)}) is None


@pytest.mark.parametrize(
    ("events", "requests"),
    [
        (listed(5, 0), 1),
        (listed(*range(10_001)), 2),
        ([{"timestamp": NOW, "message": "x" * (1_048_576 // 2 - 26)}] * 3, 2),
        (listed(-DAY - 1, 0), 2),
        (listed(0, -DAY, -20 * DAY), 2),
        (wide(5), 5),
    ],
    ids=["out of order", "too many", "too large", "too wide", "out of order and old", "five days"],
)
def test_what_one_request_cannot_carry_is_sorted_and_cut(
    events: list[dict[str, Any]], requests: int, endpoint: Endpoint
) -> None:
    said: list[str] = []
    put(client_of(endpoint), {**NAMED, "logEvents": events}, notify=said.append)
    in_order = sorted(events, key=lambda event: event["timestamp"])
    assert list(itertools.chain(*sent_events(endpoint))) == in_order
    assert len(endpoint.sent) == requests
    assert len(said) == 1
    assert f"{len(events):,} log events were sorted by timestamp and sent in {requests} request" in said[0]


@pytest.mark.slow
def test_it_is_the_whole_list_that_arrives_whatever_its_order(endpoint: Endpoint) -> None:
    pairs = [(NOW - number % 7 * DAY, f"é{number}") for number in range(25_000)]
    random.Random(7).shuffle(pairs)
    events = [{"timestamp": timestamp, "message": message} for timestamp, message in pairs]
    put(client_of(endpoint), {**NAMED, "logEvents": events})
    stored = [(event.timestamp, event.message) for event in endpoint.logs.events("g", "s")]
    assert stored == sorted(pairs, key=lambda pair: pair[0])


def test_rejections_are_indexes_over_the_whole_sorted_list(endpoint: Endpoint) -> None:
    days = [*range(-20, 1), 3, 4, 5]
    random.Random(1).shuffle(days)
    answer = put(client_of(endpoint), {**NAMED, "logEvents": listed(*(day * DAY for day in days))})
    too_old = sum(day < -14 for day in days)
    assert answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 21, "tooOldLogEventEndIndex": too_old}
    assert list(answer) == ["nextSequenceToken", "rejectedLogEventsInfo"]
    assert len(endpoint.logs.events("g", "s")) == len(days) - too_old - 3


def test_expired_events_are_a_prefix_too(endpoint: Endpoint) -> None:
    endpoint.logs.client().put_retention_policy(logGroupName="g", retentionInDays=3)
    answer = put(client_of(endpoint), {**NAMED, "logEvents": listed(*(-30 * HOUR * number for number in range(14)))})
    # 30 h apart: the third is 60 h old, the fourth 90 h; the last two are over 14 days old.
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2, "expiredLogEventEndIndex": 11}


def test_the_token_given_goes_first_and_the_chain_follows() -> None:
    with Endpoint(now=lambda: NOW, insist_on_sequence_tokens=True) as endpoint:
        client = client_of(endpoint)
        token = client.put_log_events(**NAMED, logEvents=listed(0))["nextSequenceToken"]
        endpoint.sent.clear()
        answer = put(client, {**NAMED, "logEvents": wide(3), "sequenceToken": token})
        tokens = [sent.body["sequenceToken"] for sent in endpoint.sent]
        assert tokens[0] == token
        assert len(set(tokens)) == 3
        client.put_log_events(**NAMED, logEvents=listed(0), sequenceToken=answer["nextSequenceToken"])


def test_a_token_that_is_wrong_is_refused_as_in_aws_and_nothing_is_stored() -> None:
    with Endpoint(now=lambda: NOW, insist_on_sequence_tokens=True) as endpoint:
        with pytest.raises(ClientError, match="InvalidSequenceTokenException"):
            put(client_of(endpoint), {**NAMED, "logEvents": wide(3), "sequenceToken": "1"})
        assert len(endpoint.sent) == 1
        assert endpoint.logs.events("g", "s") == []


def test_an_entity_goes_with_each_request_and_what_is_said_of_it_comes_back(endpoint: Endpoint) -> None:
    entity = {"keyAttributes": {"Kind": "Service", "Name": "n"}}
    answer = put(client_of(endpoint), {**NAMED, "logEvents": wide(2), "entity": entity})
    assert [sent.body["entity"] for sent in endpoint.sent] == [entity, entity]
    assert answer["rejectedEntityInfo"] == {"errorType": "MissingRequiredFields"}


def test_without_batching_it_goes_as_it_is(endpoint: Endpoint) -> None:
    with pytest.raises(ClientError, match="chronological order"):
        put(client_of(endpoint), {**NAMED, "logEvents": listed(5, 0)}, batching=False)
    assert sent_events(endpoint) == [listed(5, 0)]


# --- when a request fails -------------------------------------------------------------------------------------------


def test_a_failure_says_what_was_stored_before_it_and_which_positions_were_not(endpoint: Endpoint) -> None:
    endpoint.logs.faults.script("none", "none", DENIED)
    with pytest.raises(PartialPutError) as caught:
        put(client_of(endpoint), {**NAMED, "logEvents": wide(5)})
    failure = caught.value
    # The list is the last day first: the oldest two are its last ones.
    assert (failure.events, failure.stored, failure.not_stored, failure.unknown) == (5, 2, [0, 1, 2], [])
    assert isinstance(failure.__cause__, ClientError)
    assert str(failure).startswith(
        "An error occurred (AccessDeniedException) when calling the PutLogEvents operation: no"
    )
    assert "2 of 5 log events were stored before it. 3 were not stored: positions 0-2 of the input." in str(failure)
    assert len(endpoint.logs.events("g", "s")) == 2


def test_rejected_events_are_among_those_not_stored(endpoint: Endpoint) -> None:
    endpoint.logs.faults.script("none", "none", DENIED)
    with pytest.raises(PartialPutError) as caught:
        put(client_of(endpoint), {**NAMED, "logEvents": listed(0, -DAY - 1, -30 * DAY)})
    assert (caught.value.stored, caught.value.not_stored) == (1, [0, 2])


def test_a_failure_of_the_first_is_the_plain_error(endpoint: Endpoint) -> None:
    endpoint.logs.faults.script(DENIED)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        put(client_of(endpoint), {**NAMED, "logEvents": wide(2)})


def test_what_passes_is_tried_again_and_doubt_is_said(endpoint: Endpoint) -> None:
    said: list[str] = []
    endpoint.logs.faults.script("throttle", "none", "internal_error_after", "none")
    put(client_of(endpoint), {**NAMED, "logEvents": wide(2)}, notify=said.append)
    assert "sent in 4 requests; 1 of them may be stored twice" in said[0]
    assert len(endpoint.logs.events("g", "s")) == 3


def test_it_is_tried_as_often_as_is_configured(twin: Twin) -> None:
    for attempts, code in (("2", 254), ("4", 0)):
        case = Case(
            [*NAMES, "--log-events", "file://events", "--query", f"'{attempts}'"],
            {"AWS_MAX_ATTEMPTS": attempts},
            files={"events": json.dumps(listed(5, 0))},
            endpoint={"now": lambda: NOW, "faults": ["throttle"] * 3},
        )
        done = twin.cordwood(case)
        shutil.rmtree(twin.folder / "cordwood")
        assert (done.code, len(done.sent)) == (code, int(attempts))


def test_an_answer_that_is_none_is_not_taken_for_one(endpoint: Endpoint) -> None:
    endpoint.logs.faults.script("none", "html_200", "html_200", "html_200")
    with pytest.raises(PartialPutError) as caught:
        put(client_of(endpoint), {**NAMED, "logEvents": wide(3)})
    assert (caught.value.stored, caught.value.unknown, caught.value.not_stored) == (1, [1], [0])
    assert isinstance(caught.value.__cause__, UnknownOutcomeError)


def test_doubt_stays_when_the_last_try_was_refused(endpoint: Endpoint) -> None:
    endpoint.logs.faults.script("reset_after", DENIED)
    with pytest.raises(PartialPutError) as caught:
        put(client_of(endpoint), {**NAMED, "logEvents": wide(2)})
    assert (caught.value.stored, caught.value.unknown, caught.value.not_stored) == (0, [1], [0])


# --- on the command line --------------------------------------------------------------------------------------------


def test_the_command_prints_one_answer_and_says_how_many_requests(twin: Twin) -> None:
    case = Case(
        [*NAMES, "--log-events", "file://events", "--query", "rejectedLogEventsInfo"],
        files={"events": json.dumps(listed(0, -DAY - 1, 30 * DAY))},
        endpoint={"now": lambda: NOW},
    )
    done = twin.cordwood(case)
    assert (done.code, json.loads(done.text)) == (0, {"tooNewLogEventStartIndex": 2})
    assert done.stderr == "cordwood: 3 log events were sorted by timestamp and sent in 3 requests\n"
    assert [event.message for event in done.stored] == ["m1", "m0"]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("enhanced", "no\n1 of 3 log events were stored before it. 2 were not stored: positions 0, 2 of the input."),
        ("legacy", "no\n1 of 3 log events were stored before it. 2 were not stored: positions 0, 2 of the input."),
        ("json", '"storedLogEvents": 1,\n    "notStoredPositions": [\n        "0",\n        "2"\n    ]'),
    ],
)
def test_the_command_tells_of_a_failure_with_its_own_exit_code(form: str, told: str, twin: Twin) -> None:
    case = Case(
        [*NAMES, "--log-events", "file://events", "--cli-error-format", form],
        files={"events": json.dumps(listed(0, -DAY - 1, 30 * DAY))},
        endpoint={
            "now": lambda: NOW,
            "faults": ["none", {"kind": "answer", "status": 400, "body": DENIED.body}],
        },
    )
    done = twin.cordwood(case)
    assert (done.code, done.stdout) == (254, b"")
    assert told in done.stderr


def test_other_errors_of_a_later_request_keep_their_exit_code(twin: Twin) -> None:
    case = Case(
        [*NAMES, "--log-events", "file://events"],
        files={"events": json.dumps(listed(0, -DAY - 1))},
        endpoint={"now": lambda: NOW, "faults": ["none", *["html_200"] * 3]},
    )
    done = twin.cordwood(case)
    assert (done.code, done.stdout) == (255, b"")
    assert "1 may be stored, because a response was lost: positions 0." in done.stderr


def test_no_keys_and_no_listener_are_told_as_for_one_request(twin: Twin) -> None:
    call = [*NAMES, "--log-events", "file://events"]
    files = {"events": json.dumps(listed(5, 0))}
    no_keys: dict[str, str | None] = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    done = twin.cordwood(Case(call, no_keys, files=files))
    assert (done.code, done.sent) == (253, [])
    assert "An error occurred (NoCredentials): Unable to locate credentials." in done.stderr
    shutil.rmtree(twin.folder / "cordwood")
    done = twin.cordwood(Case([*call, "--endpoint-url", "http://127.0.0.1:9"], {"AWS_MAX_ATTEMPTS": "1"}, files=files))
    assert done.code == 255
    assert done.stderr == '\ncordwood: [ERROR]: Could not connect to the endpoint URL: "http://127.0.0.1:9/"\n'


def test_no_batching_is_what_aws_does(twin: Twin) -> None:
    case = Case(
        [*NAMES, "--log-events", "file://events"],
        files={"events": json.dumps(listed(5, 0))},
        endpoint={"now": lambda: NOW},
    )
    theirs = twin.aws(case)
    ours = twin.cordwood(Case([*case.arguments, "--no-batching"], files=case.files, endpoint=case.endpoint))
    assert (ours.code, ours.sent, ours.stored) == (254, theirs.sent, theirs.stored)
    assert theirs.stderr.strip() in ours.stderr


def test_what_is_illegal_goes_as_aws_sends_it(twin: Twin) -> None:
    events = [*listed(5, 0), {"timestamp": NOW, "message": "x" * 1_100_000}, {"timestamp": NOW, "message": "\ud800"}]
    twin.assert_equal(
        Case(
            [*NAMES, "--log-events", "file://events"],
            files={"events": json.dumps(events)},
            endpoint={"now": lambda: NOW},
        )
    )


def test_a_fault_of_old_events_alone_is_the_services_to_tell(twin: Twin) -> None:
    twin.assert_equal(
        Case(
            [*NAMES, "--log-events", "file://events"],
            files={"events": json.dumps(listed(-30 * DAY, -20 * DAY, 0, 30 * DAY))},
            endpoint={"now": lambda: NOW},
        )
    )
