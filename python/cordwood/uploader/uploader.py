"""`cordwood.Uploader`: sends the log events of a program as they come."""

from __future__ import annotations

import atexit
import itertools
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self, Unpack

from cordwood._core import batches
from cordwood._model import Outcome, StopKind
from cordwood._text import escape, plural
from cordwood.client.client import sender_of
from cordwood.client.entity import check_entity
from cordwood.delivery.time_window import TimeWindow
from cordwood.delivery.worker_pool import WorkerPool
from cordwood.errors import Error, UploadError
from cordwood.ledger.ledger import Ledger
from cordwood.name_template import MEMORY_SCOPES, NameTemplate, naming, shown
from cordwood.options import CreateOptions, LingerOptions, MessageOptions, ReadOptions, SendOptions, resolve
from cordwood.options.keywords import UploaderOptions
from cordwood.options.option_type import documented
from cordwood.options.signatures import UPLOADER
from cordwood.report import Report
from cordwood.report.summary import explain
from cordwood.sources.routing import is_table, router
from cordwood.uploader.final_report import final_report

log = logging.getLogger("cordwood")

_CHUNK = 1000
"""Events taken from an iterable before the batches that they filled are enqueued: bounds what is held."""

_AT_EXIT = 20.0
"""Seconds that the interpreter's exit waits for what is still under way."""

_DRAIN_EVERY = 4096
"""Single events after which those rejected meanwhile are counted in the ledger."""


