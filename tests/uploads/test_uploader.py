"""`cordwood.Uploader`: what a program adds arrives, from many threads, at its exit, after a fork, or is told."""

import logging
import multiprocessing
import os
import pathlib
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from collections.abc import Iterator

import cordwood
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from cordwood._model import Outcome
from cordwood.local import Fault, LocalCloudWatchLogs
from endpoints import HeldFaults, messages, now, wait_for_a_request
from patience import PATIENCE

pytestmark = pytest.mark.usefixtures("short_waits")


def uploader(endpoint: LocalCloudWatchLogs, **options: object) -> cordwood.Uploader:
    endpoint.create("g", "s")
    return cordwood.Uploader("g", "s", client=endpoint.client(), **options)  # type: ignore[arg-type]


def test_what_is_added_one_by_one_and_many_at_once_arrives(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    at = now()
    with uploader(cloudwatch_logs) as up:
        up.add(at, "one")
        up.extend([(at + 1, "two"), {"timestamp": at + 2, "message": "three"}])
        up.extend((at + n, str(n)) for n in range(3, 2500))
        assert up.flush(60)
        assert up.counts["accepted"] == up.counts["events"] == 2500
        up.add(at, "")
    report = up.close()
    assert (report.events, report.accepted, report.counts[Outcome.EMPTY]) == (2501, 2500, 1)
    assert report.examples[Outcome.EMPTY][0].position == 2500
    assert messages(cloudwatch_logs) == ["one", "two", "three", *map(str, range(3, 2500))]
    assert up.close() is report


def test_tables_arrive_as_rows(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    at = now()
    columns = {"timestamp": [at, at + 1], "message": ["one", "two"]}
    arrow = pa.table(columns)
    fields = np.array([(at, "one"), (at + 1, "two")], dtype=[("timestamp", "i8"), ("message", "U9")])
    tables = (arrow, arrow.to_batches()[0], arrow.to_reader(), pd.DataFrame(columns), pl.DataFrame(columns), fields)
    with uploader(cloudwatch_logs) as up:
        for table in tables:
            up.extend(table)
        up.extend(pa.table({"timestamp": [None], "message": ["nothing"]}))
    report = up.close()
    assert (report.accepted, report.counts[Outcome.INVALID]) == (2 * len(tables), 1)
    with (
        cordwood.Uploader("g", lambda event: "s", client=cloudwatch_logs.client()) as by_event,
        pytest.raises(TypeError, match="the rows of a table go to one log stream"),
    ):
        by_event.extend(arrow)
    client = cloudwatch_logs.client()
    assert cordwood.upload(fields, log_group_name="g", log_stream_name="s", client=client).accepted == 2


def test_illegal_events_do_not_pile_up_and_are_all_told(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    up = uploader(cloudwatch_logs)
    for _ in range(10_000):
        up.add(1, "")
    assert up.counts["empty"] >= 8192
    assert up.close().counts[Outcome.EMPTY] == 10_000


def test_many_threads_share_one(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    at = now()
    cloudwatch_logs.faults.throttle = cloudwatch_logs.faults.reset_before = 0.2
    with uploader(cloudwatch_logs, linger=0.05) as up:

        def add(name: int) -> None:
            for n in range(300):
                up.add(at + n, f"{name} {n} {'x' * 2000}")
            up.extend((at + n, f"{name} {n} {'x' * 2000}") for n in range(300, 600))

        threads = [threading.Thread(target=add, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    report = up.close()
    assert report.accepted == report.events == 4800
    found = Counter(message.rpartition(" ")[0] for message in messages(cloudwatch_logs))
    assert found == Counter(f"{name} {n}" for name in range(8) for n in range(600))


def test_an_event_waits_no_longer_than_linger(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    up = uploader(cloudwatch_logs, linger=0.1)
    up.add(now(), "alone")
    wait_for_a_request(cloudwatch_logs)
    assert messages(cloudwatch_logs) == ["alone"]
    assert up.close().accepted == 1


def test_whoever_adds_is_held_up_while_the_endpoint_is_slow(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.faults = held = HeldFaults()
    up = uploader(cloudwatch_logs, max_concurrency=1)
    at, added = now(), []

    def add() -> None:
        for n in range(40):
            up.add(at + n, "x" * 1_000_000)
            added.append(n)

    thread = threading.Thread(target=add)
    thread.start()
    assert up._workers._queue.wait(lambda: not up._workers._queue.has_room(), PATIENCE)
    # One on its way, the queue, one in the window, and the one that is held up.
    assert len(added) <= 8
    held.let_go()
    thread.join()
    assert up.close().accepted == 40


def test_after_a_stop_the_adder_is_told_with_the_report(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.faults.script(
        Fault(kind="answer", status=400, body='{"__type": "AccessDeniedException", "message": "no"}')
    )
    up = uploader(cloudwatch_logs)
    up.add(now(), "denied")
    assert up.flush(60)
    with pytest.raises(cordwood.UploadError, match="is not allowed logs:PutLogEvents") as raised:
        up.add(now(), "after")
    assert raised.value.report.counts[Outcome.UNDELIVERED] == raised.value.report.events == 1


def test_leaving_the_block_tells_of_what_was_not_delivered(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.faults.throttle = 1.0
    with (
        pytest.raises(cordwood.UploadError, match="1 of 1 event was not accepted: 1 undelivered"),
        uploader(cloudwatch_logs, max_outage=0.05) as up,
    ):
        up.add(now(), "throttled")


def test_an_exception_in_the_block_goes_on_and_what_was_added_is_sent(
    cloudwatch_logs: LocalCloudWatchLogs, caplog: pytest.LogCaptureFixture
) -> None:
    def add_and_fail() -> None:
        with uploader(cloudwatch_logs) as up:
            up.add(now(), "before")
            up.add(now(), "")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    assert messages(cloudwatch_logs) == ["before"]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_closing_within_a_time_tells_what_has_no_answer(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.faults.script(Fault(delay_seconds=3600))
    up = uploader(cloudwatch_logs, max_concurrency=1)
    up.extend([(now(), "x" * 1_000_000)] * 3)
    wait_for_a_request(cloudwatch_logs)
    report = up.close(0.2)
    assert report.stop_kind is cordwood.StopKind.TIMEOUT
    assert (report.counts[Outcome.UNKNOWN], report.counts[Outcome.UNDELIVERED]) == (1, 2)


def test_once_closed_it_takes_no_more(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    up = uploader(cloudwatch_logs)
    up.close()
    for use in (lambda: up.add(now(), "m"), lambda: up.extend([(now(), "m")]), up.flush):
        with pytest.raises(cordwood.Error, match="this Uploader is closed"):
            use()


def test_an_iterable_that_raises_keeps_what_it_gave(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    def source() -> Iterator[tuple[int, str]]:
        for n in range(1500):
            yield now(), f"{n}"
        raise ConnectionError("gone")

    up = uploader(cloudwatch_logs)
    with pytest.raises(ConnectionError, match="gone"):
        up.extend(source())
    assert up.close().accepted == 1500


@pytest.mark.parametrize("options", [{"linger": 0}, {"linger": -1.0}, {"oversize": "bogus"}])
def test_a_wrong_option_is_a_value_error(cloudwatch_logs: LocalCloudWatchLogs, options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"linger|oversize"):
        uploader(cloudwatch_logs, **options)


def program(endpoint: LocalCloudWatchLogs, text: str) -> list[str]:
    start = f"""
        import os, signal, sys, time, cordwood, cordwood.local
        client = cordwood.local.client({endpoint.url!r})
        now = time.time_ns() // 1_000_000
        """
    return [sys.executable, "-c", textwrap.dedent(start) + textwrap.dedent(text)]


def test_the_interpreters_exit_drains_it(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    text = "up = cordwood.Uploader('g', 's', client=client); up.add(now, 'left behind'); del up"
    done = subprocess.run(program(cloudwatch_logs, text), capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert messages(cloudwatch_logs) == ["left behind"]


def test_a_forked_child_is_told_and_the_parent_goes_on(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    text = """
        up = cordwood.Uploader('g', 's', client=client)
        up.add(now, 'of the parent')
        if (child := os.fork()) == 0:
            try:
                up.add(now, 'of the child')
            except cordwood.Error as told:
                print(told, flush=True)
            os._exit(0)
        os.waitpid(child, 0)
        assert up.close().accepted == 1
        """
    done = subprocess.run(program(cloudwatch_logs, text), capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert "made before os.fork" in done.stdout
    assert messages(cloudwatch_logs) == ["of the parent"]


def test_an_interrupted_upload_accounts_for_every_event(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    text = """
        def source():
            for n in range(5000):
                if n == 3000:
                    os.kill(os.getpid(), signal.SIGINT)
                yield now, f'{n} ' + 'x' * 2000
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            cordwood.upload(source(), log_group_name='g', log_stream_name='s', client=client)
        except KeyboardInterrupt as interrupt:
            report = interrupt.report
        print(report.events, sum(report.counts.values()), report.stop_kind, report.accepted)
        """
    done = subprocess.run(program(cloudwatch_logs, text), capture_output=True, text=True, timeout=PATIENCE, check=True)
    events, total, kind, accepted = done.stdout.split()
    assert events == total == "3000"
    assert kind == "interrupted"
    assert int(accepted) == len(messages(cloudwatch_logs))


_CHILD = """
import multiprocessing, sys, time
import cordwood, cordwood.local

def add_five(url):
    uploader = cordwood.Uploader("g", "s", client=cordwood.local.client(url))
    for n in range(5):
        uploader.add(time.time_ns() // 1_000_000, f"{n}")

if __name__ == "__main__":
    child = multiprocessing.get_context(sys.argv[1]).Process(target=add_five, args=sys.argv[2:])
    child.start()
    child.join()
    sys.exit(child.exitcode)
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_child_of_multiprocessing_that_returns_has_sent_what_it_took(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path, method: str
) -> None:
    cloudwatch_logs.create("g", "s")
    program = tmp_path / "program.py"
    program.write_text(_CHILD)
    subprocess.run([sys.executable, program, method, cloudwatch_logs.url], check=True, timeout=PATIENCE)
    assert len(cloudwatch_logs.events("g", "s")) == 5


_FORK_WHILE_ADDING = """
import os, signal, sys, threading, time
import cordwood, cordwood.local

inside, go_on = threading.Event(), threading.Event()

def stream_of(event):
    inside.set()
    go_on.wait()
    return "s"

uploader = cordwood.Uploader("g", stream_of, client=cordwood.local.client(sys.argv[1]))
adding = threading.Thread(target=uploader.add, args=(time.time_ns() // 1_000_000, "x"))
adding.start()
inside.wait()
child = os.fork()
if child == 0:
    signal.alarm(20)  # which ends it if it hangs
    calls = [
        lambda: uploader.add(1, "y"),
        lambda: uploader.extend([(1, "y")]),
        uploader.flush,
        uploader.close,
        uploader.counters,
        lambda: uploader.counts,
    ]
    refused = 0
    for call in calls:
        try:
            call()
        except cordwood.Error as error:
            refused += "before os.fork" in str(error)
    os._exit(0 if refused == len(calls) else 1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
go_on.set()
adding.join()
uploader.close()
sys.exit(status)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_forked_while_another_thread_adds_is_refused_and_does_not_hang(
    cloudwatch_logs: LocalCloudWatchLogs,
) -> None:
    cloudwatch_logs.create("g", "s")
    command = [sys.executable, "-c", _FORK_WHILE_ADDING, cloudwatch_logs.url]
    assert subprocess.run(command, check=False, timeout=PATIENCE).returncode == 0
    assert messages(cloudwatch_logs) == ["x"]
