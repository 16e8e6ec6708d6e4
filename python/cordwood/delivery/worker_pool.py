"""Batches on their way: workers that take them from a queue, and the life of both.

Each worker has one request under way at a time. Whoever hands batches in is held up while the queue is full, so memory
stays bounded. No worker keeps the process alive.
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
from cordwood.delivery.queue import Piece, Queue
from cordwood.delivery.sender import Sending
from cordwood.delivery.stop_policy import Patience, Tolerance
from cordwood.ledger.journal_writer import Recording
from cordwood.ledger.ledger import Stop
from cordwood.options import SendOptions
from cordwood.options.sending import AWS_REQUESTS_PER_SECOND

if TYPE_CHECKING:
    from cordwood.client.client import PutLogEventsClient
    from cordwood.delivery.time_window import TimeWindow
    from cordwood.journal import Journal
    from cordwood.ledger.ledger import Account
    from cordwood.sources.routing import Routed

log = logging.getLogger("cordwood")

_GRACE = 0.5
"""Seconds that workers which were told to stop are given to come back from anything but a request."""

_SETTLING = 5.0
"""Seconds that a worker is given to write down what it was already told of its piece."""


class Delivery:
    """Sends batches, and settles every event of them on the account.

    Args:
        client: makes the single requests.
        log_group_name: where all events go.
        account: where each event is settled.
        window: tells which events are too old or too new to be sent.
        settings: the operator's limits.
        events_read: how many events were read so far.
        journal: is told of each request before it goes out and of what became of it; None for none.
        clock: what time it is, and how waits go.

    """

    def __init__(
        self,
        client: PutLogEventsClient,
        log_group_name: str,
        account: Account,
        window: TimeWindow,
        settings: SendOptions,
        *,
        events_read: Callable[[], int],
        journal: Journal | None = None,
        clock: Clock | None = None,
    ) -> None:
        clock = clock or Clock()
        self._account = account
        self._most_workers = settings.max_concurrency
        self._shutdown_timeout = settings.shutdown_timeout
        self._queue = Queue(workers=settings.max_concurrency, ordered=settings.ordered, max_memory=settings.max_memory)
        self._recording = Recording(journal, self._queue, account, at_most_once=settings.at_most_once)
        self._tolerance = Tolerance(settings, events_read)
        default_ceiling = AWS_REQUESTS_PER_SECOND if client.is_aws else math.inf
        self._sending = Sending(
            client,
            log_group_name,
            account,
            window,
            queue=self._queue,
            pacing=Pacing(
                clock,
                max_requests_per_second=settings.max_requests_per_second or default_ceiling,
                max_bandwidth=settings.max_bandwidth,
            ),
            patience=Patience(clock, settings.max_outage),
            tolerance=self._tolerance,
            recording=self._recording,
            clock=clock,
            settings=settings,
        )
        self._workers: set[threading.Thread] = set()
        self._timer: threading.Timer | None = None
        seconds = settings.seconds_left()
        if seconds is not None:
            self._timer = threading.Timer(seconds, self._end_in_time, (seconds,))
            self._timer.daemon = True
            self._timer.start()

    @property
    def stopped(self) -> Stop | None:
        """Why nothing more is sent; None while it is."""
        return self._queue.stopped

    @property
    def in_a_worker(self) -> bool:
        """Whether this is asked by a thread that sends, which can't wait for itself."""
        return threading.current_thread() in self._workers

    @property
    def in_flight(self) -> int:
        """Requests that are out."""
        return self._queue.in_flight

    def enqueue(self, routed: Iterable[Routed], held_from: int | None = None) -> None:
        """Take batches, all at once: an interrupt loses none. After a stop they become undelivered.

        Args:
            routed: the batches, each with its log stream.
            held_from: the lowest position that the source still holds, or will read next, without these batches.

        """
        with self._queue.changed:
            for batch, log_stream_name in routed:
                self._account.hand_out(batch)
                self._recording.take(self._queue.put(batch, log_stream_name))
            if held_from is not None:
                self._recording.held_from = held_from
            self._start_workers()
            self._queue.changed.notify_all()

    def _start_workers(self) -> None:
        while len(self._workers) < min(self._most_workers, self._queue.busy):
            worker = threading.Thread(
                target=self._work, name=f"cordwood-delivery-{len(self._workers) + 1}", daemon=True
            )
            try:
                worker.start()
            except RuntimeError as error:  # no more threads for this process, or the interpreter is about to end
                if not self._workers:
                    self.stop(StopKind.FAULT, f"no thread could be started to send with: {error}")
                    self._fail_abandoned()
                return
            self._workers.add(worker)

    def wait_for_room(self) -> None:
        """Return once the queue is no longer full."""
        if not self.in_a_worker:
            self._queue.wait(self._queue.has_room)

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until everything taken so far is settled; False where that took longer than `timeout` seconds.

        What others hand in meanwhile is not waited for.
        """
        with self._queue.changed:
            last = self._queue.batches
            return self._queue.wait(lambda: self._queue.settled_up_to(last), timeout)

    def check_tolerance(self) -> None:
        """Stop where more of what was read was rejected than is tolerated."""
        if stop := self._tolerance.over(self._account.counts):
            self._queue.stop(stop)

    def stop(self, kind: StopKind, why: str) -> None:
        """Send nothing more. What waits is undelivered; requests under way may still be answered."""
        self._queue.stop(Stop(kind, why))

    def close(self, timeout: float | None = None) -> None:
        """Wait until everything is settled.

        After `timeout` seconds it stops, and what has no answer yet is unknown; likewise the settings'
        `shutdown_timeout` after it was interrupted, or its time was over.
        """
        queue = self._queue
        until = math.inf if timeout is None else time.monotonic() + timeout
        with queue.changed:
            queue.closing = True
            queue.changed.notify_all()
        queue.wait(lambda: queue.idle or self._shutting_down, timeout)
        left = min(until - time.monotonic(), self._shutdown_timeout if self._shutting_down else math.inf)
        if not queue.wait(lambda: queue.idle, None if left == math.inf else max(left, 0)):
            self.stop(StopKind.TIMEOUT, f"not everything was answered within {timeout} s")
            queue.wait(lambda: queue.idle, _GRACE)
            self._fail_abandoned()
            queue.wait(lambda: queue.idle, _SETTLING)
        if self._timer is not None:
            self._timer.cancel()

    @property
    def _shutting_down(self) -> bool:
        return self.stopped is not None and self.stopped.kind in (StopKind.INTERRUPTED, StopKind.TIMEOUT)

    def _fail_abandoned(self) -> None:
        for piece in self._queue.abandon():
            why = "no answer came before the time was up" if piece.on_the_wire else self._why_stopped
            self._sending.fail_abandoned(piece, why)

    def _end_in_time(self, seconds: float) -> None:
        self.stop(StopKind.TIMEOUT, f"the {seconds:g} s that it was given are over")

    @property
    def _why_stopped(self) -> str:
        return self.stopped.why if self.stopped else ""

    def _work(self) -> None:
        while (piece := self._queue.take()) is not None:
            try:
                if self.stopped is None:
                    self._sending.deliver(piece)
                else:
                    self._sending.fail(piece, self._why_stopped)
            except BaseException as fault:  # a panic of the extension module is no Exception
                log.exception("cordwood could not go on")
                self._stop_at_fault(piece, fault)

    def _stop_at_fault(self, piece: Piece, fault: BaseException) -> None:
        try:
            self._sending.stop_at_fault(piece, fault)
        except Exception:
            log.exception("cordwood could not even settle the events under way")
        finally:
            self._queue.finish(piece)
