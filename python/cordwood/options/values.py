"""Values of options as text: on a command line, and wherever else they are written.

Each function raises ValueError saying what was written and how it could be.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from cordwood.errors import OptionError, OptionValueError

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw]?)", re.IGNORECASE)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMG]?)I?B?", re.IGNORECASE)
_BYTES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
"""As the AWS CLI counts in `max_bandwidth = 50MB/s`."""
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_LONGEST_SECONDS = timedelta.max.total_seconds()

RETENTIONS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""Days of retention that PutRetentionPolicy takes."""


def number(text: str) -> float:
    """A finite number."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise ValueError(f"{text!r} is not a number")
    return found


def number_above_zero(text: str) -> float:
    """A finite number above 0."""
    found = number(text)
    if not found > 0:
        raise ValueError(f"{text!r} is not above 0")
    return found


def year(text: str) -> int:
    """A year of four digits."""
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise ValueError(f"{text!r} is not a year of four digits, such as 2026")
    return int(text)


def concurrency(text: str) -> int:
    """A number of requests at once."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1000):
        raise ValueError(f"{text!r} is not a number from 1 to 1000")
    return int(text)


def duration(text: str) -> float:
    """Seconds, above 0."""
    found = _DURATION.fullmatch(text.strip())
    seconds = float(found[1]) * _SECONDS[found[2].lower()] if found else 0.0
    if not 0 < seconds < _LONGEST_SECONDS:
        raise ValueError(f"{text!r} is not a duration above 0, such as 90, 90s, 14m, 2h or 1d")
    return seconds


def shift(text: str) -> int | Literal["to-now"]:
    """Milliseconds, of a duration that may be negative; or `to-now`."""
    if text == "to-now":
        return "to-now"
    sign = -1 if text.startswith("-") else 1
    try:
        return sign * round(duration(text.lstrip("+-")) * 1000)
    except ValueError:
        raise ValueError(
            f"{text!r} is neither to-now nor a duration, such as 90s, 14m, 2h, 20d or, after an equals sign, -2h"
        ) from None


def time(text: str) -> int:
    """Milliseconds since 1970, of ISO 8601 with a zone."""
    try:
        found = milliseconds("the time", datetime.fromisoformat(text))
    except ValueError:
        found = None
    if found is None:
        raise ValueError(f"{text!r} is not a time with a zone, such as 2026-11-25T08:00:00Z")
    return found


def size(text: str) -> int:
    """Bytes."""
    found = _SIZE.fullmatch(text.strip())
    nbytes = int(float(found[1]) * _BYTES[found[2].upper()]) if found else 0
    if nbytes <= 0:
        raise ValueError(f"{text!r} is not a size above 0, such as 500KB, 64MB or 1GB")
    return nbytes


def bandwidth(text: str) -> int:
    """Bytes a second."""
    return size(text.strip().removesuffix("/s"))


def retention(text: str) -> int:
    """Days that PutRetentionPolicy takes."""
    if not (text.isascii() and text.isdigit() and int(text) in RETENTIONS):
        raise ValueError(f"{text!r} is not one of {', '.join(map(str, RETENTIONS))}")
    return int(text)


def tolerance(text: str) -> int | str:
    """A number of events, or a percentage as it stands."""
    limit = int(text) if text.isascii() and text.isdigit() else text
    try:
        tolerated(limit)
    except OptionValueError:
        raise ValueError(f"{text!r} is neither a number of events from 0 nor a percentage such as 5%") from None
    return limit


def tolerated(limit: int | str | None) -> tuple[int | None, float | None]:
    """`max_rejected` as a number of events, and as a share of those read; each None if it is not that.

    Raises:
        TypeError: it has another type.
        ValueError: it is no such number.

    """
    if limit is None:
        return None, None
    if isinstance(limit, bool) or not isinstance(limit, (int, str)):
        raise OptionError(f"`max_rejected` is {limit!r}; it must be a number of events, or a percentage such as '5%'")
    if isinstance(limit, str) and (found := _PERCENT.fullmatch(limit.strip())) and float(found[1]) <= 100:
        return None, float(found[1]) / 100
    if isinstance(limit, int) and limit >= 0:
        return limit, None
    raise OptionValueError(
        f"`max_rejected` is {limit!r}; it must be a number of events from 0, or a percentage such as '5%'"
    )


def milliseconds(name: str, time: int | datetime | None) -> int | None:
    """A time in milliseconds since 1970.

    Raises:
        ValueError: a datetime has no zone.
        TypeError: it is neither an int nor a datetime.

    """
    if time is None or (isinstance(time, int) and not isinstance(time, bool)):
        return time
    if not isinstance(time, datetime):
        raise OptionError(f"`{name}` is {time!r:.80}; it must be milliseconds since 1970, or an aware datetime")
    if time.tzinfo is None:
        raise OptionValueError(f"`{name}` is {time.isoformat()}, without a zone; it must be aware")
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def shift_in_ms(shift_by: int | timedelta | str | None) -> Any:
    """`shift_by` in milliseconds, or "to-now"; None if timestamps stay."""
    return shift_by // timedelta(milliseconds=1) if isinstance(shift_by, timedelta) else shift_by


def aware(name: str, value: Any) -> None:
    """An aware datetime, or None."""
    if value is None:
        return
    if not isinstance(value, datetime):
        raise OptionError(f"`{name}` is {value!r:.80}; it must be an aware datetime")
    if value.tzinfo is None:
        raise OptionValueError(f"`{name}` is {value.isoformat()}, without a zone; it must be an aware datetime")
