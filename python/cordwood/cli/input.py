"""What `upload` and `plan` are asked: the arguments that they share, read once into a frozen object."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cordwood._text import escape
from cordwood.cli.arguments import InputArguments
from cordwood.cli.exit_codes import USAGE_ERROR, Failure
from cordwood.cli.flags import add_flags, chosen, with_flags
from cordwood.cli.stderr import Messages
from cordwood.errors import EventError, InputError, OptionError, UncertainTimeError
from cordwood.options import (
    ConnectOptions,
    CreateOptions,
    MessageOptions,
    ReadOptions,
)
from cordwood.options.option_type import Signature

if TYPE_CHECKING:
    from cordwood.sources.source import FileSource

_MOST_DESCRIBED = 5

_WHICH_EVENTS = ("since", "until", "filter", "exclude")


def add_input(command: argparse.ArgumentParser, *, needs_names: bool) -> None:
    """Add the arguments that both commands take; the names of log group and log stream may be left out of one."""
    command.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="Logs: text with timestamps, JSON lines, or event documents (a JSON array, one event a line, what `aws "
        "logs get-log-events` and `filter-log-events` print); - is standard input, and so is no FILE if that is not a "
        "terminal",
    )
    read = command.add_argument_group("how files are read")
    add_flags(read, ReadOptions, [name for name in ReadOptions.__dataclass_fields__ if name not in _WHICH_EVENTS])
    events = command.add_argument_group("which events")
    add_flags(events, ReadOptions, _WHICH_EVENTS)
    events.add_argument(
        "--recursive",
        action="store_true",
        help="FILE may be a folder, or a prefix in S3: all files in it and below, in the order of their names",
    )
    _add_destination(command.add_argument_group("destination"), needs_names)
    add_flags(command.add_argument_group("what becomes of events"), MessageOptions)
    output = command.add_argument_group("output")
    output.add_argument(
        "--progress",
        choices=("auto", "bar", "plain", "none"),
        default="auto",
        help="On standard error: a bar, or one line a minute; auto is a bar on a terminal, else plain (default: auto)",
    )
    output.add_argument(
        "--output", choices=("table", "json"), default="table", help="Of the report on standard output (default: table)"
    )
    command.set_defaults(usage_error=command.error)


def _add_destination(group: argparse._ArgumentGroup, needs_names: bool) -> None:
    group.add_argument("--log-group-name", required=needs_names, metavar="NAME", help="The log group")
    group.add_argument(
        "--log-stream-name",
        required=needs_names,
        metavar="NAME",
        help="The log stream, or a template of names with placeholders such as {stem}, {path}, {hostname} or {date}; a "
        "brace of the name itself is doubled",
    )
    group.add_argument(
        "--share-log-stream",
        action="store_true",
        help="When placeholders of files give two files the same log stream, send both there; otherwise that is an "
        "error",
    )
    add_flags(group, ConnectOptions)
    group.add_argument(
        "--local",
        action="store_true",
        help="Rehearse: send to a strict endpoint on this machine that ends with the command; nothing leaves it",
    )
    add_flags(group, CreateOptions)
    group.add_argument(
        "--check-log-group",
        action="store_true",
        help="Ask for the log group's retention first, with one call of DescribeLogGroups (logs:DescribeLogGroups); "
        "without it, or --retention-in-days, the service decides which events are expired",
    )


def read_input(
    arguments: argparse.Namespace,
    signature: Signature,
    *,
    log_group_name: str,
    log_stream_name: str,
    assume_utc: bool,
    **options: Any,
) -> dict[str, Any]:
    """Check what was given against the rules that take more than one argument; leaves with 252 if one is broken.

    Returns:
        The attributes of an `InputArguments`.

    """
    import uuid

    # Not before there is something to do: whoever asks for help does not wait for what sends.
    from cordwood.client.connection import connect
    from cordwood.name_template import UPLOAD_SCOPES, NameTemplate
    from cordwood.sources.paths import files_of
    from cordwood.sources.s3 import lazy_client
    from cordwood.uploader.uploader import check_names

    def fail(text: str) -> None:
        arguments.usage_error(with_flags(text))

    if not arguments.files and (sys.stdin is None or sys.stdin.isatty()):
        fail("no FILE is given, and standard input is a terminal: name a file, or pipe events in")
    if arguments.local:
        for name in ("endpoint_url", "profile_name", "region_name"):
            if hasattr(arguments, name):
                fail(f"--local goes to an endpoint of its own: leave `{name}` out")
    run_id = uuid.uuid4().hex
    try:
        template = NameTemplate(log_stream_name, scopes=UPLOAD_SCOPES, run_id=run_id)
        found = chosen(signature, arguments, **options)
        check_names(log_group_name, template)
    except (ValueError, TypeError) as error:
        fail(str(error))
    connection, create = found[ConnectOptions], found[CreateOptions]
    if arguments.check_log_group and create.retention_in_days is not None and not create.create_log_group:
        fail("--check-log-group asks for the retention: leave `retention_in_days` out")
    s3 = lazy_client(lambda: connect("s3", profile_name=connection.profile_name, region_name=connection.region_name))
    try:
        files = files_of(arguments.files or ["-"], recursive=arguments.recursive, s3=s3)
    except InputError as error:
        fail(str(error))
    if [file.path for file in files].count("-") > 1:
        fail("standard input (-) is given more than once: it can be read only once")
    shared = None if arguments.share_log_stream else template.shared([file.name for file in files])
    if shared:
        one, other = (escape(str(files[index].path)) for index in shared)
        fail(
            f"{one} and {other} would both go to log stream {template.of(file=files[shared[0]].name, timestamp=0)!r}: "
            "put {path} or {parent} into `log_stream_name`, or allow it with --share-log-stream"
        )
    return {
        "files": files,
        "log_group_name": log_group_name,
        "template": template,
        "options": found,
        "progress": arguments.progress,
        "output": arguments.output,
        "run_id": run_id,
        "assume_utc": assume_utc,
        "s3": s3,
    }


def open_input(arguments: InputArguments) -> FileSource:
    """The source that reads the files: logs, or dead letters, which are recognized by their mark.

    Raises:
        Failure: one of them cannot be read, or is neither, or some are the one and some the other, or an option does
            not apply to them.

    """
    from cordwood.sources.open_source import open_files

    try:
        return open_files(
            arguments.files,
            arguments.template,
            arguments.options,
            assume_utc=arguments.assume_utc,
            s3=arguments.s3,
        )
    except (InputError, OptionError) as error:
        raise Failure(USAGE_ERROR, str(error)) from error


def in_short(sources: Sequence[str]) -> str:
    """The files, in a few words."""
    if len(sources) > 3:
        return f"{escape(sources[0])} and {len(sources) - 1:,} further files"
    return ", ".join(map(escape, sources))


def say_error(error: BaseException | None, text: str, messages: Messages) -> None:
    """Say why the input cannot be read, and which commands would, if it leaves open how it is to be read.

    Args:
        error: what was raised.
        text: it in words.
        messages: where it is said.

    """
    messages.say(f"error: {text}")
    if isinstance(error, UncertainTimeError):
        for command in _commands(error.suggestions):
            messages.say(f"for example: {command}")


def _commands(suggestions: Sequence[tuple[str, str]]) -> list[str]:
    """This command line with options: with all of them, or if they are alternatives, one for each."""
    given = sys.argv[1:]
    if not suggestions or any("://" in argument and "@" in argument for argument in given):
        return []  # one may hold a password
    alternatives = len({option for option, _ in suggestions}) < len(suggestions)
    sets = [[suggestion] for suggestion in suggestions] if alternatives else [list(suggestions)]
    flags = [[word for option, value in chosen for word in (with_flags(f"`{option}`"), value)] for chosen in sets]
    return [shlex.join(["cordwood", *given, *words]) for words in flags]


def describe(source: FileSource, messages: Messages, *, files: bool = True) -> None:
    """Say what files that are not event documents are read as; of many, of the first few.

    Args:
        source: of the files.
        messages: where it is said.
        files: say it of files now, and not only of pipes while they are read.

    """

    def say(line: str) -> None:
        messages.say(f"read as: {escape(line)} (`format` changes that)")

    source.on_description = say
    lines = source.descriptions() if files else []
    for line in lines[:_MOST_DESCRIBED]:
        say(line)
    if len(lines) > _MOST_DESCRIBED:
        messages.say(f"and {len(lines) - _MOST_DESCRIBED:,} further files")
    if source.shift:
        messages.say(f"all timestamps are moved by {_moved(source.shift)} (`shift_by`)")


def _moved(shift: int) -> str:
    return f"{'-' if shift < 0 else ''}{timedelta(milliseconds=abs(shift))}"


def time_range(source: FileSource) -> str:
    """First and last event's time, as far as the files show before they are read."""
    from cordwood._text import utc

    first, last = source.first_timestamp, source.last_timestamp
    if first is None and last is None:
        return "the events' times are not known before they are read"
    return " ".join(
        f"{which} event {'not known before it is read' if timestamp is None else utc(timestamp)}{mark}"
        for which, timestamp, mark in (("first", first, ","), ("last", last, ""))
    )


def in_words(error: Exception, source: FileSource) -> str:
    """What ended the reading of the input before its end."""
    from cordwood.report.summary import format_location

    if not isinstance(error, EventError):
        return f"the input could not be read to its end: {error}"
    [place] = source.locate([error.position])
    return f"{format_location(place)}: {error.reason}; reading stopped there"
