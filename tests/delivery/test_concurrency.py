"""Requests side by side: to one stream or several, in lanes where they must be, and within the limits that are set."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import cordwood
import pytest
from cordwood._model import Outcome, StopKind
from cordwood.local import Fault, Faults, LocalCloudWatchLogs
from endpoints import DAY, stored, upload
from patience import PATIENCE
from soak import hurried


def days(count: int, each: int = 3) -> list[tuple[int, str]]:
    """Events over so many days, and a bit: a request for each."""
    now = time.time_ns() // 1_000_000
    return [(now - day * (DAY + 10_000) + n, f"{day} {n}") for day in range(count) for n in range(each)]


class Gauge:
    """How many requests of a client are out at once, at most: in all, and to each stream."""

    def __init__(self, client: Any, until: Callable[[int], bool]) -> None:
        self._lock = threading.Condition()
        self._until = until
        self._out_by_thread: dict[int, str] = {}
        self.most = 0
        self.most_of: Counter[str] = Counter()
        client.meta.events.register("before-send.cloudwatch-logs.PutLogEvents", self._sent)
        client.meta.events.register("response-received.cloudwatch-logs.PutLogEvents", self._answered)

    def _sent(self, request: Any, **_: Any) -> None:
        with self._lock:
            self._out_by_thread[threading.get_ident()] = json.loads(request.body)["logStreamName"]
            self.most = max(self.most, len(self._out_by_thread))
            self.most_of |= Counter(self._out_by_thread.values())
            self._lock.notify_all()
            self._lock.wait_for(lambda: self._until(self.most), PATIENCE)

    def _answered(self, **_: Any) -> None:
        with self._lock:
            del self._out_by_thread[threading.get_ident()]


@pytest.mark.parametrize("workers", [1, 4, 8])
def test_as_many_requests_are_out_as_are_allowed(cloudwatch_logs: LocalCloudWatchLogs, workers: int) -> None:
    cloudwatch_logs.create("g", "s")
    client = cloudwatch_logs.client(max_pool_connections=16)
    gauge = Gauge(client, lambda most: most >= workers)
    made = days(12)
    assert upload(cloudwatch_logs, made, client=client, max_concurrency=workers).accepted == len(made)
    assert gauge.most == workers
    assert Counter(stored(cloudwatch_logs)) == Counter(made)


def test_ordered_is_one_request_at_a_time_for_each_stream(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    client = cloudwatch_logs.client(max_pool_connections=16)
    gauge = Gauge(client, lambda most: most >= 2)
    # A request a day and stream, oldest first.
    made = days(12, each=4)[::-1]
    report = upload(
        cloudwatch_logs,
        made,
        client=cordwood.PutLogEventsClient(client, create_log_group=True),
        log_stream_name=lambda event: f"s{int(event[1][-1]) % 2}",
        max_concurrency=8,
        ordered=True,
    )
    assert report.accepted == len(made)
    # Both streams at once, and neither twice.
    assert gauge.most == 2
    for number in (0, 1):
        arrived = sorted(cloudwatch_logs.events("g", f"s{number}"), key=lambda event: event.ordinal)
        mine = sorted(event for event in made if int(event[1][-1]) % 2 == number)
        assert [(event.timestamp, event.message) for event in arrived] == mine
        assert gauge.most_of[f"s{number}"] == 1


def test_ties_keep_their_order_where_it_is_asked_for(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    now = time.time_ns() // 1_000_000
    made = [(now, f"{n:06d}") for n in range(60_000)]
    assert upload(cloudwatch_logs, made, max_concurrency=8, ordered=True).accepted == len(made)
    assert [event.message for event in cloudwatch_logs.events("g", "s")] == [message for _, message in made]


def test_an_endpoint_that_insists_on_tokens_gets_them_one_by_one() -> None:
    with LocalCloudWatchLogs(insist_on_sequence_tokens=True) as endpoint:
        endpoint.create("g", "s")
        made = days(13, each=50)
        report = upload(endpoint, made, max_concurrency=8)
        assert report.accepted == len(made)
        assert Counter(stored(endpoint)) == Counter(made)
        assert report.possible_duplicates == 0
        # Those that were out when the first was refused, and from then on one for each.
        assert report.requests <= 13 + 2 * 8


def test_workers_create_what_is_missing_once(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    made = days(12)
    report = upload(cloudwatch_logs, made, max_concurrency=8, create_log_group=True)
    assert report.accepted == len(made)
    assert len([one for one in cloudwatch_logs.requests("CreateLogGroup") if one.status == 200]) == 1


def test_at_most_once_stores_nothing_twice_and_says_what_it_does_not_know(
    cloudwatch_logs: LocalCloudWatchLogs,
) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.script("reset_after", "internal_error", "throttle")
    made = days(10)
    with hurried():
        report = upload(cloudwatch_logs, made, max_concurrency=1, at_most_once=True)
    assert report.counts[Outcome.UNKNOWN] == 6
    assert report.accepted == len(made) - 6
    assert max(Counter(stored(cloudwatch_logs)).values()) == 1
    assert report.possible_duplicates == 0


def test_at_most_once_an_outage_does_not_burn_the_input(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.reset_after = 1.0
    made = [(time.time_ns() // 1_000_000, "x" * 1_000_000)] * 300
    with hurried():
        report = upload(cloudwatch_logs, made, at_most_once=True)
    assert report.stop_kind is StopKind.OUTAGE
    # Four workers, ten minutes, and back-offs that grow to 20 s.
    assert report.counts[Outcome.UNKNOWN] < 250
    assert report.counts[Outcome.UNKNOWN] + report.counts[Outcome.UNDELIVERED] == 300


@pytest.mark.slow
def test_an_hour_of_throttling_is_waited_out_where_patience_allows(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    made = days(8)
    with hurried():
        cloudwatch_logs.faults.throttle = 1.0
        began = time.monotonic()
        over = threading.Timer(3.6, lambda: setattr(cloudwatch_logs.faults, "throttle", 0.0))
        over.start()
        report = upload(cloudwatch_logs, made, max_outage=24 * 3600)
        took = (time.monotonic() - began) * 1000
        over.join()
    assert report.accepted == len(made)
    assert took >= 3600
    # Workers that back off up to 20 s each, and one pace for all: not the thousands that four without would make.
    assert report.throttles < 1500


def test_an_hour_of_throttling_stops_a_job_of_less_patience_and_nothing_is_lost(
    cloudwatch_logs: LocalCloudWatchLogs,
) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.throttle = 1.0
    made = days(8)
    with hurried():
        report = upload(cloudwatch_logs, made, max_outage=600)
    assert report.stop_kind is StopKind.OUTAGE
    assert "ThrottlingException" in report.stopped
    assert report.counts[Outcome.UNDELIVERED] == len(made)


@pytest.mark.slow
def test_one_batch_that_always_fails_does_not_stop_the_others(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    made = days(3)
    client = cloudwatch_logs.client(max_pool_connections=16)
    cursed = {made[0][0]}

    def curse(request: Any, **_: Any) -> Any:
        if str(min(cursed)) in request.body.decode():
            raise ConnectionResetError("cursed")

    client.meta.events.register("before-send.cloudwatch-logs.PutLogEvents", curse)
    more = [(made[0][0] - DAY * 2 + n, f"more {n}") for n in range(200_000)]
    with hurried(100_000):
        report = upload(cloudwatch_logs, [*made, *more], client=client, max_outage=600)
    # The job stopped, or that batch alone was given up: either way each event has its outcome.
    assert report.accepted + report.not_delivered == report.events


def test_poison_is_found_and_a_wall_of_it_stops_the_job(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.refuse_containing = "poison"
    now = time.time_ns() // 1_000_000
    some = [(now + n, "poison" if n in (17, 5_000) else f"{n}") for n in range(9_000)]
    report = upload(cloudwatch_logs, some)
    assert (report.accepted, report.counts[Outcome.REFUSED]) == (8_998, 2)
    assert [one.position for one in report.examples[Outcome.REFUSED]] == [17, 5_000]
    wall = upload(cloudwatch_logs, [(now + n, f"poison {n}") for n in range(10_000)])
    assert wall.stop_kind is StopKind.SERVICE
    assert "20 events in a row were refused, each sent alone" in wall.stopped
    assert wall.counts[Outcome.REFUSED] + wall.counts[Outcome.UNDELIVERED] == 10_000
    assert wall.requests < 200


@pytest.mark.slow
def test_too_many_rejected_events_stop_the_job(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    now = time.time_ns() // 1_000_000

    def some(bad_every: int, count: int) -> Any:
        return ((now, "" if n % bad_every == 0 else "x" * 1000) for n in range(count))

    report = upload(cloudwatch_logs, some(10, 100_000), max_rejected=100)
    assert report.stop_kind is StopKind.REJECTED
    assert "`max_rejected` is 100" in report.stopped
    assert 100 < report.counts[Outcome.EMPTY] < 3_000
    share = upload(cloudwatch_logs, some(10, 100_000), max_rejected="5%")
    assert "`max_rejected` is 5 %" in share.stopped
    assert upload(cloudwatch_logs, some(10, 50_000), max_rejected="20%").stopped == ""


def test_an_input_that_is_no_log_stops_after_its_first_events(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    report = upload(cloudwatch_logs, ({"ts": n} for n in range(100_000)))
    assert report.stop_kind is StopKind.REJECTED
    assert 10_000 <= report.counts[Outcome.INVALID] < 20_000


@pytest.mark.slow
def test_time_that_is_over_stops_the_job(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    now = time.time_ns() // 1_000_000
    endless = ((now, "x" * 100_000) for _ in iter(int, 1))
    report = upload(cloudwatch_logs, endless, max_duration=0.5)
    assert report.stop_kind is StopKind.TIMEOUT
    assert "its time limit of 0.5 s is over" in report.stopped
    assert report.accepted + report.counts[Outcome.UNDELIVERED] == report.events
    endless = ((now, "x" * 100_000) for _ in iter(int, 1))
    # Made before the deadline is told: on a busy machine that takes a good part of a second.
    client = cloudwatch_logs.client()
    report = upload(cloudwatch_logs, endless, client=client, deadline=datetime.now(UTC) + timedelta(seconds=3))
    assert report.stop_kind is StopKind.TIMEOUT
    assert report.accepted + report.counts[Outcome.UNDELIVERED] == report.events


def test_each_batch_is_told_once_it_is_settled_and_what_the_callback_raises_changes_nothing(
    cloudwatch_logs: LocalCloudWatchLogs, caplog: pytest.LogCaptureFixture
) -> None:
    cloudwatch_logs.create("g", "s")
    told: list[cordwood.SettledBatch] = []

    def note(batch: cordwood.SettledBatch) -> None:
        told.append(batch)
        raise RuntimeError("of the callback's own")

    made = days(5)
    report = upload(cloudwatch_logs, made, on_batch=note)
    assert report.accepted == sum(batch.events for batch in told) == len(made)
    assert {batch.outcome for batch in told} == {Outcome.ACCEPTED}
    assert all(batch.request_id and batch.attempts == 1 for batch in told)
    assert "on_batch raised; the upload goes on" in caplog.text


def test_counters_are_a_plain_mapping_of_numbers(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    with cordwood.Uploader("g", "s", client=cloudwatch_logs.client()) as up:
        up.extend(days(3))
        assert up.flush(60)
        counters = up.counters()
    assert all(type(value) is int for value in counters.values())
    assert (counters["events_taken"], counters["events_accepted"], counters["in_flight"]) == (9, 9, 0)
    assert counters["requests"] == counters["requests_accepted"] == 3
    assert counters["wire_bytes"] > counters["message_bytes"] > 0


def test_flush_and_close_from_on_batch_are_refused_and_not_waited_for(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    raised: list[str] = []

    def close(_: cordwood.SettledBatch) -> None:
        for call in (up.flush, up.close):
            with pytest.raises(cordwood.Error, match="from on_batch") as error:
                call()
            raised.append(str(error.value))

    up = cordwood.Uploader("g", "s", client=cloudwatch_logs.client(), on_batch=close, max_concurrency=1)
    up.extend(days(1))
    assert up.close().accepted == 3
    assert len(raised) == 2


def test_two_threads_that_close_get_the_same_report(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.script(Fault(delay_seconds=0.2))
    up = cordwood.Uploader("g", "s", client=cloudwatch_logs.client())
    up.extend(days(2))
    reports: list[cordwood.Report] = []
    threads = [threading.Thread(target=lambda: reports.append(up.close())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 4
    assert all(report is reports[0] for report in reports)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ({"max_concurrency": 0}, "`max_concurrency` is 0; it must be at least 1"),
        ({"max_requests_per_second": 0}, "`max_requests_per_second` is 0; it must be above 0"),
        ({"max_rejected": "5"}, "`max_rejected` is '5'; it must be a number of events from 0, or a percentage"),
        ({"max_rejected": "500%"}, "`max_rejected` is '500%'"),
        ({"max_outage": -1}, "`max_outage` is -1"),
        ({"deadline": datetime(2020, 1, 1)}, "without a zone"),
        ({"deadline": datetime(2020, 1, 1, tzinfo=UTC)}, "s ago"),
        ({"entity": {"keyAttributes": {"Type": 1}}}, "entity"),
        ({"compression": "zip"}, "`compression` is 'zip'"),
    ],
)
def test_an_option_that_makes_no_sense_is_told_before_anything_is_sent(
    cloudwatch_logs: LocalCloudWatchLogs, option: dict[str, Any], told: str
) -> None:
    with pytest.raises((ValueError, TypeError), match=told):
        upload(cloudwatch_logs, days(1), **option)
    assert cloudwatch_logs.requests() == []


def test_the_faults_of_an_endpoint_have_a_text_that_is_refused() -> None:
    with LocalCloudWatchLogs(faults=Faults(refuse_containing="bad")) as endpoint:
        endpoint.create("g", "s")
        client = cordwood.PutLogEventsClient(endpoint.client())
        at = time.time_ns() // 1_000_000
        with pytest.raises(Exception, match="InvalidParameterException"):
            client.put_log_events("g", "s", [(at, "good"), (at, "so bad")])
        client.put_log_events("g", "s", [(at, "good")])
        assert Counter(stored(endpoint)) == Counter([(at, "good")])
