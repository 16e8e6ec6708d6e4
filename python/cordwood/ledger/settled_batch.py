"""What `on_batch` is called with."""

from __future__ import annotations

from typing import NamedTuple

from cordwood._model import Outcome


class SettledBatch(NamedTuple):
    """A batch whose events have their outcome."""

    log_stream_name: str
    """Where it went."""
    outcome: Outcome
    """What became of its events, except for those rejected."""
    events: int
    """How many it held."""
    rejected: int
    """How many of them the service rejected for their age although it accepted the batch."""
    nbytes: int
    """Its size as the service counts it."""
    first_timestamp: int
    """The earliest of its events, in milliseconds since 1970."""
    last_timestamp: int
    """The latest of its events."""
    attempts: int
    """Requests that it went out with."""
    seconds: float
    """How long the last of them took; 0 if none went out."""
    request_id: str | None
    """The service's id of the last of them; None if it gave none."""
    reason: str
    """Why it was not accepted; empty if it was."""
