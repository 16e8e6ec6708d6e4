"""Options of `upload` for how it goes about sending: its limits, and what it remembers."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from cordwood.cli.values import duration, number

if TYPE_CHECKING:
    from cordwood.delivery.settings import Settings


_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMG]?)I?B?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
"""As the AWS CLI counts in `max_bandwidth = 50MB/s`."""


def add_delivery_options(command: argparse.ArgumentParser) -> None:
    """Add them to the command."""
    group = command.add_argument_group("delivery")
    group.add_argument(
        "--max-concurrency",
        type=_count,
        default=4,
        metavar="N",
        help="most requests under way at once (default: 4)",
    )
    group.add_argument(
        "--ordered",
        action="store_true",
        help="one request under way at a time, so that events of equal timestamps keep their order",
    )
    group.add_argument(
        "--at-most-once",
        action="store_true",
        help="never send again what may be stored already: where an answer is lost, the events are unknown (exit code "
        "1) instead of, perhaps, stored twice",
    )
    group.add_argument(
        "--compression",
        choices=("auto", "gzip", "none"),
        default="auto",
        help="of the requests' bodies; auto compresses for AWS hosts, unless they turn out not to take it (default: "
        "auto)",
    )
    group.add_argument(
        "--max-requests-per-second",
        type=_above_zero,
        metavar="N",
        help="a ceiling (default: 100 for AWS hosts, 2 %% of an account's quota; none elsewhere)",
    )
    group.add_argument(
        "--max-bandwidth",
        type=_bandwidth,
        metavar="SIZE",
        help="bytes of request bodies a second, as in 5MB or 5MB/s (default: no limit)",
    )
    group.add_argument(
        "--max-memory",
        type=_size,
        metavar="SIZE",
        help="of events that wait to be sent or are being sent, as in 64MB; beyond, reading waits (default: as many "
        "batches as keep the requests going)",
    )
    group.add_argument(
        "--max-duration",
        type=duration,
        metavar="TIME",
        help="after which the upload stops, as in 90, 14m or 2h; requests under way get the shutdown timeout",
    )
    group.add_argument(
        "--max-outage",
        type=duration,
        default=600.0,
        metavar="TIME",
        help="without one good answer, after which the upload stops (default: 10m)",
    )
    group.add_argument(
        "--max-rejected",
        type=_tolerance,
        metavar="N|P%",
        help="events that may be rejected for good, or a percentage of those read; beyond, the upload stops (default: "
        "only where the first 10,000 events are all invalid or refused)",
    )
    group.add_argument(
        "--shutdown-timeout",
        type=duration,
        default=20.0,
        metavar="TIME",
        help="for requests under way to be answered after Ctrl-C, SIGTERM or --max-duration (default: 20s)",
    )
    group.add_argument(
        "--linger",
        type=duration,
        default=5.0,
        metavar="TIME",
        help="that an event of a pipe which stays open waits for others to fill its batch (default: 5s)",
    )


def add_memory_options(command: argparse.ArgumentParser) -> None:
    """Add the options for what is kept beyond the run."""
    group = command.add_argument_group("what is kept")
    group.add_argument(
        "--journal",
        default="auto",
        metavar="auto|FILE|none",
        help="remembers what was settled, so that after an interrupt, a kill or a loss of power the same command "
        "goes on where it stopped; auto keeps one for named files under the user's state directory, unless --local is "
        "given (default: auto)",
    )
    group.add_argument(
        "--force", action="store_true", help="forget what the journal remembers, and send everything again"
    )
    group.add_argument(
        "--report", metavar="FILE|-", help="the report as JSON, complete also after an interrupt; - is standard output"
    )
    group.add_argument(
        "--dead-letter",
        metavar="FILE",
        help="gets one JSON object for each event that is not accepted or skipped; `cordwood upload FILE` sends again "
        "what is good to send again",
    )
    group.add_argument(
        "--include-possible-duplicates",
        action="store_true",
        help="where FILE holds dead letters: send those too that may be stored already, and may then be stored twice",
    )


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings that these options come to."""
    from cordwood.delivery.settings import Settings

    return Settings(
        max_concurrency=options.max_concurrency,
        ordered=options.ordered,
        at_most_once=options.at_most_once,
        max_outage=options.max_outage,
        max_requests_per_second=options.max_requests_per_second,
        max_bandwidth=options.max_bandwidth,
        max_memory=options.max_memory,
        max_rejected=options.max_rejected,
        max_duration=options.max_duration,
        shutdown_timeout=options.shutdown_timeout,
    )


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 1000):
        raise argparse.ArgumentTypeError(f"{value!r} is no number from 1 to 1000")
    return int(value)


def _above_zero(value: str) -> float:
    found = number(value)
    if not found > 0:
        raise argparse.ArgumentTypeError(f"{value!r} is not above 0")
    return found


def _size(value: str) -> int:
    found = _SIZE.fullmatch(value.strip())
    size = int(float(found[1]) * _UNITS[found[2].upper()]) if found else 0
    if size <= 0:
        raise argparse.ArgumentTypeError(f"{value!r} is no size above 0, as in 500KB, 64MB or 1GB")
    return size


def _bandwidth(value: str) -> int:
    return _size(value.strip().removesuffix("/s"))


def _tolerance(value: str) -> int | str:
    from cordwood.delivery.settings import Settings

    limit = int(value) if value.isascii() and value.isdigit() else value
    try:
        Settings(max_rejected=limit)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{value!r} is no number of events from 0, and no percentage as in 5%"
        ) from None
    return limit
