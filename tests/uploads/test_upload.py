"""`cordwood.upload`: what is legal arrives, in order of time; everything else is named, and the counts add up."""

import gzip
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import cordwood
import pytest
from cordwood._model import Outcome
from cordwood.local import LocalCloudWatchLogs
from endpoints import DAY, HOUR, now, stored
from examples import share
from hypothesis import given, settings
from hypothesis import strategies as st


def upload(endpoint: LocalCloudWatchLogs, events: Any, **options: Any) -> cordwood.Report:
    settled = {"log_group_name": "g", "log_stream_name": "s", "client": endpoint.client(), "create_log_group": True}
    return cordwood.upload(events, **(settled | options))


def check_sum(report: cordwood.Report) -> None:
    assert sum(report.counts.values()) == report.events
    for outcome, ranges in report.ranges.items():
        assert sum(found.events for found in ranges) == report.counts[outcome]


def test_every_event_ends_in_one_outcome_at_its_own_position(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    at = now()
    events: list[Any] = [
        (at, "second"),
        (at - 20 * DAY, "too old"),
        {"timestamp": at - 1, "message": "first"},
        (at + 9 * HOUR, "too new"),
        (at, ""),
        (at, "x" * 1_048_551),
        (1.5, "no whole number"),
        {"timestamp": at},
        (at - 5 * DAY, "expired"),
        (at, "third"),
    ]
    report = upload(cloudwatch_logs, events, check=False, retention_in_days=3)
    where = {outcome: [one.position for one in found] for outcome, found in report.examples.items()}
    assert where == {
        Outcome.TOO_OLD: [1],
        Outcome.TOO_NEW: [3],
        Outcome.EMPTY: [4],
        Outcome.OVERSIZE: [5],
        Outcome.INVALID: [6, 7],
        Outcome.EXPIRED: [8],
    }
    assert (report.events, report.accepted) == (10, 3)
    check_sum(report)
    assert stored(cloudwatch_logs) == [(at - 1, "first"), (at, "second"), (at, "third")]
    assert (report.first_timestamp, report.last_timestamp) == (at - 1, at)
    assert report.nbytes == len("firstsecondthird") + 3 * 26


legal = st.tuples(st.integers(-HOUR, HOUR), st.text(min_size=1, max_size=20))
illegal = st.sampled_from([(0, ""), (-30 * DAY, "old"), (30 * DAY, "new"), (None, "no time"), (0, None), "text"])


@pytest.mark.slow
@settings(max_examples=share(0.3))
@given(st.lists(legal | illegal, max_size=60), st.booleans(), st.integers(0, 2**31))
def test_what_is_stored_is_the_legal_events_in_order_of_time(events: list[Any], lazy: bool, salt: int) -> None:
    at = now() + salt % 7
    made = [(at + one[0], one[1]) if isinstance(one, tuple) and one[0] is not None else one for one in events]
    with LocalCloudWatchLogs() as endpoint:
        report = upload(endpoint, iter(made) if lazy else made, check=False)
        check_sum(report)
        good = [
            (one[0], one[1].encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
            for one in made
            if isinstance(one, tuple) and one[0] is not None and one[1] and abs(one[0] - at) <= HOUR
        ]
        good.sort(key=lambda event: event[0])
        assert report.accepted == len(good)
        assert (stored(endpoint) if good else []) == good


def test_anything_but_accepted_raises_unless_allowed(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    events = [(now(), "good"), (now() - 20 * DAY, "old"), (now(), "")]
    with pytest.raises(cordwood.UploadError, match="2 of 3 events were not accepted: 1 too_old, 1 empty") as raised:
        upload(cloudwatch_logs, events)
    assert raised.value.report.accepted == 1
    with pytest.raises(cordwood.UploadError, match="1 of 3 events was not accepted: 1 empty"):
        upload(cloudwatch_logs, events, allow={"too_old"})
    assert upload(cloudwatch_logs, events, allow={"too_old", Outcome.EMPTY}).accepted == 1
    with pytest.raises(ValueError, match="bogus"):
        upload(cloudwatch_logs, events, allow={"bogus"})


@pytest.mark.parametrize("events", ["text", b"bytes", {"timestamp": 1, "message": "a"}, 17])
@pytest.mark.parametrize("stream", ["s", lambda event: "s"])
def test_what_is_no_list_of_events_is_a_type_error(
    cloudwatch_logs: LocalCloudWatchLogs, events: Any, stream: Any
) -> None:
    with pytest.raises(TypeError):
        upload(cloudwatch_logs, events, log_stream_name=stream)
    assert cloudwatch_logs.requests() == []


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"log_group_name": "no spaces"}, ValueError),
        ({"log_stream_name": "a:b"}, ValueError),
        ({"log_stream_name": 7}, TypeError),
        ({"oversize": "bogus"}, ValueError),
        ({"tags": {"a": "b"}, "create_log_group": False}, ValueError),
    ],
)
def test_a_wrong_option_is_told_before_anything_is_sent(
    cloudwatch_logs: LocalCloudWatchLogs, options: dict[str, Any], fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        upload(cloudwatch_logs, [(now(), "m")], **options)
    assert cloudwatch_logs.requests() == []


def test_an_input_that_raises_is_sent_as_far_as_it_went(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    def source() -> Iterator[tuple[int, str]]:
        yield now(), "read before the failure"
        raise ConnectionError("the source is gone")

    with pytest.raises(ConnectionError, match="the source is gone") as raised:
        upload(cloudwatch_logs, source())
    report: cordwood.Report = raised.value.report  # type: ignore[attr-defined]
    assert (report.events, report.accepted) == (1, 1)
    assert [message for _, message in stored(cloudwatch_logs)] == ["read before the failure"]
    assert any("1 event" in note for note in raised.value.__notes__)


@pytest.mark.parametrize("lazy", [False, True])
def test_a_function_names_each_events_stream(cloudwatch_logs: LocalCloudWatchLogs, lazy: bool) -> None:
    at = now()
    events = [{"timestamp": at, "message": f"{name} {n}", "host": name} for n in range(50) for name in ("a", "b", "c:")]
    report = upload(
        cloudwatch_logs,
        iter(events) if lazy else events,
        log_stream_name=lambda event: event["host"],
        check=False,
    )
    for name in "ab":
        assert stored(cloudwatch_logs, name) == [(at, f"{name} {n}") for n in range(50)]
    assert report.counts[Outcome.INVALID] == 50
    assert [one.position for one in report.examples[Outcome.INVALID]] == [2, 5, 8, 11, 14]
    assert "neither ':' nor '*'" in report.examples[Outcome.INVALID][0].reason
    assert report.log_stream_name is None
    check_sum(report)


def test_a_name_that_is_no_unicode_is_the_events_fault_and_not_the_jobs(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    events = [(now(), "a"), (now(), "\ud800"), (now(), "b")]
    report = upload(cloudwatch_logs, events, log_stream_name=lambda event: f"s{event[1]}", check=False)
    assert (report.accepted, report.counts[Outcome.INVALID], report.stopped) == (2, 1, "")


def test_a_function_that_raises_loses_nothing_that_came_before(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    def name_of(event: tuple[int, str]) -> str:
        return {"one": "a", "two": "b"}[event[1]]

    with pytest.raises(KeyError, match="three") as raised:
        upload(cloudwatch_logs, [(now(), "one"), (now(), "two"), (now(), "three")], log_stream_name=name_of)
    assert raised.value.report.accepted == 2  # type: ignore[attr-defined]
    assert [message for _, message in stored(cloudwatch_logs, "b")] == ["two"]


def test_a_split_event_counts_once_and_one_that_was_cut_is_altered(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    at = now()
    report = upload(cloudwatch_logs, [(at, "é" * 1_200_000), (at, "plain")], oversize="split")
    assert (report.events, report.accepted, report.altered) == (2, 2, 1)
    parts = [message for _, message in stored(cloudwatch_logs) if message.startswith("[part ")]
    assert "".join(part.partition("] ")[2] for part in parts) == "é" * 1_200_000


def test_a_file_is_read_where_it_lies(cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> None:
    at = now()
    path = tmp_path / "events.json"
    path.write_text("\n".join(json.dumps({"timestamp": at + n, "message": f"m{n}"}) for n in range(5)) + "\n{}\n")
    report = upload(cloudwatch_logs, path, check=False)
    assert report.sources == (str(path),)
    assert stored(cloudwatch_logs) == [(at + n, f"m{n}") for n in range(5)]
    [bad] = report.examples[Outcome.INVALID]
    assert (bad.position, bad.line, bad.source) == (path.read_bytes().index(b"{}"), 6, str(path))
    with pytest.raises(cordwood.InputError, match="No such file"):
        upload(cloudwatch_logs, tmp_path / "missing")
    with pytest.raises(TypeError, match="a name or a template"):
        upload(cloudwatch_logs, path, log_stream_name=lambda event: "s")


@pytest.mark.parametrize("how", ["list", "file", "function"])
def test_an_event_that_is_an_error_ends_the_reading_and_the_account_still_adds_up(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path, how: str
) -> None:
    events = [{"timestamp": now(), "message": message} for message in ("before", "", "x" * 1_048_551, "behind")]
    path = tmp_path / "events.json"
    path.write_text(json.dumps(events))
    given: Any = path if how == "file" else iter(events)
    stream: Any = (lambda event: "s") if how == "function" else "s"
    with pytest.raises(cordwood.EventError, match="1048551 bytes") as raised:
        upload(cloudwatch_logs, given, oversize="error", log_stream_name=stream)
    report: cordwood.Report = raised.value.report  # type: ignore[attr-defined]
    check_sum(report)
    assert (report.events, report.accepted, report.counts[Outcome.OVERSIZE], report.counts[Outcome.EMPTY]) == (
        3,
        1,
        1,
        1,
    )
    assert [message for _, message in stored(cloudwatch_logs)] == ["before"]


def test_a_client_of_cordwoods_own_is_used_as_it_is(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    client = cordwood.PutLogEventsClient(cloudwatch_logs.client(), create_log_group=True)
    assert upload(cloudwatch_logs, [(now(), "m")], client=client, create_log_group=False).accepted == 1
    with pytest.raises(TypeError, match="pass `create_log_group` to the PutLogEventsClient itself"):
        upload(cloudwatch_logs, [(now(), "m")], client=client)


def test_nothing_to_send_is_no_request(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    report = upload(cloudwatch_logs, [])
    assert (report.events, report.requests) == (0, 0)
    assert cloudwatch_logs.requests() == []


def test_the_report_is_plain_values_and_harmless_on_a_terminal(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    events: list[Any] = [{"timestamp": now(), "mess\x1b[31mage": "m"}, (now(), "good")]
    report = upload(cloudwatch_logs, events, check=False)
    assert str(report).replace("\n", "").isprintable()
    document = json.loads(json.dumps(report.as_dict()))
    assert document["counts"]["invalid"] == 1
    assert document["examples"]["invalid"][0]["position"] == 0


def test_times_of_which_nothing_shows_the_pass_are_counted(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    log = tmp_path / "app.log"
    log.write_text("2026-10-25 01:59:00 a\n2026-10-25 02:30:00 b\n2026-10-25 02:40:00 c\n2026-10-25 03:00:00 d\n")
    report = cordwood.upload(
        log,
        log_group_name="g",
        log_stream_name="s",
        client=cloudwatch_logs.client(),
        create_log_group=True,
        timezone="Europe/Berlin",
        check=False,
    )
    assert report.ambiguous_times == report.as_dict()["ambiguous_times"] == 2
    assert "2 events in an hour that is there twice" in str(report)


def test_a_truncated_file_is_an_error_although_all_that_was_read_is_accepted(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "cut.gz"
    whole = gzip.compress("".join(f'{{"timestamp": {now()}, "message": "{n} {n * n}"}}\n' for n in range(999)).encode())
    file.write_bytes(whole[: len(whole) // 2])
    options: dict[str, Any] = {"log_stream_name": "s", "client": cloudwatch_logs.client(), "create_log_group": True}
    with pytest.raises(cordwood.UploadError, match=r"cut\.gz: it ends before its compressed data does") as raised:
        cordwood.upload(file, log_group_name="g", allow=["invalid"], **options)
    report = raised.value.report
    assert report.accepted > 0
    assert len(report.cut_short) == 1
