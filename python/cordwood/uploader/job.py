"""One upload, from its first event to the report."""

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
from cordwood.delivery.worker_pool import Delivery
from cordwood.ledger.ledger import Account
from cordwood.options import SendOptions
from cordwood.report import Report
from cordwood.sources.routing import Routed
from cordwood.sources.source import Source

if TYPE_CHECKING:
    from cordwood.journal import Journal

_LINGER = 5.0
"""Seconds for which a source closed no batch, after which what it holds is sent: a pipe may stay open for days."""


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
        settings: SendOptions,
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
        if self._journal is not None and not (report.stopped or report.not_delivered or self.source.cut_short):
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
        ends = self.source.file_ends
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
            settings=self._settings.limits(),
        )
