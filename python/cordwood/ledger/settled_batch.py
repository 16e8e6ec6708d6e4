"""What `on_batch` is told."""

from __future__ import annotations

from typing import NamedTuple

from cordwood._model import Outcome


class SettledBatch(NamedTuple):
    """A batch whose events have their outcome."""

    log_stream_name: str
    """Where it went."""
    outcome: Outcome
    """What became of its events, but for those rejected in it."""
    events: int
    """How many it held."""
    rejected: int
    """How many of them the service did not take for their age, though it took the batch."""
    nbytes: int
    """Its size as the service counts it."""
    first_timestamp: int
    """Of its events, in milliseconds since 1970."""
    last_timestamp: int
    """Likewise."""
    attempts: int
    """Requests that it went out with."""
    seconds: float
    """How long the last of them took; 0 where none went out."""
    request_id: str | None
    """The service's id of the last of them."""
    reason: str
    """Why it was not accepted; empty where it was."""
