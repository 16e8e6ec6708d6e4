"""Batches on their way: a queue, the thread that empties it, and what it does after each answer.

One request is under way at a time. Whoever submits is held up while the queue is full, so memory stays bounded.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cordwood.client.answer import Fate, rejected_of
from cordwood.client.explain import to_exception
from cordwood.errors import CredentialsError
from cordwood.outcomes import Outcome, Rejected
from cordwood.report import StopKind
from cordwood.terminal import inert
from cordwood.uploader.account import Stop
from cordwood.uploader.retry import Decision, decide, wait_before

if TYPE_CHECKING:
    from cordwood._core import Batch
    from cordwood.client.answer import Answer
    from cordwood.client.put import PutLogEventsClient
    from cordwood.uploader.account import Account, Reason
    from cordwood.uploader.age import TimeWindow
    from cordwood.uploader.routing import Routed

log = logging.getLogger("cordwood")

_CAPACITY = 4
"""Batches that wait, besides the one being sent: enough to keep the sender busy, some 4 MB."""

_FIRST_CONTACT = 15.0
"""Seconds after which an endpoint that never answered is given up: a wrong address more likely than an outage."""

_MOST_LONE_REFUSALS = 20
"""Events refused standing alone, one after the other and for one reason, after which the job is taken to be wrong."""

_GRACE = 0.5
"""Seconds that a thread which was told to stop is given to come back from anything but a request."""


@dataclass(slots=True)
class _Piece:
    """A batch, or what a refusal left of one."""

    batch: Batch
    log_stream_name: str
    ordinal: int
    """Of the batch, among all that were taken."""
    sent: bool = False
    """A request went out with it, or with what it is a half of."""
    lost: bool = False
    """An answer for it was lost: it may be stored."""


class Delivery:
    """Sends batches in the order in which they come, and settles every event of them on the account.

    Args:
        client: makes the single requests.
        log_group_name: where all events go.
        account: where each event is settled.
        window: tells which events are too old or too new to be sent.
        max_outage: seconds without one good answer after which the delivery stops.
        entity: the API's Entity, to go with each request.

    """

    def __init__(
        self,
        client: PutLogEventsClient,
        log_group_name: str,
        account: Account,
        window: TimeWindow,
        *,
        max_outage: float,
        entity: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._client = client
        self._log_group_name = log_group_name
        self._account = account
        self._window = window
        self._entity = entity
        self._max_outage = max_outage
        self._changed = threading.Condition()
        self._waiting: deque[_Piece] = deque()
        self._enqueued = 0
        self._under_way: _Piece | None = None
        self._on_the_wire = False
        self.stopped: Stop | None = None
        """Why nothing more is sent; None while it is."""
        self._closing = False
        self._abandoned = False
        self._thread: threading.Thread | None = None
        self._heard = False
        self._lone_refusals = 0
        self._last_refusal = ""

    @property
    def in_its_thread(self) -> bool:
        """Whether this is asked by the thread that sends, which can't wait for itself."""
        return threading.current_thread() is self._thread

    def enqueue(self, routed: Iterable[Routed]) -> None:
        """Take batches, all at once: an interrupt loses none. After a stop they become undelivered."""
        with self._changed:
            for batch, log_stream_name in routed:
                self._account.hand_out(batch)
                self._enqueued += 1
                self._waiting.append(_Piece(batch, log_stream_name, self._enqueued))
            if self._thread is None and self._waiting:
                self._start()
            self._changed.notify_all()

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name="cordwood-delivery", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # no more threads for this process, or the interpreter is about to end
            self.stop(StopKind.FAULT, f"the sending thread could not be started: {error}")
            while self._waiting:
                self._fail(self._waiting.popleft(), self._why_stopped)
            return
        self._thread = thread

    def wait_for_room(self) -> None:
        """Return once the queue is no longer full."""
        if self.in_its_thread:
            return
        with self._changed:
            self._changed.wait_for(lambda: len(self._waiting) <= _CAPACITY or self.stopped is not None)

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until everything taken so far is settled; False where that took longer than `timeout` seconds.

        What others hand in meanwhile is not waited for.
        """
        with self._changed:
            last = self._enqueued
            return self._changed.wait_for(lambda: self._settled_up_to(last), timeout)

    def wait_until_idle_or_stopped(self) -> None:
        """Wait until everything submitted is settled, or nothing more is sent."""
        with self._changed:
            self._changed.wait_for(lambda: self._idle() or self.stopped is not None)

    def stop(self, kind: StopKind, why: str) -> None:
        """Send nothing more. What waits is undelivered; the request under way may still be answered."""
        with self._changed:
            self.stopped = self.stopped or Stop(kind, why)
            self._changed.notify_all()

    def close(self, timeout: float | None = None) -> None:
        """Wait until everything is settled. After `timeout` seconds it stops, and what has no answer yet is unknown."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            if not self._changed.wait_for(self._idle, timeout):
                self.stop(StopKind.TIMEOUT, f"not everything was answered within {timeout:g} s")
                self._changed.wait_for(self._idle, _GRACE)
                self._abandon()

    def _settled_up_to(self, ordinal: int) -> bool:
        """Whether these batches and all before are settled: what is left of a batch goes before the next one."""
        held = [piece for piece in (self._under_way, *itertools.islice(self._waiting, 1)) if piece is not None]
        return all(piece.ordinal > ordinal for piece in held)

    def _idle(self) -> bool:
        return not self._waiting and self._under_way is None

    def _abandon(self) -> None:
        """Settle what the thread still holds: it hangs in a request, and settles nothing any more."""
        if self._under_way is not None:
            self._under_way.lost |= self._on_the_wire
            self._fail(self._under_way, "no answer came before the time was up")
        while self._waiting:
            self._fail(self._waiting.popleft(), self._why_stopped)
        self._abandoned = True

    # --- the thread -------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while (piece := self._next()) is not None:
            try:
                self._deliver(piece)
            except BaseException as fault:  # a panic of the extension module is no Exception
                log.exception("cordwood could not go on")
                self._stop_at_fault(piece, fault)

    def _stop_at_fault(self, piece: _Piece, fault: BaseException) -> None:
        piece.lost |= self._on_the_wire
        try:
            self._give_up(piece, Stop(StopKind.FAULT, f"a fault of cordwood's own: {fault!r}"))
        except Exception:
            log.exception("cordwood could not even settle the events under way")
            with self._changed:
                self._finish()

    def _next(self) -> _Piece | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            if self._abandoned or not self._waiting:
                return None
            self._under_way = self._waiting.popleft()
            self._changed.notify_all()
            return self._under_way

    def _deliver(self, piece: _Piece) -> None:
        if not self._leave_out_of_time(piece):
            return None
        failures = 0
        failing_since = time.monotonic()
        while self.stopped is None:
            answer = self._send(piece, repeated=failures > 0 or piece.sent)
            piece.sent = True
            match decide(answer):
                case Decision.DONE:
                    return self._accept(piece, answer)
                case Decision.HALVE:
                    return self._halve(piece, answer)
                case Decision.STOP:
                    return self._give_up(piece, self._cause(piece, answer))
                case Decision.AGAIN:
                    with self._changed:
                        piece.lost |= answer.fate is Fate.UNKNOWN
                        self._on_the_wire = False
                    failures += 1
                    outage = time.monotonic() - failing_since
                    if outage > self._patience:
                        why = f"no good answer for {outage:,.0f} s, the last one: {self._cause(piece, answer).why}"
                        return self._give_up(piece, Stop(StopKind.OUTAGE, why))
                    self._wait(failures, answer)
        return self._fail(piece, self._why_stopped)

    def _leave_out_of_time(self, piece: _Piece) -> bool:
        """Settle the events that the service would not take for their age; whether any is left."""
        events, out_of_time = self._window.part(piece.batch)
        with self._changed:
            for out in out_of_time:
                self._settle(out.events, out.outcome, out.reason)
            if events is None:
                self._finish()
                return False
            piece.batch = events
            return True

    def _send(self, piece: _Piece, *, repeated: bool) -> Answer:
        # Until it is settled, or in doubt: whoever runs out of patience between answer and outcome knows no better.
        self._on_the_wire = True
        began = time.monotonic()
        answer = self._client.send(piece.batch, self._log_group_name, piece.log_stream_name, entity=self._entity)
        self._heard |= answer.status is not None
        if answer.fate is Fate.ACCEPTED:  # the date of what else may answer, a proxy, says nothing of the service's
            self._window.learn(answer.date)
        self._account.count_answer(answer, repeated=repeated, seconds=time.monotonic() - began)
        return answer

    def _wait(self, failures: int, answer: Answer) -> None:
        seconds = wait_before(failures)
        log.warning("a request failed (%s); trying again in %.1f s", inert(answer.why), seconds)
        with self._changed:
            self._changed.wait_for(lambda: self.stopped is not None, seconds)

    # --- ends of a piece: each settles it and takes it off the thread's hands at once ---------------------------

    def _finish(self) -> None:
        self._on_the_wire = False
        self._under_way = None
        self._changed.notify_all()

    def _settle(self, batch: Batch, outcome: Outcome, reason: Reason = "", rejected: Iterable[Rejected] = ()) -> None:
        if not self._abandoned:
            self._account.settle(batch, outcome, reason, rejected=rejected)

    def _accept(self, piece: _Piece, answer: Answer) -> None:
        rejected = rejected_of(answer.response, piece.batch)
        self._lone_refusals = 0
        with self._changed:
            self._settle(piece.batch, Outcome.ACCEPTED, rejected=rejected)
            # Where the service says that it has the batch already, the first copy is the only one.
            if piece.lost and not answer.already_accepted and not self._abandoned:
                self._account.doubt(piece.batch, rejected)
            self._finish()

    def _halve(self, piece: _Piece, answer: Answer) -> None:
        count = len(piece.batch)
        if count == 1:
            return self._refuse(piece, answer)
        with self._changed:
            for half in (piece.batch[count // 2 :], piece.batch[: count // 2]):
                self._waiting.appendleft(replace(piece, batch=half))
            self._finish()
        return None

    def _refuse(self, piece: _Piece, answer: Answer) -> None:
        self._lone_refusals = self._lone_refusals + 1 if answer.why == self._last_refusal else 1
        self._last_refusal = answer.why
        with self._changed:
            self._settle(piece.batch, Outcome.REFUSED, f"the service refused it: {answer.why}")
            self._finish()
        if self._lone_refusals >= _MOST_LONE_REFUSALS:
            self.stop(
                StopKind.SERVICE, f"{_MOST_LONE_REFUSALS} events in a row were refused, even alone, with: {answer.why}"
            )

    def _fail(self, piece: _Piece, why: str) -> None:
        with self._changed:
            if piece.lost:
                self._settle(piece.batch, Outcome.UNKNOWN, f"an answer for it was lost, and then: {why}")
            else:
                self._settle(piece.batch, Outcome.UNDELIVERED, why)
            self._finish()

    def _give_up(self, piece: _Piece, cause: Stop) -> None:
        self.stop(cause.kind, cause.why)
        self._fail(piece, cause.why)

    @property
    def _why_stopped(self) -> str:
        return self.stopped.why if self.stopped else ""

    # --- causes -----------------------------------------------------------------------------------------------

    @property
    def _patience(self) -> float:
        return self._max_outage if self._heard else min(self._max_outage, _FIRST_CONTACT)

    def _cause(self, piece: _Piece, answer: Answer) -> Stop:
        if answer.code == "ResourceNotFoundException":
            return Stop(
                StopKind.SERVICE,
                f"{answer.why} (log group {self._log_group_name!r}, log stream {piece.log_stream_name!r}, region "
                f"{self._client.client.meta.region_name}): check the names and the region, or have the group created "
                "(create_log_group=True, --create-log-group)",
            )
        exception = to_exception(answer, self._client.client, self._log_group_name, piece.log_stream_name)
        not_the_service = answer.fate is Fate.NOT_SENT or isinstance(exception, CredentialsError)
        return Stop(StopKind.CONFIGURATION if not_the_service else StopKind.SERVICE, str(exception))
