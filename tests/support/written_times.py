"""Logs whose lines have their true time before them, and what may become of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Case:
    """A log.

    Attributes:
        name: of the case.
        outcome: `right`, `refused`, or `right or refused`; never a wrong time, or a line glued to another.
        lines: as the file has them.
        expected: the events, as timestamp and message.
        options: of `read`.

    """

    name: str
    outcome: str
    lines: list[str]
    expected: list[tuple[int, str]]
    options: dict[str, Any] = field(default_factory=dict)


def case(name: str, outcome: str, *lines: str, **options: Any) -> Case:
    """Make a case of lines such as `2026-11-24T10:00:01Z|Nov 24 10:00:01 host x`.

    `|` and nothing before it: the line goes on with the event before. `#|`: it is no event, and skipped.
    """
    expected: list[tuple[int, str]] = []
    written = []
    for line in lines:
        time, _, text = line.partition("|")
        written.append(text)
        if time == "":
            expected[-1] = (expected[-1][0], f"{expected[-1][1]}\n{text}")
        elif time != "#":
            expected.append((milliseconds(time), text))
    return Case(name, outcome, written, sorted(expected), options)


def milliseconds(time: str) -> int:
    """Milliseconds since 1970 of a time in ISO 8601."""
    return round(datetime.fromisoformat(time).timestamp() * 1000)
