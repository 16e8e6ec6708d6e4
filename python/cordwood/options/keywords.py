"""The options of each function as a `TypedDict`, for `**options: Unpack[...]`.

Generated from the definitions beside it by `make options`: do not edit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from cordwood._core import Limits
    from cordwood._model import Outcome, SettledBatch
    from cordwood.options.types import (
        Compression,
        Extra,
        Format,
        InvalidText,
        OnReject,
        OtherLayouts,
        Oversize,
        TimestampFrom,
    )


class _BatchingOptions(TypedDict, total=False):
    """How events are batched when nothing is sent."""

    limits: Limits | None
    """The limits of a request, if they are not those of PutLogEvents."""

    on_reject: OnReject
    """An event that is not a legal log event: raise an EventError (error), or go on and collect it in `rejected`
    (collect)."""

    now: int | datetime | None
    """The time by which events are too old, too new or expired, in milliseconds since 1970 or as an aware datetime;
    without it age is not looked at."""

    retention_in_days: int | None
    """The retention of the log group; with `now`, older events are expired."""

    keep_rejected: bool
    """Keep what each rejected event held, up to 1 MiB of it."""


class _MessageOptions(TypedDict, total=False):
    """What is done with messages that are not legal as they are. They apply to every input."""

    oversize: Oversize
    """A message over 1,048,550 bytes: leave the event out (reject), cut it and mark the cut (truncate), send it in
    numbered parts (split), or stop with an error (error)."""

    invalid_text: InvalidText
    """Text that is not valid Unicode: put in U+FFFD (replace), or leave the event out (reject)."""


class _ReadOptions(TypedDict, total=False):
    """How log files are read, and which of their events are wanted. They apply to files; `timezone` to every input."""

    format: Format
    """What the file holds: objects with timestamp (ms since 1970) and message (events); one JSON object a line,
    which is the message (json); lines with a timestamp at or near their start, and lines that continue them
    (text); or whatever samples of the file show it to be (auto)."""

    timezone: str | None
    """The time zone of timestamps that have none, in files or, as naive datetimes and columns of them, in memory:
    UTC, local, or a name such as Europe/Berlin; without it they are not taken."""

    year: int | None
    """The year of the first timestamp of a file whose timestamps write none; those after it follow by their order,
    over New Year too. Without it, the latest year that nothing contradicts."""

    timestamp_format: str | None
    """How timestamps are written, in the letters of strftime, such as %d.%m.%Y %H:%M:%S: those of text, or with
    `timestamp_field` or `format` json, those of JSON lines."""

    timestamp_regex: str | None
    """Where in a line of text the timestamp is, as a regular expression: all of its group named timestamp, or of its
    first group, or of what it matches."""

    timestamp_field: str | None
    """The member of a JSON line that has the timestamp, as a dotted path such as log.time; without it, one of the
    usual names."""

    timestamp_from: TimestampFrom | None
    """Where timestamps are from that lines do not write: the time a line is read (now) or the file was last modified
    (mtime), which makes each line an event; or the line before (previous)."""

    other_layouts: OtherLayouts
    """A line of text that begins with a timestamp in another layout than those that the file was found to have: do
    not read the file (refuse), take the line for an event (event), or for a part of the event before (continue)."""

    multiline_start: str | None
    """A regular expression that the first line of an event matches; other lines of text continue the event before."""

    message_field: str | None
    """The member of a JSON line that is the message, as a dotted path; without it, the whole line is."""

    encoding: str | None
    """The encoding of a file that is not UTF-8, such as latin1, windows-1252 or shift_jis; UTF-16 is recognized by
    its byte order mark."""

    extra: Extra | None
    """An event of an event document that has a further member: it is invalid (reject, the default), or the member is
    left out (ignore)."""

    shift_by: int | timedelta | Literal["to-now"] | None
    """Move all timestamps by a duration (in Python a timedelta, or milliseconds), or so that the newest one is now
    (to-now): for logs older than the 14 days that the service takes."""

    since: int | datetime | None
    """Skip events before this time, as the file writes it: ISO 8601 with a zone (in Python an aware datetime, or
    milliseconds since 1970)."""

    until: int | datetime | None
    """Skip events at or after this time, as the file writes it."""

    filter: str | None
    """Skip events whose message does not match this regular expression."""

    exclude: str | None
    """Skip events whose message matches this regular expression."""


class _ConnectOptions(TypedDict, total=False):
    """What a boto3 client is made of."""

    session: Any
    """A boto3 session to make the client with."""

    profile_name: str | None
    """A profile of the AWS configuration; without it AWS_PROFILE or AWS_DEFAULT_PROFILE names it."""

    region_name: str | None
    """The region; without it AWS_REGION, AWS_DEFAULT_REGION or the profile names it."""

    endpoint_url: str | None
    """The endpoint; without it the one that the AWS configuration names, or AWS's own."""


class _CreateOptions(TypedDict, total=False):
    """What may be created if it is missing."""

    create_log_stream: bool
    """Create a log stream that is missing (needs logs:CreateLogStream only then)."""

    create_log_group: bool
    """Create a log group that is missing (needs logs:CreateLogGroup)."""

    retention_in_days: int | None
    """The retention of the log group: older events are expired and not sent; it is set on a group created here."""

    log_group_class: str | None
    """The class of a log group created here."""

    kms_key_id: str | None
    """The KMS key of a log group created here."""

    tags: Mapping[str, str] | None
    """The tags of a log group created here."""


