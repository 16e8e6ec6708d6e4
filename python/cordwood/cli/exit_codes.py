"""Exit codes of the command: those of AWS CLI v2, and two for what becomes of an upload's events."""

from cordwood.errors import Error

DONE = 0
NOT_DELIVERED = 1
"""Events are undelivered or of unknown fate: good to run again."""
REJECTED = 2
"""Done, but events were permanently rejected, or part of the input was damaged."""
USAGE_ERROR = 252
CONFIGURATION_ERROR = 253
SERVICE_ERROR = 254
OTHER_ERROR = 255
INTERRUPTED = 130
TERMINATED = 143


class Failure(Error):
    """A command cannot go on; its message says why, its code what the process exits with."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
