"""Options for how events are sent: how many requests at once, how fast, and when to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cordwood.errors import OptionError, OptionValueError
from cordwood.options import values
from cordwood.options.option_type import Flag, Options, above_zero, option, seconds
from cordwood.options.types import Compression

if TYPE_CHECKING:
    from cordwood._model import SettledBatch

AWS_REQUESTS_PER_SECOND = 100.0
"""The default of `max_requests_per_second` for AWS hosts: 2 % of what an account may send in a region."""


def _concurrency(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise OptionError(f"`{name}` is {value!r}; it must be an int, at least 1")
    if value < 1:
        raise OptionValueError(f"`{name}` is {value}; it must be at least 1")


def _tolerance(name: str, value: Any) -> None:
    values.tolerated(value)


def _callable(name: str, value: Any) -> None:
    if value is not None and not callable(value):
        raise OptionError(f"`{name}` is {value!r:.80}; it must be a function of a SettledBatch")


@dataclass(frozen=True, repr=False, kw_only=True)
class SendOptions(Options):
    """How requests are sent.

    Raises:
        ValueError: an option has no such value; the message says which are legal.
        TypeError: an option has a value of the wrong type.

    """

    entity: Mapping[str, Mapping[str, str]] | None = option(None, "The API's Entity, sent with each request.")
    max_concurrency: int = option(
        4,
        "The most requests under way at once, to one log stream or several.",
        check=_concurrency,
        flag=Flag(metavar="N", parse=values.concurrency),
    )
    ordered: bool = option(
        False,
        "Send one request at a time to each log stream, so that events of equal timestamps keep their order.",
        flag=Flag(sets=True),
    )
    at_most_once: bool = option(
        False,
        "Never send again what may be stored: when a response is lost, its events are unknown instead of, perhaps, "
        "stored twice.",
        flag=Flag(sets=True),
    )
    compression: Compression = option(
        "auto",
        "Whether the bodies of requests are compressed: always (gzip), never (none), or for AWS hosts unless they turn "
        "out not to take it (auto).",
        choices=Compression,
        flag=Flag(),
    )
    max_requests_per_second: float | None = option(
        None,
        "The most requests a second; without it 100 for AWS hosts (2 % of an account's quota), and any number for "
        "others. Throttling slows requests down below it by itself.",
        check=above_zero,
        flag=Flag(metavar="N", parse=values.number_above_zero),
    )
    max_bandwidth: float | None = option(
        None,
        "The most bytes of request bodies a second, such as 5MB (in Python a number).",
        check=above_zero,
        flag=Flag(metavar="SIZE", parse=values.bandwidth),
    )
    max_memory: int | None = option(
        None,
        "The most bytes of events that wait to be sent or are being sent, such as 64MB (in Python a number); beyond "
        "it, reading waits. Without it, as many batches as keep the requests going. The same number (64 MiB "
        "without it) bounds the open batches if the log stream depends on the event.",
        check=above_zero,
        flag=Flag(metavar="SIZE", parse=values.size),
    )
    max_duration: float | None = option(
        None,
        "The time after which sending stops, such as 90, 14m or 2h (in Python seconds); requests under way then have "
        "`shutdown_timeout`.",
        check=above_zero,
        flag=Flag(metavar="TIME", parse=values.duration),
    )
    deadline: datetime | None = option(
        None, "`max_duration` as a point in time, an aware datetime.", check=values.aware
    )
    max_outage: float = option(
        600.0,
        "The time without one good response after which sending stops (in Python seconds); the rest is undelivered.",
        check=seconds,
        flag=Flag(metavar="TIME", parse=values.duration),
    )
    max_rejected: int | str | None = option(
        None,
        "The most events that may be rejected for good, or a percentage of those read such as 5% (from 1,000 events "
        "on); beyond it, sending stops. Without it, only when the first 10,000 events are all invalid or refused.",
        check=_tolerance,
        flag=Flag(metavar="N|P%", parse=values.tolerance),
    )
    shutdown_timeout: float = option(
        20.0,
        "The time that requests under way have to be answered after an interrupt or `max_duration` (in Python "
        "seconds).",
        check=seconds,
        flag=Flag(metavar="TIME", parse=values.duration),
    )
    on_batch: Callable[[SettledBatch], object] | None = option(
        None,
        "A function that is called with a SettledBatch for each batch that has its outcome, by the threads that send, "
        "one call at a time; what it raises is logged.",
        check=_callable,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self.seconds_left()

    def seconds_left(self) -> float | None:
        """The shorter of `max_duration` and the time until `deadline`, in seconds; None if there is neither.

        Raises:
            ValueError: the deadline has passed.

        """
        if self.deadline is None:
            return self.max_duration
        left = (self.deadline - datetime.now(UTC)).total_seconds()
        if left <= 0:
            raise OptionValueError(f"`deadline` is {self.deadline.isoformat()}, {-left:,.0f} s ago")
        return left if self.max_duration is None else min(left, self.max_duration)

    def tolerated(self) -> tuple[int | None, float | None]:
        """`max_rejected` as a number of events, and as a share of those read; each None if it is not that."""
        return values.tolerated(self.max_rejected)

    def limits(self) -> dict[str, Any]:
        """What a report holds of them."""
        return {
            "max_concurrency": self.max_concurrency,
            "ordered": self.ordered,
            "at_most_once": self.at_most_once,
            "max_outage": self.max_outage,
            "max_requests_per_second": self.max_requests_per_second,
            "max_bandwidth": self.max_bandwidth,
            "max_memory": self.max_memory,
            "max_rejected": self.max_rejected,
            "max_duration": self.max_duration,
            "shutdown_timeout": self.shutdown_timeout,
        }


@dataclass(frozen=True, repr=False, kw_only=True)
class LingerOptions(Options):
    """How long an event waits for others; for inputs that come over time."""

    linger: float | None = option(
        5.0,
        "The time that an event of an open pipe or of a program waits for others to fill its batch (in Python seconds, "
        "or None to wait until it is full).",
        check=above_zero,
        flag=Flag(metavar="TIME", parse=values.duration),
    )
