"""When to stop a job: how much it tolerates before the job is taken to be wrong, and not one request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cordwood._model import Outcome, StopKind

if TYPE_CHECKING:
    from cordwood.delivery.clock import Clock
    from cordwood.options import SendOptions

FIRST_CONTACT = 15.0
"""Seconds after which an endpoint that never responded is given up: the address is more likely wrong than down."""

MAX_LONE_REFUSALS = 20
"""Single events refused one after the other, for the same reason, after which the job is taken to be wrong."""

FIRST_EVENTS = 10_000
"""If that many events were read and each is `invalid` or `refused`, the input is not a log, or the job is wrong."""

_MIN_EVENTS_FOR_PERCENT = 1_000
"""Events that must be read before a percentage of them means something."""

_REJECTED = (
    Outcome.INVALID,
    Outcome.REFUSED,
    Outcome.OVERSIZE,
    Outcome.EMPTY,
    Outcome.TOO_OLD,
    Outcome.TOO_NEW,
    Outcome.EXPIRED,
)


@dataclass(frozen=True, slots=True)
class Stop:
    """Why nothing more is sent."""

    kind: StopKind
    reason: str


class StopPolicy:
    """Watches responses and outcomes, and returns a `Stop` when there is reason for one. Threads share it.

    Args:
        clock: measures how long an outage lasts.
        options: `max_outage` and `max_rejected` of them.
        events_read: returns how many events were read so far; called only if some were rejected.

    """

    def __init__(self, clock: Clock, options: SendOptions, events_read: Callable[[], int]) -> None:
        self._clock = clock
        self._max_outage = options.max_outage
        self._max_rejected, self._max_share = options.tolerated()
        self._events_read = events_read
        self._lock = threading.Lock()
        self._responded = False
        self._failing_since: float | None = None
        self._failures = 0
        self._lone_refusals = 0
        self._last_refusal = ""
        self._rejected = 0

    # --- responses of the service -------------------------------------------------------------------------------

    def note_response(self) -> None:
        """Note that something responded, whatever it said."""
        self._responded = True

    def note_accepted(self) -> None:
        """Note that the service took a batch."""
        with self._lock:
            self._failing_since = None
            self._failures = self._lone_refusals = 0

    def note_refused(self) -> None:
        """Note that the service judged a batch: it works."""
        with self._lock:
            self._failing_since = None
            self._failures = 0

    def note_failed(self) -> int:
        """Note a request that failed as in an outage; return how many did in a row, of all workers."""
        with self._lock:
            if self._failing_since is None:
                self._failing_since = self._clock.now()
            self._failures += 1
            return self._failures

    def check_outage(self, last: str) -> Stop | None:
        """Return a stop if requests have failed for too long."""
        with self._lock:
            if self._failing_since is None:
                return None
            outage = self._clock.now() - self._failing_since
            if outage <= (self._max_outage if self._responded else min(self._max_outage, FIRST_CONTACT)):
                return None
        return Stop(StopKind.OUTAGE, f"no request has succeeded for {outage:,.0f} s; the last error: {last}")

    def seconds_if_too_long(self, failing_since: float) -> float | None:
        """Return for how long one batch has failed while others were accepted, if that is too long."""
        seconds = self._clock.now() - failing_since
        return seconds if seconds > self._max_outage else None

    def note_lone_refusal(self, reason: str) -> Stop | None:
        """Note an event that was refused although sent alone; return a stop if that happened too often."""
        with self._lock:
            self._lone_refusals = self._lone_refusals + 1 if reason == self._last_refusal else 1
            self._last_refusal = reason
            if self._lone_refusals < MAX_LONE_REFUSALS:
                return None
        return Stop(StopKind.SERVICE, f"{MAX_LONE_REFUSALS} events in a row were refused, each sent alone: {reason}")

    # --- rejected events ----------------------------------------------------------------------------------------

    def check_rejected(self, counts: Mapping[Outcome, int]) -> Stop | None:
        """Return a stop if more events were permanently rejected than `max_rejected` allows."""
        rejected = sum(counts[outcome] for outcome in _REJECTED)
        if rejected == self._rejected:
            return None
        self._rejected = rejected
        reason = self._too_many(rejected, counts[Outcome.INVALID] + counts[Outcome.REFUSED])
        return Stop(StopKind.REJECTED, reason) if reason else None

    def _too_many(self, rejected: int, hopeless: int) -> str:
        if self._max_rejected is not None:
            if rejected <= self._max_rejected:
                return ""
            return f"{rejected:,} events were rejected; `max_rejected` is {self._max_rejected:,}"
        if self._max_share is not None:
            read = self._events_read()
            if read < _MIN_EVENTS_FOR_PERCENT or rejected <= self._max_share * read:
                return ""
            return f"{rejected:,} of {read:,} events were rejected; `max_rejected` is {self._max_share * 100:g} %"
        if hopeless < FIRST_EVENTS or hopeless != self._events_read():
            return ""
        return (
            f"the first {hopeless:,} events are all invalid or refused: this is probably not the input for this job "
            "(`max_rejected` allows more)"
        )
