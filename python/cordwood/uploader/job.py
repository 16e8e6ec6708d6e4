"""The job of one upload, from its first event to the report."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cordwood._model import StopKind
from cordwood.client.client import PutLogEventsClient
from cordwood.dead_letters import DeadLetters
from cordwood.delivery.clock import Clock
from cordwood.delivery.time_window import TimeWindow
from cordwood.delivery.worker_pool import WorkerPool
from cordwood.ledger.dead_letter_writer import DeadLetterWriter
from cordwood.ledger.ledger import Ledger
from cordwood.options import SendOptions
from cordwood.report import Report
from cordwood.sources.routing import Routed
from cordwood.sources.source import Source
from cordwood.uploader.final_report import final_report

if TYPE_CHECKING:
    from cordwood.journal import Journal

_LINGER = 5.0
"""Seconds without a full batch after which the source's open ones are sent: a pipe may stay open for days."""


class UploadJob:
    """Reads a source in the caller's thread, while a worker pool sends its batches.

    Args:
        source: what is read.
        client: makes the single requests.
        log_group_name: where all events go.
        log_stream_name: for the report; None if it depends on the event.
        window: decides which events are too old or too new to be sent.
        options: how to send.
        journal: records across runs what became of the source's events; None to keep none.
        dead_letters: the file for events that are not accepted; None to keep none.
        linger: seconds without a full batch after which the source's open ones are sent.
        resume_command: the command that sends the rest, for the report of a job that stopped.
        run_id: the name of the run; by default a random one.
        clock: measures time, and waits.

    """

    def __init__(
        self,
        source: Source,
        client: PutLogEventsClient,
        log_group_name: str,
        log_stream_name: str | None,
        *,
        window: TimeWindow,
        options: SendOptions,
        journal: Journal | None = None,
        dead_letters: DeadLetters | None = None,
        linger: float = _LINGER,
        resume_command: str = "",
        run_id: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.source = source
        letters = None if dead_letters is None else DeadLetterWriter(dead_letters, source.locate)
        self.ledger = Ledger(letters, run_id=run_id)
        self.workers = WorkerPool(
            client,
            log_group_name,
            self.ledger,
            window,
            options,
            events_read=lambda: source.counts["events"],
            journal=journal,
            clock=clock,
        )
        self._client = client
        self._log_group_name = log_group_name
        self._log_stream_name = log_stream_name
        self._window = window
        self._options = options
        self._journal = journal
        self._ends_recorded = 0
        self._linger = linger
        self._resume_command = resume_command

    def run(self) -> Report:
        """Send all of the source, and report."""
        try:
            closed_last = time.monotonic()
            for routed in self.source:
                self._pass_on(routed)
                if self.workers.stopped:
                    break
                if routed:
                    closed_last = time.monotonic()
                elif time.monotonic() - closed_last > self._linger:
                    self._pass_on(self.source.flush())
                    closed_last = time.monotonic()
            self._pass_on(self.source.flush())
            self.workers.close()
        except BaseException as exception:
            self._finish_after(exception)
            raise
        report = self._report()
        if self._journal is not None and not (report.stopped or report.not_delivered or self.source.cut_short):
            self._journal.settle(0, b"", {}, self.source.held_from)
            self._journal.finish()
        return report

    def stop(self, reason: str) -> None:
        """Read and send no more; for a signal handler or another thread. `run` then returns its report."""
        self.workers.stop(StopKind.INTERRUPTED, reason)

    def _pass_on(self, routed: Iterable[Routed]) -> None:
        held_from = self.source.held_from
        self._take(routed)
        # Only now: what an interrupt takes on the way from the source to the queue, or to the ledger, is never settled.
        self.workers.advance(held_from)
        self.workers.check_rejected()
        self.workers.wait_for_room()

    def _take(self, routed: Iterable[Routed]) -> None:
        self._record_ends()
        self.workers.enqueue(routed)
        self.ledger.take_rejected(self.source.drain_rejected())

    def _record_ends(self) -> None:
        ends = self.source.file_ends
        if self._journal is not None and len(ends) > self._ends_recorded:
            for index in list(ends)[self._ends_recorded :]:
                self._journal.record_end(index, ends[index])
            self._ends_recorded = len(ends)

    def _finish_after(self, exception: BaseException) -> None:
        """Send what was read before the source raised; after an interrupt, only wait for requests under way.

        Whatever was interrupted, events may have left the source and have got nowhere: nothing that was read from then
        on counts as settled, unless it has its own outcome.
        """
        interrupted = not isinstance(exception, Exception)
        if interrupted:
            self.stop(f"interrupted ({type(exception).__name__})")
        try:
            self._take(self.source.flush())
            self.workers.close()
        except BaseException as again:  # interrupted once more
            self.workers.close(0)
            self._attach_report(again)
            raise
        self._attach_report(exception)

    def _attach_report(self, exception: BaseException) -> None:
        report = self._report()
        with contextlib.suppress(AttributeError):  # an exception with slots: it still gets the note
            exception.report = report  # type: ignore[attr-defined]
        exception.add_note(f"cordwood: {report}")

    def _report(self) -> Report:
        self.ledger.take_rejected(self.source.drain_rejected())
        return final_report(
            self.ledger.close(self.source.counts),
            self._log_group_name,
            self._log_stream_name,
            self._window.range(),
            source=self.source,
            stop=self.workers.stopped,
            client=self._client,
            journal=self._journal,
            options=self._options.limits(),
            resume_command=self._resume_command,
        )
