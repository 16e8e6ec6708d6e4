"""Which events of a batch are too old or too new for the service, decided before they are sent.

Only events well outside the window are decided here; the service decides about the rest. That happens when a batch is
about to be sent, and not when its events were read, so it also catches those that grew too old while they waited.
"""

from __future__ import annotations

import itertools
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

from cordwood._core import Limits, unit_hint
from cordwood._model import Outcome, Rejected, TimeRange
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


_MOST_SKEW_MS = 6 * 60_000
"""What a signature allows, and a minute for the request's way."""

_MOST_DRIFT_SECONDS = 60.0
"""By more, this machine's clock was set, or the machine slept: what was learned does not hold any more."""


class TimeWindow:
    """The range of timestamps that the service takes, by the best clock available.

    The service's clock is known once it has judged a batch, and its response has a date by which its verdicts are
    right: a gateway, a cache or a recording may have put any date there.

    Args:
        retention_in_days: the log group's retention; None if it is not known.
        checks_signatures: the endpoint takes no signature that is more than 5 minutes off, so that its clock is no
            further from this machine's.

    """

    def __init__(self, retention_in_days: int | None = None, *, checks_signatures: bool = False) -> None:
        limits = Limits()
        self._max_age_ms = limits.max_age_ms
        self._max_future_ms = limits.max_future_ms
        self._retention_ms = None if retention_in_days is None else retention_in_days * _DAY_MS
        self._checks_signatures = checks_signatures
        self._ahead_ms = 0
        self._date = ""
        self._learned_at: tuple[float, float] | None = None
        """By the wall clock, and by one that is never set."""

    def learn(self, date: str, batch: Batch, rejected: Iterable[Rejected]) -> None:
        """Correct this machine's clock by the response to a batch.

        Args:
            date: its Date header.
            batch: what the service judged.
            rejected: the events that it rejected.

        """
        if not date or (date == self._date and self.learned):
            return
        try:
            service_ms = round(parsedate_to_datetime(date).timestamp() * 1000)
        except ValueError:
            return
        ahead_ms = service_ms - round(time.time() * 1000)
        is_skewed = self._checks_signatures and abs(ahead_ms) > _MOST_SKEW_MS
        if is_skewed or not self._bears_out(service_ms, batch, rejected):
            return
        self._date, self._ahead_ms = date, ahead_ms
        self._learned_at = time.time(), time.monotonic()

    def _bears_out(self, now: int, batch: Batch, rejected: Iterable[Rejected]) -> bool:
        """Whether the service's verdicts are those of this time."""
        oldest, newest = now - self._max_age_ms, now + self._max_future_ms
        outcomes = {found.position: found.outcome for found in rejected}
        for position, timestamp in _outermost(batch, outcomes):
            match outcomes.get(position):
                case Outcome.TOO_OLD:
                    is_right = timestamp < oldest + MARGIN_MS
                case Outcome.TOO_NEW:
                    is_right = timestamp > newest - MARGIN_MS
                case None:
                    is_right = oldest - MARGIN_MS <= timestamp <= newest + MARGIN_MS
                case _:  # by a retention that only the service knows
                    is_right = True
            if not is_right:
                return False
        return True

    @property
    def learned(self) -> bool:
        """Whether the service's clock is known, and this machine's has not been set since."""
        if self._learned_at is None:
            return False
        wall, steady = self._learned_at
        return abs((time.time() - wall) - (time.monotonic() - steady)) <= _MOST_DRIFT_SECONDS

    def now(self) -> int:
        """Return the time in milliseconds since 1970, by the service's clock if it is known."""
        return round(time.time() * 1000) + self._ahead_ms

    def range(self) -> TimeRange:
        """Return the earliest and latest timestamp that the service takes now, in milliseconds since 1970."""
        now = self.now()
        age = self._max_age_ms if self._retention_ms is None else min(self._max_age_ms, self._retention_ms)
        return TimeRange(now - age, now + self._max_future_ms)

    def part(self, batch: Batch, *, only_expired: bool = False) -> tuple[Batch | None, list[OutOfTime]]:
        """Return the events to send, None if there are none, and those that the service would not take.

        Args:
            batch: the events.
            only_expired: of these, only those that are beyond the retention, if one is known.

        """
        now = self.now()
        oldest, newest = now - self._max_age_ms - MARGIN_MS, now + self._max_future_ms + MARGIN_MS
        if only_expired and self._retention_ms is None:
            return batch, []
        if only_expired:
            newest = batch.last_timestamp
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


def _outermost(batch: Batch, outcomes: Mapping[int, Outcome]) -> Iterator[tuple[int, int]]:
    """The position and timestamp of the first and the last event of each outcome: those between say no more."""
    events = list(zip(batch.positions, batch.timestamps, strict=True))
    for _, group in itertools.groupby(events, key=lambda event: outcomes.get(event[0])):
        alike = list(group)
        yield from {alike[0], alike[-1]}


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
