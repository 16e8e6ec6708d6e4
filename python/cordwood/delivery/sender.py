"""What is done with one piece: sent, judged, sent again or parted, until every event of it has its outcome."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cordwood._model import Outcome, Rejected, StopKind
from cordwood._text import escape, utc
from cordwood.client.answer import Fate, rejected_of
from cordwood.client.error_messages import to_exception
from cordwood.delivery.retry import Decision, decide, is_overload, wait_before
from cordwood.errors import CredentialsError
from cordwood.ledger.ledger import Stop, Told
from cordwood.ledger.settled_batch import SettledBatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from cordwood.client.answer import Answer
    from cordwood.client.client import PutLogEventsClient
    from cordwood.delivery.clock import Clock
    from cordwood.delivery.pacing import Pacing
    from cordwood.delivery.queue import Piece, Queue
    from cordwood.delivery.stop_policy import Patience, Tolerance
    from cordwood.delivery.time_window import OutOfTime, TimeWindow
    from cordwood.ledger.journal_writer import Recording
    from cordwood.ledger.ledger import Account, Reason
    from cordwood.options import SendOptions

log = logging.getLogger("cordwood")


@dataclass(slots=True)
class _Tries:
    """What the requests of one piece came to, while a worker has it."""

    failures: int = 0
    failing_since: float | None = None
    renewed: bool = False
    told: Told = field(default_factory=Told)
    seconds: float = 0.0


class Sending:
    """Sends pieces; all workers of an upload share it.

    Args:
        client: makes the single requests.
        log_group_name: where all events go.
        account: where each event is settled.
        window: tells which events are too old or too new to be sent.
        queue: where pieces come from, and where what is left of one goes.
        pacing: tells when a request may go out.
        patience: tells when the service has failed for too long.
        tolerance: tells when too many events were rejected.
        recording: tells the journal.
        clock: how waits go.
        settings: the operator's.

    """

    def __init__(
        self,
        client: PutLogEventsClient,
        log_group_name: str,
        account: Account,
        window: TimeWindow,
        *,
        queue: Queue,
        pacing: Pacing,
        patience: Patience,
        tolerance: Tolerance,
        recording: Recording,
        clock: Clock,
        settings: SendOptions,
    ) -> None:
        self._client = client
        self._log_group_name = log_group_name
        self._account = account
        self._window = window
        self._queue = queue
        self._pacing = pacing
        self._patience = patience
        self._tolerance = tolerance
        self._recording = recording
        self._clock = clock
        self._entity = settings.entity
        self._at_most_once = settings.at_most_once
        self._on_batch: Callable[[SettledBatch], object] | None = settings.on_batch
        self._telling = threading.Lock()
        self._warned_of: set[Outcome] = set()

    def deliver(self, piece: Piece) -> None:
        """Send a piece until it is settled, or what is left of it is back in the queue."""
        tries = _Tries()
        # Looked at before each try: events may grow too old while they wait.
        while self._leave_out_of_time(piece):
            if not self._wait_for(self._pacing.reserve(piece.nbytes)):
                return self.fail(piece, self._why_stopped, tries.told)
            answer = self._send(piece, tries)
            match decide(answer, in_lane=piece.in_lane, at_most_once=self._at_most_once):
                case Decision.DONE:
                    return self._accept(piece, answer, tries)
                case Decision.HALVE:
                    return self._halve(piece, answer, tries)
                case Decision.LANE:
                    self._recording.withdraw(piece)
                    return self._queue.make_lane(piece)
                case Decision.LEAVE:
                    return self._leave(piece, answer, tries)
                case Decision.RENEW if not tries.renewed and self._client.renew_credentials():
                    tries.renewed = True
                    piece.on_the_wire = False
                    self._recording.withdraw(piece)
                case Decision.RENEW | Decision.STOP:
                    return self._give_up(piece, self._cause(piece, answer), tries.told)
                case Decision.AGAIN:
                    if not self._go_on(piece, answer, tries):
                        return None
        return None

    def _leave_out_of_time(self, piece: Piece) -> bool:
        """Settle the events that the service would not take for their age; whether any is left."""
        # A copy of what may be stored already is for the service to judge.
        if piece.lost:
            return True
        events, out_of_time = self._window.part(piece.batch)
        if out_of_time and not self._window.learned:
            # Of several first requests the others' answers may tell that it is this machine's clock that is wrong.
            self._queue.wait_for_another(piece, lambda: self._window.learned)
            events, out_of_time = self._window.part(piece.batch)
        if not out_of_time:
            return True
        asides = self._queue.set_aside(piece, [out.events for out in out_of_time], events)
        if asides is None:
            return False
        for aside, out in zip(asides, out_of_time, strict=True):
            self._warn_of(out)
            self._settle_claimed(aside, out.outcome, out.reason, _Tries())
        return events is not None

    def _warn_of(self, out: OutOfTime) -> None:
        """Say once of each outcome that events are passed over; an archive's head may be too old and its tail not."""
        if out.outcome in self._warned_of:
            return
        self._warned_of.add(out.outcome)
        window = self._window.range()
        log.warning(
            "events of %s are %s and are not sent: the service takes %s to %s; the report has the range of all",
            " to ".join(utc(at) for at in sorted({out.events.first_timestamp, out.events.last_timestamp})),
            out.outcome,
            utc(window.first),
            utc(window.last),
        )

    def _send(self, piece: Piece, tries: _Tries) -> Answer:
        self._recording.intend(piece)
        with self._queue.changed:
            # Until it is settled, or in doubt: whoever runs out of patience between answer and outcome knows no better.
            piece.on_the_wire = True
            piece.attempts += 1
        began = self._clock.now()
        answer = self._client.send(
            piece.batch,
            self._log_group_name,
            piece.log_stream_name,
            entity=self._entity,
            use_token=piece.in_lane,
        )
        tries.seconds = self._clock.now() - began
        tries.told = Told(piece.attempts, answer.status, answer.code, answer.request_id, piece.log_stream_name)
        if answer.status is not None:
            self._patience.answered()
        if answer.fate is Fate.ACCEPTED:  # the date of what else may answer, a proxy, says nothing of the service's
            self._window.learn(answer.date)
        if is_overload(answer):
            self._pacing.throttled(began)
        self._pacing.correct(answer.wire_bytes - piece.nbytes)
        self._account.count_answer(answer, repeated=piece.attempts > 1, seconds=tries.seconds)
        return answer

    def _go_on(self, piece: Piece, answer: Answer, tries: _Tries) -> bool:
        """Wait before the next try; False where there is none, and the piece is settled."""
        with self._queue.changed:
            piece.lost |= answer.fate is Fate.UNKNOWN
            piece.on_the_wire = False
        if not piece.lost:
            self._recording.withdraw(piece)
        tries.failures += 1
        self._patience.failed()
        last = self._cause(piece, answer).why
        if outage := self._patience.over(last):
            self._give_up(piece, outage, tries.told)
            return False
        if tries.failing_since is None:
            tries.failing_since = self._clock.now()
        if (seconds := self._patience.too_long(tries.failing_since)) is not None:
            self.fail(piece, f"its requests failed for {seconds:,.0f} s while others were taken: {last}", tries.told)
            return False
        wait = wait_before(tries.failures)
        log.warning("a request failed (%s); trying again in %.1f s", escape(answer.why), wait)
        if not self._wait_for(wait):
            self.fail(piece, self._why_stopped, tries.told)
            return False
        return True

    def _leave(self, piece: Piece, answer: Answer, tries: _Tries) -> None:
        """Settle as unknown what may be stored and must not be twice, and let an outage burn no more of the input."""
        failures = self._patience.failed()
        last = self._cause(piece, answer).why
        if outage := self._patience.over(last):
            self._queue.stop(outage)
        self._settle(piece, Outcome.UNKNOWN, f"no answer for it counts, and it is sent at most once: {last}", tries)
        wait = wait_before(failures)
        log.warning("a request has no answer that counts (%s); the next goes out in %.1f s", escape(answer.why), wait)
        self._wait_for(wait)

    def _wait_for(self, seconds: float) -> bool:
        """Wait that long; False where nothing more is to be sent."""
        if seconds > 0 and self._queue.stopped is None:
            self._clock.wait(self._queue.changed, lambda: self._queue.stopped is not None, seconds)
        return self._queue.stopped is None

    # --- ends of a piece ----------------------------------------------------------------------------------------

    def _accept(self, piece: Piece, answer: Answer, tries: _Tries) -> None:
        rejected = rejected_of(answer.response, piece.batch)
        if piece.lost and rejected and not answer.already_accepted:
            # Of the copy that was sent again; the one whose answer was lost was younger, and may have been taken.
            rejected = [
                Rejected(found.position, Outcome.UNKNOWN, f"an answer for it was lost, and sent again {found.reason}")
                for found in rejected
            ]
        self._patience.accepted()
        # Where the service says that it has the batch already, the first copy is the only one.
        twice = piece.lost and not answer.already_accepted
        self._settle(piece, Outcome.ACCEPTED, rejected=rejected, tries=tries, twice=twice)

    def _halve(self, piece: Piece, answer: Answer, tries: _Tries) -> None:
        count = len(piece.batch)
        self._patience.refused()
        if count > 1:
            self._recording.withdraw(piece)
            return self._queue.replace(piece, (piece.batch[: count // 2], piece.batch[count // 2 :]))
        stop = self._patience.refused_alone(answer.why)
        self._settle(piece, Outcome.REFUSED, f"the service refused it: {answer.why}", tries)
        if stop is not None:
            self._queue.stop(stop)
        return None

    def fail(self, piece: Piece, why: str, told: Told | None = None) -> None:
        """Settle a piece that is not sent any more."""
        tries = _Tries(told=told or Told(piece.attempts, log_stream_name=piece.log_stream_name))
        if self._queue.claim(piece):
            self._fail_claimed(piece, why, tries)

    def fail_abandoned(self, piece: Piece, why: str) -> None:
        """Settle a piece that was claimed from a worker which hangs in a request."""
        self._fail_claimed(piece, why, _Tries(told=Told(piece.attempts, log_stream_name=piece.log_stream_name)))

    def _fail_claimed(self, piece: Piece, why: str, tries: _Tries) -> None:
        if piece.lost:
            self._settle_claimed(piece, Outcome.UNKNOWN, f"an answer for it was lost, and then: {why}", tries)
        else:
            self._settle_claimed(piece, Outcome.UNDELIVERED, why, tries)

    def _give_up(self, piece: Piece, cause: Stop, told: Told) -> None:
        self._queue.stop(cause)
        self.fail(piece, cause.why, told)

    def stop_at_fault(self, piece: Piece, fault: BaseException) -> None:
        """Stop after a fault of cordwood's own while a worker had this piece."""
        with self._queue.changed:
            piece.lost |= piece.on_the_wire
        stop = Stop(StopKind.FAULT, f"a fault of cordwood's own: {fault!r}")
        self._queue.stop(stop)
        self.fail(piece, stop.why)

    def _settle(
        self,
        piece: Piece,
        outcome: Outcome,
        reason: Reason = "",
        tries: _Tries | None = None,
        *,
        rejected: Iterable[Rejected] = (),
        twice: bool = False,
    ) -> None:
        """Settle a piece, unless somebody else does."""
        if self._queue.claim(piece):
            self._settle_claimed(piece, outcome, reason, tries or _Tries(), rejected=rejected, twice=twice)

    def _settle_claimed(
        self,
        piece: Piece,
        outcome: Outcome,
        reason: Reason,
        tries: _Tries,
        *,
        rejected: Iterable[Rejected] = (),
        twice: bool = False,
    ) -> None:
        others = list(rejected)
        try:
            decided = self._account.settle(piece.batch, outcome, reason, rejected=others, told=tries.told)
            doubted = self._recording.doubt(piece, others, twice=twice) if outcome is Outcome.ACCEPTED else 0
            self._recording.settle(piece, outcome, others, decided, doubted)
            if stop := self._tolerance.over(self._account.counts):
                self._queue.stop(stop)
            # Before it is let go of: once an upload has its report, no callback is still to come.
            self._tell(piece, outcome, reason, tries, len(others))
        finally:
            self._queue.finish(piece)

    def _tell(self, piece: Piece, outcome: Outcome, reason: Reason, tries: _Tries, rejected: int) -> None:
        if self._on_batch is None:
            return
        batch = piece.batch
        settled = SettledBatch(
            piece.log_stream_name,
            outcome,
            len(batch),
            rejected,
            batch.nbytes,
            batch.first_timestamp,
            batch.last_timestamp,
            piece.attempts,
            tries.seconds,
            tries.told.request_id,
            reason if isinstance(reason, str) else reason(batch.first_timestamp),
        )
        with self._telling:
            try:
                self._on_batch(settled)
            except Exception:
                log.exception("on_batch raised; the upload goes on")

    # --- causes -----------------------------------------------------------------------------------------------

    @property
    def _why_stopped(self) -> str:
        return self._queue.stopped.why if self._queue.stopped else ""

    def _cause(self, piece: Piece, answer: Answer) -> Stop:
        if answer.code == "ResourceNotFoundException":
            return Stop(
                StopKind.SERVICE,
                f"{answer.why} (log group {self._log_group_name!r}, log stream {piece.log_stream_name!r}, region "
                f"{self._client.client.meta.region_name}): check the names and the region, or have the group created "
                "with `create_log_group`",
            )
        exception = to_exception(answer, self._client.client, self._log_group_name, piece.log_stream_name)
        not_the_service = answer.fate is Fate.NOT_SENT or isinstance(exception, CredentialsError)
        return Stop(StopKind.CONFIGURATION if not_the_service else StopKind.SERVICE, str(exception))
