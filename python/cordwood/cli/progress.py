"""How far an upload has come: a bar on a terminal, one line a minute elsewhere."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from cordwood._model import Outcome
from cordwood._text import plural
from cordwood.cli.stderr import Messages

if TYPE_CHECKING:
    from cordwood.ledger.ledger import Ledger
    from cordwood.sources.dead_letter_files import DeadLetterFiles
    from cordwood.sources.log_files import LogFiles

_BAR_EVERY = 0.2
_LINE_EVERY = 60.0
_PACE_OVER = 30.0
"""Seconds over which the pace is taken: long enough to be calm, short enough to follow the line's own pace."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How far it has come, at one moment."""

    seconds: float
    """Of a clock that only goes forward."""
    accepted: int
    """Events that are done with as they should be."""
    others: int
    """Events that ended otherwise."""
    nbytes: int
    """Counted bytes of the accepted events."""
    requests: int
    retries: int
    throttles: int
    in_flight: int
    """Requests that are out."""
    bytes_read: int
    total_bytes: int | None
    """Of the input; None where it is a pipe."""

    @property
    def share(self) -> float | None:
        """How much of the input was read, from 0 to 1; None where nobody knows how much there is."""
        return None if not self.total_bytes else min(1.0, self.bytes_read / self.total_bytes)


class Pace:
    """Rates over the last seconds, from the numbers that it is shown."""

    def __init__(self, over: float = _PACE_OVER) -> None:
        self._over = over
        self._seen: deque[Numbers] = deque()

    def take(self, now: Numbers) -> None:
        """Look at the numbers of a moment; moments come in order."""
        self._seen.append(now)
        while len(self._seen) > 2 and self._seen[1].seconds <= now.seconds - self._over:
            self._seen.popleft()

    def _rate(self, of: Callable[[Numbers], int]) -> float:
        first, last = self._seen[0], self._seen[-1]
        seconds = last.seconds - first.seconds
        return (of(last) - of(first)) / seconds if seconds > 0 else 0.0

    @property
    def events(self) -> float:
        """Accepted events a second."""
        return self._rate(lambda numbers: numbers.accepted)

    @property
    def nbytes(self) -> float:
        """Counted bytes a second."""
        return self._rate(lambda numbers: numbers.nbytes)

    @property
    def seconds_left(self) -> float | None:
        """Until the input is read; None where that is not known."""
        now, rate = self._seen[-1], self._rate(lambda numbers: numbers.bytes_read)
        return None if now.total_bytes is None or rate <= 0 else max(0, now.total_bytes - now.bytes_read) / rate


def facts(now: Numbers, pace: Pace) -> list[str]:
    """What there is to say, the most important first."""
    said = []
    if now.share is not None:
        said.append(f"{int(now.share * 100)} %")
        if (left := pace.seconds_left) is not None:
            said.append(f"ETA {_clock(left)}")
    said.append(plural(now.accepted, "event"))
    said.append(f"{now.nbytes / 1e6:,.1f} MB")
    said.append(f"{pace.nbytes / 1e6:,.1f} MB/s")
    if now.others:
        said.append(f"{now.others:,} not accepted")
    if now.retries:
        said.append(f"{now.retries:,} repeated")
    if now.throttles:
        said.append(f"{now.throttles:,} throttled")
    in_flight = f" ({now.in_flight} in flight)" if now.in_flight else ""
    said.append(plural(now.requests, "request") + in_flight)
    said.append(f"{pace.events:,.0f} events/s")
    return said


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


class Display(Protocol):
    """Where the numbers go."""

    every: float
    """Seconds between two looks."""

    def show(self, now: Numbers, pace: Pace) -> None:
        """Show the numbers of a moment."""

    def close(self) -> None:
        """Show nothing more."""


class Plain:
    """One line a minute."""

    def __init__(self, messages: Messages, every: float = _LINE_EVERY) -> None:
        self.every = every
        self._messages = messages

    def show(self, now: Numbers, pace: Pace) -> None:
        """Say the line."""
        self._messages.say(", ".join(facts(now, pace)))

    def close(self) -> None:
        """Nothing to clear away."""


class Progress:
    """While it is entered, a thread of its own looks at the numbers and shows them. It keeps no process alive.

    Args:
        read: the numbers of this moment; called from that thread.
        display: where they go; None shows nothing.

    """

    def __init__(self, read: Callable[[], Numbers], display: Display | None) -> None:
        self._read = read
        self._display = display
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="cordwood-progress", daemon=True)

    def __enter__(self) -> Self:
        if self._display is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._display is not None:
            self._over.set()
            self._thread.join()
            self._display.close()

    def _watch(self) -> None:
        assert self._display is not None
        pace = Pace(max(_PACE_OVER, self._display.every))
        pace.take(self._read())
        while not self._over.wait(self._display.every):
            now = self._read()
            pace.take(now)
            self._display.show(now, pace)


def display_of(choice: str, messages: Messages) -> Display | None:
    """The display for a value of `--progress`."""
    if choice == "auto":
        terminal = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        choice = "bar" if terminal else "plain"
    if choice == "bar":
        from cordwood.cli.bar import Bar

        return Bar(messages, _BAR_EVERY)
    return Plain(messages) if choice == "plain" else None


def numbers_of(ledger: Ledger, source: LogFiles | DeadLetterFiles, in_flight: int = 0) -> Numbers:
    """The numbers of this moment."""
    counters = ledger.counters()
    accepted = counters[f"events_{Outcome.ACCEPTED}"]
    return Numbers(
        seconds=time.monotonic(),
        accepted=accepted,
        others=sum(counters[f"events_{outcome}"] for outcome in Outcome) - accepted,
        nbytes=counters["counted_bytes"],
        requests=counters["requests"],
        retries=counters["retries"],
        throttles=counters["throttles"],
        in_flight=in_flight,
        bytes_read=source.bytes_read,
        total_bytes=source.total_bytes,
    )
