"""What became of every event of an upload, in bounded memory, and in words."""

from cordwood.report.ranges import PositionRange
from cordwood.report.report import Example, Report, StopKind

__all__ = ["Example", "PositionRange", "Report", "StopKind"]
