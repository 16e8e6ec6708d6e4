"""The command remembers what it uploaded, and goes on where it stopped."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading

import pytest
from cli_upload import COMMAND, DAY, NAMES, NOW, environment_of, run, wrote
from cordwood.local import Fault, LocalCloudWatchLogs
from endpoints import messages
from patience import PATIENCE

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> dict[str, str]:
    cloudwatch_logs.create("g", "s")
    return {**environment_of(cloudwatch_logs), "XDG_STATE_HOME": str(tmp_path / "state")}


def test_a_finished_file_is_not_sent_again_unless_told(
    cloudwatch_logs: LocalCloudWatchLogs, environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a"), (NOW + 1, "b")])
    assert run(environment, "upload", file, *NAMES).code == 0
    again = run(environment, "upload", file, *NAMES)
    assert (again.code, again.out) == (0, "")
    assert f"{file}: already uploaded (2 events); --force sends it again" in again.err
    assert messages(cloudwatch_logs) == ["a", "b"]
    [journal] = (tmp_path / "state" / "cordwood").rglob("*.journal")
    assert journal.stat().st_mode & 0o777 == 0o600
    assert run(environment, "upload", file, *NAMES, "--force").code == 0
    assert messages(cloudwatch_logs) == ["a", "b", "a", "b"] or messages(cloudwatch_logs) == ["a", "a", "b", "b"]
    assert run(environment, "upload", file, *NAMES, "--journal", "none").code == 0
    assert len(messages(cloudwatch_logs)) == 6


def test_a_file_that_has_grown_is_continued(
    cloudwatch_logs: LocalCloudWatchLogs, environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a")])
    run(environment, "upload", file, *NAMES)
    with open(file, "a") as lines:
        lines.write(json.dumps({"timestamp": NOW + 1, "message": "later"}) + "\n")
    done = run(environment, "upload", file, *NAMES, "--output", "json")
    assert done.code == 0
    assert "going on where an earlier run stopped: 1 event settled" in done.err
    assert (done.json["events"], done.json["counts"]["accepted"], done.json["already_accepted"]) == (2, 2, 1)
    assert messages(cloudwatch_logs) == ["a", "later"]


def test_of_several_files_any_may_grow_again_and_again(
    cloudwatch_logs: LocalCloudWatchLogs, environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    files = [tmp_path / f"{n}" for n in range(3)]
    expected = []

    def write(number: int, text: str) -> None:
        expected.append(text)
        with files[number].open("a") as lines:
            lines.write(json.dumps({"timestamp": NOW + len(expected), "message": text}) + "\n")

    for number in range(3):
        write(number, f"first of {number}")
    command = ("upload", *map(str, files), *NAMES, "--output", "json")
    assert run(environment, *command).code == 0
    for round, grown in enumerate([(0,), (1,), (0, 1), (0,), (2,), (0, 1, 2)]):
        for number in grown:
            write(number, f"{number} in round {round}")
        if round % 2:
            # A run that reads it all and sends nothing, for its time is over at once.
            run(environment, *command, "--max-duration", "0.000001")
        done = run(environment, *command)
        assert done.code == 0, done.err
        assert sorted(messages(cloudwatch_logs)) == sorted(expected)
        assert done.json["counts"]["accepted"] == len(expected)
    assert "already uploaded" in run(environment, *command).err


def test_a_file_that_has_changed_is_refused_and_nothing_is_sent(
    cloudwatch_logs: LocalCloudWatchLogs, environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a")])
    run(environment, "upload", file, *NAMES)
    with open(file, "r+") as lines:
        lines.write(json.dumps({"timestamp": NOW, "message": "B"}))
    done = run(environment, "upload", file, *NAMES)
    assert done.code == 252
    assert "--force" in done.err
    assert messages(cloudwatch_logs) == ["a"]


def test_other_reading_options_are_refused_with_both_values(
    environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a")])
    run(environment, "upload", file, *NAMES)
    done = run(environment, "upload", file, *NAMES, "--oversize", "truncate")
    assert done.code == 252
    assert 'option oversize is "truncate", and was "reject"' in done.err


def test_where_no_journal_can_be_kept_that_is_one_warning(
    cloudwatch_logs: LocalCloudWatchLogs, environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    (tmp_path / "occupied").write_text("")
    file = wrote(tmp_path / "e", [(NOW, "a")])
    done = run({**environment, "XDG_STATE_HOME": str(tmp_path / "occupied")}, "upload", file, *NAMES)
    assert done.code == 0
    assert done.err.count("warning") == 1
    assert "--journal names another place" in done.err
    named = run(environment, "upload", file, *NAMES, "--journal", str(tmp_path / "occupied" / "j"))
    assert named.code == 252
    assert messages(cloudwatch_logs) == ["a"]


def test_standard_input_has_no_journal(environment: dict[str, str], tmp_path: pathlib.Path) -> None:
    event = json.dumps({"timestamp": NOW, "message": "a"})
    assert run(environment, "upload", "-", *NAMES, input=event).code == 0
    assert not (tmp_path / "state").exists()
    told = run(environment, "upload", "-", *NAMES, "--journal", str(tmp_path / "j"), input=event)
    assert told.code == 252
    assert "standard input: a journal is for regular files" in told.err


def test_after_an_interrupt_the_command_that_is_printed_sends_the_rest(
    cloudwatch_logs: LocalCloudWatchLogs, environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    file = wrote(tmp_path / "e f", [(NOW - day * (DAY + 1000), f"{day}") for day in reversed(range(10))])
    cloudwatch_logs.faults.script("none", "none", Fault(delay_seconds=3600))
    report = tmp_path / "report.json"
    command = [COMMAND, "upload", file, *NAMES, "--max-concurrency", "1", "--report", str(report)]
    command += ["--shutdown-timeout", "0.5"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        third = threading.Event()
        while len(cloudwatch_logs.requests("PutLogEvents")) < 3:
            assert not third.wait(0.01)
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    told = json.loads(report.read_text())
    assert (told["exit_code"], told["complete"], told["stop_kind"]) == (130, False, "interrupted")
    assert told["counts"]["accepted"] == 2
    assert told["counts"]["unknown"] == 1
    resume = told["resume_command"].replace("cordwood ", f"{COMMAND} ", 1)
    done = subprocess.run(
        resume, shell=True, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    assert sorted(set(map(int, messages(cloudwatch_logs)))) == list(range(10))
    finished = json.loads(report.read_text())
    assert (finished["counts"]["accepted"], finished["already_accepted"]) == (10, 2)
    # The request that was out: it was stored, and is counted as perhaps stored twice.
    assert finished["possible_duplicates"] == 1
    assert len(messages(cloudwatch_logs)) == 11


def test_one_process_at_a_time_has_a_journal(
    cloudwatch_logs: LocalCloudWatchLogs, environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a")])
    cloudwatch_logs.faults.script(Fault(delay_seconds=3600))
    command = [COMMAND, "upload", file, *NAMES]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        waited = threading.Event()
        while not cloudwatch_logs.requests("PutLogEvents"):
            assert not waited.wait(0.01)
            assert process.poll() is None
        second = run(environment, "upload", file, *NAMES)
        os.kill(process.pid, signal.SIGKILL)
    assert second.code == 252
    assert "another upload is writing this journal" in second.err
    resumed = run(environment, "upload", file, *NAMES, "--output", "json")
    assert (resumed.json["counts"]["accepted"], resumed.json["possible_duplicates"]) == (1, 1)


def test_once_the_journals_disk_is_full_nothing_more_is_sent_and_a_later_run_sends_the_rest(
    cloudwatch_logs: LocalCloudWatchLogs, environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    sent = [f"{n:02}{'x' * 900_000}" for n in range(40)]
    file = wrote(tmp_path / "e", [(NOW + n, message) for n, message in enumerate(sent)])
    limited = (
        "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); "
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    command = [sys.executable, "-c", limited, COMMAND, "upload", file, *NAMES, "--output", "json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    told = json.loads(done.stdout)
    assert (done.returncode, told["complete"], told["stop_kind"]) == (1, False, "journal"), done.stderr
    assert "the journal cannot be written" in told["stopped"]
    assert told["counts"]["undelivered"] > 0
    assert told["counts"]["accepted"] == len(messages(cloudwatch_logs))
    again = run(environment, "upload", file, *NAMES, "--output", "json")
    assert again.code == 0
    stored = messages(cloudwatch_logs)
    assert set(stored) == set(sent)
    assert len(stored) - len(sent) <= again.json["possible_duplicates"]


def test_at_most_once_leaves_what_a_killed_run_may_have_stored(
    cloudwatch_logs: LocalCloudWatchLogs, environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    file = wrote(tmp_path / "e", [(NOW - 2 * DAY, "perhaps"), (NOW, "surely")])
    cloudwatch_logs.faults.script(Fault(delay_seconds=3600))
    command = [COMMAND, "upload", file, *NAMES, "--at-most-once", "--max-concurrency", "1"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        waited = threading.Event()
        while not cloudwatch_logs.requests("PutLogEvents"):
            assert not waited.wait(0.01)
            assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
    for _ in range(2):
        done = run(environment, *command[1:], "--output", "json")
        assert done.code == 1
        assert {word: count for word, count in done.json["counts"].items() if count} == {"accepted": 1, "unknown": 1}
    assert messages(cloudwatch_logs) == ["perhaps", "surely"]


def test_an_output_that_cannot_be_written_is_told_before_anything_is_sent(
    cloudwatch_logs: LocalCloudWatchLogs, environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a")])
    done = run(environment, "upload", file, *NAMES, "--report", str(tmp_path / "none" / "r.json"))
    assert done.code == 252
    assert "does not exist" in done.err
    assert messages(cloudwatch_logs) == []
