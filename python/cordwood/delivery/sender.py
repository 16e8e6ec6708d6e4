"""What a worker does with one piece: send it, judge the response, retry or split it, until every event is settled."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cordwood._model import Outcome, Rejected, SettledBatch, StopKind
from cordwood._text import escape, utc
from cordwood.client.answer import Fate, rejected_of
from cordwood.client.error_messages import to_exception
from cordwood.delivery.retry import Decision, decide, is_overload, wait_before
from cordwood.delivery.stop_policy import Stop
from cordwood.errors import CredentialsError
from cordwood.ledger.dead_letter_writer import LastAttempt

if TYPE_CHECKING:
    from cordwood.client.answer import Answer
    from cordwood.client.client import PutLogEventsClient
    from cordwood.delivery.clock import Clock
    from cordwood.delivery.pacing import Pacing
    from cordwood.delivery.queue import Piece, Queue
    from cordwood.delivery.stop_policy import StopPolicy
    from cordwood.delivery.time_window import OutOfTime, TimeWindow
    from cordwood.ledger.dead_letter_writer import Reason
    from cordwood.ledger.journal_writer import JournalWriter
    from cordwood.ledger.ledger import Ledger
    from cordwood.options import SendOptions

log = logging.getLogger("cordwood")


@dataclass(slots=True)
class _Attempts:
    """The requests of one piece while a worker has it."""

    failures: int = 0
    failing_since: float | None = None
    credentials_renewed: bool = False
    last: LastAttempt = field(default_factory=LastAttempt)
    seconds: float = 0.0


class Sender:
    """Sends pieces and settles their events. All workers of an upload share it.

    Args:
        client: makes the single requests.
        log_group_name: where all events go.
        ledger: counts the outcome of each event.
        queue: where pieces come from, and where the parts of a split one go.
        window: decides which events are too old or too new to be sent.
        pacing: decides when a request may go out.
        stop_policy: decides when to stop the job.
        journal: records what is sent and what is settled.
        clock: measures requests.
        options: how to send.

    """

    def __init__(
        self,
        client: PutLogEventsClient,
        log_group_name: str,
        ledger: Ledger,
        *,
        queue: Queue,
        window: TimeWindow,
        pacing: Pacing,
        stop_policy: StopPolicy,
        journal: JournalWriter,
        clock: Clock,
        options: SendOptions,
    ) -> None:
        self._client = client
        self._log_group_name = log_group_name
        self._ledger = ledger
        self._queue = queue
        self._window = window
        self._pacing = pacing
        self._stop_policy = stop_policy
        self._journal = journal
        self._clock = clock
        self._entity = options.entity
        self._at_most_once = options.at_most_once
        self._on_batch: Callable[[SettledBatch], object] | None = options.on_batch
        self._on_batch_lock = threading.Lock()
        self._warned_of: set[Outcome] = set()

    def deliver(self, piece: Piece) -> None:
        """Send a piece until it is settled, or its parts are back in the queue."""
        attempts = _Attempts()
        # Checked before each attempt: events may grow too old while they wait.
        while self._settle_out_of_time(piece):
            if not self._queue.pause(self._pacing.reserve(piece.nbytes)):
                return self.fail(piece, self._stop_reason, attempts.last)
            answer = self._send(piece, attempts)
            if answer is None:
                return None
            match decide(answer, in_lane=piece.in_lane, at_most_once=self._at_most_once):
                case Decision.DONE:
                    return self._accept(piece, answer, attempts)
                case Decision.HALVE:
                    return self._halve(piece, answer, attempts)
                case Decision.LANE:
                    self._withdraw(piece)
                    return self._queue.make_lane(piece)
                case Decision.LEAVE:
                    return self._settle_as_unknown(piece, answer, attempts)
                case Decision.RENEW if not attempts.credentials_renewed and self._client.renew_credentials():
                    attempts.credentials_renewed = True
                    self._queue.mark_answered(piece)
                    self._withdraw(piece)
                case Decision.RENEW | Decision.STOP:
                    return self._give_up(piece, self._cause(piece, answer), attempts.last)
                case Decision.AGAIN:
                    if not self._wait_to_retry(piece, answer, attempts):
                        return None
        return None

    def _settle_out_of_time(self, piece: Piece) -> bool:
        """Settle the events that are too old or too new to be sent; return whether any others are left."""
        # A copy of what may be stored already is for the service to judge.
        if piece.may_be_stored:
            return True
        # Asked before the events are judged: between the two, another worker may learn what time it is.
        is_known = self._window.learned
        events, out_of_time = self._window.part(piece.batch)
        if out_of_time and not is_known:
            if self._queue.defer(piece):
                return False
            # If several first requests are out, the response to another may show that this machine's clock is wrong.
            self._queue.wait_for_clock(piece, lambda: self._window.learned)
            # If nothing but this machine's clock speaks against them, the service is to say. (The retention is the
            # caller's own rule: there may be no other who knows it.)
            is_known = self._window.learned
            events, out_of_time = self._window.part(piece.batch, only_expired=not is_known)
        if not out_of_time:
            return True
        asides = self._queue.set_aside(piece, [out.events for out in out_of_time], events)
        if asides is None:
            return False
        for aside, out in zip(asides, out_of_time, strict=True):
            self._warn_of(out)
            self._settle_claimed(aside, out.outcome, out.reason, _Attempts())
        return events is not None

    def _warn_of(self, out: OutOfTime) -> None:
        """Log, once for each outcome, that events are not sent: the start of an archive may be too old, its end not."""
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

    def _send(self, piece: Piece, attempts: _Attempts) -> Answer | None:
        """Make one request; return None if none was made: another thread settles the piece, or the journal failed."""
        # First the journal: what may be stored must be known after a crash.
        if not self._journal.intend(piece.key, piece.batch):
            stop = Stop(StopKind.JOURNAL, f"the journal cannot be written: {self._journal.fault}")
            self._give_up(piece, stop, attempts.last)
            return None
        if not self._queue.mark_sent(piece):
            self._withdraw(piece)
            return None
        began = self._clock.now()
        answer = self._client.send(
            piece.batch,
            self._log_group_name,
            piece.log_stream_name,
            entity=self._entity,
            use_token=piece.in_lane,
        )
        attempts.seconds = self._clock.now() - began
        attempts.last = LastAttempt(
            piece.attempts, answer.status, answer.code, answer.request_id, piece.log_stream_name
        )
        if answer.status is not None:
            self._stop_policy.note_response()
        if answer.fate is Fate.ACCEPTED:  # any other response may be a proxy's, with the proxy's time
            self._window.learn(answer.date, piece.batch, rejected_of(answer.response, piece.batch))
        if is_overload(answer):
            self._pacing.throttled(began)
        self._pacing.correct(answer.wire_bytes - piece.nbytes)
        self._ledger.count_answer(answer, repeated=piece.attempts > 1, seconds=attempts.seconds)
        return answer

    def _withdraw(self, piece: Piece) -> None:
        if not piece.may_be_stored:
            self._journal.withdraw(piece.key)

    def _wait_to_retry(self, piece: Piece, answer: Answer, attempts: _Attempts) -> bool:
        """Wait before the next attempt; return False if there is none, and the piece is settled."""
        self._queue.mark_answered(piece, may_be_stored=answer.fate is Fate.UNKNOWN)
        self._withdraw(piece)
        attempts.failures += 1
        self._stop_policy.note_failed()
        last = self._cause(piece, answer).reason
        if outage := self._stop_policy.check_outage(last):
            self._give_up(piece, outage, attempts.last)
            return False
        if attempts.failing_since is None:
            attempts.failing_since = self._clock.now()
        if (seconds := self._stop_policy.seconds_if_too_long(attempts.failing_since)) is not None:
            reason = f"its requests failed for {seconds:,.0f} s while others succeeded: {last}"
            self.fail(piece, reason, attempts.last)
            return False
        wait = wait_before(attempts.failures)
        log.warning("a request failed (%s); trying again in %.1f s", escape(answer.why), wait)
        if not self._queue.pause(wait):
            self.fail(piece, self._stop_reason, attempts.last)
            return False
        return True

    # --- how a piece ends ---------------------------------------------------------------------------------------

    def _accept(self, piece: Piece, answer: Answer, attempts: _Attempts) -> None:
        rejected = rejected_of(answer.response, piece.batch)
        if piece.may_be_stored and rejected and not answer.already_accepted:
            # These are verdicts on the second copy; the first, whose response was lost, was younger and may be stored.
            rejected = [
                Rejected(found.position, Outcome.UNKNOWN, f"a response was lost, and sent again {found.reason}")
                for found in rejected
            ]
        self._stop_policy.note_accepted()
        # If the service says that it has the batch already, the first copy is the only one.
        twice = piece.may_be_stored and not answer.already_accepted
        self._settle(piece, Outcome.ACCEPTED, "", attempts, rejected=rejected, twice=twice)

    def _halve(self, piece: Piece, answer: Answer, attempts: _Attempts) -> None:
        count = len(piece.batch)
        self._stop_policy.note_refused()
        if count > 1:
            self._withdraw(piece)
            return self._queue.replace(piece, (piece.batch[: count // 2], piece.batch[count // 2 :]))
        stop = self._stop_policy.note_lone_refusal(answer.why)
        if piece.may_be_stored:
            # This is a verdict on the second copy.
            reason = f"a response was lost, and sent again it was refused: {answer.why}"
            self._settle(piece, Outcome.UNKNOWN, reason, attempts)
        else:
            self._settle(piece, Outcome.REFUSED, f"the service refused it: {answer.why}", attempts)
        if stop is not None:
            self._queue.stop(stop)
        return None

    def _settle_as_unknown(self, piece: Piece, answer: Answer, attempts: _Attempts) -> None:
        """Settle what may be stored and must not be sent twice, and wait: an outage should not use up the input."""
        failures = self._stop_policy.note_failed()
        last = self._cause(piece, answer).reason
        if outage := self._stop_policy.check_outage(last):
            self._queue.stop(outage)
        reason = f"no valid response arrived, and `at_most_once` forbids sending it again: {last}"
        self._settle(piece, Outcome.UNKNOWN, reason, attempts)
        wait = wait_before(failures)
        log.warning("a request got no valid response (%s); the next goes out in %.1f s", escape(answer.why), wait)
        self._queue.pause(wait)

    def _give_up(self, piece: Piece, cause: Stop, last: LastAttempt) -> None:
        self._queue.stop(cause)
        self.fail(piece, cause.reason, last)

    def fail(self, piece: Piece, reason: str, last: LastAttempt | None = None) -> None:
        """Settle a piece that is not sent any more, unless another thread does."""
        if self._queue.claim(piece):
            self.fail_claimed(piece, reason, last)

    def fail_claimed(self, piece: Piece, reason: str, last: LastAttempt | None = None) -> None:
        """Settle a piece that is not sent any more, and that the caller has claimed."""
        attempts = _Attempts(last=last or LastAttempt(piece.attempts, log_stream_name=piece.log_stream_name))
        if piece.may_be_stored:
            self._settle_claimed(piece, Outcome.UNKNOWN, f"a response was lost, and then: {reason}", attempts)
        else:
            self._settle_claimed(piece, Outcome.UNDELIVERED, reason, attempts)

    def stop_at_error(self, piece: Piece, error: BaseException) -> None:
        """Stop after an internal error while a worker had this piece."""
        self._queue.mark_answered(piece, may_be_stored=True)
        stop = Stop(StopKind.FAULT, f"an internal error of cordwood: {error!r}")
        self._queue.stop(stop)
        self.fail(piece, stop.reason)

    def _settle(
        self,
        piece: Piece,
        outcome: Outcome,
        reason: Reason,
        attempts: _Attempts,
        *,
        rejected: Iterable[Rejected] = (),
        twice: bool = False,
    ) -> None:
        """Settle a piece, unless another thread does."""
        if self._queue.claim(piece):
            self._settle_claimed(piece, outcome, reason, attempts, rejected=rejected, twice=twice)

    def _settle_claimed(
        self,
        piece: Piece,
        outcome: Outcome,
        reason: Reason,
        attempts: _Attempts,
        *,
        rejected: Iterable[Rejected] = (),
        twice: bool = False,
    ) -> None:
        rejected = list(rejected)
        try:
            decided = self._ledger.settle(piece.batch, outcome, reason, rejected=rejected, last=attempts.last)
            duplicates = self._count_possible_duplicates(piece, outcome, rejected, twice=twice)
            self._journal.settle(
                piece.key,
                piece.batch,
                outcome,
                rejected,
                decided,
                first_position=piece.first_position,
                settled_below=self._queue.settled_below(piece),
                possible_duplicates=duplicates,
            )
            if stop := self._stop_policy.check_rejected(self._ledger.counts):
                self._queue.stop(stop)
            # Before it is let go: once an upload has its report, no more callbacks may come.
            self._call_on_batch(piece, outcome, reason, attempts, len(rejected))
        finally:
            self._queue.finish(piece)

    def _count_possible_duplicates(
        self, piece: Piece, outcome: Outcome, rejected: list[Rejected], *, twice: bool
    ) -> int:
        """Count the accepted events that this run sent twice, or that an earlier run may have sent; return how many."""
        if outcome is not Outcome.ACCEPTED:
            return 0
        if twice:
            return self._ledger.count_possible_duplicates(piece.batch, rejected)
        if earlier := self._journal.in_doubt_among(piece.batch):
            return self._ledger.count_possible_duplicates(piece.batch, rejected, only=earlier)
        return 0

    def _call_on_batch(
        self, piece: Piece, outcome: Outcome, reason: Reason, attempts: _Attempts, rejected: int
    ) -> None:
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
            attempts.seconds,
            attempts.last.request_id,
            reason if isinstance(reason, str) else reason(batch.first_timestamp),
        )
        with self._on_batch_lock:
            try:
                self._on_batch(settled)
            except Exception:
                log.exception("on_batch raised; the upload goes on")

    # --- why to stop --------------------------------------------------------------------------------------------

    @property
    def _stop_reason(self) -> str:
        return self._queue.stopped.reason if self._queue.stopped else ""

    def _cause(self, piece: Piece, answer: Answer) -> Stop:
        if answer.code == "ResourceNotFoundException":
            return Stop(
                StopKind.SERVICE,
                f"{answer.why} (log group {self._log_group_name!r}, log stream {piece.log_stream_name!r}, region "
                f"{self._client.client.meta.region_name}): check the names and the region, or have the group created "
                "with `create_log_group`",
            )
        exception = to_exception(answer, self._client.client, self._log_group_name, piece.log_stream_name)
        not_the_service = isinstance(exception, CredentialsError) or (answer.fate is Fate.NOT_SENT and not answer.code)
        return Stop(StopKind.CONFIGURATION if not_the_service else StopKind.SERVICE, str(exception))
