"""Exit codes of the command: those of AWS CLI v2, and two for what becomes of an upload's events."""

from cordwood.awscli.exit_codes import (
    CONFIGURATION_ERROR,
    DONE,
    INTERRUPTED,
    OTHER_ERROR,
    SERVICE_ERROR,
    USAGE_ERROR,
)
from cordwood.errors import Error

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
