"""A report in words, for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordwood._model import Outcome
from cordwood._text import escape, plural, utc

if TYPE_CHECKING:
    from cordwood.report.ranges import PositionRange
    from cordwood.report.report import DeadLetterFile, Example, Report

ADVICE = {
    Outcome.TOO_OLD: "CloudWatch Logs takes nothing older than 14 days: keep these elsewhere (S3, for example)",
    Outcome.TOO_NEW: "CloudWatch Logs takes nothing more than 2 hours ahead: send these later, or mend their clock",
    Outcome.EXPIRED: "older than the log group's retention: lengthen that before they are sent",
    Outcome.OVERSIZE: "to send them shortened or in parts, set `oversize` to truncate or split",
    Outcome.EMPTY: "an event without a message carries nothing: leave it out",
    Outcome.INVALID: "mend them at their source",
    Outcome.REFUSED: "the service would not take them even alone",
    Outcome.UNKNOWN: "they may be stored; sent again, they may be stored twice",
    Outcome.UNDELIVERED: "they are not stored; send them again",
}
"""What to do about the events of an outcome."""

_SHOWN_RANGES = 3


def summary(report: Report) -> str:
    """Some lines: where to, how many, what was not accepted and why. Harmless on a terminal."""
    lines = [_headline(report)]
    width = max(len(f"{report.events:,}"), 7)
    for outcome, count in report.counts.items():
        if outcome is Outcome.ACCEPTED or count:
            detail = _accepted(report) if outcome is Outcome.ACCEPTED else places(report, outcome)
            lines.append(f"  {outcome:<12}{count:>{width},}  {detail}".rstrip())
    lines += [f"  {line}" for line in _besides(report)]
    for outcome, examples in report.examples.items():
        first, *others = explained(outcome, examples)
        lines += [first, *_times(report, outcome), *others]
    if report.stopped:
        lines.append(f"Stopped before the end: {escape(report.stopped)}")
    if report.resume_command:
        lines.append(f"To send the rest: {escape(report.resume_command)}")
    return "\n".join(lines)


def _times(report: Report, outcome: Outcome) -> list[str]:
    """The times of events that lie outside the service's window, and that."""
    times, window = report.time_ranges.get(outcome), report.window
    if times is None:
        return []
    taken = "" if window is None else f"; the service takes {utc(window.first)} to {utc(window.last)}"
    return [f"  of {' to '.join(utc(at) for at in sorted(set(times)))}{taken}"]


def explained(outcome: Outcome, examples: tuple[Example, ...]) -> list[str]:
    """The first events of an outcome that is not `accepted`, and what to do about them."""
    lines = [f"{outcome}: {ADVICE[outcome]}"] if outcome in ADVICE else [f"{outcome}:"]
    return lines + [f"  {where(found)}: {escape(found.reason)}" for found in examples[:2]]


def where(found: Example) -> str:
    """Where an event stands: its file, line and byte, or its number."""
    of_file = f"{escape(found.source)}, " if found.source else ""
    if found.line is not None:
        return f"{of_file}line {found.line:,} (byte {found.position:,})"
    return f"{of_file}{'byte' if found.source else 'event'} {found.position:,}"


def _headline(report: Report) -> str:
    what = plural(report.events, "event") + _of_sources(report.sources)
    stream = "log streams by event" if report.log_stream_name is None else f"log stream {report.log_stream_name}"
    return f"{what} to log group {escape(report.log_group_name)}, {escape(stream)}"


def _of_sources(sources: tuple[str, ...]) -> str:
    if len(sources) > 1:
        return f" of {len(sources)} files"
    return "".join(f" of {escape(source)}" for source in sources)


def _accepted(report: Report) -> str:
    if report.first_timestamp is None or report.last_timestamp is None:
        return ""
    return f"{report.nbytes / 1e6:,.1f} MB, {utc(report.first_timestamp)} to {utc(report.last_timestamp)}"


def places(report: Report, outcome: Outcome) -> str:
    """Where the events of an outcome stand in the input; its first ranges."""
    ranges = report.ranges.get(outcome, ())
    shown = ", ".join(map(_range, ranges[:_SHOWN_RANGES]))
    unit = "" if any(found.first_source for found in ranges) else "event "
    more = f" and in {plural(len(ranges) - _SHOWN_RANGES, 'further range')}" if len(ranges) > _SHOWN_RANGES else ""
    return f"{unit}{shown}{more}" if shown else ""


def _range(found: PositionRange) -> str:
    where = f"{escape(found.first_source)} byte " if found.first_source else ""
    if (found.first_source, found.first) == (found.last_source, found.last):
        return f"{where}{found.first:,}"
    to = f"{escape(found.last_source)} byte " if found.last_source != found.first_source else ""
    some = "" if not where and found.events == found.last - found.first + 1 else f" ({found.events:,} of them)"
    return f"{where}{found.first:,} to {to}{found.last:,}{some}"


def _besides(report: Report) -> list[str]:
    rate = ""
    if report.seconds and report.accepted:
        rate = f", {report.accepted / report.seconds:,.0f} events/s, {report.nbytes / 1e6 / report.seconds:,.1f} MB/s"
    repeated = f" ({report.retries:,} of them repeated)" if report.retries else ""
    lines = [f"in {plural(report.requests, 'request')}{repeated} and {report.seconds:,.1f} s{rate}"]
    if report.already_accepted:
        lines.append(f"{plural(report.already_accepted, 'event')} of the accepted by earlier runs")
    if report.throttles:
        lines.append(f"{plural(report.throttles, 'request')} throttled by the service")
    if report.compression_note:
        lines.append(f"compression {report.compression}: {escape(report.compression_note)}")
    if report.altered:
        lines.append(f"{plural(report.altered, 'event')} with altered text (truncated, split, or U+FFFD put in)")
    if report.possible_duplicates:
        where = ", ".join(map(_range, report.duplicate_ranges[:_SHOWN_RANGES]))
        lines.append(
            f"{plural(report.possible_duplicates, 'event')} may be stored twice, for an answer was lost: {where}"
        )
    if report.dead_letters is not None:
        lines += _letters(report.dead_letters)
    return lines


def _letters(file: DeadLetterFile) -> list[str]:
    lines = []
    if file.written:
        lines.append(f"{plural(file.written, 'dead letter')} written to {escape(file.path)}")
    if file.lost:
        why = f" ({escape(file.fault)})" if file.fault else ""
        lines.append(f"{plural(file.lost, 'dead letter')} could not be written to {escape(file.path)}{why}")
    return lines
