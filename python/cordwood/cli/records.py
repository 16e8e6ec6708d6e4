"""What `upload` keeps beyond the run: the journal, the dead letters, the report's file."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from cordwood._text import plural
from cordwood.cli.destination import Destination
from cordwood.cli.exit_codes import USAGE_ERROR, Failure
from cordwood.cli.flags import add_flags
from cordwood.cli.input import in_short
from cordwood.cli.stderr import Messages
from cordwood.errors import InputError, JournalError, JournalUnwritableError, OutputError
from cordwood.options import DeadLetterOptions, JournalOptions, ResendOptions, SendOptions
from cordwood.options.signatures import event_options

if TYPE_CHECKING:
    from cordwood.cli.arguments import UploadArguments
    from cordwood.dead_letters import DeadLetters
    from cordwood.journal import Journal
    from cordwood.sources.source import FileSource


def add_records(command: argparse.ArgumentParser) -> None:
    """Add the options for what is kept beyond the run."""
    group = command.add_argument_group("what is kept")
    add_flags(group, JournalOptions)
    group.add_argument(
        "--report", metavar="FILE|-", help="The report as JSON, complete also after an interrupt; - is standard output"
    )
    add_flags(group, DeadLetterOptions)
    add_flags(group, ResendOptions)


def check_outputs(arguments: UploadArguments) -> None:
    """Make sure, before any work, that what is to be written can be.

    Raises:
        Failure: it cannot.

    """
    from cordwood.report.document import check_report_path

    if arguments.report is not None:
        try:
            check_report_path(arguments.report)
        except OutputError as error:
            raise Failure(USAGE_ERROR, str(error)) from error


def open_dead_letters(arguments: UploadArguments, stack: ExitStack) -> DeadLetters | None:
    """The file for dead letters, if one is wanted; closed with the stack.

    Raises:
        Failure: it cannot be written, or holds something else.

    """
    path = arguments.options[DeadLetterOptions].dead_letters
    if path is None:
        return None
    from cordwood.dead_letters import DeadLetters

    try:
        letters = DeadLetters(path, log_group_name=arguments.log_group_name, log_stream_name=arguments.template.fixed)
    except OutputError as error:
        raise Failure(USAGE_ERROR, str(error)) from error
    stack.callback(letters.close)
    return letters


def open_journal(
    arguments: UploadArguments,
    to: Destination,
    source: FileSource,
    messages: Messages,
    stack: ExitStack,
) -> Journal | None:
    """The journal, if one is kept; closed with the stack.

    Raises:
        Failure: the one that was named cannot be used, or the sources have changed since it was written.

    """
    automatic = arguments.journal == "auto"
    if arguments.journal == "none" or (automatic and not _is_kept_by_default(arguments, source)):
        return None
    from cordwood.journal import default_path
    from cordwood.uploader import resume

    destination = resume.destination_of(
        to.client, arguments.log_group_name, arguments.log_stream_name, is_local=arguments.local
    )
    try:
        path: str | os.PathLike[str] = arguments.journal
        if automatic:
            path = default_path(source.identities(), destination)
        journal = resume.open_journal(
            path,
            source,
            options=event_options(arguments.options),
            destination=destination,
            force=arguments.force,
            at_most_once=arguments.options[SendOptions].at_most_once,
        )
    except JournalUnwritableError as error:
        if not automatic:
            raise Failure(USAGE_ERROR, str(error)) from error
        messages.say(
            f"warning: {error}; the upload goes on without a journal, so it cannot go on where it stopped if it is "
            "interrupted (--journal names another place, or none)"
        )
        return None
    except (JournalError, InputError) as error:
        raise Failure(USAGE_ERROR, str(error)) from error
    stack.enter_context(journal)
    return journal


def _is_kept_by_default(arguments: UploadArguments, source: FileSource) -> bool:
    return not arguments.local and source.can_resume


def say_what_is_resumed(journal: Journal, source: FileSource, messages: Messages) -> None:
    """Say that an earlier run began this upload."""
    done = sum(journal.earlier.values())
    if journal.finished:
        messages.say(f"{in_short(source.names)}: already uploaded ({plural(done, 'event')}); `force` sends it again")
    elif journal.resumed:
        messages.say(f"going on where an earlier run stopped: {plural(done, 'event')} settled (journal {journal.path})")


def resume_command() -> str:
    """The command that this process is, as a shell takes it."""
    return shlex.join([os.path.basename(sys.argv[0]), *sys.argv[1:]])
