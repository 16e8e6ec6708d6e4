"""cordwood: log events cut to measure for Amazon CloudWatch Logs."""

from cordwood._core import Batch, Batcher, Batches, Limits, __version__, _debug_build, batches
from cordwood.aws_command import put_log_events
from cordwood.client import PutLogEventsClient, PutLogEventsResult
from cordwood.errors import (
    AccessDeniedError,
    CredentialsError,
    Error,
    EventError,
    EventTypeError,
    InputError,
    LimitError,
    OutputError,
    PartialPutError,
    RequestError,
    UnknownOutcomeError,
    UploadError,
)
from cordwood.outcomes import Outcome, Rejected
from cordwood.reading import LogFile, read
from cordwood.report import Example, PositionRange, Report, StopKind
from cordwood.uploader import SettledBatch, Uploader, upload

__all__ = [
    "AccessDeniedError",
    "Batch",
    "Batcher",
    "Batches",
    "CredentialsError",
    "Error",
    "EventError",
    "EventTypeError",
    "Example",
    "InputError",
    "LimitError",
    "Limits",
    "LogFile",
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
    "UnknownOutcomeError",
    "UploadError",
    "Uploader",
    "__version__",
    "batches",
    "put_log_events",
    "read",
    "upload",
]

if _debug_build:
    import warnings

    warnings.warn(
        "cordwood's extension module is a debug build, many times slower than a release build; "
        "rebuild it with `pip install .` or `maturin develop --release`",
        RuntimeWarning,
        stacklevel=2,
    )
