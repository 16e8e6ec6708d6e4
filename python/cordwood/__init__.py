"""cordwood: log events cut to measure for Amazon CloudWatch Logs."""

from typing import TYPE_CHECKING

from cordwood._core import Batch, Batcher, Batches, Limits, __version__, _debug_build, batches
from cordwood._lazy import lazy
from cordwood._model import Outcome, Rejected, StopKind
from cordwood.errors import (
    AccessDeniedError,
    AmbiguousTimestampError,
    CredentialsError,
    Error,
    EventError,
    EventTypeError,
    InputError,
    JournalError,
    JournalUnwritableError,
    LimitError,
    MissingTimeZoneError,
    OptionError,
    OptionFitsNoLineError,
    OptionValueError,
    OtherLayoutsError,
    OutputError,
    PartialPutError,
    RequestError,
    UncertainTimeError,
    UnknownFormatError,
    UnknownOutcomeError,
    UploadError,
)

if TYPE_CHECKING:
    from cordwood._model import SettledBatch
    from cordwood.awscli.function import put_log_events
    from cordwood.client import PutLogEventsClient, PutLogEventsResult
    from cordwood.log_file import LogFile, read
    from cordwood.report import Example, PositionRange, Report
    from cordwood.uploader.upload import upload
    from cordwood.uploader.uploader import Uploader

__all__ = [
    "AccessDeniedError",
    "AmbiguousTimestampError",
    "Batch",
    "Batcher",
    "Batches",
    "CredentialsError",
    "Error",
    "EventError",
    "EventTypeError",
    "Example",
    "InputError",
    "JournalError",
    "JournalUnwritableError",
    "LimitError",
    "Limits",
    "LogFile",
    "MissingTimeZoneError",
    "OptionError",
    "OptionFitsNoLineError",
    "OptionValueError",
    "OtherLayoutsError",
    "Outcome",
    "OutputError",
    "PartialPutError",
    "PositionRange",
    "PutLogEventsClient",
    "PutLogEventsResult",
    "Rejected",
    "Report",
    "RequestError",
    "SettledBatch",
    "StopKind",
    "UncertainTimeError",
    "UnknownFormatError",
    "UnknownOutcomeError",
    "UploadError",
    "Uploader",
    "__version__",
    "batches",
    "put_log_events",
    "read",
    "upload",
]

if not TYPE_CHECKING:  # which would take any name for one that is here
    # Who only cuts batches waits for no uploader.
    __getattr__ = lazy(
        __name__,
        globals(),
        {
            "put_log_events": "cordwood.awscli.function",
            "PutLogEventsClient": "cordwood.client",
            "PutLogEventsResult": "cordwood.client",
            "LogFile": "cordwood.log_file",
            "read": "cordwood.log_file",
            "Example": "cordwood.report",
            "PositionRange": "cordwood.report",
            "Report": "cordwood.report",
            "SettledBatch": "cordwood._model",
            "Uploader": "cordwood.uploader.uploader",
            "upload": "cordwood.uploader.upload",
        },
    )


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if _debug_build:
    import warnings

    warnings.warn(
        "cordwood's extension module is a debug build, many times slower than a release build; "
        "rebuild it with `pip install .` or `maturin develop --release`",
        RuntimeWarning,
        stacklevel=2,
    )
