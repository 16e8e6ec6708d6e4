"""Options for what is read: how a file becomes events, which of them are wanted, and what is done with odd ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from cordwood._core import Limits
from cordwood.errors import OptionValueError
from cordwood.options import values
from cordwood.options.option_type import Flag, Options, above_zero, option
from cordwood.options.types import Extra, Format, InvalidText, OnReject, OtherLayouts, Oversize, TimestampFrom


@dataclass(frozen=True, repr=False, kw_only=True)
class MessageOptions(Options):
    """What is done with messages that are not legal as they are. They apply to every input."""

    oversize: Oversize = option(
        "reject",
        "A message over 1,048,550 bytes: leave the event out (reject), cut it and mark the cut (truncate), send it in "
        "numbered parts (split), or stop with an error (error).",
        choices=Oversize,
        flag=Flag(),
        changes_events=True,
    )
    invalid_text: InvalidText = option(
        "replace",
        "Text that is not valid Unicode: put in U+FFFD (replace), or leave the event out (reject).",
        choices=InvalidText,
        flag=Flag(),
        changes_events=True,
    )


@dataclass(frozen=True, repr=False, kw_only=True)
class BatchingOptions(Options):
    """How events are batched when nothing is sent."""

    limits: Limits | None = option(None, "The limits of a request, if they are not those of PutLogEvents.")
    on_reject: OnReject = option(
        "error",
        "An event that is not a legal log event: raise an EventError (error), or go on and collect it in `rejected` "
        "(collect).",
        choices=OnReject,
    )
    now: int | datetime | None = option(
        None,
        "The time by which events are too old, too new or expired, in milliseconds since 1970 or as an aware datetime; "
        "without it age is not looked at.",
    )
    retention_in_days: int | None = option(
        None, "The retention of the log group; with `now`, older events are expired.", check=above_zero
    )
    keep_rejected: bool = option(False, "Keep what each rejected event held, up to 1 MiB of it.")


def _timezone(name: str, zone: Any) -> None:
    from cordwood._core import check_zone

    check_zone(zone)


def _regex(name: str, pattern: Any) -> None:
    from cordwood._core import check_regex

    try:
        check_regex(name, pattern)
    except ValueError as error:
        raise OptionValueError(str(error)) from None


def _encoding(name: str, encoding: Any) -> None:
    from cordwood._core import TextDecoder

    TextDecoder(encoding)


def _shift(name: str, shift_by: Any) -> None:
    if not (shift_by == "to-now" or isinstance(values.shift_in_ms(shift_by), int)):
        raise OptionValueError(f"`{name}` is {shift_by!r}; it must be a number of milliseconds, or 'to-now'")


def _time(name: str, time: Any) -> None:
    values.milliseconds(name, time)


@dataclass(frozen=True, repr=False, kw_only=True)
class ReadOptions(Options):
    """How log files are read, and which of their events are wanted. They apply to files; `timezone` to every input.

    Raises:
        ValueError: an option has no such value, or two of them contradict each other.

    """

    format: Format = option(
        "auto",
        "What the file holds: objects with timestamp (ms since 1970) and message (events); one JSON object a line, "
        "which is the message (json); lines with a timestamp at or near their start, and lines that continue them "
        "(text); or whatever samples of the file show it to be (auto).",
        choices=Format,
        flag=Flag(),
        changes_events=True,
    )
    timezone: str | None = option(
        None,
        "The time zone of timestamps that have none, in files or, as naive datetimes and columns of them, in memory: "
        "UTC, local, or a name such as Europe/Berlin; without it they are not taken.",
        check=_timezone,
        flag=Flag(
            metavar="ZONE",
            help="The time zone of timestamps that write none: UTC, local, or a name such as Europe/Berlin; such a "
            "file is not read without it.",
        ),
        changes_events=True,
        for_memory=True,
    )
    year: int | None = option(
        None,
        "The year of the first timestamp of a file whose timestamps write none; those after it follow by their "
        "order, over New Year too. Without it, the latest year that nothing contradicts.",
        flag=Flag(metavar="YYYY", parse=values.year),
        changes_events=True,
    )
    timestamp_format: str | None = option(
        None,
        "How timestamps are written, in the letters of strftime, such as %d.%m.%Y %H:%M:%S: those of text, or with "
        "`timestamp_field` or `format` json, those of JSON lines.",
        flag=Flag(metavar="FORMAT"),
        changes_events=True,
    )
    timestamp_regex: str | None = option(
        None,
        "Where in a line of text the timestamp is, as a regular expression: all of its group named timestamp, or of "
        "its first group, or of what it matches.",
        check=_regex,
        flag=Flag(metavar="REGEX"),
        changes_events=True,
    )
    timestamp_field: str | None = option(
        None,
        "The member of a JSON line that has the timestamp, as a dotted path such as log.time; without it, one of the "
        "usual names.",
        flag=Flag(metavar="PATH"),
        changes_events=True,
    )
    timestamp_from: TimestampFrom | None = option(
        None,
        "Where timestamps are from that lines do not write: the time a line is read (now) or the file was last "
        "modified (mtime), which makes each line an event; or the line before (previous).",
        choices=TimestampFrom,
        flag=Flag(),
        changes_events=True,
    )
    other_layouts: OtherLayouts = option(
        "refuse",
        "A line of text that begins with a timestamp in another layout than those that the file was found to have: "
        "do not read the file (refuse), take the line for an event (event), or for a part of the event before "
        "(continue).",
        choices=OtherLayouts,
        flag=Flag(),
    )
    multiline_start: str | None = option(
        None,
        "A regular expression that the first line of an event matches; other lines of text continue the event before.",
        check=_regex,
        flag=Flag(metavar="REGEX"),
        changes_events=True,
    )
    message_field: str | None = option(
        None,
        "The member of a JSON line that is the message, as a dotted path; without it, the whole line is.",
        flag=Flag(metavar="PATH"),
        changes_events=True,
    )
    encoding: str | None = option(
        None,
        "The encoding of a file that is not UTF-8, such as latin1, windows-1252 or shift_jis; UTF-16 is recognized by "
        "its byte order mark.",
        check=_encoding,
        flag=Flag(metavar="NAME"),
        changes_events=True,
    )
    extra: Extra | None = option(
        None,
        "An event of an event document that has a further member: it is invalid (reject, the default), or the member "
        "is left out (ignore).",
        choices=Extra,
        flag=Flag(),
        changes_events=True,
    )
    shift_by: int | timedelta | Literal["to-now"] | None = option(
        None,
        "Move all timestamps by a duration (in Python a timedelta, or milliseconds), or so that the newest one is now "
        "(to-now): for logs older than the 14 days that the service takes.",
        check=_shift,
        flag=Flag(metavar="DURATION|to-now", parse=values.shift),
        changes_events=True,
    )
    since: int | datetime | None = option(
        None,
        "Skip events before this time, as the file writes it: ISO 8601 with a zone (in Python an aware datetime, or "
        "milliseconds since 1970).",
        check=_time,
        flag=Flag(metavar="TIME", parse=values.time),
        changes_events=True,
    )
    until: int | datetime | None = option(
        None,
        "Skip events at or after this time, as the file writes it.",
        check=_time,
        flag=Flag(metavar="TIME", parse=values.time),
        changes_events=True,
    )
    filter: str | None = option(
        None,
        "Skip events whose message does not match this regular expression.",
        check=_regex,
        flag=Flag(metavar="REGEX"),
        changes_events=True,
    )
    exclude: str | None = option(
        None,
        "Skip events whose message matches this regular expression.",
        check=_regex,
        flag=Flag(metavar="REGEX"),
        changes_events=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_together()

    def _check_together(self) -> None:
        of_text = ("timestamp_regex", "multiline_start")
        text = [f"`{name}`" for name in of_text if getattr(self, name) is not None]
        if self.timestamp_from == "previous":
            text.append("`timestamp_from` 'previous'")
        if text and self.timestamp_field is not None:
            raise OptionValueError(f"{text[0]} is for text, and `timestamp_field` for JSON: pass one of them")
        if self.timestamp_format is not None and self.format == "events":
            text.append("`timestamp_format`")
        if self.other_layouts != "refuse" and self.format in ("json", "events"):
            raise OptionValueError(f"`other_layouts` is for text, and `format` is {self.format!r}: pass one of them")
        if text and self.format in ("json", "events"):
            raise OptionValueError(f"{text[0]} is for text, and `format` is {self.format!r}: pass one of them")
        looked_for = ("timestamp_format", "timestamp_regex", "timestamp_field")
        written = [name for name in looked_for if getattr(self, name) is not None]
        if self.timestamp_from in ("now", "mtime") and written:
            raise OptionValueError(
                f"`{written[0]}` says how lines write their timestamps, and `timestamp_from` {self.timestamp_from!r} "
                "that they are not looked at for them: pass one of them"
            )
        if self.timestamp_from in ("now", "mtime") and self.format == "events":
            raise OptionValueError("`timestamp_from` is for text and JSON lines: event documents have timestamps")
        if self.extra is not None and self.format in ("json", "text"):
            raise OptionValueError(f"`extra` is for event documents, and `format` is {self.format!r}: pass one of them")

    @property
    def known_format(self) -> Format | None:
        """The format if the options say it; None if samples have to."""
        if self.format == "auto":
            return "events" if self.extra is not None else None
        return self.format

    @property
    def since_ms(self) -> int | None:
        """`since` in milliseconds since 1970."""
        return values.milliseconds("since", self.since)

    @property
    def until_ms(self) -> int | None:
        """`until` in milliseconds since 1970."""
        return values.milliseconds("until", self.until)

    @property
    def shift_ms(self) -> int | Literal["to-now"] | None:
        """`shift_by` in milliseconds, or "to-now"."""
        shift: int | Literal["to-now"] | None = values.shift_in_ms(self.shift_by)
        return shift

    def event_filter(self) -> dict[str, Any]:
        """Which events are wanted, as the reader takes it."""
        return {"since": self.since_ms, "until": self.until_ms, "filter": self.filter, "exclude": self.exclude}


NORMALIZED: dict[str, Callable[[ReadOptions], Any]] = {
    "since": lambda read: read.since_ms,
    "until": lambda read: read.until_ms,
    "shift_by": lambda read: read.shift_ms,
    "extra": lambda read: read.extra or "reject",
}
"""Options that callers may write in several ways, in the one way in which a journal holds them."""
