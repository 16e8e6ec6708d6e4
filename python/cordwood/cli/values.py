"""Values of options, for argparse."""

from __future__ import annotations

import argparse
import math
import re
from datetime import datetime
from typing import Literal

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw]?)", re.IGNORECASE)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def number(value: str) -> float:
    """A finite number, for argparse."""
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise argparse.ArgumentTypeError(f"{value!r} is no number")
    return found


def duration(value: str) -> float:
    """Seconds, above 0."""
    found = _DURATION.fullmatch(value.strip())
    seconds = float(found[1]) * _SECONDS[found[2].lower()] if found else 0.0
    if not seconds > 0:
        raise argparse.ArgumentTypeError(f"{value!r} is no time above 0, as in 90, 90s, 14m, 2h or 1d")
    return seconds


def shift(value: str) -> int | Literal["to-now"]:
    """Milliseconds, of a duration that may be negative; or `to-now`."""
    if value == "to-now":
        return "to-now"
    sign = -1 if value.startswith("-") else 1
    try:
        return sign * round(duration(value.lstrip("+-")) * 1000)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"{value!r} is neither to-now nor a duration, as in 90s, 14m, 2h, 20d or (with =) --shift-by=-2h"
        ) from None


def moment(value: str) -> int:
    """Milliseconds since 1970, of ISO 8601 with a zone."""
    from cordwood.sources.file_format import milliseconds

    try:
        found: int | None = milliseconds("the time", datetime.fromisoformat(value))
    except ValueError:
        found = None
    if found is None:
        raise argparse.ArgumentTypeError(f"{value!r} is no time with a zone, as in 2026-11-25T08:00:00Z")
    return found
