"""The promise: whatever the layout, a line's time is what the line says, or the file is refused."""

from __future__ import annotations

import pathlib
from collections import Counter

import cordwood
import pytest
from hypothesis import HealthCheck, given, settings
from log_writer import Log, logs


def read(path: pathlib.Path, log: Log) -> tuple[list[tuple[int, str]], int] | None:
    path.write_text("".join(f"{line}\n" for line in log.lines), newline="")
    try:
        found = cordwood.read(path, timezone="UTC")
        events = [(event["timestamp"], event["message"]) for event in found]
    except cordwood.InputError:
        return None
    return events, len(found.rejected)


def check(folder: pathlib.Path, log: Log) -> None:
    found = read(folder / "x.log", log)
    if found is None:
        return
    events, rejected = found
    wrong = Counter(events) - Counter(log.events)
    assert not wrong, (wrong, log.events)
    assert rejected or sorted(events) == sorted(log.events)


@given(logs())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_log_in_any_layout_is_read_right_or_refused(tmp_path_factory: pytest.TempPathFactory, log: Log) -> None:
    check(tmp_path_factory.getbasetemp(), log)


@pytest.mark.full
@given(logs(4))
@settings(max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_twenty_thousand_logs_are_read_right_or_refused(tmp_path_factory: pytest.TempPathFactory, log: Log) -> None:
    check(tmp_path_factory.getbasetemp(), log)
