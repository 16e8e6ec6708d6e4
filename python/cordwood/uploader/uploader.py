"""`cordwood.Uploader`: what a program holds that sends log events as they come."""

from __future__ import annotations

import atexit
import itertools
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from cordwood._core import batches
from cordwood._model import Outcome, StopKind
from cordwood._text import escape, plural
from cordwood.client.client import sender_of
from cordwood.delivery.settings import Settings, seconds_until
from cordwood.delivery.time_window import TimeWindow
from cordwood.delivery.worker_pool import Delivery
from cordwood.errors import Error, UploadError
from cordwood.ledger.ledger import Account
from cordwood.ledger.settled_batch import SettledBatch
from cordwood.policies import Compression, InvalidText, Oversize
from cordwood.report import Report
from cordwood.report.summary import explain
from cordwood.sources.routing import router

log = logging.getLogger("cordwood")

_CHUNK = 1000
"""Events taken from an iterable before the batches that they closed are passed on: bounds what is held."""

_AT_EXIT = 20.0
"""Seconds that the interpreter's exit waits for what is still on its way."""

_DRAIN_EVERY = 4096
"""Single events after which those that were rejected meanwhile are put on the account."""


class Uploader:
    """Takes log events from a program, one by one or many at once, and sends them from threads of its own.

    Events are batched as `Batcher` does; a batch leaves when it is full, or `linger` seconds after its first event at
    the latest. Whoever adds is held up while the queue is full, so memory stays bounded. Every event ends in one
    outcome of the report. Threads may share an instance; after `os.fork` the child needs one of its own.

    Args:
        log_group_name: 1 to 512 of the characters A-Z a-z 0-9 . - _ / #.
        log_stream_name: 1 to 512 characters, neither `:` nor `*`; or a function of an event (as
            it was given to `extend`; a `(timestamp, message)` pair from `add`) that returns the name.
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
        linger: most seconds that an event waits for others to fill its batch; None waits until it is full.
        max_concurrency: most requests that are under way at once, to one stream or several.
        ordered: one request under way for each stream, so that events of equal timestamps keep their order.
        at_most_once: never send again what may be stored already; it is `unknown`.
        compression: "gzip" compresses the requests' bodies; "auto" does so for AWS hosts, unless they turn out not to
            take it; "none" does not.
        max_outage: seconds without one good answer after which the upload stops, and the rest is `undelivered`.
        max_requests_per_second: a ceiling; 100 for AWS hosts where not given (2 % of an account's quota), and none
            elsewhere. Throttling slows requests down below it by itself.
        max_bandwidth: most bytes of request bodies a second.
        max_memory: bytes of events, and of their bodies while they are sent, beyond which whoever adds is held up. What
            is open in batches is not counted.
        max_rejected: events that may be rejected for good, or a percentage of those taken ("5%", from 1,000 events on);
            beyond, the upload stops.
        max_duration: seconds after which the upload stops.
        deadline: the same as a moment, an aware datetime.
        shutdown_timeout: seconds that requests under way are given to be answered, once the upload is interrupted or
            its time is over.
        on_batch: called with a `SettledBatch` for each batch that has its outcome, by the threads that send, one call
            at a time. What it raises is logged. It may add events, but neither flush nor close: it would wait for
            itself.

    Raises:
        ValueError: a name or an option is not legal.
        TypeError: likewise, of the wrong type.
        botocore.exceptions.BotoCoreError: the client cannot be made (no region, no such profile).

    """

    def __init__(
        self,
        log_group_name: str,
        log_stream_name: str | Callable[[Any], str],
        *,
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
        linger: float | None = 5.0,
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
    ) -> None:
        check_names(log_group_name, log_stream_name, entity)
        self._settings = Settings(
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
        if linger is not None and not linger > 0:
            raise ValueError(f"linger is {linger}; it must be a number of seconds above 0, or None")
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
        self.log_group_name = log_group_name
        self.log_stream_name = None if callable(log_stream_name) else log_stream_name
        self._router = router(log_stream_name, oversize=oversize, invalid_text=invalid_text)
        self._client = sender
        self._window = TimeWindow(retention_in_days)
        self._account = Account()
        self._delivery = Delivery(
            sender,
            log_group_name,
            self._account,
            self._window,
            self._settings,
            events_read=lambda: self._router.counts["events"],
        )
        self._report: Report | None = None
        self._forked = False
        self._shut = False
        """Closed, or left to the parent of a fork."""
        self._adds = itertools.count(1)
        # Whoever takes events in and passes on the batches that they close does so before or after the closing, never
        # across it.
        self._gate = threading.RLock()
        self._reporting = threading.Lock()
        self._closing = threading.Event()
        _open.add(self)
        if linger is not None:
            threading.Thread(target=self._let_none_linger, args=(linger,), name="cordwood-linger", daemon=True).start()

    def add(self, timestamp: Any, message: Any) -> None:
        """Take one event; returns once there is room for the batches that it closed.

        Raises:
            UploadError: the upload has stopped (its report says why). The event was not taken.

        """
        with self._gate:
            is_open = not self._shut and self._delivery.stopped is None
            if is_open:
                closed = self._router.add(timestamp, message)
                # Nearly always nothing closed, and then nobody need be told.
                if closed:
                    self._delivery.enqueue(closed)
        if not is_open:
            self._check_open()
        if closed:
            self._delivery.wait_for_room()
        if closed or next(self._adds) % _DRAIN_EVERY == 0:
            self._take_rejected()

    def extend(self, events: Iterable[Any]) -> None:
        """Take events, as `batches` does; returns once there is room for the batches that they closed.

        Raises:
            UploadError: the upload has stopped. Some of the events may have been taken: the report counts them.
            TypeError: the input as a whole is not what it should be.

        """
        if isinstance(events, (str, bytes, bytearray, Mapping)):
            self._router.extend(events)  # which says what is wrong with it
        for chunk in _chunks(events):
            self._check_open()
            # Not within the gate: the iterable is the caller's code, and may keep us waiting.
            routed = self._router.extend(chunk)
            with self._gate:
                if routed:
                    self._delivery.enqueue(routed)
            # Where another thread has closed meanwhile, its report knows nothing of this chunk.
            self._check_open()
            if routed:
                self._delivery.wait_for_room()
            self._take_rejected()

    def flush(self, timeout: float | None = None) -> bool:
        """Send what is held, and wait until everything so far has its outcome.

        Returns:
            False where that took longer than `timeout` seconds.

        Raises:
            UploadError: the upload has stopped.

        """
        self._check_caller("flush")
        self._check_open()
        with self._gate:
            self._delivery.enqueue(self._router.flush())
        self._take_rejected()
        return self._delivery.drain(timeout)

    @property
    def counts(self) -> dict[str, int]:
        """Events so far: `events` taken, and by outcome; the difference is on its way."""
        settled = {str(outcome): count for outcome, count in self._account.counts.items()}
        return {"events": self._router.counts["events"], **settled}

    def counters(self) -> dict[str, int]:
        """Numbers that only grow, and `in_flight`, for whatever metrics system.

        `events_taken`; `events_<outcome>` for each outcome; `requests`, and of them `requests_<fate>`, `retries` and
        `throttles`; `possible_duplicates`; `counted_bytes`, `message_bytes` and `wire_bytes`.
        """
        return {
            "events_taken": self._router.counts["events"],
            **self._account.counters(),
            "in_flight": self._delivery.in_flight,
        }

    def close(self, timeout: float | None = None) -> Report:
        """Send what is held, wait for every outcome, and return the report. To do it again gives the same.

        Args:
            timeout: seconds after which no more is sent: what waits is `undelivered`, and what was sent without an
                answer so far is `unknown`.

        """
        if self._report is not None:
            return self._report
        self._check_fork()
        self._check_caller("close")
        self._shut_up()
        with self._reporting:  # whoever closes it too gets the same report
            if self._report is None:
                self._delivery.close(timeout)
                self._report = self._make_report()
                _open.discard(self)
        return self._report

    def _shut_up(self) -> None:
        """Take no more, and have what is held sent."""
        with self._gate:
            self._shut = True
            self._closing.set()
            self._delivery.enqueue(self._router.flush())
        self._take_rejected()

    def _make_report(self) -> Report:
        return self._account.report(
            log_group_name=self.log_group_name,
            log_stream_name=self.log_stream_name,
            counts=self._router.counts,
            stop=self._delivery.stopped,
            window=self._window.range(),
            compression=self._client.compression_used,
            compression_note=self._client.compression_note,
            settings=self._settings.told(),
        )

    def _take_rejected(self) -> None:
        self._account.take_rejected(self._router.drain_rejected())
        self._delivery.check_tolerance()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close. Where no exception is under way and events were not delivered, that is an UploadError."""
        if self._forked:
            return
        if kind is not None and not issubclass(kind, Exception):
            self._delivery.stop(StopKind.INTERRUPTED, f"interrupted ({kind.__name__})")
        report = self.close()
        if report.not_delivered and error is None:
            raise upload_error(report)
        if report.failed():
            log.warning("%s", report)

    def _let_none_linger(self, seconds: float) -> None:
        """Close what has been open for long.

        It looks twice in the time that an event may wait, and closes what was open already when it looked last: so
        nothing waits for longer than that time, and nothing leaves before half of it.
        """
        seen = 0
        while not self._closing.wait(seconds / 2):
            now = self._router.counts["events"]
            with self._gate:
                if self._closing.is_set():
                    return
                self._delivery.enqueue(self._router.flush(opened_before=seen))
            self._delivery.wait_for_room()
            self._take_rejected()
            seen = now

    def _check_caller(self, name: str) -> None:
        if self._delivery.in_a_worker:
            raise Error(f"{name}() was called from on_batch, where it would wait for itself")

    def _check_open(self) -> None:
        self._check_fork()
        if self._closing.is_set():
            raise Error("this Uploader is closed")
        if self._delivery.stopped:
            raise upload_error(self.close())

    def _check_fork(self) -> None:
        if self._forked:
            raise Error(
                "this Uploader was made before os.fork, and its sending thread stayed in the parent: make one of its "
                "own in the child"
            )


def check_names(
    log_group_name: str,
    log_stream_name: str | Callable[[Any], str],
    entity: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Hold the names and the entity against the service's rules.

    Raises:
        ValueError: one of them is not legal; the message says which, and the rule.
        TypeError: one of them has the wrong type.

    """
    [probe] = batches([(0, "?")])
    probe.body(log_group_name, "?" if callable(log_stream_name) else log_stream_name, entity=entity)


def upload_error(report: Report, allow: Iterable[Outcome | str] = ()) -> UploadError:
    """The exception for a report with failed events, or a stop."""
    failed = report.failed(allow)
    what = ", ".join(f"{events:,} {outcome}" for outcome, events in failed.items())
    count = sum(failed.values())
    were = "was" if count == 1 else "were"
    lines = [f"{count:,} of {plural(report.events, 'event')} {were} not accepted: {what}"]
    if report.stopped:
        lines.append(f"stopped: {escape(report.stopped)}")
    for outcome in failed:
        if outcome is not Outcome.UNDELIVERED or not report.stopped:
            lines += explain(outcome, report.examples.get(outcome, ()))
    return UploadError("\n".join(lines), report)


def _chunks(events: Iterable[Any]) -> Iterator[Iterable[Any]]:
    """Events in runs short enough that the batches which they close stay few."""
    if isinstance(events, (list, tuple)):
        for start in range(0, len(events), _CHUNK):
            yield events[start : start + _CHUNK]
        return
    # Pulled one by one by whoever takes them: where the iterator raises, what came before is taken already.
    iterator = iter(events)
    for first in iterator:
        yield itertools.chain((first,), itertools.islice(iterator, _CHUNK - 1))


_open: set[Uploader] = set()
"""Those that exit has to wait for. Held strongly: what an uploader holds must not vanish with its last reference."""


def _drain_at_exit() -> None:
    left = list(_open)
    until = time.monotonic() + _AT_EXIT
    for uploader in left:
        uploader._shut_up()  # all of them at once: the time is for all together
    for uploader in left:
        report = uploader.close(max(0.0, until - time.monotonic()))
        if report.failed():
            log.warning("an Uploader was not closed before the interpreter's exit: %s", report)


def _leave_to_the_parent() -> None:
    for uploader in _open:
        uploader._forked = uploader._shut = True
    _open.clear()


atexit.register(_drain_at_exit)
os.register_at_fork(after_in_child=_leave_to_the_parent)
