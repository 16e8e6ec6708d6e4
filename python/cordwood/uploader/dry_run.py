"""A dry run: what an upload would do, without sending anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cordwood._core import Limits
from cordwood._model import Outcome
from cordwood.ledger.ledger import Ledger
from cordwood.uploader.final_report import final_report

if TYPE_CHECKING:
    from cordwood._core import Batch
    from cordwood.delivery.time_window import TimeWindow
    from cordwood.report import Report
    from cordwood.sources.routing import Routed
    from cordwood.sources.source import Source

_POOR = 0.5
"""Mean share of the limits below which requests are poorly filled."""

_SEVERAL = 4
"""Requests from which on that is worth a word: the last ones are seldom full."""


@dataclass(slots=True)
class Fill:
    """How full requests are, by each of the three limits."""

    requests: int = 0
    nbytes: float = 0.0
    """Sum over the requests of their share of the limit of bytes."""
    events: float = 0.0
    """The same for the limit of events."""
    span: float = 0.0
    """The same for the limit of the time span."""
    fullest: float = 0.0
    """The same for the larger of those of bytes and events."""
    closed_by: Counter[str] = field(default_factory=Counter)
    """Requests by why they are not larger, as `Batch.closed_by` has it."""
    widest_ms: int = 0
    """The longest time from the first to the last event of one request."""

    def mean(self, shares: float) -> float:
        """Return the mean of one of the sums over the requests."""
        return shares / self.requests if self.requests else 0.0

    @property
    def poor_because(self) -> str | None:
        """Why requests are poorly filled: the cause most of them closed by; None if they are well filled."""
        if self.requests < _SEVERAL or self.mean(self.fullest) >= _POOR:
            return None
        return max(self.closed_by, key=lambda cause: self.closed_by[cause])

    def take(self, batch: Batch, limits: Limits) -> None:
        """Count a request."""
        span_ms = batch.last_timestamp - batch.first_timestamp
        nbytes, events = batch.nbytes / limits.max_batch_bytes, len(batch) / limits.max_batch_events
        self.requests += 1
        self.nbytes += nbytes
        self.events += events
        self.span += span_ms / limits.max_batch_span_ms
        self.fullest += max(nbytes, events)
        self.closed_by[batch.closed_by] += 1
        self.widest_ms = max(self.widest_ms, span_ms)


class DryRun:
    """Reads a source as an upload does, with the same batches and the same rules of age, by this machine's clock.

    Args:
        source: what would be uploaded.
        log_group_name: for the report.
        log_stream_name: for the report.
        window: decides which events are too old or too new.

    """

    def __init__(self, source: Source, log_group_name: str, log_stream_name: str, window: TimeWindow) -> None:
        self.ledger = Ledger()
        self.fill = Fill()
        self._source = source
        self._names = (log_group_name, log_stream_name)
        self._window = window
        self._limits = Limits()

    def run(self) -> Report:
        """Read all of the source, and report. `accepted` are the events that would be sent."""
        for routed in self._source:
            self._take(routed)
        self._take(self._source.flush())
        return self.report()

    def report(self) -> Report:
        """End the run, and report on what was read."""
        return final_report(
            self.ledger.close(self._source.counts), *self._names, self._window.range(), source=self._source
        )

    def _take(self, routed: Iterable[Routed]) -> None:
        for batch, _ in routed:
            self.ledger.hand_out(batch)
            to_send, out_of_time = self._window.part(batch)
            for out in out_of_time:
                self.ledger.settle(out.events, out.outcome, out.reason)
            if to_send is not None:
                self.fill.take(to_send, self._limits)
                self.ledger.settle(to_send, Outcome.ACCEPTED)
                self.ledger.count_planned_request()
        self.ledger.take_rejected(self._source.drain_rejected())
