"""What `upload` and `plan` have in common: the input, the destination, and what becomes of odd events."""

from __future__ import annotations

import argparse
import sys
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from cordwood._text import escape
from cordwood.cli.exit_codes import USAGE_ERROR, Failure
from cordwood.cli.reading_options import add_choice_options, add_reading_options, reading_of
from cordwood.cli.stderr import Messages
from cordwood.errors import EventError, InputError
from cordwood.sources.stream_names import StreamNames

if TYPE_CHECKING:
    from cordwood.sources.dead_letter_files import DeadLetterFiles
    from cordwood.sources.log_files import LogFiles

_MOST_TOLD = 5

RETENTIONS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""Days of retention that PutRetentionPolicy takes."""


def add_options(command: argparse.ArgumentParser, *, needs_names: bool) -> None:
    """Add the options that both commands take; the names of log group and log stream may be left out of one."""
    command.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="logs: text with timestamps, JSON lines, or event documents (a JSON array, one event a line, what `aws "
        "logs get-log-events` and `filter-log-events` print), told by a look at them; - is standard input, and so is "
        "no FILE where that is no terminal",
    )
    add_reading_options(command.add_argument_group("how files are read"))
    add_choice_options(command.add_argument_group("which events"))
    _add_destination(command.add_argument_group("destination"), needs_names)
    _add_policies(command.add_argument_group("what becomes of events"))
    output = command.add_argument_group("output")
    output.add_argument(
        "--progress",
        choices=("auto", "bar", "plain", "none"),
        default="auto",
        help="on standard error: a bar, or one line a minute; auto is a bar on a terminal, else plain (default: auto)",
    )
    output.add_argument(
        "--output", choices=("table", "json"), default="table", help="of the report on standard output (default: table)"
    )
    command.set_defaults(usage_error=command.error)


def _add_destination(group: argparse._ArgumentGroup, needs_names: bool) -> None:
    group.add_argument("--log-group-name", required=needs_names, metavar="NAME")
    group.add_argument(
        "--log-stream-name",
        required=needs_names,
        metavar="NAME",
        help="or a template of names: {file}, {stem}, {hostname}, {run_id}, {date} (the event's, UTC); a brace of the "
        "name itself is doubled",
    )
    group.add_argument(
        "--share-log-stream",
        action="store_true",
        help="where {file} or {stem} give two files the same log stream, send both there; that is an error otherwise",
    )
    group.add_argument("--region", help="else AWS_REGION, AWS_DEFAULT_REGION, the profile's")
    group.add_argument("--profile", help="of the AWS configuration; else AWS_PROFILE, AWS_DEFAULT_PROFILE")
    group.add_argument("--endpoint-url", metavar="URL", help="else what the AWS configuration names, else AWS's own")
    group.add_argument(
        "--local",
        action="store_true",
        help="rehearse: send to a strict endpoint on this machine that ends with the command; nothing leaves it",
    )
    group.add_argument(
        "--create-log-group", action="store_true", help="create a log group that is missing (logs:CreateLogGroup)"
    )
    group.add_argument(
        "--no-create-log-stream",
        dest="create_log_stream",
        action="store_false",
        help="refuse to create a log stream that is missing; it is created otherwise (logs:CreateLogStream)",
    )
    group.add_argument(
        "--retention-in-days",
        type=_retention,
        metavar="DAYS",
        help="of the log group: older events count as expired and are not sent; set on a group created here",
    )
    group.add_argument(
        "--check-log-group",
        action="store_true",
        help="ask for the log group's retention first, with one call of DescribeLogGroups (logs:DescribeLogGroups); "
        "without it, or --retention-in-days, the service tells which events are expired",
    )


def _add_policies(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--oversize",
        choices=("reject", "truncate", "split", "error"),
        default="reject",
        help="a message over 1,048,550 bytes: leave it out, cut it, send it in numbered parts, or stop reading there "
        "(default: reject)",
    )
    group.add_argument(
        "--invalid-text",
        choices=("replace", "reject"),
        default="replace",
        help="text that is not valid Unicode: put in U+FFFD, or leave the event out (default: replace)",
    )
    group.add_argument(
        "--extra",
        choices=("reject", "ignore"),
        help="of event documents, a member that no log event has: the event is invalid, or the member is ignored "
        "(default: reject); to say it says that the files are event documents",
    )


def _retention(value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value) in RETENTIONS):
        raise argparse.ArgumentTypeError(f"{value!r} is none of {', '.join(map(str, RETENTIONS))}")
    return int(value)


def check(options: argparse.Namespace) -> None:
    """Hold what was given against the rules that take more than one option to tell; leaves with 252."""
    # Not before there is something to do: whoever asks for help does not wait for what sends.
    from cordwood.client.connection import connect
    from cordwood.sources.paths import files_of
    from cordwood.sources.s3 import lazy_client
    from cordwood.uploader.uploader import check_names

    if not options.files:
        if sys.stdin is None or sys.stdin.isatty():
            options.usage_error("no FILE is given, and standard input is a terminal: name a file, or pipe events in")
        options.files = ["-"]
    options.s3 = lazy_client(lambda: connect("s3", profile_name=options.profile, region_name=options.region))
    try:
        options.files = files_of(options.files, recursive=options.recursive, s3=options.s3)
    except InputError as fault:
        options.usage_error(str(fault))
    if options.files.count("-") > 1:
        options.usage_error("standard input (-) is given more than once: it can be read only once")
    if options.local:
        given = [
            f"--{name.replace('_', '-')}"
            for name in ("endpoint_url", "profile", "region")
            if getattr(options, name) is not None
        ]
        if given:
            options.usage_error(f"--local goes to an endpoint of its own: leave {', '.join(given)} out")
    if options.check_log_group and options.retention_in_days is not None and not options.create_log_group:
        options.usage_error("--check-log-group asks for the retention: leave --retention-in-days out")
    if options.extra is not None and options.format == "auto":
        options.format = "events"
    options.extra = options.extra or "reject"
    options.run_id = uuid.uuid4().hex
    try:
        reading_of(options)
        names = StreamNames(options.log_stream_name)
        check_names(options.log_group_name, options.log_stream_name if names.fixed is None else names.fixed)
    except (ValueError, TypeError) as fault:
        options.usage_error(str(fault))
    shared = None if options.share_log_stream else names.shared(options.files)
    if shared:
        options.usage_error(
            f"{escape(shared[0])} and {escape(shared[1])} would both go to log stream {names.of(shared[0], 0)!r}: put "
            "{file} into --log-stream-name, or say that it is meant, --share-log-stream"
        )


def open_source(options: argparse.Namespace) -> LogFiles | DeadLetterFiles:
    """The source that reads the files: event documents, or dead letters, which are told by their mark.

    Raises:
        Failure: one of them cannot be read, or is neither, or some are the one and some the other.

    """
    from cordwood.dead_letters import is_dead_letters
    from cordwood.sources.s3 import is_s3

    marked = [path for path in options.files if path != "-" and not is_s3(path) and is_dead_letters(path)]
    if not marked:
        return open_documents(options)
    if len(marked) < len(options.files):
        raise Failure(
            USAGE_ERROR, f"{escape(marked[0])} holds dead letters, and not all of the others do: upload them apart"
        )
    if options.shift_by is not None:
        raise Failure(USAGE_ERROR, f"{escape(marked[0])} holds dead letters: --shift-by is for logs")
    from cordwood.sources.dead_letter_files import DeadLetterFiles

    try:
        return DeadLetterFiles(
            options.files,
            StreamNames(options.log_stream_name).fixed,
            include_possible_duplicates=getattr(options, "include_possible_duplicates", False),
            oversize=options.oversize,
            invalid_text=options.invalid_text,
            keep_rejected=getattr(options, "dead_letter", None) is not None,
        )
    except InputError as fault:
        raise Failure(USAGE_ERROR, str(fault)) from fault


def open_documents(options: argparse.Namespace) -> LogFiles:
    """The source that reads the files.

    Raises:
        Failure: one of them cannot be read, or is no event document.

    """
    from cordwood.sources.log_files import LogFiles

    try:
        return LogFiles(
            options.files,
            StreamNames(options.log_stream_name, run_id=options.run_id),
            oversize=options.oversize,
            invalid_text=options.invalid_text,
            extra=options.extra,
            keep_rejected=getattr(options, "dead_letter", None) is not None,
            reading=reading_of(options),
            s3=options.s3,
        )
    except InputError as fault:
        raise Failure(USAGE_ERROR, str(fault)) from fault


def names(sources: Sequence[str]) -> str:
    """The files, in a few words."""
    if len(sources) > 3:
        return f"{escape(sources[0])} and {len(sources) - 1:,} further files"
    return ", ".join(map(escape, sources))


def say_what_they_are(source: LogFiles | DeadLetterFiles, messages: Messages) -> None:
    """Tell the user what files were taken for that are no event documents; of many, of the first few."""
    from cordwood.sources.log_files import LogFiles

    def say(line: str) -> None:
        messages.say(f"read as: {escape(line)} (--format says otherwise)")

    if isinstance(source, LogFiles):
        source.on_description = say
    told = source.descriptions()
    for line in told[:_MOST_TOLD]:
        say(line)
    if len(told) > _MOST_TOLD:
        messages.say(f"and {len(told) - _MOST_TOLD:,} further files")
    if source.shift:
        messages.say(f"all timestamps are moved by {_moved(source.shift)} (--shift-by)")


def _moved(shift: int) -> str:
    return f"{'-' if shift < 0 else ''}{timedelta(milliseconds=abs(shift))}"


def time_range(source: LogFiles | DeadLetterFiles) -> str:
    """First and last event's time, as far as the files tell before they are read."""
    from cordwood._text import utc

    first, last = source.first_timestamp, source.last_timestamp
    if first is None and last is None:
        return "the events' times are not known before they are read"
    return " ".join(
        f"{which} event {'not known before it is read' if timestamp is None else utc(timestamp)}{mark}"
        for which, timestamp, mark in (("first", first, ","), ("last", last, ""))
    )


def in_words(fault: Exception, source: LogFiles | DeadLetterFiles) -> str:
    """What ended the reading of the input before its end."""
    from cordwood.report.summary import format_location

    if not isinstance(fault, EventError):
        return f"the input could not be read to its end: {fault}"
    [place] = source.locate([fault.position])
    return f"{format_location(place)}: {fault.reason}; reading stopped there"
