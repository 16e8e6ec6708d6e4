"""When a job is given up: how much it puts up with before what is wrong is the job and not a request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cordwood._model import Outcome, StopKind
from cordwood.ledger.ledger import Stop

if TYPE_CHECKING:
    from cordwood.delivery.clock import Clock
    from cordwood.options import SendOptions

FIRST_CONTACT = 15.0
"""Seconds after which an endpoint that never answered is given up: a wrong address more likely than an outage."""

MOST_LONE_REFUSALS = 20
"""Events refused standing alone, one after the other and for one reason, after which the job is taken to be wrong."""

FIRST_EVENTS = 10_000
"""Where that many were read and every one is `invalid` or `refused`, the input is no log, or the job is wrong."""

_ENOUGH_FOR_PERCENT = 1_000
"""Events from which on a percentage of them means something."""

_REJECTED = (
    Outcome.INVALID,
    Outcome.REFUSED,
    Outcome.OVERSIZE,
    Outcome.EMPTY,
    Outcome.TOO_OLD,
    Outcome.TOO_NEW,
    Outcome.EXPIRED,
)


class Patience:
    """With the service: how long nothing good was heard of it, and how often it refused events. Threads share it."""

    def __init__(self, clock: Clock, max_outage: float) -> None:
        self._clock = clock
        self._max_outage = max_outage
        self._lock = threading.Lock()
        self._heard = False
        self._failing_since: float | None = None
        self._failures = 0
        self._lone_refusals = 0
        self._last_refusal = ""

    def answered(self) -> None:
        """Something answered, whatever it said."""
        self._heard = True

    def accepted(self) -> None:
        """The service took a batch."""
        with self._lock:
            self._failing_since = None
            self._failures = self._lone_refusals = 0

    def refused(self) -> None:
        """The service judged a batch: it works."""
        with self._lock:
            self._failing_since = None
            self._failures = 0

    def failed(self) -> int:
        """A request failed as in an outage; how many did, one after the other, from all workers."""
        with self._lock:
            if self._failing_since is None:
                self._failing_since = self._clock.now()
            self._failures += 1
            return self._failures

    def over(self, last: str) -> Stop | None:
        """The stop for an outage that has lasted too long; None where it has not."""
        with self._lock:
            if self._failing_since is None:
                return None
            outage = self._clock.now() - self._failing_since
            if outage <= (self._max_outage if self._heard else min(self._max_outage, FIRST_CONTACT)):
                return None
        return Stop(StopKind.OUTAGE, f"no good answer for {outage:,.0f} s, the last one: {last}")

    def too_long(self, since: float) -> float | None:
        """How long one batch has failed while others were taken, where that is too long; None where it is not."""
        seconds = self._clock.now() - since
        return seconds if seconds > self._max_outage else None

    def refused_alone(self, why: str) -> Stop | None:
        """An event was refused standing alone; the stop where that happened too often."""
        with self._lock:
            self._lone_refusals = self._lone_refusals + 1 if why == self._last_refusal else 1
            self._last_refusal = why
            if self._lone_refusals < MOST_LONE_REFUSALS:
                return None
        return Stop(StopKind.SERVICE, f"{MOST_LONE_REFUSALS} events in a row were refused, even alone, with: {why}")


class Tolerance:
    """With the input: how many of its events may be rejected for good.

    Args:
        settings: `max_rejected` of them.
        events_read: how many events were read so far; called only where some were rejected.

    """

    def __init__(self, settings: SendOptions, events_read: Callable[[], int]) -> None:
        self._events, self._share = settings.tolerated()
        self._events_read = events_read
        self._seen = 0

    def over(self, counts: Mapping[Outcome, int]) -> Stop | None:
        """The stop where more were rejected than is tolerated; None where not."""
        rejected = sum(counts[outcome] for outcome in _REJECTED)
        if rejected == self._seen:
            return None
        self._seen = rejected
        if self._events is not None:
            if rejected > self._events:
                return self._stop(f"{rejected:,} events were rejected, over the {self._events:,} of max_rejected")
            return None
        if self._share is not None:
            read = self._events_read()
            if read >= _ENOUGH_FOR_PERCENT and rejected > self._share * read:
                return self._stop(
                    f"{rejected:,} of {read:,} events were rejected, over the {self._share * 100:g} % of max_rejected"
                )
            return None
        hopeless = counts[Outcome.INVALID] + counts[Outcome.REFUSED]
        if hopeless >= FIRST_EVENTS and hopeless == self._events_read():
            return self._stop(
                f"the first {hopeless:,} events are all invalid or refused: it seems to be no input for this job "
                "(max_rejected allows for more)"
            )
        return None

    def _stop(self, why: str) -> Stop:
        return Stop(StopKind.REJECTED, why)
