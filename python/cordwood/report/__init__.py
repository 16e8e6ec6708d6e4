"""What became of every event of an upload, in bounded memory, and in words."""

from cordwood._model import StopKind, TimeRange
from cordwood.report.entries import DeadLetterFile, ErrorCount, Example
from cordwood.report.latencies import Latencies
from cordwood.report.ranges import PositionRange
from cordwood.report.report import Report

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
