"""The clock that retries, pacing and outages are measured with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Clock:
    """Returns the time, and waits. A test may use one that runs faster, so that an hour's outage takes a second."""

    def now(self) -> float:
        """Return seconds of a clock that never goes back."""
        return time.monotonic()

    def wait(self, changed: threading.Condition, until: Callable[[], bool], seconds: float) -> None:
        """Return after that many seconds, or once `until()` holds; `changed` is notified when it may."""
        with changed:
            changed.wait_for(until, seconds)
