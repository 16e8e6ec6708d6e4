"""How fast requests go out: one pace for all workers of an uploader.

Three limits hold at once, each optional:

- the operator's ceiling of requests a second (CloudWatch Logs gives an account and region 5,000 by default; a
  backfill should not starve the applications that are logging);
- the operator's bandwidth, in bytes of request bodies a second;
- what the service can take. No limit until it throttles; then the rate falls to 0.7 of the measured one, and grows back
  along the cubic curve that botocore's adaptive mode uses, slowly near the rate that was too much, and faster beyond.
  All workers share the rate, and one burst of throttled requests that were out together cuts it once.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordwood.delivery.clock import Clock

_CUT_TO = 0.7
_GROWTH = 0.4
"""Of CUBIC, as botocore has them: the curve is _GROWTH * (seconds since the cut - k)^3 + the rate before the cut."""

_SLOWEST = 0.5
"""Requests a second that are always tried, to notice when the service takes them again."""

_MEASURED_OVER = 2.0
"""Seconds over which the rate is measured that a cut starts from, at most."""

_MEASURED_OVER_LEAST = 0.1
"""The same, at least: the first request of a burst alone would be an infinite rate."""


class Pacing:
    """Decides when each request may go out. Threads share it.

    Args:
        clock: measures time.
        max_requests_per_second: the ceiling; None for no limit.
        max_bandwidth: bytes of request bodies a second; None for no limit.

    """

    def __init__(
        self, clock: Clock, *, max_requests_per_second: float | None = None, max_bandwidth: float | None = None
    ) -> None:
        self._clock = clock
        self._ceiling = max_requests_per_second or math.inf
        self._bandwidth = max_bandwidth or math.inf
        self._lock = threading.Lock()
        self._next_slot = -math.inf
        self._wire_free_at = -math.inf
        self._recent: deque[float] = deque()
        self._cut_at = -math.inf
        self._before_cut = math.inf

    def reserve(self, nbytes: int) -> float:
        """Take the next free slot for a request of about this size; return the seconds until then."""
        with self._lock:
            now = self._clock.now()
            slot = max(now, self._next_slot, self._wire_free_at)
            self._next_slot = slot + 1 / self._rate(slot)
            self._wire_free_at = max(slot, self._wire_free_at) + nbytes / self._bandwidth
            self._recent.append(slot)
            while self._recent[0] < now - _MEASURED_OVER:
                self._recent.popleft()
            return slot - now

    def correct(self, nbytes: int) -> None:
        """Account for bytes that went out beyond those reserved, or for fewer if negative."""
        with self._lock:
            self._wire_free_at += nbytes / self._bandwidth

    def throttled(self, sent_at: float) -> None:
        """Slow down: the service throttled a request that went out at this time of the clock."""
        with self._lock:
            if sent_at < self._cut_at:
                return  # It went out before the last cut, and does not show the effect of that.
            now = self._clock.now()
            self._before_cut = max(_SLOWEST, min(self._rate(now), self._measured(now)))
            self._cut_at = now
            self._next_slot = max(self._next_slot, now + 1 / self._rate(now))

    def _measured(self, now: float) -> float:
        sent = [slot for slot in self._recent if now - _MEASURED_OVER <= slot <= now]
        return len(sent) / max(now - min(sent, default=now), _MEASURED_OVER_LEAST)

    @property
    def rate(self) -> float:
        """Requests a second that may go out now; infinite if nothing limits them."""
        with self._lock:
            return self._rate(self._clock.now())

    def _rate(self, now: float) -> float:
        if self._cut_at == -math.inf:
            return self._ceiling
        k = math.cbrt(self._before_cut * (1 - _CUT_TO) / _GROWTH)
        return min(self._ceiling, max(_SLOWEST, _GROWTH * (now - self._cut_at - k) ** 3 + self._before_cut))
