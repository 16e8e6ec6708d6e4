"""`cordwood upload`: the log events of files, or of standard input, to one log stream."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from cordwood._text import plural
from cordwood.cli.delivery_options import add_delivery_options, add_memory_options, settings_of
from cordwood.cli.destination import Destination, destination, log_group_retention
from cordwood.cli.exit_codes import (
    CONFIGURATION_ERROR,
    DONE,
    NOT_DELIVERED,
    OTHER_ERROR,
    REJECTED,
    SERVICE_ERROR,
    USAGE_ERROR,
    Failure,
)
from cordwood.cli.journal_options import (
    check_outputs,
    open_dead_letters,
    open_journal,
    resume_command,
    say_what_is_resumed,
)
from cordwood.cli.options import add_options, check, in_words, names, open_source, say_what_they_are, time_range
from cordwood.cli.progress import Progress, display_of, numbers_of
from cordwood.cli.signals import Signals, ended_by_signals
from cordwood.cli.stderr import Messages, with_flags
from cordwood.cli.stdout import write
from cordwood.errors import Error, OutputError

if TYPE_CHECKING:
    from cordwood.dead_letters import DeadLetters
    from cordwood.journal import Journal
    from cordwood.report import Report
    from cordwood.sources.dead_letter_files import DeadLetterFiles
    from cordwood.sources.log_files import LogFiles
    from cordwood.uploader.job import Upload

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


def add_to(commands: Any) -> None:
    """Add the command to the parser's."""
    command = commands.add_parser(
        "upload",
        help="log events of files or standard input, to one log stream",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_options(command, needs_names=True)
    add_delivery_options(command)
    add_memory_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Upload, and return the exit code."""
    messages = Messages("cordwood upload")
    check(options)
    try:
        check_outputs(options)
        with ended_by_signals(), destination(options) as to, ExitStack() as stack:
            return _upload(options, to, stack, messages)
    except Failure as failure:
        messages.say(f"error: {failure}")
        return failure.code


def _upload(options: argparse.Namespace, to: Destination, stack: ExitStack, messages: Messages) -> int:
    source = open_source(options)
    letters = open_dead_letters(options, stack)
    journal = open_journal(options, to, source, messages, stack)
    if journal is not None:
        say_what_is_resumed(journal, source, messages)
        if journal.finished:
            return DONE
    job = _job(options, to, source, journal, letters)
    with Signals(job.stop, messages, options.shutdown_timeout) as signals, messages.instead_of_logs():
        _announce(options, to, source, messages)
        report, fault = _run(
            job,
            Progress(
                lambda: numbers_of(job.account, source, job.delivery.in_flight), display_of(options.progress, messages)
            ),
        )
        code = exit_code(
            report,
            damaged=source.damaged,
            cut_short=bool(source.cut_short),
            fault=fault,
            signal=signals.exit_code,
        )
        for cut in source.cut_short:
            messages.say(f"error: {cut}; what it held before that was read")
        if fault is not None:
            messages.say(f"error: {in_words(fault, source)}")
        if source.damaged:
            messages.say("part of the input could not be read as log events: see the invalid ones")
        code = _report(options, to, report, source, code, messages)
    if options.local:
        sent = plural(report.accepted - report.already_accepted, "event")
        messages.say(
            f"LOCAL RUN: NOTHING LEFT THIS MACHINE. {sent} went to an endpoint on it, which ends now, and they are "
            "gone with it"
        )
    return code


def _report(
    options: argparse.Namespace,
    to: Destination,
    report: Report,
    source: LogFiles | DeadLetterFiles,
    code: int,
    messages: Messages,
) -> int:
    """Write the report wherever it is wanted, and return the exit code."""
    from cordwood.report.document import as_json, write_report

    found = _document(options, to, report, source, code)
    if options.report not in (None, "-"):
        try:
            write_report(found, options.report)
        except OutputError as fault:
            messages.say(f"error: {fault}; here it is instead")
            options.output = "json"
            code = code or OTHER_ERROR
    as_table = options.output == "table" and options.report != "-"
    return write(with_flags(str(report)) if as_table else as_json(found), code, messages)


def _job(
    options: argparse.Namespace,
    to: Destination,
    source: LogFiles | DeadLetterFiles,
    journal: Journal | None,
    letters: DeadLetters | None,
) -> Upload:
    from cordwood.client.client import PutLogEventsClient
    from cordwood.delivery.time_window import TimeWindow
    from cordwood.uploader.job import Upload

    client = PutLogEventsClient(
        to.client,
        create_log_stream=options.create_log_stream,
        compression=options.compression,
        create_log_group=options.create_log_group,
        retention_in_days=options.retention_in_days if options.create_log_group else None,
    )
    retention = log_group_retention(to, options) if options.check_log_group else options.retention_in_days
    return Upload(
        source,
        client,
        options.log_group_name,
        options.log_stream_name,
        window=TimeWindow(retention),
        settings=settings_of(options),
        journal=journal,
        dead_letters=letters,
        linger=options.linger,
        run_id=options.run_id,
        resume_command=resume_command() if journal is not None else "",
    )


def _announce(
    options: argparse.Namespace, to: Destination, source: LogFiles | DeadLetterFiles, messages: Messages
) -> None:
    """Before the first request: where to, as whom, and what."""
    if options.local:
        messages.say(
            "LOCAL RUN: NOTHING LEAVES THIS MACHINE. The events go to an endpoint on it that ends with this command, "
            "and they with it"
        )
    messages.say(f"to log group {options.log_group_name}, log stream {options.log_stream_name}, at {to.where}")
    messages.say(f"with {to.credentials}")
    say_what_they_are(source, messages)
    messages.say(f"{names(source.names)}: {time_range(source)}")


def _run(job: Upload, progress: Progress) -> tuple[Report, Exception | None]:
    """Run the job; what its input raised, with the report of what came before."""
    try:
        with progress:
            return job.run(), None
    except Exception as fault:
        from cordwood.report import Report

        report = getattr(fault, "report", None)
        if not isinstance(report, Report):
            raise
        if not isinstance(fault, (Error, OSError)):
            raise  # a fault of cordwood's own; what became of the events is in the exception's note
        return report, fault


def exit_code(
    report: Report,
    *,
    damaged: bool,
    cut_short: bool = False,
    fault: Exception | None = None,
    signal: int | None = None,
) -> int:
    """The exit code for what became of an upload; where several hold, the one that says most.

    Args:
        report: what became of the events.
        damaged: part of the input could not be read as events.
        cut_short: a compressed file was truncated or damaged.
        fault: what ended the reading before the input's end.
        signal: 128 plus the number of the signal that interrupted it.

    """
    from cordwood._model import StopKind

    if signal is not None:
        return signal
    job_level = {
        StopKind.CONFIGURATION: CONFIGURATION_ERROR,
        StopKind.SERVICE: SERVICE_ERROR,
        StopKind.FAULT: OTHER_ERROR,
    }
    if report.stop_kind in job_level:
        return job_level[report.stop_kind]
    if fault is not None:
        return USAGE_ERROR
    if report.not_delivered or report.stopped or cut_short:
        return NOT_DELIVERED
    return REJECTED if report.failed() or damaged else DONE


def _document(
    options: argparse.Namespace, to: Destination, report: Report, source: LogFiles | DeadLetterFiles, code: int
) -> dict[str, Any]:
    from cordwood.report.document import document

    return document(
        report,
        exit_code=code,
        complete=not (report.stopped or report.not_delivered or source.damaged or source.cut_short)
        and code != USAGE_ERROR,
        damaged=source.damaged,
        local=options.local,
        endpoint_url=to.client.meta.endpoint_url,
        region=to.client.meta.region_name,
        files=source.files(),
        bytes_read=source.bytes_read,
        total_bytes=source.total_bytes,
    )
