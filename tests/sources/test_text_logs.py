"""Log files: the right timestamps and messages by detection, and no guess without saying so."""

import bz2
import gzip
import json
import lzma
import os
import pathlib
import threading
import time
from typing import Any

import cordwood
import pytest
from cli_upload import NAMES, clean_environment, environment_of, run
from cordwood._model import Outcome
from cordwood.local import LocalCloudWatchLogs
from cordwood.options import ReadOptions
from cordwood.sources.log_files import LogFiles
from hypothesis import given
from hypothesis import strategies as st
from paths import ROOT
from patience import PATIENCE

DATA = ROOT / "tests" / "data" / "logs"
FIRST, SECOND = 1_760_129_736_000, 1_760_129_737_000  # 2025-10-10 20:55:36 and :37 UTC


def read(file: Any, **reading: Any) -> tuple[list[tuple[int, str]], LogFiles]:
    source = LogFiles([file], "s", read=ReadOptions(**reading))
    found = {}
    for routed in source:
        for batch, _ in routed:
            for position, event in zip(batch.positions, batch.events(), strict=True):
                found[position] = event["timestamp"], event["message"]
    return [found[position] for position in sorted(found)], source


@pytest.mark.parametrize(
    ("name", "milliseconds"),
    [
        ("apache_access.log", (0, 0)),
        ("apache_error.log", (633, 0)),
        ("nginx_access.log", (0, 0)),
        ("nginx_error.log", (0, 0)),
        ("syslog_3164.log", (0, 0)),
        ("syslog_5424.log", (3, 0)),
        ("log4j.log", (747, 1)),
        ("python.log", (747, 1)),
        ("go.log", (0, 1)),
        ("klog.log", (123, 0)),
        ("cri.log", (669, 113)),
        ("docker_json.log", (669, 100)),
        ("squid.log", (747, 1)),
        ("tomcat.log", (747, 1)),
        ("postgres.log", (747, 1)),
        ("bunyan.json", (747, 1)),
        ("zap.json", (747, 1)),
        ("logstash.json", (747, 1)),
    ],
)
def test_the_format_is_detected_and_every_line_is_in_an_event(name: str, milliseconds: tuple[int, int]) -> None:
    events, source = read(DATA / name, timezone="UTC", year=2025)
    assert [at for at, _ in events] == [FIRST + milliseconds[0], SECOND + milliseconds[1]]
    assert "\n".join(message for _, message in events) == (DATA / name).read_text().rstrip("\n")
    assert source.drain_rejected() == []


def test_every_sample_is_tested() -> None:
    tested = {call[0] for call in test_the_format_is_detected_and_every_line_is_in_an_event.pytestmark[0].args[1]}  # type: ignore[attr-defined]
    assert tested == {file.name for file in DATA.iterdir() if file.suffix in (".log", ".json")}


LINES = st.sampled_from(
    ["2025-10-10 20:55:36,747 one", "2025-10-10T20:55:37Z two", "  at Main.java:1", "", "größer 🚀", "x\x00", "{}"]
)


@given(st.lists(LINES, max_size=15), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_the_reader_agrees_with_an_obvious_one(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str, ended: bool
) -> None:
    # Both layouts, on lines that have an end: the last line may be one that is being written, and is no evidence.
    lines = ["2025-10-10 20:55:36,747 one", "2025-10-10T20:55:37Z two"] * 2 + lines
    file = tmp_path_factory.mktemp("d") / "log"
    file.write_text(end.join(lines) + end * ended, newline="")
    expected: list[tuple[int, str]] = []
    blank = 0
    for line in lines:
        if line.startswith("2025-10-10"):
            expected.append((SECOND if "T" in line else FIRST + 747, line))
        elif line:
            expected[-1] = (expected[-1][0], expected[-1][1] + "\n" * (blank + 1) + line)
        blank = 0 if line else blank + 1
    events, source = read(file, timezone="UTC")
    assert events == expected
    assert source.counts["events"] == len(expected) + source.counts["skipped"]


@pytest.mark.slow
def test_a_zone_that_is_not_written_is_asked_for_and_never_guessed(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    cloudwatch_logs.create("g", "s")
    file = tmp_path / "app.log"
    now = time.time()
    file.write_text(f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(now))} started\n")
    environment = {**environment_of(cloudwatch_logs), "TZ": "Asia/Tokyo"}
    asked = run(environment, "upload", str(file), *NAMES)
    assert asked.code == 252
    first = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))
    in_tokyo = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now - 9 * 3600))
    assert f"{first}.000Z if it is UTC" in asked.err
    assert f"{in_tokyo}.000Z if it is this machine's local time" in asked.err
    assert cloudwatch_logs.requests("PutLogEvents") == []
    for zone, seconds in (("UTC", 0), ("Asia/Tokyo", 9 * 3600), ("local", 9 * 3600)):
        done = run(
            environment, "upload", str(file), *NAMES, "--timezone", zone, "--journal", "none", "--output", "json"
        )
        assert done.json["first_timestamp"] == int(now - seconds) * 1000
    planned = run(clean_environment(), "plan", str(file), *NAMES)
    assert "zone        UTC is assumed where none is written" in planned.out
    wrong = run(environment, "upload", str(file), *NAMES, "--timezone", "Mars/Base")
    assert wrong.code == 252
    assert "is not a time zone" in wrong.err


