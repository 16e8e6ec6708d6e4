"""Events that were not accepted: in a file that survives whatever ends the run, and that can be sent again."""

import json
import os
import pathlib
import pickle
import resource
import stat
from collections import Counter
from typing import Any

import cordwood
import pytest
from cli_upload import NAMES, clean_environment, environment_of, run, wrote
from cordwood._model import Outcome
from cordwood.dead_letters import DeadLetters, Letter, is_dead_letters
from cordwood.local import LocalCloudWatchLogs
from endpoints import DENIED, now, stored, upload
from hypothesis import given
from hypothesis import strategies as st
from soak import hurried

NOW = now()


def letters_in(path: pathlib.Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


@pytest.mark.slow
def test_what_was_not_delivered_is_sent_from_its_letters_to_the_byte(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.script(DENIED)
    texts: list[Any] = ["plain", "\x00\x1b[2J", "größer 🚀 漢", "lone \ud800 surrogate", b"bytes \xff", "x" * 1_000_000]
    events = [(NOW + n, text) for n, text in enumerate(texts)]
    letters = tmp_path / "letters"
    report = upload(cloudwatch_logs, events, dead_letters=letters, max_concurrency=1)
    assert report.counts[Outcome.UNDELIVERED] == len(events)
    assert report.dead_letters == (str(letters), len(events), 0, "")
    assert stat.S_IMODE(letters.stat().st_mode) == 0o600
    again = upload(cloudwatch_logs, letters)
    assert again.accepted == len(events)
    repaired = ["lone � surrogate" if n == 3 else "bytes �" if n == 4 else text for n, text in enumerate(texts)]
    assert stored(cloudwatch_logs) == [(NOW + n, text) for n, text in enumerate(repaired)]


def test_each_letter_says_where_it_comes_from_and_what_was_heard(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.script(DENIED)
    file = pathlib.Path(wrote(tmp_path / "e", [(NOW, "fine")]))
    with file.open("a") as lines:
        lines.write(f'{{"timestamp": {NOW}, "message": ""}}\nnonsense\n')
    upload(cloudwatch_logs, file, dead_letters=tmp_path / "letters")
    by_line = {letter["line"]: letter for letter in letters_in(tmp_path / "letters")}
    assert {line: letter["outcome"] for line, letter in by_line.items()} == {1: "undelivered", 2: "empty", 3: "invalid"}
    first = by_line[1]
    assert (first["source"], first["byte_offset"], first["message"]) == (str(file), 0, "fine")
    assert (first["status"], first["code"], first["attempts"]) == (400, "AccessDeniedException", 1)
    assert first["request_id"]
    assert (first["log_group_name"], first["log_stream_name"], first["retryable"]) == ("g", "s", True)
    assert (by_line[3]["message"], by_line[3]["is_message"], by_line[3]["retryable"]) == ("nonsense", False, False)


@pytest.mark.slow
def test_what_may_be_stored_goes_again_only_where_that_is_wanted(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.script("reset_after")
    letters = tmp_path / "letters"
    first = upload(cloudwatch_logs, [(NOW, "perhaps")], at_most_once=True, dead_letters=letters)
    assert first.counts[Outcome.UNKNOWN] == 1
    careful = upload(cloudwatch_logs, letters)
    assert (careful.counts[Outcome.SKIPPED], careful.accepted) == (1, 0)
    assert len(stored(cloudwatch_logs)) == 1
    assert upload(cloudwatch_logs, letters, include_possible_duplicates=True).accepted == 1
    assert stored(cloudwatch_logs) == [(NOW, "perhaps")] * 2


@pytest.mark.slow
def test_of_a_split_event_only_the_missing_parts_go_again(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.script("none", DENIED)
    message = "0123456789" * 300_000
    letters = tmp_path / "letters"
    report = upload(cloudwatch_logs, [(NOW, message)], oversize="split", dead_letters=letters, max_concurrency=1)
    assert report.counts[Outcome.UNDELIVERED] == 1
    assert upload(cloudwatch_logs, letters, ordered=True).not_delivered == 0
    parts = sorted(text for _, text in stored(cloudwatch_logs))
    assert "".join(part.partition("] ")[2] for part in parts) == message


def test_letters_are_added_to_letters_and_to_nothing_else(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "letters"
    for n in range(2):
        letters = DeadLetters(path)
        letters.write([Letter(Outcome.REFUSED, "no", n, timestamp=1, message=b"m")])
        letters.close()
    assert [letter["position"] for letter in letters_in(path)] == [0, 1]
    other = tmp_path / "notes.txt"
    other.write_text("dear diary")
    with pytest.raises(cordwood.OutputError, match="holds no dead letters: name another file, or move it away"):
        DeadLetters(other)
    assert other.read_text() == "dear diary"


def test_a_line_that_was_cut_off_is_reported_and_costs_no_other(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    cloudwatch_logs.create("g", "s")
    path = tmp_path / "letters"
    letter = Letter(Outcome.UNDELIVERED, "no", 0, timestamp=NOW, message=b"whole")
    path.write_bytes(letter.to_line() + letter.to_line()[:100])
    more = DeadLetters(path)
    more.write([letter])
    more.close()
    report = upload(cloudwatch_logs, path)
    assert (report.accepted, report.counts[Outcome.INVALID]) == (2, 1)
    assert report.examples[Outcome.INVALID][0].line == 2


@pytest.mark.parametrize("left", [1, 20, 36, 37, 60])
def test_a_first_line_that_was_cut_off_does_not_spoil_the_file(tmp_path: pathlib.Path, left: int) -> None:
    path = tmp_path / "letters"
    letter = Letter(Outcome.UNDELIVERED, "no", 0, timestamp=NOW, message=b"whole")
    path.write_bytes(letter.to_line()[:left])
    more = DeadLetters(path)
    more.write([letter])
    more.close()
    assert is_dead_letters(path)
    assert path.read_bytes().endswith(letter.to_line())


def test_a_full_disk_costs_letters_and_never_the_upload(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    cloudwatch_logs.create("g", "s")
    made = [(NOW - 30 * 86_400_000, f"old {n}") for n in range(5_000)] + [(NOW, "new")]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        report = upload(cloudwatch_logs, made, dead_letters=tmp_path / "letters")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (report.accepted, report.counts[Outcome.TOO_OLD]) == (1, 5_000)
    assert report.dead_letters is not None
    assert report.dead_letters.written + report.dead_letters.lost == 5_000
    assert report.dead_letters.lost > 0
    assert "File too large" in report.dead_letters.fault
    assert caplog.text.count("dead letters cannot be written") == 1
    whole = (tmp_path / "letters").read_bytes().rpartition(b"\n")[0].splitlines()
    assert len(whole) == report.dead_letters.written


outcomes = st.sampled_from([outcome for outcome in Outcome if outcome is not Outcome.ACCEPTED])


@given(outcomes, st.binary(max_size=50), st.none() | st.integers(0, 2**53), st.booleans(), st.text(max_size=20))
def test_a_letter_comes_back_from_its_line(
    outcome: Outcome, message: bytes, timestamp: int | None, cut: bool, reason: str
) -> None:
    letter = Letter(outcome, reason, 7, timestamp=timestamp, message=message, cut=cut, source="f", line=3)
    line = letter.to_line()
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert Letter.from_line(line) == letter


@pytest.mark.slow
def test_letters_and_report_agree_under_faults(cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.throttle = 0.3
    cloudwatch_logs.faults.refuse_containing = "poison"
    made: list[Any] = []
    for n in range(3_000):
        made.append((NOW - (n % 13) * 86_000_000, "poison" if n % 600 == 0 else "" if n % 500 == 1 else f"{n}"))
        if n % 700 == 2:
            made.append({"wrong": n})
    with hurried():
        report = upload(cloudwatch_logs, made, dead_letters=tmp_path / "letters", max_concurrency=8)
    found = Counter(letter["outcome"] for letter in letters_in(tmp_path / "letters"))
    failed = {str(outcome): count for outcome, count in report.counts.items() if count and outcome != "accepted"}
    assert found == failed
    assert set(failed) == {"refused", "empty", "invalid"}


@pytest.mark.slow
def test_the_command_writes_and_reads_them(cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> None:
    cloudwatch_logs.create("g", "s")
    cloudwatch_logs.faults.script(DENIED)
    environment = environment_of(cloudwatch_logs)
    file, letters = wrote(tmp_path / "e", [(NOW, "once more")]), str(tmp_path / "letters")
    denied = run(environment, "upload", file, *NAMES, "--dead-letter", letters)
    assert denied.code == 254
    assert f"1 dead letter written to {letters}" in denied.out
    assert run(environment, "upload", letters, *NAMES).code == 0
    assert stored(cloudwatch_logs) == [(NOW, "once more")]
    both = run(environment, "upload", letters, file, *NAMES)
    assert both.code == 252
    assert "upload them apart" in both.err
    refused = run(clean_environment(), "upload", file, *NAMES, "--local", "--dead-letter", file)
    assert refused.code == 252
    assert "holds no dead letters" in refused.err
    assert os.path.getsize(file) > 0


def test_a_rejected_event_is_pickled_with_what_it_held() -> None:
    found = cordwood.batches([(1, b"")], on_reject="collect", keep_rejected=True)
    assert list(found) == []
    [event] = pickle.loads(pickle.dumps(found.rejected))
    assert (event.position, event.outcome) == (0, Outcome.EMPTY)
    assert event.payload == (1, b"", True, False)
