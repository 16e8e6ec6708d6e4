"""The report of a run: what its ledger counted, with what the job knows of where events came from and went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cordwood._model import Outcome, TimeRange, locate_in_memory
from cordwood.report.locations import located_examples, located_ranges
from cordwood.report.report import Report

if TYPE_CHECKING:
    from cordwood.client.client import PutLogEventsClient
    from cordwood.delivery.stop_policy import Stop
    from cordwood.journal import Journal
    from cordwood.ledger.snapshot import Snapshot
    from cordwood.sources.source import Source


def final_report(
    run: Snapshot,
    log_group_name: str,
    log_stream_name: str | None,
    window: TimeRange,
    *,
    source: Source | None = None,
    stop: Stop | None = None,
    client: PutLogEventsClient | None = None,
    journal: Journal | None = None,
    options: Mapping[str, Any] | None = None,
    resume_command: str = "",
) -> Report:
    """Build the report of a run.

    Args:
        run: what its ledger counted.
        log_group_name: where the events went.
        log_stream_name: the same; None if it depended on the event.
        window: the timestamps that the service takes.
        source: what was read; None if a program added the events itself.
        stop: why the run stopped before the end of its input; None if it did not.
        client: what sent the events; None in a dry run.
        journal: what knows the outcomes of earlier runs; None without one.
        options: the options in force.
        resume_command: the command that sends the rest, if the run stopped.

    """
    locate = locate_in_memory if source is None else source.locate
    earlier = {} if journal is None else {outcome: events for outcome, events in journal.earlier.items() if events}
    return Report(
        log_group_name=log_group_name,
        log_stream_name=log_stream_name,
        sources=() if source is None else source.names,
        events=run.events + sum(earlier.values()),
        counts={outcome: events + earlier.get(outcome, 0) for outcome, events in run.counts.items()},
        altered=run.altered,
        ambiguous_times=0 if source is None else source.counts.get("ambiguous_times", 0),
        cut_short=() if source is None else tuple(source.cut_short),
        possible_duplicates=run.possible_duplicates + (0 if journal is None else journal.possible_duplicates),
        duplicate_ranges=located_ranges(run.duplicate_ranges, locate),
        requests=run.requests,
        retries=run.retries,
        nbytes=run.nbytes,
        first_timestamp=run.first_timestamp,
        last_timestamp=run.last_timestamp,
        ranges={outcome: located_ranges(ranges, locate) for outcome, ranges in run.ranges.items()},
        examples=located_examples(run.examples, locate),
        seconds=run.seconds,
        stopped="" if stop is None else stop.reason,
        stop_kind=None if stop is None else stop.kind,
        run_id=run.run_id,
        started=run.started,
        ended=run.ended,
        already_accepted=earlier.get(Outcome.ACCEPTED, 0),
        earlier=earlier,
        message_bytes=run.message_bytes,
        wire_bytes=run.wire_bytes,
        closed_by=run.closed_by,
        requests_by_fate=run.requests_by_fate,
        throttles=run.throttles,
        errors=run.errors,
        latencies=run.latencies,
        time_ranges=run.time_ranges,
        window=window,
        compression="none" if client is None else client.compression_used,
        compression_note="" if client is None else client.compression_note,
        dead_letters=run.dead_letters,
        resume_command="" if stop is None else resume_command,
        settings=dict(options or {}),
    )