def test_parts_in_several_layouts_are_all_read(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "mixed.log"
    with file.open("w") as lines:
        lines.writelines(f"2025-10-10T20:55:36Z line {n} {'x' * 100}\n" for n in range(5_000))
        lines.writelines(f"Oct 10 20:55:37 host line {n} {'x' * 100}\n" for n in range(5_000))
    events, _ = read(file, timezone="UTC", year=2025)
    assert [timestamp for timestamp, _ in events] == [FIRST] * 5_000 + [SECOND] * 5_000


def test_years_that_are_not_written_follow_the_order_of_lines_up_to_now(tmp_path: pathlib.Path) -> None:
    now = time.time()
    file = tmp_path / "syslog"
    times = [now - day * 86_400 - 3600 for day in range(300, -1, -50)]
    file.write_text("".join(time.strftime("%b %d %H:%M:%S host x\n", time.gmtime(at)) for at in times))
    events, _ = read(file, timezone="UTC")
    assert [at for at, _ in events] == [int(at) * 1000 for at in times]


def test_a_format_and_fields_that_are_specified(tmp_path: pathlib.Path) -> None:
    text = tmp_path / "german.log"
    text.write_text("10.10.2025 20:55:36 gestartet\n")
    assert read(text, timestamp_format="%d.%m.%Y %H:%M:%S", timezone="UTC")[0] == [
        (FIRST, "10.10.2025 20:55:36 gestartet")
    ]
    lines = tmp_path / "app.json"
    lines.write_text(json.dumps({"log": {"at": FIRST, "text": "only this"}, "n": 1}) + "\n")
    assert read(lines, timestamp_field="log.at", message_field="log.text")[0] == [(FIRST, "only this")]
    assert read(lines, timestamp_field="log.at", message_field="log.at")[0] == [(FIRST, str(FIRST))]
    with pytest.raises(cordwood.InputError, match="%Q, which is not a supported directive"):
        read(text, timestamp_format="%Q")


def test_a_bad_line_costs_itself(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "app.json"
    good = [json.dumps({"ts": FIRST + n, "msg": f"{n}"}) for n in range(3)]
    file.write_text("\n".join([good[0], '{"ts": 1760129', good[1], '{"msg": "no time"}', good[2]]) + "\n")
    events, source = read(file)
    assert [at for at, _ in events] == [FIRST, FIRST + 1, FIRST + 2]
    rejected = source.drain_rejected()
    assert [(found.outcome, source.locate([found.position])[0].line) for found in rejected] == [
        (Outcome.INVALID, 2),
        (Outcome.INVALID, 4),
    ]
    assert "no member ts" in rejected[1].reason


def zstd_compress(text: bytes) -> bytes:
    """A zstd frame, as RFC 8878 has it, of blocks that are not compressed: for a Python without zstd."""
    blocks = [text[start : start + 100_000] for start in range(0, len(text), 100_000)]
    frame = b"\x28\xb5\x2f\xfd" + b"\xa0" + len(text).to_bytes(4, "little")
    for number, block in enumerate(blocks):
        frame += (len(block) << 3 | (number == len(blocks) - 1)).to_bytes(3, "little") + block
    return frame


@pytest.mark.parametrize("packed", [gzip.compress, bz2.compress, lzma.compress, zstd_compress])
def test_compressed_files_are_recognized_by_their_content(tmp_path: pathlib.Path, packed: Any) -> None:
    lines = [f"2025-10-10T20:55:36Z line {n}" for n in range(30_000)]
    plain = "\n".join(lines).encode()
    file = tmp_path / "no-suffix"
    # Several members, one behind the other.
    file.write_bytes(packed(plain[:100_000]) + packed(plain[100_000:]))
    events, source = read(file)
    assert [message for _, message in events] == lines
    assert source.cut_short == []
    os.truncate(file, file.stat().st_size - 10)
    events, source = read(file)
    assert lines[: len(events) - 1] == [message for _, message in events][:-1]
    assert source.cut_short == [f"{file}: it ends before its compressed data does"]


def test_a_truncated_archive_delivers_what_it_held_and_says_so(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    cloudwatch_logs.create("g", "s")
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    whole = gzip.compress("".join(f"{at} {os.urandom(20).hex()}\n" for _ in range(20_000)).encode())
    file = tmp_path / "cut.gz"
    file.write_bytes(whole[: len(whole) // 2])
    done = run(environment_of(cloudwatch_logs), "upload", str(file), *NAMES, "--output", "json")
    assert done.code == 1
    assert "cut.gz: it ends before its compressed data does" in done.err
    assert 8_000 < done.json["counts"]["accepted"] < 12_000
    assert done.json["complete"] is False


@pytest.mark.slow
def test_a_pipe_that_stays_open_is_delivered_within_linger(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    read_end, write_end = os.pipe()
    arrived = threading.Event()
    client = cloudwatch_logs.client()
    client.meta.events.register("response-received.cloudwatch-logs.PutLogEvents", lambda **_: arrived.set())
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    os.write(write_end, f"{at} early\n".encode())

    def close_once_it_arrived() -> None:
        arrived.wait(PATIENCE)
        os.close(write_end)

    watcher = threading.Thread(target=close_once_it_arrived)
    watcher.start()
    report = cordwood.upload(
        pathlib.Path(f"/dev/fd/{read_end}"), log_group_name="g", log_stream_name="s", client=client
    )
    watcher.join()
    os.close(read_end)
    assert report.accepted == 1
    assert [event.message for event in cloudwatch_logs.events("g", "s")] == [f"{at} early"]


def test_memory_stays_bounded_on_a_line_without_an_end(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "endless"
    with file.open("wb") as lines:
        lines.write(b"2025-10-10T20:55:36Z first\n")
        for _ in range(64):
            lines.write(b"x" * (1 << 20))
        lines.write(b"\n2025-10-10T20:55:37Z second\n")
    events, source = read(file)
    assert [message for _, message in events] == ["2025-10-10T20:55:36Z first", "2025-10-10T20:55:37Z second"]
    [rejected] = source.drain_rejected()
    assert rejected.outcome is Outcome.OVERSIZE


def test_only_what_is_wanted_is_read_and_the_rest_is_counted(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    cloudwatch_logs.create("g", "s")
    now = int(time.time()) * 1000
    file = tmp_path / "log"
    lines = [
        (now + n * 1000, f"{'ERROR' if n % 2 else 'INFO'} {'healthcheck ' * (n % 3 == 0)}{n}") for n in range(-20, 0)
    ]
    layout = "%Y-%m-%dT%H:%M:%SZ"
    file.write_text("".join(f"{time.strftime(layout, time.gmtime(at / 1000))} {text}\n" for at, text in lines))
    since, until = (time.strftime(layout, time.gmtime(now / 1000 - ago)) for ago in (15, 5))
    choice = ("--since", since, "--until", until, "--filter", "ERROR", "--exclude", "healthcheck")
    done = run(environment_of(cloudwatch_logs), "upload", str(file), *NAMES, *choice, "--output", "json")
    wanted = [
        text for at, text in lines if now - 15_000 <= at < now - 5_000 and "ERROR" in text and "healthcheck" not in text
    ]
    assert [event.message[21:] for event in cloudwatch_logs.events("g", "s")] == wanted
    assert (done.json["events"], done.json["counts"]["skipped"]) == (20, 20 - len(wanted))
    again = list(cordwood.read(file, since=now - 15_000, until=now - 5_000, filter="ERROR", exclude="healthcheck"))
    assert [event["message"][21:] for event in again] == wanted
    for option, value, error in (
        ("--since", "yesterday", "is not a time with a zone"),
        ("--since", "2026-11-25T08:00:00", "is not a time with a zone"),
        ("--filter", "(", "--filter is not a regular expression"),
    ):
        wrong = run(clean_environment(), "upload", str(file), *NAMES, "--local", option, value)
        assert wrong.code == 252
        assert error in wrong.err


def test_a_folder_is_read_with_all_that_is_in_it(cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> None:
    cloudwatch_logs.create("g")
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for name in ("b.log", "a/c.log", "a/d/e.log"):
        (tmp_path / "logs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "logs" / name).write_text(f"{at} {name}\n")
    names = ("--log-group-name", "g", "--log-stream-name", "{stem}")
    done = run(environment_of(cloudwatch_logs), "upload", "--recursive", str(tmp_path / "logs"), *names)
    assert done.code == 0, done.err
    for stem, name in (("b", "b.log"), ("c", "a/c.log"), ("e", "a/d/e.log")):
        assert [event.message for event in cloudwatch_logs.events("g", stem)] == [f"{at} {name}"]


def test_read_is_lazy_and_reports_what_is_not_an_event(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "app.json"
    file.write_text("".join(json.dumps({"ts": FIRST + n, "msg": f"{n}"}) + "\n" for n in range(25_000)) + "nonsense\n")
    log = cordwood.read(file, message_field="msg")
    assert "timestamps in ts" in log.description
    events = iter(log)
    assert next(events) == {"timestamp": FIRST, "message": "0"}
    assert sum(1 for _ in events) == 24_999
    assert [found.outcome for found in log.rejected] == [Outcome.INVALID]
    assert [len(batch) for batch in cordwood.read(file).batches()] == [10_000, 10_000, 5_000]
