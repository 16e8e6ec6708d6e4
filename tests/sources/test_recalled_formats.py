"""A later run of a job reads its files in the layouts that the first run found."""

from __future__ import annotations

import pathlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from cordwood.options import ReadOptions
from cordwood.sources.log_files import LogFiles
from written_times import milliseconds

SYSLOG = "Nov 24 10:00:01 host app: a\nNov 24 10:00:02 host app: b\n"
DAYS = "13/02/2026 10:00:01 a\n14/02/2026 10:00:02 b\n"
WIRED = "level=3 at 2026-11-24 10:00:01 a\nlevel=4 at 2026-11-24 10:00:02 b\n"
NAMED = '{"time": "2026-11-24T10:00:01Z"}\n{"time": "2026-11-24T10:00:02Z"}\n'


class Journal:
    """What of a journal recalls."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def recall(self, name: str, find: Callable[[], str]) -> str:
        return self.texts[name] if name in self.texts else self.texts.setdefault(name, find())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def set_to(now: str) -> None:
        at = milliseconds(now) * 1_000_000
        monkeypatch.setattr(time, "time_ns", lambda: at)

    return set_to


def read(journal: Journal, paths: list[pathlib.Path], **options: Any) -> list[int]:
    """The timestamps of a run of the job, in order."""
    source = LogFiles(paths, "s", read=ReadOptions(timezone="UTC", **options))
    source.recall_formats(journal.recall)
    return sorted(event["timestamp"] for routed in source for batch, _ in routed for event in batch.events())


@pytest.mark.parametrize("text", [SYSLOG, DAYS, WIRED, NAMED], ids=["syslog", "days first", "behind words", "JSON"])
def test_the_same_file_is_read_in_the_same_way(tmp_path: pathlib.Path, clock: Callable[[str], None], text: str) -> None:
    clock("2026-12-01T07:00:00Z")
    path, journal = tmp_path / "app.log", Journal()
    path.write_text(text)
    first = read(journal, [path])
    assert len(first) == 2
    assert read(journal, [path]) == first


def test_years_stay_those_of_the_first_run(tmp_path: pathlib.Path, clock: Callable[[str], None]) -> None:
    path, journal = tmp_path / "app.log", Journal()
    path.write_text(SYSLOG)
    clock("2025-12-01T07:00:00Z")
    first = read(journal, [path])
    assert first[0] == milliseconds("2025-11-24T10:00:01Z")
    clock("2026-12-01T07:00:00Z")
    assert read(journal, [path]) == first


def test_what_a_file_gets_later_does_not_change_how_its_lines_are_read(
    tmp_path: pathlib.Path, clock: Callable[[str], None]
) -> None:
    clock("2026-12-01T07:00:00Z")
    path, journal = tmp_path / "app.log", Journal()
    path.write_text(DAYS + "03/02/2026 10:00:03 c\n")
    first = read(journal, [path])
    path.write_text(DAYS + "03/02/2026 10:00:03 c\n" + "2026-02-15 10:00:00 d\n" * 3)
    later = read(journal, [path], other_layouts="event")
    assert later == sorted([*first, *[milliseconds("2026-02-15T10:00:00Z")] * 3])


def test_each_file_keeps_its_own(tmp_path: pathlib.Path, clock: Callable[[str], None]) -> None:
    clock("2026-12-01T07:00:00Z")
    journal = Journal()
    paths = [tmp_path / f"{n}" for n in range(6)]
    for path, text in zip(paths, [SYSLOG, NAMED, WIRED] * 2, strict=True):
        path.write_text(text)
    first = read(journal, paths)
    assert read(journal, paths) == first
    assert journal.texts["formats"].count("cordwood layouts") == 3  # those that are alike once
