"""How an upload goes about its work: the limits that its operator sets."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cordwood.ledger.settled_batch import SettledBatch

AWS_REQUESTS_PER_SECOND = 100.0
"""The default ceiling against AWS hosts: 2 % of what an account may send in a region."""

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The limits of one upload; `upload` and `Uploader` explain each.

    Raises:
        ValueError: one of them makes no sense; the message says which, and what would.
        TypeError: one of them has the wrong type.

    """

    max_concurrency: int = 4
    ordered: bool = False
    at_most_once: bool = False
    max_outage: float = 600.0
    max_requests_per_second: float | None = None
    max_bandwidth: float | None = None
    max_memory: int | None = None
    max_rejected: int | str | None = None
    max_duration: float | None = None
    shutdown_timeout: float = 20.0
    entity: Mapping[str, Mapping[str, str]] | None = None
    on_batch: Callable[[SettledBatch], object] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.max_concurrency, bool) or not isinstance(self.max_concurrency, int):
            raise TypeError(f"max_concurrency is {self.max_concurrency!r}; it must be an int, at least 1")
        if self.max_concurrency < 1:
            raise ValueError(f"max_concurrency is {self.max_concurrency}; it must be at least 1")
        for name in ("max_requests_per_second", "max_bandwidth", "max_memory", "max_duration"):
            _check_above_zero(name, getattr(self, name))
        for name in ("max_outage", "shutdown_timeout"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise TypeError(f"{name} is {value!r}; it must be a number of seconds")
            if math.isnan(value) or value < 0:
                raise ValueError(f"{name} is {value}; it must be a number of seconds, at least 0")
        self.tolerated()
        if self.on_batch is not None and not callable(self.on_batch):
            raise TypeError(f"on_batch is {self.on_batch!r:.80}; it must be a function of a SettledBatch")

    def told(self) -> dict[str, Any]:
        """What a report says of them."""
        names = (field.name for field in fields(self) if field.name not in ("entity", "on_batch"))
        return {name: getattr(self, name) for name in names}

    def tolerated(self) -> tuple[int | None, float | None]:
        """`max_rejected` as a number of events, and as a share of those read; each None where it is not that."""
        limit = self.max_rejected
        if limit is None:
            return None, None
        if isinstance(limit, bool) or not isinstance(limit, (int, str)):
            raise TypeError(f"max_rejected is {limit!r}; it must be a number of events, or a percentage as in '5%'")
        if isinstance(limit, str) and (found := _PERCENT.fullmatch(limit.strip())) and float(found[1]) <= 100:
            return None, float(found[1]) / 100
        if isinstance(limit, int) and limit >= 0:
            return limit, None
        raise ValueError(f"max_rejected is {limit!r}; it must be a number of events from 0, or a percentage as in '5%'")


def _check_above_zero(name: str, value: float | None) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} is {value!r}; it must be a number above 0, or None")
    if not value > 0:
        raise ValueError(f"{name} is {value}; it must be above 0, or None")


def seconds_until(deadline: datetime | None, max_duration: float | None) -> float | None:
    """The shorter of the two, in seconds from now; None where there is neither.

    Raises:
        ValueError: the deadline is naive, or over already.

    """
    if deadline is None:
        return max_duration
    if not isinstance(deadline, datetime):
        raise TypeError(f"deadline is {deadline!r:.80}; it must be an aware datetime")
    if deadline.tzinfo is None:
        raise ValueError(f"deadline is {deadline.isoformat()}, without a zone; it must be an aware datetime")
    left = (deadline - datetime.now(UTC)).total_seconds()
    if left <= 0:
        raise ValueError(f"deadline is {deadline.isoformat()}, {-left:,.0f} s ago")
    return left if max_duration is None else min(left, max_duration)
