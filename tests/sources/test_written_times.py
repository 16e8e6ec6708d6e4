"""A line's time is what the line says, or nothing is read."""

from __future__ import annotations

import json
import os
import pathlib
import time
from typing import Any

import cordwood
import pytest
import times_beside_parts
import times_of_clocks
import times_of_dates
import times_of_json
import times_of_logs
import times_of_programs
from paths import ROOT
from written_times import Case, milliseconds

NOW = "2026-12-01T07:00:00Z"
CASES = (
    times_beside_parts.CASES
    + times_of_clocks.CASES
    + times_of_dates.CASES
    + times_of_json.CASES
    + times_of_logs.CASES
    + times_of_programs.CASES
)
FILES = sorted((ROOT / "tests" / "data" / "times").glob("*.log"))
REFUSED = {
    "date-in-a-banner-times-only-in-lines",
    "journalctl-o-export",
    "mm-dd-yy",
    "no-timestamps-at-all-but-numbers-of-ten",
    "one-object-with-records",
    "pretty-printed-json-objects",
    "redis-main-lines-and-pid-signal-handler-epoch",
    "sql-over-several-lines-one-of-which-begins",
    "two-digit-year-websphere",
}
"""What nobody can know by these lines alone; the errors name the options that say it."""


def read_at(
    monkeypatch: pytest.MonkeyPatch, now: str, path: pathlib.Path, **options: Any
) -> list[tuple[int, str]] | cordwood.InputError:
    """Read a file when this machine's clock shows a time: years that are not written depend on it.

    Returns:
        Its events, or why it is refused; a line that is rejected fails.

    """
    at = milliseconds(now) * 1_000_000
    monkeypatch.setattr(time, "time_ns", lambda: at)
    try:
        log = cordwood.read(path, **options)
        events = sorted((event["timestamp"], event["message"]) for event in log)
    except cordwood.InputError as error:
        return error
    assert log.rejected == []
    return events


def names_the_way(error: cordwood.InputError) -> bool:
    """Whether an error says what to do: an option, or the command of another program."""
    return "`" in str(error) or "FILE" in str(error)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_log_is_read_right_or_refused(case: Case, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.log"
    path.write_text("".join(f"{line}\n" for line in case.lines), newline="")
    found = read_at(monkeypatch, NOW, path, **case.options)
    if isinstance(found, cordwood.InputError):
        assert "refused" in case.outcome, found
        assert names_the_way(found)
    else:
        assert "right" in case.outcome
        assert found == case.expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_log_that_others_read_wrong(
    path: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = json.loads(path.with_suffix(".json").read_text())
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    if "file_mtime" in known:
        os.utime(copy, (known["file_mtime"],) * 2)
    found = read_at(monkeypatch, known.get("assumes_now", NOW), copy, **known["read_options"])
    if isinstance(found, cordwood.InputError):
        assert names_the_way(found)
        assert path.stem in REFUSED
    else:
        assert found == sorted(map(tuple, known["expected"]))
        assert path.stem not in REFUSED


def test_a_format_that_changes_late_in_a_file_is_found(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x.log"
    text = [
        f"2026-11-24 {10 + n // 3600}:{n // 60 % 60:02}:{n % 60:02},125 INFO step {n} {'x' * 80}" for n in range(9_000)
    ]
    objects = [f'{{"ts":"2026-11-24T13:{n // 60:02}:{n % 60:02}.250Z","msg":"step {n}"}}' for n in range(300)]
    path.write_text("".join(f"{line}\n" for line in text + objects))
    events = list(cordwood.read(path, timezone="UTC"))
    assert [event["message"] for event in events] == text + objects
    assert [event["timestamp"] for event in events[-300:]] == [
        milliseconds("2026-11-24T13:00:00.250Z") + 1000 * n for n in range(300)
    ]


def test_a_byte_order_mark_in_the_middle_of_a_file_begins_no_text(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x.log"
    lines = [f"2026-11-24T10:00:0{n}Z step {n}" for n in range(4)]
    path.write_text("".join(f"\ufeff{line}\n" if n % 2 == 0 else f"{line}\n" for n, line in enumerate(lines)))
    assert [event["message"] for event in cordwood.read(path)] == lines