@documented(UPLOADER)
class Uploader:
    """Takes log events from a program, one by one or many at once, and sends them from threads of its own.

    Events are batched as `Batcher` does; a batch leaves when it is full, or `linger` seconds after its first event at
    the latest. Adding waits while the queue is full, so memory stays bounded. Every event ends in one outcome of
    the report. Threads may share an instance; after `os.fork` the child needs one of its own.

    Args:
        log_group_name: 1 to 512 of the characters A-Z a-z 0-9 . - _ / #.
        log_stream_name: 1 to 512 characters, neither `:` nor `*`, and placeholders such as `{hostname}`
            and `{date}` (docs/log-stream-names.md); or a function of an event (as it was given to `extend`; a
            `(timestamp, message)` pair from `add`) that returns the name.
        options: as follows. `on_batch` may add events, but neither flush nor close: it would wait for itself.

    Options:

    Raises:
        ValueError: a name or an option is not legal.
        TypeError: a name or an option has the wrong type.
        botocore.exceptions.BotoCoreError: the client cannot be made (no region, no such profile).

    """

    def __init__(
        self,
        log_group_name: str,
        log_stream_name: str | Callable[[Any], str],
        **options: Unpack[UploaderOptions],
    ) -> None:
        chosen = resolve(UPLOADER, options)
        self._options = chosen[SendOptions]
        stream = naming(log_stream_name, MEMORY_SCOPES)
        check_names(log_group_name, stream, self._options.entity)
        sender = sender_of(chosen)
        self.log_group_name = log_group_name
        self.log_stream_name = shown(stream)
        self._router = router(
            stream,
            chosen[MessageOptions],
            timezone=chosen[ReadOptions].timezone,
            max_memory=self._options.max_memory,
        )
        self._client = sender
        self._window = TimeWindow(chosen[CreateOptions].retention_in_days, checks_signatures=self._client.is_aws)
        self._ledger = Ledger()
        self._workers = WorkerPool(
            sender,
            log_group_name,
            self._ledger,
            self._window,
            self._options,
            events_read=lambda: self._router.counts["events"],
        )
        self._report: Report | None = None
        self._forked = False
        self._shut = False
        """Closed, or left to the parent of a fork."""
        self._adds = itertools.count(1)
        # Taking events and enqueueing the batches that they fill is one step: it comes before the closing, or after it.
        self._gate = threading.RLock()
        self._reporting = threading.Lock()
        self._closing = threading.Event()
        _open.add(self)
        _drain_at_the_end_of_a_child()
        linger = chosen[LingerOptions].linger
        if linger is not None:
            threading.Thread(target=self._flush_lingering, args=(linger,), name="cordwood-linger", daemon=True).start()

    def add(self, timestamp: Any, message: Any) -> None:
        """Take one event; return once there is room for the batches that it filled.

        Raises:
            UploadError: the upload has stopped (its report says why). The event was not taken.

        """
        with self._gate:
            is_open = not self._shut and self._workers.stopped is None
            if is_open:
                closed = self._router.add(timestamp, message)
                # Nearly always nothing closed, and there is nothing to enqueue.
                if closed:
                    self._workers.enqueue(closed)
        if not is_open:
            self._check_open()
        if closed:
            self._workers.wait_for_room()
        if closed or next(self._adds) % _DRAIN_EVERY == 0:
            self._take_rejected()

    def extend(self, events: Iterable[Any]) -> None:
        """Take events, as `batches` does; return once there is room for the batches that they filled.

        Raises:
            UploadError: the upload has stopped. Some of the events may have been taken: the report counts them.
            TypeError: the input as a whole is not what it should be.

        """
        if isinstance(events, (str, bytes, bytearray, Mapping)):
            self._router.extend(events)  # raises the error that says what is wrong with it
        for chunk in _chunks(events):
            self._check_open()
            # Not within the gate: the iterable is the caller's code, and may block.
            routed = self._router.extend(chunk)
            with self._gate:
                if routed:
                    self._workers.enqueue(routed)
            # If another thread has closed it meanwhile, the report does not include this chunk.
            self._check_open()
            if routed:
                self._workers.wait_for_room()
            self._take_rejected()

    def flush(self, timeout: float | None = None) -> bool:
        """Send what is held, and wait until everything so far has its outcome.

        Returns:
            False if that took longer than `timeout` seconds.

        Raises:
            UploadError: the upload has stopped.

        """
        self._check_caller("flush")
        self._check_open()
        with self._gate:
            self._workers.enqueue(self._router.flush())
        self._take_rejected()
        return self._workers.drain(timeout)

    @property
    def counts(self) -> dict[str, int]:
        """Events so far: `events` taken, and by outcome; the difference is under way."""
        self._check_fork()
        settled = {str(outcome): count for outcome, count in self._ledger.counts.items()}
        return {"events": self._router.counts["events"], **settled}

    def counters(self) -> dict[str, int]:
        """Return numbers that only grow, and `in_flight`, for any metrics system.

        `events_taken`; `events_<outcome>` for each outcome; `requests`, and of them `requests_<fate>`, `retries` and
        `throttles`; `possible_duplicates`; `counted_bytes`, `message_bytes` and `wire_bytes`.
        """
        self._check_fork()
        return {
            "events_taken": self._router.counts["events"],
            **self._ledger.counters(),
            "in_flight": self._workers.in_flight,
        }

    def close(self, timeout: float | None = None) -> Report:
        """Send what is held, wait for every outcome, and return the report. Closing it again returns the same.

        Args:
            timeout: seconds after which no more is sent: what waits is `undelivered`, and what was sent and not
                answered yet is `unknown`.

        """
        if self._report is not None:
            return self._report
        self._check_fork()
        self._check_caller("close")
        self._shut_up()
        with self._reporting:  # another thread that closes it gets the same report
            if self._report is None:
                self._workers.close(timeout)
                self._report = self._make_report()
                _open.discard(self)
        return self._report

    def _shut_up(self) -> None:
        """Take no more events, and enqueue what is held."""
        with self._gate:
            self._shut = True
            self._closing.set()
            self._workers.enqueue(self._router.flush())
        self._take_rejected()

    def _make_report(self) -> Report:
        return final_report(
            self._ledger.close(self._router.counts),
            self.log_group_name,
            self.log_stream_name,
            self._window.range(),
            stop=self._workers.stopped,
            client=self._client,
            options=self._options.limits(),
        )

    def _take_rejected(self) -> None:
        self._ledger.take_rejected(self._router.drain_rejected())
        self._workers.check_rejected()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close. Raise an UploadError if events were not delivered, unless another exception is under way."""
        if self._forked:
            return
        if kind is not None and not issubclass(kind, Exception):
            self._workers.stop(StopKind.INTERRUPTED, f"interrupted ({kind.__name__})")
        report = self.close()
        if report.not_delivered and error is None:
            raise upload_error(report)
        if report.failed():
            log.warning("%s", report)

    def _flush_lingering(self, seconds: float) -> None:
        """Close batches that have been open for long.

        Twice in the time that an event may wait, it closes the batches that were open the time before: so no event
        waits for longer than that time, and none leaves before half of it.
        """
        seen = 0
        while not self._closing.wait(seconds / 2):
            now = self._router.counts["events"]
            with self._gate:
                if self._closing.is_set():
                    return
                self._workers.enqueue(self._router.flush(opened_before=seen))
            self._workers.wait_for_room()
            self._take_rejected()
            seen = now

    def _check_caller(self, name: str) -> None:
        if self._workers.in_a_worker:
            raise Error(f"{name}() was called from on_batch, where it would wait for itself")

    def _check_open(self) -> None:
        self._check_fork()
        if self._closing.is_set():
            raise Error("this Uploader is closed")
        if self._workers.stopped:
            raise upload_error(self.close())

    def _check_fork(self) -> None:
        if self._forked:
            raise Error(
                "this Uploader was made before os.fork, and its threads stayed in the parent: create another one in "
                "the child"
            )


def check_names(
    log_group_name: str,
    stream: NameTemplate | Callable[[Any], str],
    entity: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Check the names and the entity against the service's rules.

    Raises:
        ValueError: one of them is not legal; the message says which, and the rule.
        TypeError: one of them has the wrong type.

    """
    if not isinstance(stream, NameTemplate) and not callable(stream):
        raise TypeError(f"log_stream_name is {stream!r}; it must be a str, or a function of an event")
    check_entity(entity)
    [probe] = batches([(0, "?")])
    name = stream.fixed if isinstance(stream, NameTemplate) else None
    probe.body(log_group_name, "?" if name is None else name, entity=entity)


