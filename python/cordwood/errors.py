"""The exceptions of cordwood. All derive from Error."""

from cordwood.outcomes import Outcome


class Error(Exception):
    """Base of all exceptions that cordwood defines."""


class EventError(Error, ValueError):
    """An event of the input is not a legal log event.

    Attributes:
        position: the event's 0-based place in the caller's input.
        outcome: which rule it breaks.
        reason: the measured value, the limit, and what to do.
    """

    def __init__(self, position: int, outcome: Outcome, reason: str) -> None:
        super().__init__(position, outcome, reason)
        self.position = position
        self.outcome = outcome
        self.reason = reason

    def __str__(self) -> str:
        return f"event {self.position}: {self.reason}"


class EventTypeError(EventError, TypeError):
    """An event of the input, its timestamp or its message has the wrong type."""
