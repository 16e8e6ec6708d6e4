"""Open what a caller passes in: events in memory, Arrow tables, log files, dead letters."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any

from cordwood._core import batches
from cordwood.client.connection import connect
from cordwood.dead_letters import is_dead_letters
from cordwood.errors import InputError, OptionError
from cordwood.name_template import NameTemplate
from cordwood.options import (
    DeadLetterOptions,
    JournalOptions,
    MessageOptions,
    Options,
    OptionSet,
    ReadOptions,
    ResendOptions,
    SendOptions,
)
from cordwood.options.signatures import FOR_MEMORY
from cordwood.sources.dead_letter_files import DeadLetterFiles
from cordwood.sources.in_memory import Events, StreamedEvents
from cordwood.sources.log_files import LogFiles
from cordwood.sources.paths import FoundFile, files_of
from cordwood.sources.routing import is_table
from cordwood.sources.s3 import is_s3, lazy_client
from cordwood.sources.source import FileSource, Source


def open_source(
    events: Iterable[Any] | os.PathLike[str],
    stream: NameTemplate | Callable[[Any], str],
    options: OptionSet,
    *,
    s3: Callable[[], Any] | None = None,
) -> Source:
    """Open the source that reads an input.

    Raises:
        OptionError: an option was given that means nothing for such an input.
        InputError: a file cannot be read.
        TypeError: the input is neither.

    """
    paths = paths_of(events)
    if paths:
        if not isinstance(stream, NameTemplate):
            raise TypeError("the events of a file go to the log stream of a name or a template: pass that, no function")
        s3 = lazy_client(s3 or (lambda: connect("s3")))
        return open_files(files_of(paths, recursive=False, s3=s3), stream, options, s3=s3)
    check_applies(options, "events in memory", ReadOptions, JournalOptions, ResendOptions, but=FOR_MEMORY)
    keep = options[DeadLetterOptions].dead_letters is not None
    messages = options[MessageOptions]
    timezone = options[ReadOptions].timezone
    assert not isinstance(events, os.PathLike)
    if is_table(events):
        if not isinstance(stream, NameTemplate):
            raise TypeError("the rows of a table go to one log stream: pass its name, not a function")
        return Events(events, stream, messages, keep_rejected=keep, timezone=timezone)
    if isinstance(events, (str, bytes, bytearray, Mapping)) or not hasattr(type(events), "__iter__"):
        no_events: Any = events
        batches(no_events)  # which raises the error that says what is wrong with it
    if isinstance(stream, NameTemplate) and isinstance(events, Sequence):
        return Events(events, stream, messages, keep_rejected=keep, timezone=timezone)
    return StreamedEvents(
        events,
        stream,
        messages,
        keep_rejected=keep,
        timezone=timezone,
        max_memory=options[SendOptions].max_memory,
    )


def open_files(
    files: Sequence[FoundFile],
    template: NameTemplate,
    options: OptionSet,
    *,
    assume_utc: bool = False,
    s3: Callable[[], Any] | None = None,
) -> FileSource:
    """Open files: logs, or dead letters, which are recognized by their mark.

    Args:
        files: as `files_of` found them.
        template: the log stream; for dead letters only if it is one name, else each goes to the stream that it names.
        options: of these, what a group that does not apply has is an error.
        assume_utc: take UTC if a zone is not known: for rehearsals, which store nothing.
        s3: gives the boto3 client for objects in S3.

    Raises:
        OptionError: an option was given that means nothing for such files.
        InputError: one of them cannot be read, or some are dead letters and others are not.

    """
    keep = options[DeadLetterOptions].dead_letters is not None
    paths = [file.path for file in files]
    marked = [path for path in paths if path != "-" and not is_s3(path) and is_dead_letters(path)]
    if not marked:
        check_applies(options, "log files", ResendOptions)
        return LogFiles(
            paths,
            template,
            read=options[ReadOptions],
            messages=options[MessageOptions],
            keep_rejected=keep,
            assume_utc=assume_utc,
            file_names=[file.name for file in files],
            s3=s3,
        )
    if len(marked) < len(paths):
        raise InputError(f"{marked[0]} holds dead letters, and not all of the others do: upload them apart")
    check_applies(options, "dead letters", ReadOptions, JournalOptions)
    return DeadLetterFiles(
        paths,
        template.fixed,
        include_possible_duplicates=options[ResendOptions].include_possible_duplicates,
        messages=options[MessageOptions],
        keep_rejected=keep,
    )


_APPLY_TO: dict[type[Options], str] = {
    ReadOptions: "log files",
    JournalOptions: "log files",
    ResendOptions: "files of dead letters",
}


def check_applies(options: OptionSet, what: str, *groups: type[Options], but: Container[str] = ()) -> None:
    """Refuse options of groups that mean nothing for such an input, but for some of them.

    Raises:
        OptionError: one was given.

    """
    for group in groups:
        for name in (name for name in options.given(group) if name not in but):
            raise OptionError(f"`{name}` applies to {_APPLY_TO[group]}, and the input is {what}: leave it out")


def paths_of(events: Any) -> list[Any]:
    """The files that an input is; none if it is not one of files."""
    if isinstance(events, os.PathLike) or is_s3(events):
        return [events]
    if isinstance(events, (list, tuple)) and all(isinstance(one, os.PathLike) or is_s3(one) for one in events):
        return list(events)
    return []
