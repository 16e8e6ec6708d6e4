"""What became of every event of an upload, in bounded memory, and in words."""

from cordwood.report.latencies import Latencies
from cordwood.report.ranges import PositionRange
from cordwood.report.report import DeadLetterFile, ErrorCount, Example, Report, StopKind, TimeRange

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
