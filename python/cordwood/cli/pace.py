"""How far an upload has come, as numbers: what a bar and a line show of them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cordwood._model import Outcome
from cordwood._text import plural

if TYPE_CHECKING:
    from cordwood.ledger.ledger import Ledger
    from cordwood.sources.source import FileSource

PACE_SECONDS = 30.0
"""Seconds over which the pace is taken: long enough to be calm, short enough to follow the line's own pace."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How far it has come, at one time."""

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
    """Of the input; None for a pipe."""

    @property
    def share(self) -> float | None:
        """How much of the input was read, from 0 to 1; None if the size is not known."""
        return None if not self.total_bytes else min(1.0, self.bytes_read / self.total_bytes)


class Pace:
    """Rates over the last seconds, from the numbers that it is shown."""

    def __init__(self, over: float = PACE_SECONDS) -> None:
        self._over = over
        self._seen: deque[Numbers] = deque()

    def take(self, now: Numbers) -> None:
        """Take the numbers of a time; times come in order."""
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
        """Until the input is read; None if that is not known."""
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


def numbers_of(ledger: Ledger, source: FileSource, in_flight: int = 0) -> Numbers:
    """The numbers of this time."""
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
