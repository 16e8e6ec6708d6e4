"""`cordwood upload`: the log events of files, or of standard input, to one log stream."""

from __future__ import annotations

import argparse
import math
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from cordwood._text import plural
from cordwood.cli.arguments import UploadArguments
from cordwood.cli.destination import Destination, destination, log_group_retention
from cordwood.cli.exit_codes import (
    DONE,
    OTHER_ERROR,
    USAGE_ERROR,
    Failure,
    exit_code,
)
from cordwood.cli.flags import UPLOAD, add_flags, with_flags
from cordwood.cli.input import (
    add_input,
    describe,
    in_short,
    in_words,
    open_input,
    read_input,
    say_error,
    time_range,
)
from cordwood.cli.pace import numbers_of
from cordwood.cli.progress import Progress, display_of
from cordwood.cli.records import (
    add_records,
    check_outputs,
    open_dead_letters,
    open_journal,
    resume_command,
    say_what_is_resumed,
)
from cordwood.cli.signals import Signals, ended_by_signals
from cordwood.cli.stderr import Messages
from cordwood.cli.stdout import write
from cordwood.errors import Error, OutputError
from cordwood.options import CreateOptions, LingerOptions, SendOptions

if TYPE_CHECKING:
    from cordwood.dead_letters import DeadLetters
    from cordwood.journal import Journal
    from cordwood.report import Report
    from cordwood.sources.source import FileSource
    from cordwood.uploader.job import UploadJob

DESCRIPTION = """\
Send the log events of files, of any size and in constant memory, to one log stream, and report what became of each.
What was throttled or got no answer is sent again; where an answer was lost, events may be stored twice, and the report
says which.
"""

EPILOG = """\
exit codes: 0 all accepted; 1 events are undelivered or of unknown fate; 2 done, but events were rejected for good or
part of the input was damaged; 130, 143 interrupted; 252 usage or input; 253 configuration or credentials; 254 the
service refuses the job; 255 anything else.

  cordwood plan events.json --log-group-name my-logs --log-stream-name 20150601
  cordwood upload events.json --log-group-name my-logs --log-stream-name 20150601 --local
  aws logs filter-log-events --log-group-name old | cordwood upload --log-group-name new --log-stream-name copied
"""


