"""What became of every event of an upload, in bounded memory, and in words."""

from typing import TYPE_CHECKING

from cordwood._lazy import lazy
from cordwood._model import StopKind, TimeRange

if TYPE_CHECKING:
    from cordwood.report.latencies import Latencies
    from cordwood.report.ranges import PositionRange
    from cordwood.report.report import DeadLetterFile, ErrorCount, Example, Report
else:
    _REPORT = "cordwood.report.report"
    # Not before it is asked for: errors, which everybody imports, name ranges only.
    __getattr__ = lazy(
        __name__,
        globals(),
        {
            "Latencies": "cordwood.report.latencies",
            "PositionRange": "cordwood.report.ranges",
            **dict.fromkeys(("DeadLetterFile", "ErrorCount", "Example", "Report"), _REPORT),
        },
    )

__all__ = [
    "DeadLetterFile",
    "ErrorCount",
    "Example",
    "Latencies",
    "PositionRange",
    "Report",
    "StopKind",
    "TimeRange",
]
