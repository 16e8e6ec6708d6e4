"""Options for how a file is read, if detection is not enough."""

import bz2
import gzip
import io
import json
import os
import pathlib
import time
from datetime import timedelta
from typing import Any

import cordwood
import pytest
from cli_upload import NAMES, clean_environment, environment_of, run
from cordwood._model import Outcome
from cordwood.local import LocalCloudWatchLogs
from cordwood.sources.decoding import FileDecoder

FIRST = 1_760_129_736_000  # 2025-10-10 20:55:36 UTC
LINE = "2025-10-10T20:55:36Z"


def read(file: pathlib.Path, **options: Any) -> list[tuple[int, str]]:
    return [(event["timestamp"], event["message"]) for event in cordwood.read(file, **options)]


def wrote(path: pathlib.Path, text: str | bytes) -> pathlib.Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_timestamp_where_a_pattern_says_it_is(tmp_path: pathlib.Path) -> None:
    line = "start=2020-01-01T00:00:00Z a b c d e end=2025-10-10T20:55:36.747Z"
    file = wrote(tmp_path / "log", f"{line}\nwithout one\n")
    assert read(file, timestamp_regex=r"end=(\S+)") == [(FIRST + 747, f"{line}\nwithout one")]
    german = wrote(tmp_path / "german", "a b c d e f am 10.10.2025 20:55:36 x\n")
    found = read(german, timestamp_regex=r"am (?<timestamp>.{19})", timestamp_format="%d.%m.%Y %T", timezone="UTC")
    assert [at for at, _ in found] == [FIRST]
    with pytest.raises(ValueError, match="`timestamp_regex` is not a regular expression"):
        cordwood.read(file, timestamp_regex="(")
    with pytest.raises(
        cordwood.OptionFitsNoLineError, match=r"`timestamp_regex` .* does not fit any of the 2 lines"
    ) as raised:
        cordwood.read(file, timestamp_regex="nothing (that fits)")
    assert (raised.value.option, raised.value.looked_at) == ("timestamp_regex", 2)


def test_where_events_of_several_lines_begin(tmp_path: pathlib.Path) -> None:
    file = wrote(tmp_path / "log", f"# {LINE} a\n{LINE} part of it\n# {LINE} b\n# no time\n")
    log = cordwood.read(file, multiline_start="^#")
    assert [event["message"] for event in log] == [f"# {LINE} a\n{LINE} part of it", f"# {LINE} b"]
    [rejected] = log.rejected
    assert rejected.outcome is Outcome.INVALID
    assert "begins an event and has no timestamp" in rejected.reason
    also = cordwood.read(file, multiline_start="^#", timestamp_from="previous")
    assert [event["message"] for event in also][-1] == "# no time"
    with pytest.raises(ValueError, match="`multiline_start` is for text"):
        cordwood.read(file, multiline_start="^#", format="json")


def test_what_is_for_text_says_that_it_is_text(tmp_path: pathlib.Path) -> None:
    file = wrote(tmp_path / "log", '{"time": "2025-10-10T20:55:36Z"}\nmore\n{"time": "2025-10-10T20:55:36Z"}\n')
    assert len(read(file)) == 2
    [(at, message), _] = read(file, multiline_start=r"^\{", timestamp_regex='"time": "([^"]+)')
    assert (at, message) == (FIRST, '{"time": "2025-10-10T20:55:36Z"}\nmore')


def test_timestamps_that_no_line_writes(tmp_path: pathlib.Path) -> None:
    file = wrote(tmp_path / "log", "one\n\n  two\n")
    os.utime(file, ns=(0, FIRST * 1_000_000))
    assert read(file, timestamp_from="mtime") == [(FIRST, "one"), (FIRST, "  two")]
    before = time.time_ns() // 1_000_000
    found = read(file, timestamp_from="now")
    after = time.time_ns() // 1_000_000
    assert [message for _, message in found] == ["one", "  two"]
    assert all(before <= at <= after for at, _ in found)
    lines = wrote(tmp_path / "json", '{"m": "a"}\n{"m": "b"}\nnone\n')
    os.utime(lines, ns=(0, FIRST * 1_000_000))
    assert read(lines, timestamp_from="mtime", format="json", message_field="m") == [(FIRST, "a"), (FIRST, "b")]
    for options in ({"timestamp_format": "%s"}, {"timestamp_field": "t"}, {"format": "events"}):
        with pytest.raises(ValueError, match="timestamp_from"):
            cordwood.read(file, timestamp_from="now", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [b"a\n", b"\xff\xfea\0\n\0", bz2.compress(b"a\n")])
