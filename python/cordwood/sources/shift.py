"""How far all timestamps of an input are moved: by a fixed time, or so that the newest is now."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

Recall = Callable[[str, Callable[[], int]], int]
"""Returns the number that the first run of a job stored under a name; calls the function for it in the first run."""


class FixedShift:
    """All timestamps are moved by the same time; by 0 if they stay as they are written.

    Args:
        milliseconds: that time.

    """

    def __init__(self, milliseconds: int = 0) -> None:
        self._milliseconds = milliseconds

    def milliseconds(self) -> int:
        """Return how far timestamps are moved."""
        return self._milliseconds

    def recall(self, recall: Recall) -> None:
        """Do nothing: every run moves by the same time."""


class ShiftToNow:
    """All timestamps are moved by the same time, so that the newest of them becomes now.

    Args:
        find_newest: returns the newest timestamp in milliseconds since 1970, None if there is no event. It reads the
            whole input, so it is called once, when the shift is first asked for.

    """

    def __init__(self, find_newest: Callable[[], int | None]) -> None:
        self._find_newest = find_newest
        self._milliseconds: int | None = None

    def milliseconds(self) -> int:
        """Return how far timestamps are moved."""
        if self._milliseconds is None:
            newest = self._find_newest()
            self._milliseconds = 0 if newest is None else time.time_ns() // 1_000_000 - newest
        return self._milliseconds

    def recall(self, recall: Recall) -> None:
        """Take the first run's value, so that what was sent then and what is sent now stay as far apart as written."""
        self._milliseconds = recall("shift_by", self.milliseconds)


ShiftPolicy = FixedShift | ShiftToNow


def shift_policy(shift_by: int | Literal["to-now"] | None, find_newest: Callable[[], int | None]) -> ShiftPolicy:
    """Return the policy for a value of the option `shift_by`."""
    return ShiftToNow(find_newest) if shift_by == "to-now" else FixedShift(shift_by or 0)