def upload_error(report: Report, allow: Iterable[Outcome | str] = ()) -> UploadError:
    """Return the exception for a report with failed events, of an upload that stopped, or of a file that was cut."""
    failed = report.failed(allow)
    what = ", ".join(f"{events:,} {outcome}" for outcome, events in failed.items())
    count = sum(failed.values())
    were = "was" if count == 1 else "were"
    lines = (
        [f"{count:,} of {plural(report.events, 'event')} {were} not accepted: {what}"]
        if count or report.stopped
        else []
    )
    lines += [f"{escape(cut)}; what it held before was read" for cut in report.cut_short]
    if report.stopped:
        lines.append(f"stopped: {escape(report.stopped)}")
    for outcome in failed:
        if outcome is not Outcome.UNDELIVERED or not report.stopped:
            lines += explain(outcome, report.examples.get(outcome, ()))
    return UploadError("\n".join(lines), report)


def _chunks(events: Iterable[Any]) -> Iterator[Iterable[Any]]:
    """Yield the events in chunks small enough that each fills few batches; a table is one."""
    if is_table(events):
        yield events
        return
    if isinstance(events, (list, tuple)):
        for start in range(0, len(events), _CHUNK):
            yield events[start : start + _CHUNK]
        return
    # Pulled one by one as they are taken: if the iterator raises, what came before is taken already.
    iterator = iter(events)
    for first in iterator:
        yield itertools.chain((first,), itertools.islice(iterator, _CHUNK - 1))


_open: set[Uploader] = set()
"""Those that the exit has to wait for. References are strong: events must not vanish with their uploader."""


def _drain_at_exit() -> None:
    left = list(_open)
    until = time.monotonic() + _AT_EXIT
    for uploader in left:
        uploader._shut_up()  # all of them at once: the time is for all together
    for uploader in left:
        report = uploader.close(max(0.0, until - time.monotonic()))
        if report.failed():
            log.warning("an Uploader was not closed before the interpreter's exit: %s", report)


_drained_at_its_end: int | None = None
"""The child of multiprocessing that drains at its end."""


def _drain_at_the_end_of_a_child() -> None:
    """Have a child of multiprocessing drained by what it runs at its end: one that was forked runs no `atexit`."""
    global _drained_at_its_end
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is None or multiprocessing.parent_process() is None or _drained_at_its_end == os.getpid():
        return
    from multiprocessing.util import Finalize

    Finalize(None, _drain_at_exit, exitpriority=0)
    _drained_at_its_end = os.getpid()


def _disable_in_child() -> None:
    for uploader in _open:
        uploader._forked = uploader._shut = True
        # Another thread of the parent may have held them.
        uploader._gate, uploader._reporting = threading.RLock(), threading.Lock()
    _open.clear()


atexit.register(_drain_at_exit)
os.register_at_fork(after_in_child=_disable_in_child)
