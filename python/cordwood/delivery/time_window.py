"""Which events of a batch are too old or too new for the service, decided before they are sent.

Only events well outside the window are decided here; the service decides about the rest. That happens when a batch is
about to be sent, and not when its events were read, so it also catches those that grew too old while they waited.
"""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

from cordwood._core import Limits, unit_hint
from cordwood._model import Outcome, TimeRange
from cordwood._text import utc

if TYPE_CHECKING:
    from cordwood._core import Batch
    from cordwood.ledger.dead_letter_writer import Reason

MARGIN_MS = 5 * 60_000
"""How far outside the window an event must be to be decided here: the service's clock differs from ours."""

_DAY_MS = 86_400_000


class OutOfTime(NamedTuple):
    """Events of a batch that the service would not take because of their age."""

    events: Batch
    outcome: Outcome
    reason: Reason


class TimeWindow:
    """The range of timestamps that the service takes, by the best clock available.

    Args:
        retention_in_days: the log group's retention; None if it is not known.

    """

    def __init__(self, retention_in_days: int | None = None) -> None:
        limits = Limits()
        self._max_age_ms = limits.max_age_ms
        self._max_future_ms = limits.max_future_ms
        self._retention_ms = None if retention_in_days is None else retention_in_days * _DAY_MS
        self._ahead_ms = 0
        self._date = ""

    def learn(self, date: str) -> None:
        """Correct this machine's clock by the Date header of a response."""
        if not date or date == self._date:
            return
        self._date = date
        try:
            service = parsedate_to_datetime(date).timestamp()
        except ValueError:
            return
        self._ahead_ms = round((service - time.time()) * 1000)

    @property
    def learned(self) -> bool:
        """Whether the service's clock is known."""
        return bool(self._date)

    def now(self) -> int:
        """Return the time in milliseconds since 1970, by the service's clock if it is known."""
        return round(time.time() * 1000) + self._ahead_ms

    def range(self) -> TimeRange:
        """Return the earliest and latest timestamp that the service takes now, in milliseconds since 1970."""
        now = self.now()
        age = self._max_age_ms if self._retention_ms is None else min(self._max_age_ms, self._retention_ms)
        return TimeRange(now - age, now + self._max_future_ms)

    def part(self, batch: Batch) -> tuple[Batch | None, list[OutOfTime]]:
        """Return the events to send, None if there are none, and those that the service would not take."""
        now = self.now()
        oldest, newest = now - self._max_age_ms - MARGIN_MS, now + self._max_future_ms + MARGIN_MS
        unexpired = oldest if self._retention_ms is None else max(oldest, now - self._retention_ms - MARGIN_MS)
        if unexpired <= batch.first_timestamp and batch.last_timestamp <= newest:
            return batch, []
        timestamps = batch.timestamps
        # A batch spans at most 24 h, so no event in it is too old if another is too new.
        ends = [bisect_left(timestamps, oldest), bisect_left(timestamps, unexpired), bisect_right(timestamps, newest)]
        slices = list(_slices(batch, ends))
        reasons = (
            (Outcome.TOO_OLD, f"is more than 14 days before now ({utc(now)})"),
            (Outcome.EXPIRED, f"is older than the log group's retention (now is {utc(now)})"),
            None,
            (Outcome.TOO_NEW, f"is more than 2 hours after now ({utc(now)})"),
        )
        out = [
            OutOfTime(events, reason[0], _Reason(reason[1]))
            for events, reason in zip(slices, reasons, strict=True)
            if events is not None and reason is not None
        ]
        return slices[2], out


class _Reason:
    def __init__(self, why: str) -> None:
        self._why = why

    def __call__(self, timestamp: int) -> str:
        hint = unit_hint(timestamp)
        return f"timestamp {timestamp} ({utc(timestamp)}) {self._why}{'; ' if hint else ''}{hint}"


def _slices(batch: Batch, ends: list[int]) -> Iterator[Batch | None]:
    start = 0
    for end in (*ends, len(batch)):
        end = max(start, end)
        yield batch[start:end] if end > start else None
        start = end
