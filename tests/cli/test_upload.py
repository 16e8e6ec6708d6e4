"""`cordwood upload`: what arrives, what it says before and after, and its exit code."""

import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import threading
import time
from typing import IO, Any

import cordwood
import pytest
from cli_upload import COMMAND, DAY, NAMES, NOW, Here, clean_environment, environment_of, run, wrote
from cordwood._model import Outcome, StopKind
from cordwood.cli import main
from cordwood.cli.exit_codes import exit_code
from cordwood.delivery.time_window import TimeWindow
from cordwood.errors import InputError
from cordwood.local import ACCESS_KEY_ID, Fault, LocalCloudWatchLogs
from cordwood.options import SendOptions
from cordwood.report import Report
from cordwood.sources.log_files import LogFiles
from cordwood.uploader.job import UploadJob
from endpoints import HeldFaults, error, messages, wait_for_a_request
from patience import PATIENCE

# --- what arrives, and what is said ---------------------------------------------------------------------------


def test_all_events_arrive_and_it_says_first_where_to_as_whom_and_what(
    here: Here, endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    noon = NOW // DAY * DAY - DAY // 2
    day = time.strftime("%Y-%m-%d", time.gmtime(noon // 1000))
    file = wrote(tmp_path / "events.json", [(noon, "a"), (noon + 61_500, "b")])
    done = here(environment_of(endpoint), "upload", file, *NAMES)
    assert done.code == 0
    assert messages(endpoint) == ["a", "b"]
    told = done.err
    for text in (
        "log group g, log stream s",
        f"{endpoint.url}, region us-east-1",
        f"access key {ACCESS_KEY_ID} (from env)",
        f"first event {day} 12:00:00.000Z, last event {day} 12:01:01.500Z",
    ):
        assert text in told
    assert f"2 events of {file} to log group g, log stream s" in done.out
    assert "accepted" in done.out


@pytest.mark.slow
def test_destination_and_times_are_said_before_the_first_answer(
    endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a")])
    endpoint.faults.script(Fault(delay_seconds=3600))
    with started(environment_of(endpoint), "upload", file, *NAMES) as process:
        said = lines_until(process.stderr, "first event")
        assert any("region us-east-1" in line for line in said)
        assert any("access key" in line for line in said)
        process.kill()


def test_json_is_all_that_stands_on_standard_output(
    here: Here, endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a"), (NOW, ""), (NOW, "c")])
    done = here(environment_of(endpoint), "upload", file, *NAMES, "--output", "json")
    report = done.json
    assert (done.code, report["exit_code"], report["complete"], report["damaged"]) == (2, 2, True, False)
    [source] = report["sources"]
    assert (source["name"], report["events"], report["counts"]["accepted"]) == (file, 3, 2)
    assert sum(report["counts"].values()) == 3
    [example] = report["examples"]["empty"]
    assert (example["line"], example["source"]) == (2, file)
    assert report["bytes_read"] == report["total_bytes"] == os.path.getsize(file)


@pytest.mark.slow
def test_several_files_and_what_the_aws_cli_prints(
    here: Here, endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    printed = tmp_path / "printed.json"
    event = {"timestamp": NOW + 1, "message": "b", "ingestionTime": NOW, "eventId": "1"}
    printed.write_text(json.dumps({"events": [event], "nextForwardToken": "f/1"}, indent=4))
    array = tmp_path / "array.json"
    array.write_text(json.dumps([{"timestamp": NOW + 2, "message": "c"}]))
    files = [wrote(tmp_path / "lines", [(NOW, "a")]), str(printed), str(array)]
    done = here(environment_of(endpoint), "upload", *files, *NAMES, "--output", "json")
    assert (done.code, [source["name"] for source in done.json["sources"]]) == (0, files)
    assert messages(endpoint) == ["a", "b", "c"]


@pytest.mark.slow
def test_standard_input_is_read_where_no_file_is_named(endpoint: LocalCloudWatchLogs) -> None:
    for given in ((), ("-",)):
        event = json.dumps({"timestamp": NOW, "message": f"{given}"})
        done = run(environment_of(endpoint), "upload", *given, *NAMES, input=event)
        assert done.code == 0, done.err
        assert "1 event of standard input" in done.out
    assert messages(endpoint) == ["()", "('-',)"]


def test_a_pipe_that_stays_open_does_not_hold_events_back(endpoint: LocalCloudWatchLogs) -> None:
    read_end, write_end = os.pipe()
    client = cordwood.PutLogEventsClient(endpoint.client())
    source = LogFiles([f"/dev/fd/{read_end}"], "s")
    job = UploadJob(source, client, "g", "s", window=TimeWindow(), options=SendOptions(), linger=0.01)
    os.write(write_end, json.dumps({"timestamp": NOW, "message": "early"}).encode() + b"\n")
    arrived = []

    def close_once_it_arrived() -> None:
        try:
            wait_for_a_request(endpoint)
            arrived.append(messages(endpoint))
        finally:
            os.close(write_end)

    watcher = threading.Thread(target=close_once_it_arrived)
    watcher.start()
    report = job.run()
    watcher.join()
    os.close(read_end)
    assert (report.accepted, arrived) == (1, [["early"]])


# --- options --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "event", "stored", "code"),
    [
        (["--oversize", "truncate"], {"message": "x" * 1_048_551}, 1, 0),
        (["--oversize", "split"], {"message": "x" * 1_048_551}, 2, 0),
        (["--oversize", "reject"], {"message": "x" * 1_048_551}, 0, 2),
        (["--invalid-text", "replace"], {"message": "\ud800"}, 1, 0),
        (["--invalid-text", "reject"], {"message": "\ud800"}, 0, 2),
        (["--extra", "ignore"], {"message": "m", "level": "info"}, 1, 0),
        (["--extra", "reject"], {"message": "m", "level": "info"}, 0, 2),
        (["--retention-in-days", "1"], {"message": "m", "timestamp": NOW - 2 * DAY}, 0, 2),
    ],
)
def test_the_policies_do_what_they_say(
    here: Here,
    endpoint: LocalCloudWatchLogs,
    tmp_path: pathlib.Path,
    options: list[str],
    event: dict[str, Any],
    stored: int,
    code: int,
) -> None:
    file = tmp_path / "e"
    file.write_text(json.dumps({"timestamp": NOW, **event}))
    done = here(environment_of(endpoint), "upload", str(file), *NAMES, *options, "--output", "json")
    assert done.code == code, done.err
    assert len(messages(endpoint)) == stored


@pytest.mark.slow
def test_a_group_is_created_only_where_told(here: Here, tmp_path: pathlib.Path) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a")])
    with LocalCloudWatchLogs() as endpoint:
        environment = environment_of(endpoint)
        done = here(environment, "upload", file, *NAMES)
        assert done.code == 254
        assert "--create-log-group" in done.out
        done = here(environment, "upload", file, *NAMES, "--create-log-group", "--retention-in-days", "7")
        assert (done.code, messages(endpoint)) == (0, ["a"])
        assert endpoint.client().describe_log_groups()["logGroups"][0]["retentionInDays"] == 7


def test_a_stream_is_created_unless_told_not_to(
    here: Here, endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a")])
    names = ("--log-group-name", "g", "--log-stream-name", "new")
    assert here(environment_of(endpoint), "upload", file, *names, "--no-create-log-stream").code == 254
    assert here(environment_of(endpoint), "upload", file, *names).code == 0
    assert [event.message for event in endpoint.events("g", "new")] == ["a"]


@pytest.mark.slow
def test_a_local_run_says_twice_that_nothing_left_and_hears_no_hostile_environment(tmp_path: pathlib.Path) -> None:
    hostile = {
        **clean_environment(),
        "AWS_PROFILE": "nope",
        "AWS_MAX_ATTEMPTS": "x",
        "AWS_REGION": "no region",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_CA_BUNDLE": "/nowhere",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }
    file = wrote(tmp_path / "e", [(NOW, "a"), (NOW, "b")])
    done = run(hostile, "upload", file, *NAMES, "--local", "--retention-in-days", "7", "--output", "json")
    assert done.code == 0, done.err
    assert (done.json["counts"]["accepted"], done.json["local"], done.json["retries"]) == (2, True, 0)
    said = done.err.splitlines()
    assert "NOTHING LEAVES THIS MACHINE" in said[0]
    assert "NOTHING LEFT THIS MACHINE. 2 events" in said[-1]
    assert "gone" in said[-1]
    assert "http://127.0.0.1:" in done.json["endpoint_url"]


# --- exit codes -----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["-", "-", *NAMES], "standard input (-) is given more than once"),
        (["e", "--log-group-name", "g"], "--log-stream-name"),
        (["e", "--log-group-name", "a b", "--log-stream-name", "s"], 'log group name "a b"'),
        (["e", "--log-group-name", "g", "--log-stream-name", "a:b"], 'log stream name "a:b"'),
        (["e", *NAMES, "--local", "--region", "eu-west-1"], "leave --region out"),
        (["e", *NAMES, "--local", "--profile", "p", "--endpoint-url", "http://x"], "leave --endpoint-url out"),
        (["e", *NAMES, "--retention-in-days", "2"], "'2' is not one of 1, 3, 5"),
        (["e", *NAMES, "--max-outage", "0"], "'0' is not a duration above 0, such as 90, 90s, 14m, 2h or 1d"),
        (["e", *NAMES, "--max-outage", "nan"], "'nan' is not a duration above 0"),
        (["e", *NAMES, "--oversize", "shrink"], "invalid choice: 'shrink'"),
        (["missing", *NAMES], "missing: No such file or directory"),
        ([".", *NAMES], "is a folder"),
        (["text", *NAMES], "its lines have no time zone"),
        (["packed", *NAMES], "it ends before its compressed data does"),
        (["e", *NAMES, "--endpoint-url", "no-address"], "no-address"),
    ],
)
def test_252_a_wrong_command_line_or_input(
    here: Here,
    endpoint: LocalCloudWatchLogs,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    text: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    wrote(tmp_path / "e", [(NOW, "a")])
    (tmp_path / "text").write_text("Nov 25 04:00:00 host sshd: a line of syslog\n")
    (tmp_path / "packed").write_bytes(b"\x28\xb5\x2f\xfd")
    done = here(environment_of(endpoint), "upload", *arguments)
    assert (done.code, done.out) == (252, "")
    assert text in done.err
    assert endpoint.requests() == []


@pytest.mark.slow
def test_252_no_file_and_a_terminal_for_standard_input() -> None:
    master, slave = pty.openpty()
    done = run(clean_environment(), "upload", *NAMES, "--local", stdin=slave)
    os.close(master)
    os.close(slave)
    assert done.code == 252
    assert "standard input is a terminal" in done.err


def test_252_an_event_that_ends_the_reading_is_named_and_what_came_before_is_sent(
    here: Here, endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a"), (NOW, "x" * 1_048_551), (NOW, "c")])
    done = here(environment_of(endpoint), "upload", file, *NAMES, "--oversize", "error", "--output", "json")
    assert (done.code, done.json["exit_code"], done.json["complete"]) == (252, 252, False)
    assert f"{file}, line 2" in done.err
    assert messages(endpoint)[0] == "a"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "removed", "text"),
    [
        ({}, ("AWS_REGION", "AWS_DEFAULT_REGION"), "no region: give --region"),
        ({"AWS_PROFILE": "nope"}, (), "nope"),
        ({}, ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "no credentials were found"),
        ({}, ("AWS_SECRET_ACCESS_KEY",), "AWS_SECRET_ACCESS_KEY"),
        ({"AWS_MAX_ATTEMPTS": "x"}, (), "the AWS configuration is invalid"),
    ],
)
def test_253_a_configuration_that_gives_no_client_before_anything_is_read(
    here: Here,
    endpoint: LocalCloudWatchLogs,
    changed: dict[str, str],
    removed: tuple[str, ...],
    text: str,
) -> None:
    environment = {k: v for k, v in {**environment_of(endpoint), **changed}.items() if k not in removed}
    # The file does not exist: nobody has looked for it yet.
    done = here(environment, "upload", "missing", *NAMES)
    assert (done.code, done.out) == (253, "")
    assert text in done.err
    assert len(done.err.splitlines()) == 1
    assert endpoint.requests() == []


@pytest.mark.parametrize(
    ("configuration", "text"),
    [
        ("[default]\nregion = us-east-1\ncredential_process = /nowhere/x\n", "/nowhere/x"),
        ("[default\n", "Unable to parse config file"),
    ],
)
def test_253_a_configuration_file_that_leads_nowhere(
    here: Here, tmp_path: pathlib.Path, configuration: str, text: str
) -> None:
    (tmp_path / "config").write_text(configuration)
    environment = {**clean_environment(), "AWS_CONFIG_FILE": str(tmp_path / "config")}
    done = here(environment, "upload", "missing", *NAMES)
    assert (done.code, done.out) == (253, "")
    assert text in done.err


@pytest.mark.slow
def test_253_credentials_that_the_service_does_not_know(
    here: Here, endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    environment = {**environment_of(endpoint), "AWS_SECRET_ACCESS_KEY": "a wrong secret"}
    done = here(environment, "upload", wrote(tmp_path / "e", [(NOW, "a")]), *NAMES)
    assert done.code == 253
    assert "secret access key does not belong to this access key id" in done.out
    assert "a wrong secret" not in done.out + done.err


def test_254_the_service_refuses_the_job(here: Here, endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> None:
    endpoint.faults.script(error("AccessDeniedException", "no"))
    done = here(environment_of(endpoint), "upload", wrote(tmp_path / "e", [(NOW, "a")]), *NAMES, "--output", "json")
    assert (done.code, done.json["complete"], done.json["counts"]["undelivered"]) == (254, False, 1)
    assert "logs:PutLogEvents" in done.json["stopped"]


def test_1_an_outage_leaves_events_undelivered(
    here: Here, endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    endpoint.faults.script(*[Fault(kind="throttle")] * 30)
    file = wrote(tmp_path / "e", [(NOW, "a")])
    done = here(environment_of(endpoint), "upload", file, *NAMES, "--max-outage", "0.1", "--output", "json")
    assert (done.code, done.json["complete"], done.json["counts"]["undelivered"]) == (1, False, 1)


@pytest.mark.slow
def test_2_part_of_the_input_is_damaged(here: Here, endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "e"
    file.write_text(f'[{{"timestamp": {NOW}, "message": "a"}}, {{"timestamp": {NOW}, "mess')
    done = here(environment_of(endpoint), "upload", str(file), *NAMES, "--output", "json")
    assert (done.code, done.json["complete"], done.json["damaged"]) == (2, False, True)
    assert "part of the input could not be read" in done.err
    assert messages(endpoint) == ["a"]


@pytest.mark.slow
def test_255_a_report_that_cannot_be_written(endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [COMMAND, "upload", wrote(tmp_path / "e", [(NOW, "a")]), *NAMES],
            env=environment_of(endpoint), stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    assert done.returncode == 255
    assert "the report could not be written to standard output: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_closed_standard_output_changes_neither_the_upload_nor_its_exit_code(
    endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [COMMAND, "upload", wrote(tmp_path / "e", [(NOW, "a")]), *NAMES],
        env=environment_of(endpoint),
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    os.close(write_end)
    assert done.returncode == 0, done.stderr
    assert "BrokenPipe" not in done.stderr
    assert messages(endpoint) == ["a"]


def test_255_a_fault_of_our_own_is_told_in_full_and_inert(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    def fault(*arguments: Any) -> int:
        raise RuntimeError("unforeseen \x1b[31m")

    monkeypatch.setattr("cordwood.cli.plan._plan", fault)
    assert main(["plan", wrote(tmp_path / "e", [(NOW, "a")]), *NAMES]) == 255
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert "RuntimeError: unforeseen \\x1b[31m" in told


@pytest.mark.slow
def test_a_closed_standard_error_changes_nothing(endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [COMMAND, "upload", wrote(tmp_path / "e", [(NOW, "a")]), *NAMES],
        env=environment_of(endpoint),
        stdout=subprocess.PIPE,
        stderr=write_end,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    os.close(write_end)
    assert done.returncode == 0
    assert "1 event of" in done.stdout


def report_with(counts: dict[str, int], stop_kind: StopKind | None = None) -> Report:
    filled = {outcome: counts.get(outcome.value, 0) for outcome in Outcome}
    stopped = "why" if stop_kind else ""
    return Report("g", "s", (), sum(filled.values()), filled, stopped=stopped, stop_kind=stop_kind)


def test_where_several_codes_hold_the_one_that_says_most_wins() -> None:
    bad = {"undelivered": 1, "invalid": 1}
    assert exit_code(report_with(bad, StopKind.SERVICE), damaged=True, signal=130) == 130
    assert exit_code(report_with(bad, StopKind.CONFIGURATION), damaged=True, signal=143) == 143
    assert exit_code(report_with(bad, StopKind.CONFIGURATION), damaged=True) == 253
    assert exit_code(report_with(bad, StopKind.SERVICE), damaged=True) == 254
    assert exit_code(report_with(bad, StopKind.FAULT), damaged=True) == 255
    assert exit_code(report_with(bad), damaged=True, error=InputError("f")) == 252
    assert exit_code(report_with(bad, StopKind.OUTAGE), damaged=True) == 1
    assert exit_code(report_with({"unknown": 1, "invalid": 1}), damaged=True) == 1
    assert exit_code(report_with({"accepted": 1, "invalid": 1}), damaged=False) == 2
    assert exit_code(report_with({"accepted": 1}), damaged=True) == 2
    assert exit_code(report_with({"accepted": 1, "skipped": 1}), damaged=False) == 0


# --- signals --------------------------------------------------------------------------------------------------


def started(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [COMMAND, *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lines_until(stream: IO[str] | None, text: str) -> list[str]:
    assert stream is not None
    said = []
    for line in stream:
        said.append(line)
        if text in line:
            return said
    raise AssertionError(f"{text!r} was not said, but: {said}")


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_lets_the_request_under_way_be_answered_and_reports(
    endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path, number: signal.Signals, code: int
) -> None:
    endpoint.faults = held = HeldFaults()
    # Two days: two requests, the first of which is under way when the signal comes.
    file = wrote(tmp_path / "e", [(NOW - 3 * DAY, "answered"), (NOW, "not sent")])
    letters, kept = tmp_path / "letters", tmp_path / "report"
    written = ("--dead-letter", str(letters), "--report", str(kept))
    alone = ("--max-concurrency", "1", "--output", "json")
    with started(environment_of(endpoint), "upload", file, *NAMES, *alone, *written) as process:
        assert held.reached.wait(PATIENCE)
        process.send_signal(number)
        lines_until(process.stderr, f"{number.name}: stopping")
        held.let_go()
        out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == code
    report = json.loads(out)
    assert (report["exit_code"], report["complete"]) == (code, False)
    assert (report["counts"]["accepted"], report["counts"]["undelivered"]) == (1, 1)
    assert messages(endpoint) == ["answered"]
    assert json.loads(kept.read_text()) == report
    [letter] = map(json.loads, letters.read_text().splitlines())
    assert (letter["message"], letter["outcome"], letter["retryable"]) == ("not sent", "undelivered", True)


def test_an_interrupt_bounds_the_wait_for_an_answer_also_once_all_is_read(
    endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.faults.script(Fault(delay_seconds=3600))
    client = cordwood.PutLogEventsClient(endpoint.client())
    source = LogFiles([wrote(tmp_path / "e", [(NOW, "a")])], "s")
    job = UploadJob(source, client, "g", "s", window=TimeWindow(), options=SendOptions(shutdown_timeout=0.2))
    reports = []
    runner = threading.Thread(target=lambda: reports.append(job.run()), daemon=True)
    runner.start()
    wait_for_a_request(endpoint)
    job.stop("interrupted")
    runner.join(PATIENCE)
    [report] = reports
    assert (report.counts[Outcome.UNKNOWN], report.stop_kind) == (1, StopKind.INTERRUPTED)


@pytest.mark.slow
def test_a_second_signal_ends_at_once(endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> None:
    endpoint.faults.script(Fault(delay_seconds=3600))
    with started(environment_of(endpoint), "upload", wrote(tmp_path / "e", [(NOW, "a")]), *NAMES) as process:
        lines_until(process.stderr, "first event")
        wait_for_a_request(endpoint)
        process.send_signal(signal.SIGINT)
        lines_until(process.stderr, "SIGINT: stopping")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (143, "")
    assert "SIGTERM again: ended at once" in err
    assert "Traceback" not in err


@pytest.mark.slow
def test_a_signal_ends_the_wait_for_a_pipe(tmp_path: pathlib.Path) -> None:
    with started(clean_environment(), "upload", *NAMES, "--local", "--output", "json") as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps({"timestamp": NOW, "message": "a"}) + "\n")
        process.stdin.flush()
        lines_until(process.stderr, "standard input")
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE)
        assert process.stdout is not None
        counts = json.loads(process.stdout.read())["counts"]
        process.stdin.close()
    assert code == 143
    assert set(counts) == set(map(str, Outcome))
    assert counts["accepted"] == 0


# --- text of others -------------------------------------------------------------------------------------------

EVIL = "\x1b[31m[bold]\x9b2J\x07\u202e"


@pytest.mark.slow
def test_text_of_others_does_nothing_to_a_terminal(
    here: Here, endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    file = tmp_path / f"{EVIL}.json"
    file.write_text(json.dumps({"timestamp": NOW, "message": "m"}) + f'\n{{"timestamp": "{EVIL}"}}\n', encoding="utf-8")
    for output in ("table", "json"):
        endpoint.faults.script(
            error("ThrottlingException", f"slow {EVIL}"),
            error("AccessDeniedException", f"no {EVIL}"),
        )
        done = here(environment_of(endpoint), "upload", str(file), *NAMES, "--output", output)
        assert done.code == 254
        for text in (done.out, done.err):
            assert not [c for c in text if c != "\n" and not c.isprintable()]
        # Shown, as markup never would be.
        assert "[bold]" in done.out
        assert "slow \\x1b[31m[bold]" in done.err
    done = here(environment_of(endpoint), "upload", f"missing {EVIL}", *NAMES)
    assert (done.code, "\x1b" in done.err, "[bold]" in done.err) == (252, False, True)
    done = here(environment_of(endpoint), "upload", f"--{EVIL}", *NAMES)
    assert (done.code, "\x1b" in done.err, "[bold]" in done.err) == (252, False, True)


@pytest.mark.slow
def test_an_output_that_cannot_show_a_character_still_gets_the_report(
    endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    file = wrote(tmp_path / "ü.json", [(NOW, "a")])
    done = run({**environment_of(endpoint), "PYTHONIOENCODING": "ascii"}, "upload", file, *NAMES)
    assert done.code == 0
    assert "\\xfc.json" in done.out


def test_help_needs_no_botocore_and_no_rich() -> None:
    for command in ("upload", "plan"):
        program = (
            f"import sys; sys.argv = ['cordwood', '{command}', '--help']\nfrom cordwood.cli import main\n"
            "try: main()\nexcept SystemExit: "
            "print(sorted(m for m in sys.modules if 'boto' in m or m.split('.')[0] == 'rich'), file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=True
        )
        assert done.stderr == "[]\n"
        assert "exit codes:" in done.stdout
