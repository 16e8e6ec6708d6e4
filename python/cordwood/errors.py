"""The exceptions of cordwood. All derive from Error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordwood._model import Outcome
from cordwood.report.ranges import spans

if TYPE_CHECKING:
    from cordwood.report.report import Report


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


class OptionError(Error, TypeError):
    """An option is unknown, does not apply to this input, or has a value of the wrong type.

    Messages of cordwood name options in backticks, as in `timezone`; the command line shows those as its flags.
    """


class OptionValueError(Error, ValueError):
    """An option has a value that is not legal; the message says which values are."""


class InputError(Error):
    """An input cannot be read: no such file, not readable, or no document of log events. The message says which."""


class OutputError(Error):
    """A file cannot be written to, or should not be: it holds something else. The message says which, and why."""


class JournalError(Error):
    """A journal cannot be gone on with: another process writes it, or it is of other input. The message says why."""


class JournalUnwritableError(JournalError):
    """A journal cannot be written where it should lie; an upload without one is still possible."""


class LimitError(Error, ValueError):
    """A list of events does not fit one PutLogEvents request; the message names the rule."""


class RequestError(Error):
    """A request to CloudWatch Logs failed.

    Attributes:
        code: the service's error code, or an empty str where it gave none.
        request_id: the service's id of the request, for its support; None where there is none.

    """

    def __init__(self, message: str, *, code: str = "", request_id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.request_id = request_id


class CredentialsError(RequestError):
    """The credentials are missing, wrong, or no longer valid. Nothing was stored."""


class AccessDeniedError(RequestError):
    """The credentials are good, but may not do this. Nothing was stored; the message names action and resource."""


class UnknownOutcomeError(RequestError):
    """The request went out and no answer came that counts: its events may be stored, and double if sent again."""


class PartialPutError(Error):
    """Of several requests for one list of log events, one failed, and others had stored events or may have.

    `__cause__` is the error that it failed with; None where it was interrupted.

    Attributes:
        events: how many the list has.
        stored: how many of them the service took.
        not_stored: positions in the list of those that are certainly not stored, in order; among them those that the
            service rejected one by one.
        unknown: positions of those whose answer was lost: they may be stored, and twice if sent again.
        told: all that in sentences, without the cause.

    """

    def __init__(
        self,
        cause: BaseException | None,
        *,
        events: int,
        stored: int,
        not_stored: list[int],
        unknown: list[int],
        first_timestamp: int,
    ) -> None:
        told = [f"{stored:,} of {events:,} log events were stored before it."]
        if unknown:
            told.append(f"The answer for {len(unknown):,} was lost, they may be stored: positions {spans(unknown)}.")
        if not_stored:
            told.append(f"{len(not_stored):,} were not stored: positions {spans(not_stored)} of the input.")
        told.append(f"The first request that failed begins with timestamp {first_timestamp}.")
        self.told = " ".join(told)
        super().__init__(self.told if cause is None else f"{cause}\n{self.told}")
        self.__cause__ = cause
        self.events = events
        self.stored = stored
        self.not_stored = not_stored
        self.unknown = unknown


class UploadError(Error):
    """Events of an upload ended otherwise than accepted.

    Attributes:
        report: what became of every event.

    """

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message)
        self.report = report