def test_a_pipe_of_few_bytes_is_not_waited_for_more(text: bytes) -> None:
    contents = FileDecoder()
    first = [piece for at in range(len(text)) for piece in contents.feed(text[at : at + 1])]
    assert b"".join(first).decode("utf-8") == "a\n"
    assert list(contents.finish()) == []


@pytest.mark.slow
def test_a_pipe_has_no_time_of_modification(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    environment = environment_of(cloudwatch_logs)
    refused = run(environment, "upload", "-", *NAMES, "--timestamp-from", "mtime", input="a\n")
    assert refused.code == 252
    assert "standard input: a pipe" in refused.err
    done = run(environment, "upload", "-", *NAMES, "--timestamp-from", "now", input="a\nb\n")
    assert done.code == 0
    assert "read as: standard input: text, timestamps are the time when a line is read" in done.err
    assert [event.message for event in cloudwatch_logs.events("g", "s")] == ["a", "b"]


@pytest.mark.parametrize(
    ("encoding", "option"),
    [
        ("utf-16", None),
        ("utf-16-be", "utf-16be"),
        ("latin-1", "latin1"),
        ("shift_jis", "shift_jis"),
        ("utf-8", "utf-8"),
    ],
)
def test_text_in_other_encodings(tmp_path: pathlib.Path, encoding: str, option: str | None) -> None:
    word = "ログ" if encoding == "shift_jis" else "größer"
    lines = [f"{LINE} {word} {n}" for n in range(100_000)]
    file = wrote(tmp_path / "log", "\n".join(lines).encode(encoding))
    assert [message for _, message in read(file, encoding=option)] == lines


def test_bytes_that_are_no_text_are_judged_by_the_policy_in_any_encoding(tmp_path: pathlib.Path) -> None:
    file = wrote(tmp_path / "log", f"{LINE} a".encode("utf-16") + b"\x00\xd8" + f"\n{LINE} b".encode("utf-16-le"))
    assert [message for _, message in read(file)] == [f"{LINE} a\ufffd", f"{LINE} b"]
    strict = cordwood.read(file, invalid_text="reject")
    assert [event["message"] for event in strict] == [f"{LINE} b"]
    assert [rejected.outcome for rejected in strict.rejected] == [Outcome.INVALID]
    with pytest.raises(ValueError, match="is not a known encoding"):
        cordwood.read(file, encoding="klingon")


def test_a_file_that_a_program_has_opened(tmp_path: pathlib.Path) -> None:
    packed = io.BytesIO(gzip.compress(f"{LINE} a\n{LINE} b\n".encode()))
    assert [event["message"] for event in cordwood.read(packed)] == [f"{LINE} a", f"{LINE} b"]
    text = io.StringIO(f"{LINE} a\n")
    with pytest.raises(cordwood.InputError, match="its read method returns str, not bytes"):
        list(cordwood.read(text))  # type: ignore[arg-type]
    with wrote(tmp_path / "log", f"{LINE} a\n").open("rb") as file:
        assert [event["message"] for event in cordwood.read(file)] == [f"{LINE} a"]
        assert not file.closed
    with pytest.raises(cordwood.InputError, match="closed file"):
        list(cordwood.read(file))


def test_a_log_is_gone_through_once(tmp_path: pathlib.Path) -> None:
    log = cordwood.read(wrote(tmp_path / "log", f"{LINE} a\n"))
    assert len(list(log)) == 1
    with pytest.raises(ValueError, match=r"gone through already; call cordwood\.read again"):
        list(log)


def test_dead_letters_and_logs_are_not_mixed(cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> None:
    cloudwatch_logs.create("g", "s")
    job: dict[str, Any] = {"log_group_name": "g", "log_stream_name": "s", "client": cloudwatch_logs.client()}
    letters = tmp_path / "letters"
    cordwood.upload([(1, "too old")], dead_letters=letters, check=False, **job)
    before = cloudwatch_logs.requests("PutLogEvents")
    with pytest.raises(cordwood.InputError, match="letters holds dead letters, and not all of the others do"):
        cordwood.upload([wrote(tmp_path / "log", f"{LINE} a\n"), letters], **job)
    assert cloudwatch_logs.requests("PutLogEvents") == before


def test_all_timestamps_moved_by_one_constant(tmp_path: pathlib.Path) -> None:
    file = wrote(tmp_path / "log", f"{LINE} a\n2025-10-10T20:55:40Z b\n")
    for by in (timedelta(days=2), 2 * 86_400_000):
        assert [at for at, _ in read(file, shift_by=by)] == [FIRST + 2 * 86_400_000, FIRST + 2 * 86_400_000 + 4_000]
    # Choices are by what the file writes.
    assert [at for at, _ in read(file, shift_by=-1000, since=FIRST + 4_000)] == [FIRST + 3_000]
    documents = wrote(tmp_path / "events.json", json.dumps([{"timestamp": FIRST, "message": "a"}]))
    assert [at for at, _ in read(documents, shift_by=5)] == [FIRST + 5]
    with pytest.raises(ValueError, match="`shift_by` is 'soon'"):
        cordwood.read(file, shift_by="soon")  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_newest_event_moved_to_now_and_a_resumed_run_by_the_same(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    cloudwatch_logs.create("g", "s")
    old = wrote(tmp_path / "old.log", f"2025-10-10T20:55:40Z newest\n{LINE} a\n")
    other = wrote(tmp_path / "other.log", f"{LINE} b\n")
    options = (*NAMES, "--journal", str(tmp_path / "journal"), "--shift-by", "to-now", "--output", "json")
    before = time.time_ns() // 1_000_000
    done = run(environment_of(cloudwatch_logs), "upload", str(old), str(other), *options)
    after = time.time_ns() // 1_000_000
    assert done.json["counts"]["accepted"] == 3
    assert "all timestamps are moved by" in done.err
    first = {event.message.split()[-1]: event.timestamp for event in cloudwatch_logs.events("g", "s")}
    assert before <= first["newest"] <= after
    assert first["newest"] - first["a"] == first["newest"] - first["b"] == 4_000
    with old.open("a") as grown:
        grown.write("2025-10-10T20:55:44Z later\n")
    again = run(environment_of(cloudwatch_logs), "upload", str(old), str(other), *options)
    assert again.json["counts"]["accepted"] == 4
    stored = {event.message.split()[-1]: event.timestamp for event in cloudwatch_logs.events("g", "s")}
    assert stored["later"] - first["newest"] == 4_000
    changed = run(environment_of(cloudwatch_logs), "upload", str(old), str(other), *options, "--shift-by", "2d")
    assert changed.code == 252
    assert 'option shift_by is 172800000, and was "to-now"' in changed.err


@pytest.mark.slow
def test_only_files_tell_their_newest_event(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    done = run(environment_of(cloudwatch_logs), "upload", "-", *NAMES, "--shift-by", "to-now", input=f"{LINE} a\n")
    assert done.code == 252
    assert "it can be read only once" in done.err
    wrong = run(environment_of(cloudwatch_logs), "upload", "-", *NAMES, "--shift-by", "soon", input="")
    assert wrong.code == 252
    assert "neither to-now nor a duration" in wrong.err


@pytest.mark.slow
def test_patterns_and_folders_of_files(tmp_path: pathlib.Path) -> None:
    for name in ("b.log", "a.log", "sub/c.log", "sub/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        wrote(tmp_path / name, f"{LINE} {name}\n")
    wrote(tmp_path / "[odd].log", f"{LINE} odd\n")

    def planned(*paths: str) -> int:
        return int(run(clean_environment(), "plan", *paths, *NAMES, "--output", "json").json["events"])

    assert planned(f"{tmp_path}/?.log") == 2
    assert planned(f"{tmp_path}/**/*.log") == 4
    assert planned(f"{tmp_path}/[odd].log") == 1
    assert planned("--recursive", str(tmp_path)) == 5
    nothing = run(clean_environment(), "plan", f"{tmp_path}/*.gz", *NAMES)
    assert nothing.code == 252
    assert "matches none" in nothing.err
    folder = run(clean_environment(), "plan", str(tmp_path), *NAMES)
    assert folder.code == 252
    assert "use --recursive" in folder.err


def test_several_files_from_a_program(cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> None:
    cloudwatch_logs.create("g", "s")
    files = [wrote(tmp_path / f"{n}.log", f"{LINE} {n}\n") for n in range(3)]
    report = cordwood.upload(
        files, log_group_name="g", log_stream_name="s", client=cloudwatch_logs.client(), shift_by="to-now"
    )
    assert report.accepted == 3
