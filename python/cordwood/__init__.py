"""cordwood: log events cut to measure for Amazon CloudWatch Logs."""

from cordwood._core import Batch, Batcher, Batches, Limits, __version__, _debug_build, batches
from cordwood.client import PutLogEventsClient, PutLogEventsResult
from cordwood.errors import (
    AccessDeniedError,
    CredentialsError,
    Error,
    EventError,
    EventTypeError,
    LimitError,
    RequestError,
    UnknownOutcomeError,
)
from cordwood.outcomes import Outcome, Rejected

__all__ = [
    "AccessDeniedError",
    "Batch",
    "Batcher",
    "Batches",
    "CredentialsError",
    "Error",
    "EventError",
    "EventTypeError",
    "LimitError",
    "Limits",
    "Outcome",
    "PutLogEventsClient",
    "PutLogEventsResult",
    "Rejected",
    "RequestError",
    "UnknownOutcomeError",
    "__version__",
    "batches",
]

if _debug_build:
    import warnings

    warnings.warn(
        "cordwood's extension module is a debug build, many times slower than a release build; "
        "rebuild it with `pip install .` or `maturin develop --release`",
        RuntimeWarning,
        stacklevel=2,
    )
