"""Open the source for what a program passes in: events in memory, Arrow tables, files, dead letters."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from cordwood._core import batches
from cordwood.client.connection import connect
from cordwood.dead_letters import is_dead_letters
from cordwood.errors import InputError
from cordwood.policies import Extra, InvalidText, Oversize
from cordwood.sources.dead_letter_files import DeadLetterFiles
from cordwood.sources.file_format import Reading
from cordwood.sources.in_memory import Events, StreamedEvents
from cordwood.sources.log_files import LogFiles
from cordwood.sources.paths import files_of
from cordwood.sources.s3 import is_s3, lazy_client
from cordwood.sources.source import Source


def open_source(
    events: Iterable[Any] | os.PathLike[str],
    log_stream_name: str | Callable[[Any], str],
    *,
    oversize: Oversize,
    invalid_text: InvalidText,
    extra: Extra = "reject",
    include_possible_duplicates: bool = False,
    keep_rejected: bool = False,
    reading: Reading | None = None,
    s3: Callable[[], Any] | None = None,
) -> Source:
    """Return the source that reads this input."""
    text: dict[str, Any] = {"oversize": oversize, "invalid_text": invalid_text, "keep_rejected": keep_rejected}
    paths = _paths(events)
    if paths:
        if callable(log_stream_name):
            raise TypeError("the events of a file go to one log stream: pass its name, not a function")
        marked = [path for path in paths if not is_s3(path) and is_dead_letters(path)]
        if marked and len(marked) < len(paths):
            raise InputError(f"{marked[0]} holds dead letters, and not all of the others do: upload them apart")
        if marked:
            return DeadLetterFiles(
                paths, log_stream_name, include_possible_duplicates=include_possible_duplicates, **text
            )
        s3 = lazy_client(s3 or (lambda: connect("s3")))
        files = files_of(paths, recursive=False, s3=s3)
        return LogFiles(files, log_stream_name, extra=extra, reading=reading, s3=s3, **text)
    assert not isinstance(events, os.PathLike)
    if hasattr(events, "__arrow_c_stream__") or hasattr(events, "__arrow_c_array__"):
        if callable(log_stream_name):
            raise TypeError("the rows of an Arrow table go to one log stream: pass its name, not a function")
        return Events(events, log_stream_name, **text)
    if isinstance(events, (str, bytes, bytearray, Mapping)) or not hasattr(type(events), "__iter__"):
        no_events: Any = events
        batches(no_events)  # raises what says why
    if callable(log_stream_name) or not isinstance(events, Sequence):
        return StreamedEvents(events, log_stream_name, **text)
    return Events(events, log_stream_name, **text)


def _paths(events: Any) -> list[Any]:
    """Return the paths, if the events are files; else an empty list."""
    if isinstance(events, os.PathLike) or is_s3(events):
        return [events]
    if isinstance(events, (list, tuple)) and all(isinstance(one, os.PathLike) or is_s3(one) for one in events):
        return list(events)
    return []
