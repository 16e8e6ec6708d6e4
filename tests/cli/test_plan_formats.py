"""What `cordwood plan` shows of how files are read, and which command it offers if they are not."""

from __future__ import annotations

import pathlib
import shlex
import sys

import pytest
from cli_upload import Here, clean_environment
from written_times import milliseconds


def table(shown: str, name: str) -> dict[str, list[str]]:
    """The rows that a plan has of a file, by their names."""
    rows: dict[str, list[str]] = {}
    lines = iter(shown.splitlines())
    for line in lines:
        if line.startswith(f"{name}: "):
            break
    for line in lines:
        if not line.startswith("  "):
            break
        what, value = line[2:].split("  ", 1)
        rows.setdefault(what, []).append(value.strip())
    return rows


def test_a_mixed_log_is_shown_in_full(here: Here, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "app.log"
    file.write_text(
        "2026-11-24 10:00:01,250 a\n  trace\n2026-11-24 10:00:02,500 b\n2026-11-24 10:00:03,750 c\n"
        "[24/Nov/2026:10:00:00 +0000] d\n[24/Nov/2026:10:00:09 +0000] e\n"
    )
    rows = table(here(clean_environment(), "plan", str(file)).out, str(file))
    assert rows == {
        "timestamps": [
            "2026-11-24 10:00:01,250  (3 of 6 sampled lines, 50%)",
            "24/Nov/2026:10:00:00 +0000  (2 of 6 sampled lines, 33%)",
        ],
        "zone": ["UTC is assumed where none is written"],
        "year": ["written"],
        "time": ["2026-11-24 10:00:00.000Z to 2026-11-24 10:00:09.000Z"],
        "lines": ["5 of 6 sampled begin an event, 1 continuing one"],
        "in all": ["5 events, 1 line continuing one"],
    }


def test_what_the_user_says_is_not_assumed(here: Here, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "app.log"
    file.write_text("Nov 24 10:00:01 host a\nNov 24 10:00:02 host b\n")
    said = ("--timezone", "Europe/Berlin", "--year", "2026")
    rows = table(here(clean_environment(), "plan", str(file), *said).out, str(file))
    assert (rows["zone"], rows["year"]) == (["Europe/Berlin, by --timezone"], ["2026, by --year"])
    assert rows["time"] == ["2026-11-24 09:00:01.000Z to 2026-11-24 09:00:02.000Z"]


def test_headers_and_json_among_text_are_shown(here: Here, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "app.log"
    file.write_text("#Fields: date time message\n2026-11-24 10:00:01 a\n2026-11-24 10:00:02 b\n")
    rows = table(here(clean_environment(), "plan", str(file)).out, str(file))
    assert rows["lines"] == ["2 of 3 sampled begin an event, 1 skipped as headers"]
    objects = tmp_path / "app.json"
    objects.write_text('{"time": "2026-11-24T10:00:00Z"}\n{"time": "2026-11-24T10:00:01Z"}\n')
    rows = table(here(clean_environment(), "plan", str(objects)).out, str(objects))
    assert rows["timestamps"] == ["2026-11-24T10:00:00Z  (2 of 2 sampled lines, 100%)"]
    assert rows["in JSON"] == ["member time"]


def test_times_in_a_repeated_hour_are_counted(here: Here, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "app.log"
    file.write_text("2026-10-25 02:30:01 a\n2026-10-25 02:30:02 b\n")
    rows = table(here(clean_environment(), "plan", str(file), "--timezone", "Europe/Berlin").out, str(file))
    [ambiguous] = rows["ambiguous"]
    assert ambiguous.startswith("2 timestamps in an hour that is there twice")


def test_no_file_of_which_something_is_assumed_is_left_out(here: Here, tmp_path: pathlib.Path) -> None:
    for n in range(60):
        zone = "" if n % 2 else "Z"
        (tmp_path / f"{n:02}.log").write_text(f"2026-11-24 10:00:01{zone} a\n2026-11-24 10:00:02{zone} b\n")
    shown = here(clean_environment(), "plan", *(str(path) for path in sorted(tmp_path.glob("*.log")))).out
    for n in range(1, 60, 2):
        assert table(shown, str(tmp_path / f"{n:02}.log"))["zone"] == ["UTC is assumed where none is written"]
    assert "and 20 further files, of which nothing is assumed" in shown


def test_explain_says_why_a_layout_lost(here: Here, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "app.log"
    file.write_text("".join(f"2026-11-24T10:00:0{n}Z begun at 2025-01-01 08:00:0{n}\n" for n in range(5)))
    shown = here(clean_environment(), "plan", str(file), "--explain").out
    considered = [line for line in shown.splitlines() if line.startswith("  considered  ")]
    assert considered[0].startswith("  considered  2026-11-24T10:00:00Z, ")
    assert considered[0].endswith(": read")
    assert not any(line.endswith(": read") for line in considered[1:])
    assert "considered" not in here(clean_environment(), "plan", str(file)).out
    document = here(clean_environment(), "plan", str(file), "--output", "json").json
    [of_file] = document["formats"]
    assert of_file["candidates"][0]["lost"] is None
    assert of_file["first_timestamp"] == milliseconds("2026-11-24T10:00:00Z")
    assert of_file["assumes"] is False


def test_the_command_to_copy_is_the_one_given_and_works(
    here: Here, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "my app's.log"
    file.write_text("01/02/2026 10:00:01 a\n01/02/2026 10:00:02 b\n")
    given = ("plan", str(file), "--timezone", "UTC")
    monkeypatch.setattr(sys, "argv", ["cordwood", *given])
    done = here(clean_environment(), *given)
    assert done.code == 252
    prefix = "cordwood plan: for example: cordwood "
    commands = [line.removeprefix(prefix) for line in done.err.splitlines() if line.startswith(prefix)]
    assert [shlex.split(command)[:4] for command in commands] == [list(given)] * 2
    for command in commands:
        planned = here(clean_environment(), *shlex.split(command))
        assert planned.code == 2  # too old
        assert "2 events of" in planned.out
