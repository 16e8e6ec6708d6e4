"""The parts of a report: examples of events, errors of requests, the dead-letter file."""

from __future__ import annotations

from typing import NamedTuple

from cordwood._model import Outcome


class Example(NamedTuple):
    """One event that was not accepted, and why."""

    position: int
    """Its 0-based index in the input; in a file, the byte offset at which it starts."""
    outcome: Outcome
    """What became of it."""
    reason: str
    """The measured value, the limit, and what to do; or what the service answered."""
    line: int | None = None
    """In a file, the number of its line, from 1."""
    source: str = ""
    """The name of the file; empty for events in memory."""


class ErrorCount(NamedTuple):
    """Requests that failed with one error code."""

    requests: int
    """How many."""
    request_id: str | None
    """The service's id of the first of them, for its support; None if it gave none."""
    message: str
    """The message of the first of them."""


class DeadLetterFile(NamedTuple):
    """The file of the events that were not accepted."""

    path: str
    """Its name."""
    written: int
    """Events that this run wrote to it."""
    lost: int
    """Events that should be in it but are not: writing failed, or the run was interrupted before."""
    fault: str
    """Why the first of them could not be written; empty if none failed."""
