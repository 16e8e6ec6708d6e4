"""How long the requests of an upload took, in bounded memory."""

from __future__ import annotations

import math
from typing import NamedTuple

_SHORTEST = 1e-6
_STEPS = 8
"""Steps from a time to its double: a percentile is accurate to 5 %."""
_BUCKETS = 40 * _STEPS


class Latencies(NamedTuple):
    """How long accepted requests took, in seconds, from sending to the answer."""

    requests: int
    """How many there were."""
    min: float
    p50: float
    """Half of them took no longer; accurate to 5 %, as the next two."""
    p90: float
    p99: float
    max: float


class LatencyHistogram:
    """Counts times on a logarithmic scale. Not thread-safe."""

    def __init__(self) -> None:
        self._counts = [0] * _BUCKETS
        self._count = 0
        self._min = math.inf
        self._max = 0.0

    def add(self, seconds: float) -> None:
        """Count one request."""
        bucket = int(_STEPS * math.log2(max(seconds, _SHORTEST) / _SHORTEST))
        self._counts[min(bucket, _BUCKETS - 1)] += 1
        self._count += 1
        self._min = min(self._min, seconds)
        self._max = max(self._max, seconds)

    def get(self) -> Latencies | None:
        """Return the summary; None if there were no requests."""
        if not self._count:
            return None
        return Latencies(
            self._count, self._min, self._percentile(0.5), self._percentile(0.9), self._percentile(0.99), self._max
        )

    def _percentile(self, share: float) -> float:
        left = math.ceil(share * self._count)
        for bucket, count in enumerate(self._counts):
            left -= count
            if left <= 0:
                middle: float = _SHORTEST * 2 ** ((bucket + 0.5) / _STEPS)
                return min(max(middle, self._min), self._max)
        return self._max
