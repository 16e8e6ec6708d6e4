"""The pool of worker threads that take batches from the queue and send them.

Each worker has one request under way at a time. The caller waits while the queue is full, so memory stays bounded. No
worker keeps the process alive.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cordwood._model import StopKind
from cordwood.delivery.clock import Clock
from cordwood.delivery.pacing import Pacing
from cordwood.delivery.queue import Piece, Queue, State
from cordwood.delivery.sender import Sender
from cordwood.delivery.stop_policy import Stop, StopPolicy
from cordwood.ledger.journal_writer import JournalWriter
from cordwood.options import SendOptions
from cordwood.options.send_options import AWS_REQUESTS_PER_SECOND

if TYPE_CHECKING:
    from cordwood.client.client import PutLogEventsClient
    from cordwood.delivery.time_window import TimeWindow
    from cordwood.journal import Journal
    from cordwood.ledger.ledger import Ledger
    from cordwood.sources.routing import Routed

log = logging.getLogger("cordwood")

_GRACE_SECONDS = 0.5
"""How long stopped workers are given to return from anything but a request."""

_SETTLE_SECONDS = 5.0
"""How long a worker is given to record an outcome that it knows already."""


class WorkerPool:
    """Sends batches, and settles each of their events in the ledger.

    Args:
        client: makes the single requests.
        log_group_name: where all events go.
        ledger: counts the outcome of each event.
        window: decides which events are too old or too new to be sent.
        options: how to send.
        events_read: returns how many events were read so far.
        journal: records each request before it goes out, and what became of it; None to keep no journal.
        clock: measures time, and waits.

    """

    def __init__(
        self,
        client: PutLogEventsClient,
        log_group_name: str,
        ledger: Ledger,
        window: TimeWindow,
        options: SendOptions,
        *,
        events_read: Callable[[], int],
        journal: Journal | None = None,
        clock: Clock | None = None,
    ) -> None:
        clock = clock or Clock()
        self._ledger = ledger
        self._max_workers = options.max_concurrency
        self._shutdown_timeout = options.shutdown_timeout
        self._queue = Queue(
            clock, workers=options.max_concurrency, ordered=options.ordered, max_memory=options.max_memory
        )
        self._journal = JournalWriter(journal, at_most_once=options.at_most_once)
        self._stop_policy = StopPolicy(clock, options, events_read)
        default_ceiling = AWS_REQUESTS_PER_SECOND if client.is_aws else math.inf
        self._sender = Sender(
            client,
            log_group_name,
            ledger,
            queue=self._queue,
            window=window,
            pacing=Pacing(
                clock,
                max_requests_per_second=options.max_requests_per_second or default_ceiling,
                max_bandwidth=options.max_bandwidth,
            ),
            stop_policy=self._stop_policy,
            journal=self._journal,
            clock=clock,
            options=options,
        )
        self._workers: set[threading.Thread] = set()
        self._workers_lock = threading.Lock()
        self._timer: threading.Timer | None = None
        seconds = options.seconds_left()
        if seconds is not None:
            self._timer = threading.Timer(seconds, self._stop_in_time, (seconds,))
            self._timer.daemon = True
            self._timer.start()

    @property
    def stopped(self) -> Stop | None:
        """Why nothing more is sent; None as long as batches are sent."""
        return self._queue.stopped

    @property
    def in_a_worker(self) -> bool:
        """Whether the calling thread is one of the workers, which cannot wait for itself."""
        return threading.current_thread() in self._workers

    @property
    def in_flight(self) -> int:
        """How many requests are out."""
        return self._queue.in_flight

    def enqueue(self, routed: Iterable[Routed]) -> None:
        """Take batches, each with its log stream, without waiting for room. After a stop they become undelivered."""
        for batch, log_stream_name in routed:
            self._ledger.hand_out(batch)
            self._queue.put(batch, log_stream_name, self._journal.first_position(batch))
        self._start_workers()

    def advance(self, held_from: int) -> None:
        """Note that everything before a position was enqueued, or has its outcome.

        What is before it and not in the queue counts as settled in the journal.
        """
        self._queue.advance(held_from)

    def _start_workers(self) -> None:
        with self._workers_lock:
            error = self._start_missing_workers()
        if error is not None:
            self.stop(StopKind.FAULT, f"no thread could be started to send with: {error}")
            self._fail_abandoned()

    def _start_missing_workers(self) -> RuntimeError | None:
        """Start workers for what is in the queue; return the error if there are none at all."""
        while len(self._workers) < min(self._max_workers, self._queue.size):
            worker = threading.Thread(
                target=self._work, name=f"cordwood-delivery-{len(self._workers) + 1}", daemon=True
            )
            # Before it starts: it may be in on_batch at once, and must know then that it is one of them.
            self._workers.add(worker)
            try:
                worker.start()
            except RuntimeError as error:  # no more threads for this process, or the interpreter is about to exit
                self._workers.discard(worker)
                return None if self._workers else error
        return None

    def wait_for_room(self) -> None:
        """Return once the queue is no longer full."""
        if not self.in_a_worker:
            self._queue.wait(self._queue.has_room)

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until everything taken so far is settled; return False if that took longer than `timeout` seconds.

        Batches that other threads hand in meanwhile are not waited for.
        """
        return self._queue.drain(timeout)

    def check_rejected(self) -> None:
        """Stop if more of the events read were rejected than `max_rejected` allows."""
        if stop := self._stop_policy.check_rejected(self._ledger.counts):
            self._queue.stop(stop)

    def stop(self, kind: StopKind, reason: str) -> None:
        """Send nothing more. What waits is undelivered; requests under way may still be answered."""
        self._queue.stop(Stop(kind, reason))

    def close(self, timeout: float | None = None) -> None:
        """Wait until everything is settled.

        After `timeout` seconds it stops, and requests without a response are unknown. After an interrupt or the end of
        `max_duration` the same happens after the `shutdown_timeout` of the options.
        """
        queue = self._queue
        until = math.inf if timeout is None else time.monotonic() + timeout
        queue.close()
        queue.wait(lambda: queue.idle or self._shutting_down, timeout)
        left = min(until - time.monotonic(), self._shutdown_timeout if self._shutting_down else math.inf)
        if not queue.wait(lambda: queue.idle, None if left == math.inf else max(left, 0)):
            self.stop(StopKind.TIMEOUT, f"not all requests were answered within {timeout} s")
            queue.wait(lambda: queue.idle, _GRACE_SECONDS)
            self._fail_abandoned()
            queue.wait(lambda: queue.idle, _SETTLE_SECONDS)
        if self._timer is not None:
            self._timer.cancel()

    @property
    def _shutting_down(self) -> bool:
        return self.stopped is not None and self.stopped.kind in (StopKind.INTERRUPTED, StopKind.TIMEOUT)

    def _fail_abandoned(self) -> None:
        for piece, state in self._queue.abandon():
            reason = "no response arrived in time" if state is State.SENT else self._stop_reason
            self._sender.fail_claimed(piece, reason)

    def _stop_in_time(self, seconds: float) -> None:
        self.stop(StopKind.TIMEOUT, f"its time limit of {seconds:g} s is over")

    @property
    def _stop_reason(self) -> str:
        return self.stopped.reason if self.stopped else ""

    def _work(self) -> None:
        while (piece := self._queue.take()) is not None:
            try:
                if self.stopped is None:
                    self._sender.deliver(piece)
                else:
                    self._sender.fail(piece, self._stop_reason)
            except BaseException as error:  # a panic of the extension module is not an Exception
                log.exception("internal error in a worker; the upload stops")
                self._stop_at_error(piece, error)

    def _stop_at_error(self, piece: Piece, error: BaseException) -> None:
        try:
            self._sender.stop_at_error(piece, error)
        except Exception:
            log.exception("internal error: the events under way could not be settled either")
        finally:
            self._queue.finish(piece)
