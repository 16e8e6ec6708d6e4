"""`cordwood.upload`: one input, from its first event to the report."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from cordwood._core import batches
from cordwood.client.connection import connect
from cordwood.client.put import PutLogEventsClient, sender_of
from cordwood.dead_letters import DeadLetters, is_dead_letters
from cordwood.outcomes import Outcome
from cordwood.policies import Compression, Extra, InvalidText, Oversize
from cordwood.report import Report, StopKind
from cordwood.sources import Source
from cordwood.sources.dead_letters import DeadLetterSource
from cordwood.sources.documents import Documents
from cordwood.sources.memory import Events, StreamedEvents
from cordwood.sources.paths import files_of
from cordwood.sources.routing import Routed
from cordwood.sources.s3 import is_s3, lazily
from cordwood.sources.shapes import Format, Reading, TimestampFrom, milliseconds, shift_of
from cordwood.uploader.account import Account
from cordwood.uploader.age import TimeWindow
from cordwood.uploader.clock import Clock
from cordwood.uploader.delivery import Delivery
from cordwood.uploader.resuming import destination_of, open_journal
from cordwood.uploader.settings import Settings, seconds_until
from cordwood.uploader.settled_batch import SettledBatch
from cordwood.uploader.uploader import check_names, upload_error

if TYPE_CHECKING:
    from cordwood.journal import Journal

_LINGER = 5.0
"""Seconds for which a source closed no batch, after which what it holds is sent: a pipe may stay open for days."""


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
    source = source_of(
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


def source_of(
    events: Iterable[Any] | os.PathLike[str],
    log_stream_name: str | Callable[[Any], str],
    *,
    oversize: Oversize,
    invalid_text: InvalidText,
    extra: Extra = "reject",
    include_possible_duplicates: bool = False,
    keep_rejected: bool = False,
    reading: Reading | None = None,
    s3: Callable[[], Any] | None = None,
) -> Source:
    """The source that reads this input."""
    text: dict[str, Any] = {"oversize": oversize, "invalid_text": invalid_text, "keep_rejected": keep_rejected}
    paths = _paths(events)
    if paths:
        if callable(log_stream_name):
            raise TypeError("the events of a file go to one log stream: pass its name, not a function")
        if all(not is_s3(path) and is_dead_letters(path) for path in paths):
            return DeadLetterSource(
                paths, log_stream_name, include_possible_duplicates=include_possible_duplicates, **text
            )
        s3 = lazily(s3 or (lambda: connect("s3")))
        files = files_of(paths, recursive=False, s3=s3)
        return Documents(files, log_stream_name, extra=extra, reading=reading, s3=s3, **text)
    assert not isinstance(events, os.PathLike)
    if hasattr(events, "__arrow_c_stream__") or hasattr(events, "__arrow_c_array__"):
        if callable(log_stream_name):
            raise TypeError("the rows of an Arrow table go to one log stream: pass its name, not a function")
        return Events(events, log_stream_name, **text)
    if isinstance(events, (str, bytes, bytearray, Mapping)) or not hasattr(type(events), "__iter__"):
        no_events: Any = events
        batches(no_events)  # which says what is wrong with it
    if callable(log_stream_name) or not isinstance(events, Sequence):
        return StreamedEvents(events, log_stream_name, **text)
    return Events(events, log_stream_name, **text)


def _paths(events: Any) -> list[Any]:
    """The files that these are, where they are files."""
    if isinstance(events, os.PathLike) or is_s3(events):
        return [events]
    if isinstance(events, (list, tuple)) and all(isinstance(one, os.PathLike) or is_s3(one) for one in events):
        return list(events)
    return []


class Upload:
    """One upload: reads its source in the caller's thread while the delivery sends in its own.

    Args:
        source: what is read.
        client: makes the single requests.
        log_group_name: where all events go.
        log_stream_name: for the report; None where it depends on the event.
        window: tells which events are too old or too new to be sent.
        settings: the operator's limits.
        journal: remembers across runs what became of the source's events; None for none.
        dead_letters: gets the events that are not accepted; None for none.
        linger: seconds for which a source closed no batch, after which what it holds is sent.
        resume_command: what sends the rest, for the report of an upload that stopped.
        run_id: names the run; made up where not given.
        clock: what time it is, and how waits go.

    """

    def __init__(
        self,
        source: Source,
        client: PutLogEventsClient,
        log_group_name: str,
        log_stream_name: str | None,
        *,
        window: TimeWindow,
        settings: Settings,
        journal: Journal | None = None,
        dead_letters: DeadLetters | None = None,
        linger: float = _LINGER,
        resume_command: str = "",
        run_id: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.source = source
        self.account = Account(dead_letters, locate=source.locate, run_id=run_id)
        self.delivery = Delivery(
            client,
            log_group_name,
            self.account,
            window,
            settings,
            events_read=lambda: source.counts["events"],
            journal=journal,
            clock=clock,
        )
        self._client = client
        self._log_group_name = log_group_name
        self._log_stream_name = log_stream_name
        self._window = window
        self._settings = settings
        self._journal = journal
        self._ends_recorded = 0
        self._linger = linger
        self._resume_command = resume_command

    def run(self) -> Report:
        """Send all of it, and report."""
        try:
            closed_last = time.monotonic()
            for routed in self.source:
                self._pass_on(routed)
                if self.delivery.stopped:
                    break
                if routed:
                    closed_last = time.monotonic()
                elif time.monotonic() - closed_last > self._linger:
                    self._pass_on(self.source.flush())
                    closed_last = time.monotonic()
            self._pass_on(self.source.flush())
            self.delivery.close()
        except BaseException as exception:
            self._finish_after(exception)
            raise
        report = self._report()
        unread = getattr(self.source, "cut_short", ())
        if self._journal is not None and not (report.stopped or report.not_delivered or unread):
            self._journal.settle(0, b"", {}, self.source.held_from)
            self._journal.finish()
        return report

    def stop(self, why: str) -> None:
        """Read and send no more; for a signal handler or another thread. `run` then returns its report."""
        self.delivery.stop(StopKind.INTERRUPTED, why)

    def _pass_on(self, routed: Iterable[Routed]) -> None:
        self._record_ends()
        self.delivery.enqueue(routed, None if self._journal is None else self.source.held_from)
        self.account.take_rejected(self.source.drain_rejected())
        self.delivery.check_tolerance()
        self.delivery.wait_for_room()

    def _record_ends(self) -> None:
        ends: dict[int, int] = getattr(self.source, "ends", {})
        if self._journal is not None and len(ends) > self._ends_recorded:
            for index in list(ends)[self._ends_recorded :]:
                self._journal.record_end(index, ends[index])
            self._ends_recorded = len(ends)

    def _finish_after(self, exception: BaseException) -> None:
        """Send what was read before the input raised; after an interrupt, only wait for what is under way."""
        interrupted = not isinstance(exception, Exception)
        if interrupted:
            self.stop(f"interrupted ({type(exception).__name__})")
        try:
            self._pass_on(self.source.flush())
            self.delivery.close()
        except BaseException as again:  # interrupted once more
            self.delivery.close(0)
            self._attach_report(again)
            raise
        self._attach_report(exception)

    def _attach_report(self, exception: BaseException) -> None:
        report = self._report()
        with contextlib.suppress(AttributeError):  # of an exception with slots; the note tells the essentials
            exception.report = report  # type: ignore[attr-defined]
        exception.add_note(f"cordwood: {report}")

    def _report(self) -> Report:
        self.account.take_rejected(self.source.drain_rejected())
        stop = self.delivery.stopped
        return self.account.report(
            log_group_name=self._log_group_name,
            log_stream_name=self._log_stream_name,
            counts=self.source.counts,
            stop=stop,
            sources=self.source.names,
            locate=self.source.locate,
            earlier=None if self._journal is None else self._journal.earlier,
            earlier_duplicates=0 if self._journal is None else self._journal.possible_duplicates,
            window=self._window.range(),
            compression=self._client.compression_used,
            compression_note=self._client.compression_note,
            resume_command=self._resume_command if stop is not None else "",
            settings=self._settings.told(),
        )
