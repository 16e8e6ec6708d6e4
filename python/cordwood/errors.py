"""The exceptions of cordwood. All derive from Error.

The ground of the package: this module imports nothing else of it.
"""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cordwood._model import Outcome
    from cordwood.report.report import Report


class Error(Exception):
    """Base of all exceptions that cordwood defines. They pickle, with their attributes, their notes and their cause.

    A message names an option in backticks: "app.log: its lines write no time zone; say which with `timezone`". The
    command line shows those as its flags (`--timezone`).
    """

    def __reduce__(self) -> tuple[Any, ...]:
        # Not by `__init__`, whose parameters differ from class to class.
        state = {
            **self.__dict__,
            "__cause__": _picklable(self.__cause__),
            "__suppress_context__": self.__suppress_context__,
        }
        return copyreg.__newobj__, (type(self), *self.args), state  # type: ignore[attr-defined]


def _picklable(cause: BaseException | None) -> BaseException | None:
    """The cause, or its text if it does not pickle: some of botocore's hold a connection."""
    if cause is None or isinstance(cause, Error):
        return cause
    import pickle  # here, so that importing cordwood does not wait for it

    try:
        pickle.loads(pickle.dumps(cause))
    except Exception:
        return Error(f"{type(cause).__module__}.{type(cause).__qualname__}: {cause}")
    return cause


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
    """An option is unknown, does not apply to this input, or has a value of the wrong type."""


class OptionValueError(Error, ValueError):
    """An option has a value that is not legal; the message says which values are."""


class InputError(Error):
    """An input cannot be read: a file that is missing or unreadable, or holds no log events. The message says which."""


class UncertainTimeError(InputError):
    """The lines of a log file do not show for sure when they were written, so none of them is read.

    Its subclasses say what is missing. A time in CloudWatch Logs cannot be changed once it is stored.

    Attributes:
        name: the file.
        lines: up to two of its lines that show it.
        suggestions: options, each with a value that would have the file read; of several for the same option, the
            caller knows the right one.
    """

    def __init__(
        self,
        message: str,
        *,
        name: str,
        lines: Sequence[str] = (),
        suggestions: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.name = name
        self.lines = tuple(lines)
        self.suggestions = tuple(suggestions)


class UnknownFormatError(UncertainTimeError):
    """No line, or too few of them, has a timestamp that is known.

    Attributes:
        kind: `no_timestamps`, `too_few`, `no_date`, `json_without_time`, `pretty_json`, `json_records` or
            `journal_export`.
    """

    def __init__(self, message: str, *, kind: str, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.kind = kind


class AmbiguousTimestampError(UncertainTimeError):
    """The timestamps can be read in several ways: the order of day and month, a zone, what belongs to them."""


class MissingTimeZoneError(UncertainTimeError):
    """The timestamps have no time zone, and none was specified."""


class OtherLayoutsError(UncertainTimeError):
    """Some lines begin with a timestamp in another layout than those that are read.

    Attributes:
        count: how many were seen.
    """

    def __init__(self, message: str, *, count: int, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.count = count


class OptionFitsNoLineError(UncertainTimeError):
    """An option was given that says how or where lines have their timestamps, and fits none of them.

    Attributes:
        option: its name.
        looked_at: how many lines were looked at.
    """

    def __init__(self, message: str, *, option: str, looked_at: int, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.option = option
        self.looked_at = looked_at


class OutputError(Error):
    """A file cannot be written, or must not be, because it holds something else. The message says which, and why."""


class JournalError(Error):
    """A journal cannot be continued: another process uses it, or it belongs to another upload. The message says why."""


class JournalUnwritableError(JournalError):
    """A journal cannot be created or written. Without one, the upload is still possible."""


class LimitError(Error, ValueError):
    """A list of events does not fit one PutLogEvents request; the message names the limit."""


class RequestError(Error):
    """A request to CloudWatch Logs failed.

    Attributes:
        code: the service's error code; empty if it gave none.
        request_id: the service's id of the request, which its support asks for; None if it gave none.

    """

    def __init__(self, message: str, *, code: str = "", request_id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.request_id = request_id


class CredentialsError(RequestError):
    """The credentials are missing, wrong or expired. Nothing was stored."""


class AccessDeniedError(RequestError):
    """The credentials are valid, but lack a permission. Nothing was stored; the message names action and resource."""


class UnknownOutcomeError(RequestError):
    """The request was sent and its response was lost: the events may be stored, and twice if they are sent again."""


class PartialPutError(Error):
    """One of the requests for a list of log events failed, after others had stored events or may have.

    `__cause__` is the error that it failed with; None if it was interrupted.

    Attributes:
        summary: what became of the events, in sentences, without the cause.
        events: how many the list has.
        stored: how many of them are stored.
        not_stored: positions in the list of those that are certainly not stored, in order; among them those that the
            service rejected.
        unknown: positions of those whose response was lost: they may be stored, and twice if they are sent again.

    """

    def __init__(
        self,
        cause: BaseException | None,
        summary: str,
        *,
        events: int,
        stored: int,
        not_stored: list[int],
        unknown: list[int],
    ) -> None:
        super().__init__(summary if cause is None else f"{cause}\n{summary}")
        self.__cause__ = cause
        self.summary = summary
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
