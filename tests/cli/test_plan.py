"""`cordwood plan`: what upload would do, to the event, without asking anybody."""

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

import pytest
from cli_upload import COMMAND, DAY, NAMES, NOW, Here, clean_environment, environment_of, wrote
from cordwood.local import LocalCloudWatchLogs
from endpoints import HOUR
from patience import PATIENCE


def test_the_numbers_are_those_of_the_rules(here: Here, tmp_path: pathlib.Path) -> None:
    # 20,000 events of 126 counted bytes: 1,048,576 // 126 = 8,322 fill a request.
    file = wrote(tmp_path / "e", [(NOW + i - 20_000, "x" * 100) for i in range(20_000)])
    done = here(clean_environment(), "plan", file, *NAMES, "--output", "json", "--price-per-gb", "0.5")
    plan = done.json
    assert done.code == plan["exit_code"] == 0
    assert (plan["events"], plan["to_send"], plan["nbytes"], plan["requests"]) == (20_000, 20_000, 2_520_000, 3)
    assert (plan["first_timestamp"], plan["last_timestamp"]) == (NOW - 20_000, NOW - 1)
    assert plan["price"] == pytest.approx(0.5 * 2_520_000 / 1024**3)
    fill = plan["fill"]
    assert (fill["closed_by"], fill["poor_because"]) == ({"bytes": 2, "end": 1}, None)
    assert fill["mean_bytes"] == pytest.approx(2_520_000 / 3 / 1_048_576)
    assert fill["mean_events"] == pytest.approx(20_000 / 3 / 10_000)
    assert fill["widest_span_ms"] == 8_321
    assert (plan["sources"], plan["bytes_read"]) == ([file], os.path.getsize(file))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("events", "requests", "poor_because"),
    [
        ([(NOW - i, "m") for i in range(25_000)], {"events": 2, "end": 1}, None),
        ([(NOW - i * DAY // 4, "m") for i in range(20)], {"end": 4}, "end"),
        ([(NOW - i, "m" * 1_000_000) for i in range(5)], {"bytes": 4, "end": 1}, None),
    ],
    ids=["events", "span", "bytes"],
)
def test_it_says_why_requests_are_not_larger(
    here: Here,
    tmp_path: pathlib.Path,
    events: list[tuple[int, str]],
    requests: dict[str, int],
    poor_because: str | None,
) -> None:
    file = wrote(tmp_path / "e", events)
    plan = here(clean_environment(), "plan", file, *NAMES, "--output", "json").json
    assert (plan["fill"]["closed_by"], plan["fill"]["poor_because"]) == (requests, poor_because)
    assert plan["requests"] == sum(requests.values())
    shown = here(clean_environment(), "plan", file, *NAMES).out
    assert ("requests are 0% full on average: there are few events" in shown) == (poor_because is not None)


@pytest.mark.slow
@pytest.mark.slow
def test_random_times_are_few_requests(here: Here, tmp_path: pathlib.Path) -> None:
    chance = random.Random(1)
    events = [(NOW - chance.randrange(13 * DAY), "x" * 100) for _ in range(200_000)]
    plan = here(clean_environment(), "plan", wrote(tmp_path / "e", events), *NAMES, "--output", "json").json
    assert (plan["to_send"], plan["fill"]["poor_because"]) == (200_000, None)
    # Those of the sorted list, one for each day, and one.
    assert plan["requests"] == sum(plan["fill"]["closed_by"].values()) <= 25 + 14 + 1


def test_upload_does_what_plan_said(here: Here, endpoint: LocalCloudWatchLogs, tmp_path: pathlib.Path) -> None:
    chance = random.Random(5)
    # None of them near a limit of age, which moves between the two runs.
    events = [(NOW - chance.randrange(480) * HOUR - HOUR // 2, "é" * chance.randrange(3_000)) for _ in range(2_000)]
    events += [
        (NOW + DAY, "from the future"),
        (-5, "before time"),
        (NOW, ""),
        (NOW, "x" * 1_048_551),
        (NOW, "y" * 1_048_550),
    ]
    chance.shuffle(events)
    file = wrote(tmp_path / "e", events)
    options = (*NAMES, "--retention-in-days", "7", "--oversize", "split", "--output", "json")
    planned = here(environment_of(endpoint), "plan", file, *options)
    assert endpoint.requests() == []
    done = here(environment_of(endpoint), "upload", file, *options)
    assert (planned.code, done.code) == (2, 2)
    plan, report = planned.json, done.json
    for name in ("events", "altered", "requests", "nbytes", "first_timestamp", "last_timestamp", "ranges"):
        assert plan[name] == report[name], name
    assert {"accepted": plan["to_send"], **plan["counts"]} == report["counts"]
    assert {outcome for outcome, count in plan["counts"].items() if count} == {
        "too_old", "too_new", "expired", "empty", "invalid",
    }  # fmt: skip


def test_a_person_reads_what_would_go_and_what_would_not(here: Here, tmp_path: pathlib.Path) -> None:
    old = 1_000_000_000_000
    file = wrote(tmp_path / "e", [(NOW, "a" * 74), (NOW, ""), (old, "b" * 74), (NOW + 60_000, "c" * 74)])
    done = here(clean_environment(), "plan", file, *NAMES, "--price-per-gb", "0.50")
    assert done.code == 2
    lines = done.out.splitlines()
    assert lines[0] == f"4 events of {file} for log group g, log stream s"
    assert "  to send           2  200 bytes as counted and billed" in lines
    assert f"  {file}, line 2 (byte {os.path.getsize(file)})".split("(")[0] in done.out
    assert "2001-09-09 01:46:40.000Z" in done.out
    assert "in 1 request: 1 not full at the end" in done.out
    assert "the widest spans 1 min" in done.out
    assert "price of ingestion: 0.000000" in done.out
    assert lines[-1] == "Nothing was sent."
    assert done.err.splitlines() == [f"cordwood plan: {file}: first event {utc(NOW)}, last event {utc(NOW + 60_000)}"]


def test_names_may_be_left_out(here: Here, tmp_path: pathlib.Path) -> None:
    file = wrote(tmp_path / "e", [(NOW - i * DAY // 4, "m") for i in range(10)])
    with_names = here(clean_environment(), "plan", file, *NAMES, "--output", "json").json
    without = here(clean_environment(), "plan", file, "--output", "json").json
    assert (without.pop("log_group_name"), without.pop("log_stream_name")) == (None, None)
    assert (with_names.pop("log_group_name"), with_names.pop("log_stream_name")) == ("g", "s")
    assert without == with_names
    assert here(clean_environment(), "plan", file).out.splitlines()[0] == f"10 events of {file}"
    of_one = here(clean_environment(), "plan", file, "--log-stream-name", "{date}").out.splitlines()[0]
    assert of_one == f"10 events of {file} for log stream {{date}}"


def utc(timestamp: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(timestamp // 1000)) + f".{timestamp % 1000:03}Z"


def test_a_price_in_whole_money(here: Here, tmp_path: pathlib.Path) -> None:
    file = wrote(tmp_path / "e", [(NOW, "m" * (1024 * 1024 - 26))] * 4)
    done = here(clean_environment(), "plan", file, *NAMES, "--price-per-gb", "512")
    assert "price of ingestion: 2.00 (0.00390625 GB of 1,073,741,824 bytes at 512;" in done.out


def test_it_needs_no_credentials_asks_nobody_and_loads_no_client(tmp_path: pathlib.Path) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a")])
    program = (
        "import socket, sys\n"
        "def no(*a, **k): raise AssertionError('a connection')\n"
        "socket.socket.connect = no\n"
        "from cordwood.cli import main\n"
        f"code = main(['plan', {file!r}, *{NAMES!r}, '--profile', 'nope', '--create-log-group', '--output', 'json'])\n"
        "print(code, sorted(m for m in sys.modules if m.startswith('boto')), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert done.stderr.splitlines()[-1] == "0 []"
    assert json.loads(done.stdout)["to_send"] == 1


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["missing", *NAMES], "missing: No such file or directory"),
        (["e", *NAMES, "--price-per-gb", "-1"], "'-1' is not a price"),
        (["e", *NAMES, "--price-per-gb", "inf"], "'inf' is not a number"),
        (["e", *NAMES, "--local", "--region", "x"], "leave --region out"),
        (["e", "--log-group-name", "?", "--log-stream-name", "s"], 'log group name "?"'),
        (["e", "--log-group-name", ""], "log group name has 0 characters"),
    ],
)
def test_252_a_wrong_command_line_or_input(
    here: Here, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    wrote(tmp_path / "e", [(NOW, "a")])
    done = here(clean_environment(), "plan", *arguments)
    assert (done.code, done.out) == (252, "")
    assert text in done.err


def test_252_an_event_that_ends_the_reading(here: Here, tmp_path: pathlib.Path) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a"), (NOW, "x" * 1_048_551)])
    done = here(clean_environment(), "plan", file, *NAMES, "--oversize", "error", "--output", "json")
    assert (done.code, done.json["exit_code"]) == (252, 252)
    assert f"{file}, line 2" in done.err


def test_2_a_damaged_document(here: Here, tmp_path: pathlib.Path) -> None:
    (tmp_path / "e").write_text(f'[{{"timestamp": {NOW}, "message": "a"}}, {{"timest')
    done = here(clean_environment(), "plan", str(tmp_path / "e"), *NAMES, "--output", "json")
    assert (done.code, done.json["damaged"], done.json["to_send"]) == (2, True, 1)


def test_nothing_to_send_is_said(here: Here, tmp_path: pathlib.Path) -> None:
    (tmp_path / "e").write_text("")
    done = here(clean_environment(), "plan", str(tmp_path / "e"), *NAMES, "--price-per-gb", "1")
    assert done.code == 0
    assert "no request" in done.out


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it(number: signal.Signals, code: int) -> None:
    with subprocess.Popen(
        [COMMAND, "plan", *NAMES],
        env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(number)
        assert process.wait(PATIENCE) == code
        out = process.stdout.read() if process.stdout else ""
        assert (out, process.stderr.read()) == ("", "")
