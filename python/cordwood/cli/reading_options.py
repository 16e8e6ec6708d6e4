"""Options of `upload` and `plan` for how files are read, and which of their events are wanted."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cordwood.cli.values import moment, shift

if TYPE_CHECKING:
    from cordwood.sources.file_format import Reading


def add_reading_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--format",
        choices=("auto", "events", "json", "text"),
        default="auto",
        help="events: objects with timestamp (ms since 1970) and message; json: one JSON object a line, as "
        "applications write them, the whole line is the message; text: lines that begin with a timestamp, those "
        "without one go on with the event before; auto looks at samples of the file, and says what it took it for "
        "(default: auto)",
    )
    group.add_argument(
        "--timezone",
        metavar="ZONE",
        help="of timestamps that write none: UTC, local, or Area/City; without it such a file is not uploaded",
    )
    group.add_argument(
        "--year",
        type=int,
        metavar="YYYY",
        help="of timestamps that write none (default: the latest that puts a line not in the future)",
    )
    group.add_argument(
        "--timestamp-format",
        metavar="FORMAT",
        help="of text, in the letters of strftime, as in '%%d.%%m.%%Y %%H:%%M:%%S'",
    )
    group.add_argument(
        "--timestamp-regex",
        metavar="REGEX",
        help="of text: where in a line the timestamp is; all of its group named timestamp, or of its first group, "
        "or of what it matches",
    )
    group.add_argument(
        "--timestamp-field", metavar="PATH", help="of JSON lines: where the timestamp is, as in log.time"
    )
    group.add_argument(
        "--timestamp-from",
        choices=("now", "mtime", "previous"),
        help="where else the timestamp is from: the moment when a line is read, or when the file was last modified (of "
        "all lines, each of which is an event); or, where a line has none, the line before",
    )
    group.add_argument(
        "--multiline-start",
        metavar="REGEX",
        help="of text: lines that it matches begin an event, all others go on with it (default: lines with a timestamp "
        "begin one)",
    )
    group.add_argument(
        "--message-field", metavar="PATH", help="of JSON lines: the member that is the message, not the whole line"
    )
    group.add_argument(
        "--encoding",
        metavar="NAME",
        help="of text that is not UTF-8: latin1, windows-1252, shift_jis, ... (default: UTF-8; UTF-16 where the file "
        "begins with its byte order mark)",
    )
    group.add_argument(
        "--shift-by",
        type=shift,
        metavar="DURATION|to-now",
        help="move all timestamps by so much (20d, 2h, 90s; back with =: --shift-by=-2h); to-now makes the newest one "
        "now, for logs older than the 14 days that the service takes",
    )


def add_choice_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--since",
        type=moment,
        metavar="TIME",
        help="skip events before it: ISO 8601 with a zone, as in 2026-11-25T08:00:00Z",
    )
    group.add_argument("--until", type=moment, metavar="TIME", help="skip events from then on")
    group.add_argument("--filter", metavar="REGEX", help="skip events whose message has it not")
    group.add_argument("--exclude", metavar="REGEX", help="skip events whose message has it")
    group.add_argument(
        "--recursive",
        action="store_true",
        help="FILE may be a folder, or a prefix in S3: all files in it and below, in order of their names",
    )


def reading_of(options: argparse.Namespace) -> Reading:
    """How the files are read. Where nothing is stored, a zone that is missing is assumed to be UTC, and said."""
    from cordwood.sources.file_format import Reading

    return Reading(
        format=options.format,
        timezone=options.timezone,
        year=options.year,
        timestamp_format=options.timestamp_format,
        timestamp_regex=options.timestamp_regex,
        timestamp_field=options.timestamp_field,
        timestamp_from=options.timestamp_from,
        multiline_start=options.multiline_start,
        message_field=options.message_field,
        encoding=options.encoding,
        shift_by=options.shift_by,
        since=options.since,
        until=options.until,
        filter=options.filter,
        exclude=options.exclude,
        assume_utc=options.local or not hasattr(options, "journal"),
    )
