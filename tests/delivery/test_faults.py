"""Whatever fails on the way, nothing is lost silently, and what may be stored twice is counted."""

import json
import time
from collections import Counter
from typing import Any

import cordwood
import endpoints
import pytest
from cordwood._model import Outcome
from cordwood.local import Fault, Faults, LocalCloudWatchLogs
from cordwood.local.faults import Kind
from endpoints import stored
from examples import share
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("short_waits")


def events(count: int, length: int = 10) -> list[tuple[int, str]]:
    at = time.time_ns() // 1_000_000
    return [(at + n, f"{n:08d}".ljust(length, "x")) for n in range(count)]


def upload(endpoint: LocalCloudWatchLogs, made: Any, **options: Any) -> cordwood.Report:
    # One request at a time, so that it is certain which event meets which fault; soak.py has the others.
    return endpoints.upload(endpoint, made, **{"max_concurrency": 1, **options})


KEPT: list[Kind] = [
    "throttle",
    "internal_error",
    "unavailable",
    "reset_before",
    "html_200",
    "empty_200",
    "status_204",
]
DOUBLED: list[Kind] = ["internal_error_after", "reset_after", "truncated", "shortened"]
LOST = {"internal_error", "reset_before", "html_200", "empty_200", "status_204", *DOUBLED}


@pytest.mark.parametrize("kind", KEPT + DOUBLED)
def test_each_fault_is_mended_and_doubts_are_counted(cloudwatch_logs: LocalCloudWatchLogs, kind: Kind) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.script(kind)
    made = events(20)
    report = upload(cloudwatch_logs, made)
    assert report.counts[Outcome.ACCEPTED] == report.events == 20
    assert (report.requests, report.retries) == (2, 1)
    assert Counter(stored(cloudwatch_logs)) == Counter(dict.fromkeys(made, 2 if kind in DOUBLED else 1))
    # An answer that was lost says nothing of whether it was stored.
    assert report.possible_duplicates == (20 if kind in LOST else 0)
    if kind in LOST:
        assert [tuple(found)[:3] for found in report.duplicate_ranges] == [(0, 19, 20)]


kinds = st.sampled_from([*KEPT, *DOUBLED, "none"])


@pytest.mark.slow
@given(st.lists(kinds, max_size=12), st.integers(1, 40), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=share(0.2))
def test_under_any_script_of_faults_all_arrives(script: list[Kind], count: int, insist: bool) -> None:
    made = events(count, 300_000)
    with LocalCloudWatchLogs(insist_on_sequence_tokens=insist) as endpoint:
        endpoint.create("g", "s")
        endpoint.faults.script(*script)
        report = upload(endpoint, made)
        assert report.accepted == report.events == count
        found = Counter(stored(endpoint))
        assert set(found) == set(made)
        assert sum(times > 1 for times in found.values()) <= report.possible_duplicates
        assert report.requests == len(endpoint.requests("PutLogEvents"))


