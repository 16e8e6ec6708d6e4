"""`cordwood.upload`: one input, from its first event to the report."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Literal

from cordwood._model import Outcome
from cordwood.client.client import sender_of
from cordwood.client.connection import connect
from cordwood.dead_letters import DeadLetters
from cordwood.delivery.settings import Settings, seconds_until
from cordwood.delivery.time_window import TimeWindow
from cordwood.ledger.settled_batch import SettledBatch
from cordwood.policies import Compression, Extra, InvalidText, Oversize
from cordwood.report import Report
from cordwood.sources.file_format import Format, Reading, TimestampFrom, milliseconds, shift_of
from cordwood.sources.open_source import open_source
from cordwood.uploader.job import Upload
from cordwood.uploader.resume import destination_of, open_journal
from cordwood.uploader.uploader import check_names, upload_error


def upload(
    events: Iterable[Any] | os.PathLike[str],
    *,
    log_group_name: str,
    log_stream_name: str | Callable[[Any], str],
    client: Any = None,
    session: Any = None,
    profile_name: str | None = None,
    region_name: str | None = None,
    endpoint_url: str | None = None,
    create_log_stream: bool = True,
    create_log_group: bool = False,
    retention_in_days: int | None = None,
    log_group_class: str | None = None,
    kms_key_id: str | None = None,
    tags: Mapping[str, str] | None = None,
    entity: Mapping[str, Mapping[str, str]] | None = None,
    oversize: Oversize = "reject",
    invalid_text: InvalidText = "replace",
    extra: Extra = "reject",
    format: Format = "auto",
    timezone: str | None = None,
    year: int | None = None,
    timestamp_format: str | None = None,
    timestamp_regex: str | None = None,
    timestamp_field: str | None = None,
    timestamp_from: TimestampFrom | None = None,
    multiline_start: str | None = None,
    message_field: str | None = None,
    encoding: str | None = None,
    shift_by: int | timedelta | Literal["to-now"] | None = None,
    since: int | datetime | None = None,
    until: int | datetime | None = None,
    filter: str | None = None,
    exclude: str | None = None,
    max_concurrency: int = 4,
    ordered: bool = False,
    at_most_once: bool = False,
    compression: Compression = "auto",
    max_outage: float = 600.0,
    max_requests_per_second: float | None = None,
    max_bandwidth: float | None = None,
    max_memory: int | None = None,
    max_rejected: int | str | None = None,
    max_duration: float | None = None,
    deadline: datetime | None = None,
    shutdown_timeout: float = 20.0,
    on_batch: Callable[[SettledBatch], object] | None = None,
    journal: str | os.PathLike[str] | None = None,
    force: bool = False,
    dead_letters: str | os.PathLike[str] | None = None,
    include_possible_duplicates: bool = False,
    check: bool = True,
    allow: Iterable[Outcome | str] = (),
) -> Report:
    """Send log events to CloudWatch Logs, and report what became of every one.

    A sequence is sorted as a whole and cut into the fewest requests; an iterator is read as it is sent, in constant
    memory. Requests that were throttled or got no answer are repeated; what the service refuses is narrowed down to the
    event that is to blame. At-least-once: where an answer was lost, events may be stored twice; the report counts them.

    What is wrong with the job and not with a request stops it: credentials, a right that is missing, no such log group,
    an outage beyond `max_outage`, 20 events in a row refused for one reason, or the first 10,000 events all invalid or
    refused. The rest of what was read is then `undelivered`.

    Args:
        events: as `batches` takes them, Arrow tables and readers of record batches too; or the path of a file, as a
            `pathlib.Path`, or a list of such paths: text, JSON lines, or event documents. A `str` is a TypeError, but
            for `s3://bucket/key`, an object, and `s3://bucket/prefix/`, all objects below it.
        log_group_name: 1 to 512 of the characters A-Z a-z 0-9 . - _ / #.
        log_stream_name: 1 to 512 characters, neither `:` nor `*`; or a function of an event that returns the name.
        client: a boto3 logs client, or a `PutLogEventsClient`, which is used as it is (what it may create is its own
            setting). Without one it is made of the four that follow.
        session: a boto3 session to make the client with.
        profile_name: a profile of the AWS configuration.
        region_name: else AWS_REGION, AWS_DEFAULT_REGION, the profile's.
        endpoint_url: else what the AWS configuration names, else AWS's own.
        create_log_stream: create a log stream that is missing (needs logs:CreateLogStream only then).
        create_log_group: create a log group that is missing.
        retention_in_days: of the log group: older events are `expired`; set on a group that is created here.
        log_group_class: of a group created here.
        kms_key_id: of a group created here.
        tags: of a group created here.
        entity: the API's Entity, sent with each request.
        oversize: what becomes of a message too long for one event, as in `batches`.
        invalid_text: what becomes of text that is not valid Unicode, as in `batches`.
        extra: of an event in a file that has other members than timestamp and message: "reject" makes it invalid,
            "ignore" leaves them out.
        format: of a file: "events" (event documents), "json" (one object a line, as applications write them), "text"
            (lines with a timestamp at or near their start), or "auto", which looks at samples of the file.
        timezone: of a file whose timestamps write none: "UTC", "local", or a name as in "Europe/Berlin".
        year: of a file whose timestamps write none; else the latest that puts them not in the future.
        timestamp_format: of text, in the letters of strftime; else told by samples.
        timestamp_regex: of text, where in a line the timestamp is (Rust's syntax): all of its group named `timestamp`,
            or of its first group, or of what it matches.
        timestamp_field: of JSON lines, a dotted path; else one of the usual names.
        timestamp_from: "now" (when a line is read) or "mtime" (when the file was last modified), of all lines, each of
            which is an event; or "previous": a line of text without one has that of the line before.
        multiline_start: of text, the regular expression of lines that begin an event; others continue it.
        message_field: of JSON lines, the member that is the message; else the whole line is.
        encoding: of a file that is not UTF-8, by a name that the web's standard of encodings knows ("latin1").
        shift_by: of a file, how far all timestamps are moved: a timedelta, milliseconds, or "to-now", which makes the
            newest one now.
        since: of a file: events before this moment, as the file writes it, are skipped; milliseconds since 1970, or an
            aware datetime.
        until: of a file: events from this moment on are skipped; likewise.
        filter: of a file: events whose message has not this regular expression (Rust's syntax) are skipped.
        exclude: of a file: events whose message has this one are skipped.
        max_concurrency: most requests that are under way at once, to one stream or several.
        ordered: one request under way for each stream, so that events of equal timestamps keep their order.
        at_most_once: never send again what may be stored already; it is `unknown`.
        compression: "gzip" compresses the requests' bodies; "auto" does so for AWS hosts, unless they turn out not to
            take it; "none" does not.
        max_outage: seconds without one good answer after which the upload stops, and the rest is `undelivered`.
        max_requests_per_second: a ceiling; 100 for AWS hosts where not given (2 % of an account's quota), and none
            elsewhere. Throttling slows requests down below it by itself.
        max_bandwidth: most bytes of request bodies a second.
        max_memory: bytes of events, and of their bodies while they are sent, beyond which reading waits. What is open
            in batches, at most 8 of 1 MB, is not counted.
        max_rejected: events that may be rejected for good, or a percentage of those read ("5%", from 1,000 events on);
            beyond, the upload stops.
        max_duration: seconds after which the upload stops; requests under way are then given `shutdown_timeout`.
        deadline: the same as a moment, an aware datetime.
        shutdown_timeout: seconds that requests under way are given to be answered, once the upload is interrupted or
            its time is over.
        on_batch: called with a `SettledBatch` for each batch that has its outcome, by the threads that send, one call
            at a time. What it raises is logged.
        journal: a file that remembers what was settled, so that the same call goes on where an earlier one, interrupted
            or killed, stopped; for the events of a file only.
        force: forget what the journal remembers, and send everything again.
        dead_letters: a file that gets one JSON object for each event that is not accepted or skipped (docs/report.md).
            To send what is good to send again, upload that file.
        include_possible_duplicates: where the file is one of dead letters, send those too that may be stored already.
        check: raise UploadError where any event ended other than accepted or skipped.
        allow: outcomes that are no failure, for example `{"too_old"}`.

    Raises:
        InputError: the file is missing, unreadable, or no log that can be read. Nothing was sent.
        JournalError: the journal is of another job, its file has changed, or it cannot be written. Nothing was sent.
        OutputError: the file for dead letters cannot be written, or holds something else. Nothing was sent.
        UploadError: events failed, or the upload stopped; it has the `.report`.
        TypeError: the input as a whole is a str, bytes, a single mapping or not iterable.
        ValueError: a name or an option is not legal.
        botocore.exceptions.BotoCoreError: the client cannot be made (no region, no such profile).

    An exception of the input itself goes on as it is once what was read is sent; it then has the report as `.report`.
    So does an interrupt: what was read and not sent yet is `undelivered`.
    """
    allowed = frozenset(map(Outcome, allow))
    check_names(log_group_name, log_stream_name, entity)
    settings = Settings(
        max_concurrency=max_concurrency,
        ordered=ordered,
        at_most_once=at_most_once,
        max_outage=max_outage,
        max_requests_per_second=max_requests_per_second,
        max_bandwidth=max_bandwidth,
        max_memory=max_memory,
        max_rejected=max_rejected,
        max_duration=seconds_until(deadline, max_duration),
        shutdown_timeout=shutdown_timeout,
        entity=entity,
        on_batch=on_batch,
    )
    sender = sender_of(
        client,
        session=session,
        profile_name=profile_name,
        region_name=region_name,
        endpoint_url=endpoint_url,
        create_log_stream=create_log_stream,
        compression=compression,
        max_concurrency=max_concurrency,
        create_log_group=create_log_group,
        retention_in_days=retention_in_days if create_log_group else None,
        log_group_class=log_group_class,
        kms_key_id=kms_key_id,
        tags=tags,
    )
    reading = Reading(
        format=format,
        timezone=timezone,
        year=year,
        timestamp_format=timestamp_format,
        timestamp_regex=timestamp_regex,
        timestamp_field=timestamp_field,
        timestamp_from=timestamp_from,
        multiline_start=multiline_start,
        message_field=message_field,
        encoding=encoding,
        shift_by=shift_of(shift_by),
        since=milliseconds("since", since),
        until=milliseconds("until", until),
        filter=filter,
        exclude=exclude,
    )
    source = open_source(
        events,
        log_stream_name,
        oversize=oversize,
        invalid_text=invalid_text,
        extra=extra,
        include_possible_duplicates=include_possible_duplicates,
        keep_rejected=dead_letters is not None,
        reading=reading,
        s3=lambda: connect("s3", session=session, profile_name=profile_name, region_name=region_name),
    )
    stream = None if callable(log_stream_name) else log_stream_name
    with contextlib.ExitStack() as stack:
        remembered = None
        if journal is not None:
            destination = destination_of(sender, log_group_name, log_stream_name)
            options = {"oversize": oversize, "invalid_text": invalid_text, "extra": extra, **asdict(reading)}
            remembered = open_journal(
                journal,
                source,
                options=options,
                destination=destination,
                force=force,
                at_most_once=at_most_once,
            )
            stack.enter_context(remembered)
        letters = None
        if dead_letters is not None:
            letters = DeadLetters(dead_letters, log_group_name=log_group_name, log_stream_name=stream)
            stack.callback(letters.close)
        report = Upload(
            source,
            sender,
            log_group_name,
            stream,
            window=TimeWindow(retention_in_days),
            settings=settings,
            journal=remembered,
            dead_letters=letters,
        ).run()
    if check and (report.failed(allowed) or report.stopped):
        raise upload_error(report, allowed)
    return report
