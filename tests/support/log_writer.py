# ruff: noqa: E501 tables
"""Writes logs of known times in any layout: what an independent reader would have to find again.

A layout is made of the components of a time, each in one of its written forms. Nothing here is shared with what is tested.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "de": ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"],
    "fr": ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
}
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def month(of: datetime, language: str = "en") -> str:
    """The name of a month."""
    return MONTHS[language][of.month - 1]


DATES: dict[str, Callable[[datetime], str]] = {
    "ISO": lambda t: f"{t:%Y-%m-%d}",
    "slashes": lambda t: f"{t:%Y/%m/%d}",
    "points": lambda t: f"{t:%Y.%m.%d}",
    "unpadded": lambda t: f"{t.year}-{t.month}-{t.day}",
    "compact": lambda t: f"{t:%Y%m%d}",
    "common log": lambda t: f"{t.day:02}/{month(t)}/{t.year}",
    "day-month-year": lambda t: f"{t.day:02}-{month(t)}-{t.year}",
    "German name": lambda t: f"{t.day:02}-{month(t, 'de')}-{t.year}",
    "French name": lambda t: f"{t.day} {month(t, 'fr')} {t.year}",
    "day month year": lambda t: f"{t.day} {month(t)} {t.year}",
    "weekday": lambda t: f"{DAYS[t.weekday()]}, {t.day:02} {month(t)} {t.year}",
    "American": lambda t: f"{month(t)} {t.day}, {t.year}",
    "d.m.Y": lambda t: f"{t:%d.%m.%Y}",
    "d/m/Y": lambda t: f"{t:%d/%m/%Y}",
    "m/d/Y": lambda t: f"{t:%m/%d/%Y}",
    "m/d/y": lambda t: f"{t:%m/%d/%y}",
    "y/m/d": lambda t: f"{t:%y/%m/%d}",
    "d.m.y": lambda t: f"{t:%d.%m.%y}",
    "syslog": lambda t: f"{month(t)} {t.day:>2}",
    "syslog, weekday": lambda t: f"{DAYS[t.weekday()]} {month(t)} {t.day:>2}",
    "m-d": lambda t: f"{t:%m-%d}",
}
CLOCKS: dict[str, Callable[[datetime], str]] = {
    "24": lambda t: f"{t:%H:%M:%S}",
    "unpadded": lambda t: f"{t.hour}:{t.minute}:{t.second}",
    "12": lambda t: f"{t:%I:%M:%S}",
}
FRACTIONS: dict[str, Callable[[int], str]] = {
    "": lambda ms: "",
    ".": lambda ms: f".{ms:03}",
    ",": lambda ms: f",{ms:03}",
    ":": lambda ms: f":{ms:03}",
    "micro": lambda ms: f".{ms:03}917",
    "some": lambda ms: f".{ms:03}" if ms % 2 else "",
}
HALVES = [" AM", "AM", " am", " a.m."]
ZONES: dict[str, tuple[str, int]] = {
    "": ("", 0),
    "Z": ("Z", 0),
    " UTC": (" UTC", 0),
    "+02:00": ("+02:00", 120),
    " -0730": (" -0730", -450),
    " CET": (" CET", 60),
    " EST": (" EST", -300),
    " GMT+02:00": (" GMT+02:00", 120),
    " Asia/Tokyo": (" Asia/Tokyo", 540),
    "[Asia/Tokyo]": ("+09:00[Asia/Tokyo]", 540),
}
PREFIXES = [
    "",
    "[",
    "INFO ",
    "[main] ",
    "WARN  [pool 1] ",
    "1:M ",
    "<34>",
    "\x1b[31m",
    "ts=",
    "level=info ts=",
    'time="',
    "web | ",
]
SEPARATORS = [" ", "] ", ": ", " - ", ",", " | ", " [x] ", "\t"]
MESSAGES = [
    "started", "ERROR it failed", "12 items", "+12 dB", "-3 degrees", "+0200 items", "2026 was good", "1987", "AM radio", "PM",
    "UTC is set", "CAT eats", "Z=4.2", "Z", "500,GET", "200 OK", "404,x", "10.0.0.7,LOGIN", "10:00:01 again", "A new one", "(2025)",
    "at 2020-02-02 02:02:02", "1795514401 paid", "id=1795514401250", "[x] y", "É", "Europe", "-", ".5", "{}", "Nov", "May 5",
]  # fmt: skip
PARTS = {
    "+12 dB",
    "+0200 items",
    "-3 degrees",
    "2026 was good",
    "1987",
    "AM radio",
    "PM",
    "UTC is set",
    "CAT eats",
    "Z",
    "500,GET",
    "404,x",
    "(2025)",
}
"""Messages that begin as a part of a time does: where all lines of a layout have one, anybody would read it so."""
CONTINUATIONS = [
    "\tat Main.java:17", "  more", "Caused by: x", "Traceback (most recent call last):", "SELECT * FROM t", "}", "--",
    "WHERE at > '2020-02-02 02:02:02'", "and so on", "  2020-02-02 02:02:02", "# note", "x: 1795514401",
]  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """How the lines of a log write their time, and what is around it."""

    date: str
    join: str
    clock: str
    fraction: str
    half: str
    zone: str
    year_behind: bool
    prefix: str
    separator: str

    def line(self, time: datetime, message: str) -> tuple[int, str]:
        """Write a line; return the milliseconds that it says, and it."""
        zone, minutes = ZONES[self.zone]
        local = time.astimezone(timezone(timedelta(minutes=minutes)))
        ms = local.microsecond // 1000
        written = f"{DATES[self.date](local)}{self.join}{CLOCKS[self.clock](local)}{FRACTIONS[self.fraction](ms)}"
        if self.clock == "12":
            half = self.half if local.hour < 12 else self.half.replace("A", "P").replace("a", "p", 1)
            written += half
        written += zone
        if self.year_behind:
            written += f" {local.year}"
        says = ms if FRACTIONS[self.fraction](ms) else 0
        return int(time.timestamp()) * 1000 + says, f"{self.prefix}{written}{self.separator}{message}"


ORDERS = {"d/m/Y", "m/d/Y", "m/d/y", "y/m/d"}
"""Dates that differ in the order of their numbers only: of two of them in one file, nobody knows which line has which."""
HAS_NO_YEAR = ("syslog", "syslog, weekday", "m-d")


@st.composite
def layouts(draw: Any) -> Layout:
    """Layouts of all kinds."""
    date = draw(st.sampled_from(sorted(DATES)))
    clock = draw(st.sampled_from(sorted(CLOCKS)))
    return Layout(
        date=date,
        join=":" if date == "common log" else draw(st.sampled_from([" ", "T", " "])) if date == "ISO" else " ",
        clock=clock,
        fraction=draw(st.sampled_from(sorted(FRACTIONS))),
        half=draw(st.sampled_from(HALVES)) if clock == "12" else "",
        zone=draw(st.sampled_from(sorted(ZONES))),
        year_behind=date in HAS_NO_YEAR and draw(st.booleans()),
        prefix=draw(st.sampled_from(PREFIXES)),
        separator=draw(st.sampled_from(SEPARATORS)),
    )


@dataclass(frozen=True)
class Log:
    """A log, and the events that its lines are."""

    lines: list[str]
    events: list[tuple[int, str]]


@st.composite
def logs(draw: Any, most_layouts: int = 2) -> Log:
    """Logs in one layout or several, with lines that continue an event."""
    chosen = draw(st.lists(layouts(), min_size=1, max_size=most_layouts))
    assume(len({layout.date for layout in chosen} & ORDERS) <= 1)
    time = datetime(
        2026, draw(st.integers(1, 11)), draw(st.integers(1, 28)), draw(st.integers(0, 23)), 59, 50, tzinfo=UTC
    )
    steps = st.sampled_from([0, 7, 250, 1_000, 1_000, 61_000, 7_200_000])
    lines: list[str] = []
    events: list[tuple[int, str]] = []
    plain: dict[Layout, bool] = {}
    for _ in range(draw(st.integers(1, 14))):
        time += timedelta(milliseconds=draw(steps))
        layout, message = draw(st.sampled_from(chosen)), draw(st.sampled_from(MESSAGES))
        plain[layout] = plain.get(layout, False) or message not in PARTS
        at, line = layout.line(time, message)
        lines.append(line)
        more = draw(st.lists(st.sampled_from(CONTINUATIONS), max_size=2)) if draw(st.integers(0, 4)) == 0 else []
        lines += more
        events.append((at, "\n".join([line, *more])))
    assume(all(plain.values()))
    return Log(lines, events)