def test_an_outage_ends_the_upload_and_the_rest_is_undelivered(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.throttle = 1.0
    made = events(20, 300_000)
    report = upload(cloudwatch_logs, made, max_outage=0.05)
    assert report.stop_kind is cordwood.StopKind.OUTAGE
    assert report.counts[Outcome.UNDELIVERED] == report.events == 20
    assert Counter(stored(cloudwatch_logs)) == Counter()
    with pytest.raises(cordwood.UploadError, match="stopped: no request has succeeded for"):
        upload(cloudwatch_logs, made, max_outage=0.05, check=True)


def test_what_was_sent_and_never_answered_is_unknown(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.reset_after = 1.0
    report = upload(cloudwatch_logs, events(20, 300_000), max_outage=0.05)
    # One batch of three was tried, again and again; the others never were.
    assert (report.counts[Outcome.UNKNOWN], report.counts[Outcome.UNDELIVERED]) == (3, 17)
    assert report.not_delivered == 20


def refusal(code: str, message: str, status: int = 400) -> Fault:
    return Fault(kind="answer", status=status, body=json.dumps({"__type": code, "message": message}))


@pytest.mark.parametrize(
    ("fault", "kind", "text"),
    [
        (refusal("AccessDeniedException", "not you"), "service", "is not allowed logs:PutLogEvents on arn:aws:logs:"),
        (refusal("UnrecognizedClientException", "who?"), "configuration", "does not accept the credentials"),
        (refusal("ExpiredTokenException", "late"), "configuration", "the session token has expired"),
        (refusal("SomethingNewException", "no"), "service", "SomethingNewException"),
    ],
)
def test_what_no_repeat_mends_stops_the_job(
    cloudwatch_logs: LocalCloudWatchLogs, fault: Fault, kind: str, text: str
) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.script(fault)
    report = upload(cloudwatch_logs, events(20, 300_000))
    assert (report.stop_kind, report.counts[Outcome.UNDELIVERED]) == (cordwood.StopKind(kind), 20)
    assert text in report.stopped
    assert report.requests == 1


def test_a_missing_group_is_told_and_not_created(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    report = upload(cloudwatch_logs, events(3))
    assert report.stop_kind is cordwood.StopKind.SERVICE
    assert "'g'" in report.stopped
    assert "`create_log_group`" in report.stopped
    assert report.counts[Outcome.UNDELIVERED] == 3


def test_wrong_keys_are_told_by_their_id_and_never_by_their_secret(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    client = cordwood.local.client(cloudwatch_logs.url, credentials=("AKIAWRONG", "the-secret"))
    report = upload(cloudwatch_logs, events(3), client=client)
    assert report.stop_kind is cordwood.StopKind.CONFIGURATION
    assert "AKIAWRONG" in report.stopped
    assert "the-secret" not in report.stopped


def test_nobody_listening_is_told_after_the_patience_for_a_first_contact() -> None:
    client = cordwood.local.client("http://127.0.0.1:1")
    with LocalCloudWatchLogs() as endpoint:
        report = upload(endpoint, events(3), client=client, max_outage=0.05)
    assert report.stop_kind is cordwood.StopKind.OUTAGE
    assert "http://127.0.0.1:1" in report.stopped
    assert report.counts[Outcome.UNDELIVERED] == 3


class Choosy:
    """Refuses every request that holds a certain message, as a service with a rule that nobody wrote down would."""

    def __init__(self, endpoint: LocalCloudWatchLogs, poison: str) -> None:
        self.client = endpoint.client()
        self.poison = poison.encode()
        self.faults = endpoint.faults
        self.client.meta.events.register("before-send.cloudwatch-logs.PutLogEvents", self._look)

    def _look(self, request: Any, **_: Any) -> None:
        if self.poison in request.body:
            self.faults.script(refusal("InvalidParameterException", "1 validation error detected"))


def test_a_batch_that_is_refused_is_halved_until_the_poison_stands_alone(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    made = events(1000)
    made[617] = (made[617][0], "poison")
    report = upload(cloudwatch_logs, made, client=Choosy(cloudwatch_logs, "poison").client)
    assert (report.accepted, report.counts[Outcome.REFUSED]) == (999, 1)
    [refused] = report.examples[Outcome.REFUSED]
    assert refused.position == 617
    assert "1 validation error detected" in refused.reason
    assert Counter(stored(cloudwatch_logs)) == Counter(made) - Counter([made[617]])


def test_a_job_of_nothing_but_poison_stops(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    at = events(1)[0][0]
    report = upload(cloudwatch_logs, [(at, "poison")] * 500, client=Choosy(cloudwatch_logs, "poison").client)
    assert report.stop_kind is cordwood.StopKind.SERVICE
    assert (report.counts[Outcome.REFUSED], report.counts[Outcome.UNDELIVERED]) == (20, 480)


def test_a_split_event_takes_the_outcome_of_its_worst_part(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    at = events(1)[0][0]
    made = [(at, "a" * 2_500_000 + "poison"), (at + 1, "plain")]
    client = Choosy(cloudwatch_logs, "poison").client
    report = upload(cloudwatch_logs, made, oversize="split", client=client)
    assert (report.events, report.accepted, report.counts[Outcome.REFUSED]) == (2, 1, 1)
    [refused] = report.examples[Outcome.REFUSED]
    assert refused.position == 0
    assert refused.reason.startswith("a part of it: ")


def test_a_clock_that_is_behind_is_corrected_by_the_service(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    with LocalCloudWatchLogs(faults=Faults(clock_offset_seconds=0), check_signatures=False) as endpoint:
        endpoint.create("g", "s")
        endpoint.faults.clock_offset_seconds = 12 * 3600
        ahead = events(3, 300_000)
        # By this machine's clock they are too new; by the service's, which the first answer tells, they are not.
        made = [*events(4, 300_000), *((t + 10 * 3_600_000, message) for t, message in ahead)]
        report = upload(endpoint, made, max_concurrency=4)
        assert report.accepted == 7


def test_a_connection_that_breaks_while_the_stream_is_created_is_tried_again() -> None:
    with LocalCloudWatchLogs(faults=Faults(actions=frozenset({"CreateLogStream"}))) as endpoint:
        endpoint.create("g")
        endpoint.faults.script("reset_before")
        made = events(3)
        client = endpoint.client(retries={"total_max_attempts": 1, "mode": "standard"})
        report = upload(endpoint, made, client=client)
        assert (report.stopped, report.accepted) == ("", 3)
        assert Counter(stored(endpoint)) == Counter(made)


def test_a_split_event_whose_parts_are_all_in_doubt_is_one_possible_duplicate(
    cloudwatch_logs: LocalCloudWatchLogs,
) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.script("reset_after", "none", "reset_after", "none", "reset_after", "none")
    report = upload(cloudwatch_logs, [(events(1)[0][0], "a" * 2_500_000)], oversize="split")
    assert (report.requests, report.accepted, report.possible_duplicates) == (6, 1, 1)