def add_to(command: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    command.description, command.epilog = DESCRIPTION, EPILOG
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    add_input(command, needs_names=True)
    delivery = command.add_argument_group("delivery")
    add_flags(delivery, SendOptions)
    add_flags(delivery, LingerOptions)
    add_records(command)
    command.set_defaults(run=run)


def read_arguments(arguments: argparse.Namespace) -> UploadArguments:
    """What the command line asks for; leaves with 252 if it is wrong."""
    journal = getattr(arguments, "journal", "auto")
    force = getattr(arguments, "force", False)
    if force and journal == "none":
        arguments.usage_error("--force forgets what a journal remembers: it does not go with --journal none")
    shared = read_input(
        arguments,
        UPLOAD,
        log_group_name=arguments.log_group_name,
        log_stream_name=arguments.log_stream_name,
        assume_utc=arguments.local,
        # Where one is kept by default is known once the files are.
        journal=journal if journal not in ("auto", "none") else None,
        force=None,
    )
    return UploadArguments(
        **shared,
        journal=journal,
        force=force,
        report=arguments.report,
        local=arguments.local,
        check_log_group=arguments.check_log_group,
    )


def run(arguments: argparse.Namespace) -> int:
    """Upload, and return the exit code."""
    messages = Messages("cordwood upload")
    command = read_arguments(arguments)
    try:
        check_outputs(command)
        with ended_by_signals(), destination(command) as to, ExitStack() as stack:
            return _upload(command, to, stack, messages)
    except Failure as failure:
        say_error(failure.__cause__, str(failure), messages)
        return failure.code


def _upload(arguments: UploadArguments, to: Destination, stack: ExitStack, messages: Messages) -> int:
    source = open_input(arguments)
    letters = open_dead_letters(arguments, stack)
    journal = open_journal(arguments, to, source, messages, stack)
    if journal is not None:
        say_what_is_resumed(journal, source, messages)
        if journal.finished:
            return DONE
    job = _job(arguments, to, source, journal, letters)
    timeout = arguments.options[SendOptions].shutdown_timeout
    with Signals(job.stop, messages, timeout) as signals, messages.instead_of_logs():
        _announce(arguments, to, source, messages)
        report, error = _run(
            job,
            Progress(
                lambda: numbers_of(job.ledger, source, job.workers.in_flight),
                display_of(arguments.progress, messages),
            ),
        )
        code = exit_code(
            report,
            damaged=source.damaged,
            cut_short=bool(source.cut_short),
            error=error,
            signal=signals.exit_code,
        )
        for cut in source.cut_short:
            messages.say(f"error: {cut}; what it held before that was read")
        if error is not None:
            say_error(error, in_words(error, source), messages)
        if source.damaged:
            messages.say("part of the input could not be read as log events: see the invalid ones")
        code = _report(arguments, to, report, source, code, messages)
    if arguments.local:
        sent = plural(report.accepted - report.already_accepted, "event")
        messages.say(
            f"LOCAL RUN: NOTHING LEFT THIS MACHINE. {sent} went to an endpoint on it, which ends now, and they are "
            "gone with it"
        )
    return code


def _report(
    arguments: UploadArguments,
    to: Destination,
    report: Report,
    source: FileSource,
    code: int,
    messages: Messages,
) -> int:
    """Write the report wherever it is wanted, and return the exit code."""
    from cordwood.report.document import as_json, write_report

    found = _document(arguments, to, report, source, code)
    as_table = arguments.output == "table" and arguments.report != "-"
    if arguments.report not in (None, "-"):
        try:
            write_report(found, arguments.report)
        except OutputError as error:
            messages.say(f"error: {error}; here it is instead")
            as_table = False
            code = code or OTHER_ERROR
    return write(with_flags(str(report)) if as_table else as_json(found), code, messages)


def _job(
    arguments: UploadArguments,
    to: Destination,
    source: FileSource,
    journal: Journal | None,
    letters: DeadLetters | None,
) -> UploadJob:
    from cordwood.client.client import client_over
    from cordwood.delivery.time_window import TimeWindow
    from cordwood.uploader.job import UploadJob

    retention = arguments.options[CreateOptions].retention_in_days
    if arguments.check_log_group:
        retention = log_group_retention(to, arguments.log_group_name)
    client = client_over(to.client, arguments.options)
    return UploadJob(
        source,
        client,
        arguments.log_group_name,
        arguments.log_stream_name,
        window=TimeWindow(retention, checks_signatures=client.is_aws),
        options=arguments.options[SendOptions],
        journal=journal,
        dead_letters=letters,
        linger=arguments.options[LingerOptions].linger or math.inf,
        run_id=arguments.run_id,
        resume_command=resume_command() if journal is not None else "",
    )


def _announce(arguments: UploadArguments, to: Destination, source: FileSource, messages: Messages) -> None:
    """Before the first request: where to, as whom, and what."""
    if arguments.local:
        messages.say(
            "LOCAL RUN: NOTHING LEAVES THIS MACHINE. The events go to an endpoint on it that ends with this command, "
            "and they with it"
        )
    messages.say(f"to log group {arguments.log_group_name}, log stream {arguments.log_stream_name}, at {to.where}")
    messages.say(f"with {to.credentials}")
    describe(source, messages)
    messages.say(f"{in_short(source.names)}: {time_range(source)}")


def _run(job: UploadJob, progress: Progress) -> tuple[Report, Exception | None]:
    """Run the job; what its input raised, with the report of what came before."""
    try:
        with progress:
            return job.run(), None
    except Exception as error:
        from cordwood.report import Report

        report = getattr(error, "report", None)
        if not isinstance(report, Report):
            raise
        if not isinstance(error, (Error, OSError)):
            raise  # a error of cordwood's own; what became of the events is in the exception's note
        return report, error


def _document(
    arguments: UploadArguments, to: Destination, report: Report, source: FileSource, code: int
) -> dict[str, Any]:
    from cordwood.report.document import document

    return document(
        report,
        exit_code=code,
        complete=not (report.stopped or report.not_delivered or source.damaged or source.cut_short)
        and code != USAGE_ERROR,
        damaged=source.damaged,
        local=arguments.local,
        endpoint_url=to.client.meta.endpoint_url,
        region=to.client.meta.region_name,
        files=source.files(),
        bytes_read=source.bytes_read,
        total_bytes=source.total_bytes,
    )