class _ClientOption(TypedDict, total=False):
    """A client that exists."""

    client: Any
    """A boto3 logs client, or a PutLogEventsClient, which is used as it is; without it one is made of the options
    that follow."""


class _LingerOptions(TypedDict, total=False):
    """How long an event waits for others; for inputs that come over time."""

    linger: float | None
    """The time that an event of an open pipe or of a program waits for others to fill its batch (in Python seconds,
    or None to wait until it is full)."""


class _SendOptions(TypedDict, total=False):
    """How requests are sent."""

    entity: Mapping[str, Mapping[str, str]] | None
    """The API's Entity, sent with each request."""

    max_concurrency: int
    """The most requests under way at once, to one log stream or several."""

    ordered: bool
    """Send one request at a time to each log stream, so that events of equal timestamps keep their order."""

    at_most_once: bool
    """Never send again what may be stored: when a response is lost, its events are unknown instead of, perhaps,
    stored twice."""

    compression: Compression
    """Whether the bodies of requests are compressed: always (gzip), never (none), or for AWS hosts unless they turn
    out not to take it (auto)."""

    max_requests_per_second: float | None
    """The most requests a second; without it 100 for AWS hosts (2 % of an account's quota), and any number for
    others. Throttling slows requests down below it by itself."""

    max_bandwidth: float | None
    """The most bytes of request bodies a second, such as 5MB (in Python a number)."""

    max_memory: int | None
    """The most bytes of events that wait to be sent or are being sent, such as 64MB (in Python a number); beyond it,
    reading waits. Without it, as many batches as keep the requests going. The same number (64 MiB without it)
    bounds the open batches if the log stream depends on the event."""

    max_duration: float | None
    """The time after which sending stops, such as 90, 14m or 2h (in Python seconds); requests under way then have
    `shutdown_timeout`."""

    deadline: datetime | None
    """`max_duration` as a point in time, an aware datetime."""

    max_outage: float
    """The time without one good response after which sending stops (in Python seconds); the rest is undelivered."""

    max_rejected: int | str | None
    """The most events that may be rejected for good, or a percentage of those read such as 5% (from 1,000 events
    on); beyond it, sending stops. Without it, only when the first 10,000 events are all invalid or refused."""

    shutdown_timeout: float
    """The time that requests under way have to be answered after an interrupt or `max_duration` (in Python seconds)."""

    on_batch: Callable[[SettledBatch], object] | None
    """A function that is called with a SettledBatch for each batch that has its outcome, by the threads that send,
    one call at a time; what it raises is logged."""


class _JournalOptions(TypedDict, total=False):
    """The memory of an upload. It applies to files that can be read again."""

    journal: str | os.PathLike[str] | None
    """A file that remembers what was settled, so that the same upload, interrupted or killed, goes on where it
    stopped."""

    force: bool
    """Forget what the journal remembers, and send everything again."""


class _DeadLetterOptions(TypedDict, total=False):
    """The file of events that were not accepted."""

    dead_letters: str | os.PathLike[str] | None
    """A file that gets one JSON object for each event that is not accepted or skipped; upload it to send again what
    can be retried."""


class _ResendOptions(TypedDict, total=False):
    """What is sent of a file of dead letters. They apply to such files only."""

    include_possible_duplicates: bool
    """Of a file of dead letters, also send events that may be stored, and may then be stored twice."""


class _ResultOptions(TypedDict, total=False):
    """What counts as a failure."""

    check: bool
    """Raise an UploadError if any event ended other than accepted or skipped."""

    allow: Iterable[Outcome | str]
    """Outcomes that are not a failure, such as {'too_old'}."""


class BatchesOptions(_BatchingOptions, _MessageOptions, total=False):
    """The options of `cordwood.batches`."""

    timezone: str | None
    """The time zone of timestamps that have none, in files or, as naive datetimes and columns of them, in memory:
    UTC, local, or a name such as Europe/Berlin; without it they are not taken."""


class LogFileOptions(_ReadOptions, _MessageOptions):
    """The options of `cordwood.read`."""


class ClientOptions(_ConnectOptions, _CreateOptions, total=False):
    """The options of `cordwood.PutLogEventsClient`."""

    max_concurrency: int
    """The most requests under way at once, to one log stream or several."""

    compression: Compression
    """Whether the bodies of requests are compressed: always (gzip), never (none), or for AWS hosts unless they turn
    out not to take it (auto)."""


class UploaderOptions(
    _ClientOption,
    _ConnectOptions,
    _CreateOptions,
    _MessageOptions,
    _LingerOptions,
    _SendOptions,
    total=False,
):
    """The options of `cordwood.Uploader`."""

    timezone: str | None
    """The time zone of timestamps that have none, in files or, as naive datetimes and columns of them, in memory:
    UTC, local, or a name such as Europe/Berlin; without it they are not taken."""


class UploadOptions(
    _ClientOption,
    _ConnectOptions,
    _CreateOptions,
    _MessageOptions,
    _ReadOptions,
    _SendOptions,
    _JournalOptions,
    _DeadLetterOptions,
    _ResendOptions,
    _ResultOptions,
):
    """The options of `cordwood.upload`."""
