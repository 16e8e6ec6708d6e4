"""What `upload` keeps beyond the run: the journal, the dead letters, the report's file."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TypeGuard

from cordwood._text import plural
from cordwood.cli.destination import Destination
from cordwood.cli.exit_codes import USAGE_ERROR, Failure
from cordwood.cli.options import names
from cordwood.cli.stderr import Messages
from cordwood.errors import InputError, JournalError, JournalUnwritableError, OutputError
from cordwood.sources.stream_names import StreamNames

if TYPE_CHECKING:
    from cordwood.dead_letters import DeadLetters
    from cordwood.journal import Journal
    from cordwood.sources.dead_letter_files import DeadLetterFiles
    from cordwood.sources.log_files import LogFiles


def check_outputs(options: argparse.Namespace) -> None:
    """Make sure, before any work, that what is to be written can be.

    Raises:
        Failure: it cannot.

    """
    from cordwood.report.document import check_report_path

    if options.report is not None:
        try:
            check_report_path(options.report)
        except OutputError as fault:
            raise Failure(USAGE_ERROR, str(fault)) from fault


def open_dead_letters(options: argparse.Namespace, stack: ExitStack) -> DeadLetters | None:
    """The file for dead letters, where one is wanted; closed with the stack.

    Raises:
        Failure: it cannot be written, or holds something else.

    """
    if options.dead_letter is None:
        return None
    from cordwood.dead_letters import DeadLetters

    try:
        letters = DeadLetters(
            options.dead_letter,
            log_group_name=options.log_group_name,
            log_stream_name=StreamNames(options.log_stream_name).fixed,
        )
    except OutputError as fault:
        raise Failure(USAGE_ERROR, str(fault)) from fault
    stack.callback(letters.close)
    return letters


def open_journal(
    options: argparse.Namespace,
    to: Destination,
    source: LogFiles | DeadLetterFiles,
    messages: Messages,
    stack: ExitStack,
) -> Journal | None:
    """The journal, where one is kept; closed with the stack.

    Raises:
        Failure: the one that was named cannot be used, or the sources have changed since it was written.

    """
    if options.journal == "none" or (options.journal == "auto" and not _is_kept_unasked(options, source)):
        return None
    from cordwood.journal import default_path
    from cordwood.uploader import resume

    destination = {
        "log_group_name": options.log_group_name,
        "log_stream_name": options.log_stream_name,
        "endpoint_url": "local" if options.local else to.client.meta.endpoint_url,
        "region": to.client.meta.region_name,
        "profile": options.profile or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or "",
    }
    automatic = options.journal == "auto"
    try:
        path = options.journal
        if automatic and _is_of_files(source):
            path = default_path(source.identities(), destination)
        journal = resume.open_journal(
            path,
            source,
            options=reading(options),
            destination=destination,
            force=options.force,
            at_most_once=options.at_most_once,
        )
    except JournalUnwritableError as fault:
        if not automatic:
            raise Failure(USAGE_ERROR, str(fault)) from fault
        messages.say(
            f"warning: {fault}; the upload goes on without: interrupted, it could not go on where it stopped "
            "(--journal names another place, --journal none says that none is wanted)"
        )
        return None
    except (JournalError, InputError) as fault:
        raise Failure(USAGE_ERROR, str(fault)) from fault
    stack.enter_context(journal)
    return journal


def _is_kept_unasked(options: argparse.Namespace, source: LogFiles | DeadLetterFiles) -> bool:
    return not options.local and _is_of_files(source) and source.can_resume


def _is_of_files(source: LogFiles | DeadLetterFiles) -> TypeGuard[LogFiles]:
    from cordwood.sources.log_files import LogFiles

    return isinstance(source, LogFiles)


def reading(options: argparse.Namespace) -> dict[str, Any]:
    """The options which, if changed, would make other events of the same bytes."""
    return {name: getattr(options, name) for name in _READING}


_READING = (
    "oversize", "invalid_text", "extra",
    "format", "timezone", "year", "timestamp_format", "timestamp_regex", "timestamp_field", "timestamp_from",
    "multiline_start", "message_field", "encoding", "shift_by",
    "since", "until", "filter", "exclude",
)  # fmt: skip


def say_what_is_resumed(journal: Journal, source: LogFiles | DeadLetterFiles, messages: Messages) -> None:
    """Tell the user that an earlier run began this."""
    done = sum(journal.earlier.values())
    if journal.finished:
        messages.say(f"{names(source.names)}: already uploaded ({plural(done, 'event')}); --force sends it again")
    elif journal.resumed:
        messages.say(f"going on where an earlier run stopped: {plural(done, 'event')} settled (journal {journal.path})")


def resume_command() -> str:
    """The command that this process is, as a shell takes it."""
    return shlex.join([os.path.basename(sys.argv[0]), *sys.argv[1:]])
