"""`cordwood.upload`: one input, from its first event to the report."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from typing import Any, Unpack

from cordwood.client.client import sender_of
from cordwood.client.connection import connection_of
from cordwood.dead_letters import DeadLetters
from cordwood.delivery.time_window import TimeWindow
from cordwood.name_template import MEMORY_SCOPES, UPLOAD_SCOPES, NameTemplate, naming, shown
from cordwood.options import (
    ConnectOptions,
    CreateOptions,
    DeadLetterOptions,
    JournalOptions,
    ResultOptions,
    SendOptions,
    resolve,
)
from cordwood.options.keywords import UploadOptions
from cordwood.options.option_type import documented
from cordwood.options.signatures import UPLOAD, event_options
from cordwood.report import Report
from cordwood.sources.open_source import open_source, paths_of
from cordwood.uploader.job import UploadJob
from cordwood.uploader.resume import destination_of, open_journal
from cordwood.uploader.uploader import check_names, upload_error


@documented(UPLOAD)
def upload(
    events: Iterable[Any] | os.PathLike[str],
    *,
    log_group_name: str,
    log_stream_name: str | Callable[[Any], str],
    **options: Unpack[UploadOptions],
) -> Report:
    """Send log events to CloudWatch Logs, and report what became of every one.

    A sequence is sorted as a whole and cut into the fewest requests; an iterator is read as it is sent, in constant
    memory. Requests that were throttled or got no answer are repeated; what the service refuses is narrowed down to the
    event that is to blame. At-least-once: when an answer was lost, events may be stored twice; the report counts them.

    What is wrong with the job and not with a request stops it: credentials, a right that is missing, no such log group,
    an outage beyond `max_outage`, 20 events in a row refused for one reason, or the first 10,000 events all invalid or
    refused. The rest of what was read is then `undelivered`.

    Args:
        events: as `batches` takes them, Arrow tables and readers of record batches too; or the path of a file, as a
            `pathlib.Path`, or a list of such paths: text, JSON lines, event documents, or dead letters. A `str` is a
            TypeError, but for `s3://bucket/key`, an object, and `s3://bucket/prefix/`, all objects below it.
        log_group_name: 1 to 512 of the characters A-Z a-z 0-9 . - _ / #.
        log_stream_name: 1 to 512 characters, neither `:` nor `*`, in which placeholders may stand, such as `{stem}` and
            `{date}` (docs/log-stream-names.md); or a function of an event that returns the name.
        options: as follows.

    Options:

    Raises:
        InputError: the file is missing, unreadable, or no log that can be read. Nothing was sent.
        JournalError: the journal is of another job, its file has changed, or it cannot be written. Nothing was sent.
        OutputError: the file for dead letters cannot be written, or holds something else. Nothing was sent.
        UploadError: events failed, the upload stopped, or a file is truncated or was cut meanwhile; it has the
            `.report`.
        TypeError: the input as a whole is a str, bytes, a single mapping or not iterable; or an option is unknown or
            does not apply to this input.
        ValueError: a name or an option is not legal.
        botocore.exceptions.BotoCoreError: the client cannot be made (no region, no such profile).

    An exception of the input itself goes on as it is once what was read is sent; it then has the report as `.report`.
    So does an interrupt: what was read and not sent yet is `undelivered`.

    """
    chosen = resolve(UPLOAD, options)
    send, create, result = chosen[SendOptions], chosen[CreateOptions], chosen[ResultOptions]
    stream = naming(log_stream_name, UPLOAD_SCOPES if paths_of(events) else MEMORY_SCOPES)
    check_names(log_group_name, stream, send.entity)
    # Before a client is made: an option that does not apply needs no region and no credentials to be an error.
    source = open_source(events, stream, chosen, s3=lambda: connection_of(chosen[ConnectOptions], service="s3"))
    sender = sender_of(chosen)
    journal_options, dead_letters = chosen[JournalOptions], chosen[DeadLetterOptions].dead_letters
    with contextlib.ExitStack() as stack:
        journal = None
        if journal_options.journal is not None:
            assert isinstance(stream, NameTemplate)
            journal = open_journal(
                journal_options.journal,
                source,
                options=event_options(chosen),
                destination=destination_of(sender.client, log_group_name, stream.template),
                force=journal_options.force,
                at_most_once=send.at_most_once,
            )
            stack.enter_context(journal)
        letters = None
        if dead_letters is not None:
            fixed = stream.fixed if isinstance(stream, NameTemplate) else None
            letters = DeadLetters(dead_letters, log_group_name=log_group_name, log_stream_name=fixed)
            stack.callback(letters.close)
        report = UploadJob(
            source,
            sender,
            log_group_name,
            shown(stream),
            window=TimeWindow(create.retention_in_days, checks_signatures=sender.is_aws),
            options=send,
            journal=journal,
            dead_letters=letters,
        ).run()
    if result.check and (report.failed(result.allowed) or report.stopped or report.cut_short):
        raise upload_error(report, result.allowed)
    return report
