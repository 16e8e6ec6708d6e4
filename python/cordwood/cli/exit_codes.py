"""Exit codes of the command, and which one an upload ends with: those of AWS CLI v2, and two for its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordwood._model import StopKind
from cordwood.awscli.exit_codes import (
    CONFIGURATION_ERROR,
    DONE,
    INTERRUPTED,
    OTHER_ERROR,
    SERVICE_ERROR,
    USAGE_ERROR,
)
from cordwood.errors import Error

if TYPE_CHECKING:
    from cordwood.report import Report

__all__ = [
    "CONFIGURATION_ERROR",
    "DONE",
    "INTERRUPTED",
    "NOT_DELIVERED",
    "OTHER_ERROR",
    "REJECTED",
    "SERVICE_ERROR",
    "TERMINATED",
    "USAGE_ERROR",
    "Failure",
]

NOT_DELIVERED = 1
"""Events are undelivered or of unknown fate: good to run again."""
REJECTED = 2
"""Done, but events were permanently rejected, or part of the input was damaged."""
TERMINATED = 143


class Failure(Error):
    """A command cannot go on; its message says why, its code what the process exits with."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def exit_code(
    report: Report,
    *,
    damaged: bool,
    cut_short: bool = False,
    error: Exception | None = None,
    signal: int | None = None,
) -> int:
    """The exit code for what became of an upload; if several apply, the one that says most.

    Args:
        report: what became of the events.
        damaged: part of the input could not be read as events.
        cut_short: a compressed file was truncated or damaged.
        error: what ended the reading before the input's end.
        signal: 128 plus the number of the signal that interrupted it.

    """
    if signal is not None:
        return signal
    job_level = {
        StopKind.CONFIGURATION: CONFIGURATION_ERROR,
        StopKind.SERVICE: SERVICE_ERROR,
        StopKind.FAULT: OTHER_ERROR,
    }
    if report.stop_kind in job_level:
        return job_level[report.stop_kind]
    if error is not None:
        return USAGE_ERROR
    if report.not_delivered or report.stopped or cut_short:
        return NOT_DELIVERED
    return REJECTED if report.failed() or damaged else DONE
