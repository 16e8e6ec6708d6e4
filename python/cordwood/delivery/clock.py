"""The time that a delivery goes by."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Clock:
    """Tells the time and waits. A rehearsal may put in one that runs faster, and have an hour's outage in a second."""

    def now(self) -> float:
        """Seconds, of a clock that only goes forward."""
        return time.monotonic()

    def wait(self, changed: threading.Condition, until: Callable[[], bool], seconds: float) -> None:
        """Return after that many seconds, or as soon as `until()` holds; whoever changes that notifies `changed`."""
        with changed:
            changed.wait_for(until, seconds)
