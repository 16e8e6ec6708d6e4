"""`cordwood plan`: what `cordwood upload` would do, without sending anything."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cordwood._model import Outcome
from cordwood._text import escape
from cordwood.cli.arguments import PlanArguments
from cordwood.cli.exit_codes import DONE, NOT_DELIVERED, REJECTED, USAGE_ERROR, Failure
from cordwood.cli.flags import PLAN, value_of, with_flags
from cordwood.cli.format_table import format_documents, format_tables
from cordwood.cli.input import (
    add_input,
    describe,
    in_short,
    in_words,
    open_input,
    read_input,
    say_error,
    time_range,
)
from cordwood.cli.pace import numbers_of
from cordwood.cli.progress import Progress, display_of
from cordwood.cli.signals import ended_by_signals
from cordwood.cli.stderr import Messages
from cordwood.cli.stdout import write
from cordwood.errors import Error
from cordwood.options import CreateOptions
from cordwood.options.values import number

if TYPE_CHECKING:
    from cordwood.report import Report
    from cordwood.sources.source import FileSource
    from cordwood.uploader.dry_run import DryRun, Fill

DESCRIPTION = """\
Read the log events of files as `cordwood upload` would, and show what it would send: events, bytes, requests, how full
they are, what would be rejected and why, and the price. It sends nothing and needs no credentials; age is judged by
this machine's clock. It takes the options of `cordwood upload` for input and destination. Of those for the destination,
--log-stream-name matters if it is a template (without it all goes to one log stream), --retention-in-days for what has
expired, and --region and --profile if s3:// is read; the others change nothing.
"""

EPILOG = """\
exit codes: 0 all events would be sent; 2 some would be rejected, or part of the input is damaged; 130, 143
interrupted; 252 usage or input; 255 anything else.
"""

GB = 2**30
"""Bytes in the gigabyte that AWS bills."""

_NAMES = {"log_group_name": "log group", "log_stream_name": "log stream"}

_ANY = "any"
"""For a name that was not given: a plan is the same for each, for no limit counts them."""


def add_to(command: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    command.description, command.epilog = DESCRIPTION, EPILOG
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    add_input(command, needs_names=False)
    command.add_argument(
        "--price-per-gb",
        type=value_of(_price),
        metavar="PRICE",
        help="Of ingestion, as the price list of your region has it: shows what the events would cost. Assumes that "
        "billed are the counted bytes (UTF-8 bytes of the messages plus 26 for each event), and that a GB is "
        "1,073,741,824 of them",
    )
    command.add_argument(
        "--explain",
        action="store_true",
        help="Show, of each file, the layouts of timestamps that were considered, and why its lines are not read in "
        "one; with --output json that is always shown",
    )
    command.set_defaults(run=run)


def _price(text: str) -> float:
    price = number(text)
    if price < 0:
        raise ValueError(f"{text!r} is not a price")
    return price


def run(arguments: argparse.Namespace) -> int:
    """Plan, and return the exit code."""
    messages = Messages("cordwood plan")
    given = {name: getattr(arguments, name) for name in _NAMES}
    shared = read_input(
        arguments,
        PLAN,
        **{name: _ANY if value is None else value for name, value in given.items()},
        assume_utc=True,
    )
    try:
        with ended_by_signals():
            price, explain = arguments.price_per_gb, arguments.explain
            return _plan(PlanArguments(**shared, given_names=given, price_per_gb=price, explain=explain), messages)
    except Failure as failure:
        say_error(failure.__cause__, str(failure), messages)
        return failure.code


def _plan(arguments: PlanArguments, messages: Messages) -> int:
    from cordwood.delivery.time_window import TimeWindow
    from cordwood.report.document import as_json
    from cordwood.uploader.dry_run import DryRun

    source = open_input(arguments)
    # Those that are no pipes are in the plan itself.
    describe(source, messages, files=not source.format_details())
    messages.say(f"{in_short(source.names)}: {time_range(source)}")
    window = TimeWindow(arguments.options[CreateOptions].retention_in_days)
    dry_run = DryRun(source, arguments.log_group_name, arguments.log_stream_name, window)
    error: Exception | None = None
    with Progress(lambda: numbers_of(dry_run.ledger, source), display_of(arguments.progress, messages)):
        try:
            report = dry_run.run()
        except (Error, OSError) as raised:
            report, error = dry_run.report(), raised
    code = REJECTED if report.failed() or source.damaged else DONE
    if error is not None:
        say_error(error, in_words(error, source), messages)
        code = USAGE_ERROR
    for cut in source.cut_short:
        messages.say(f"error: {cut}")
        code = code or NOT_DELIVERED
    if source.damaged:
        messages.say("part of the input cannot be read as log events: see the invalid ones")
    price_per_gb = arguments.price_per_gb
    of_files = source.format_details()
    price = None if price_per_gb is None else report.nbytes / GB * price_per_gb
    if arguments.output == "json":
        document = _document(report, dry_run, source, code, price) | {"formats": format_documents(of_files)}
        text = as_json(document | arguments.given_names)
    else:
        of_formats = format_tables(of_files, explain=arguments.explain)
        table = _table(report, arguments.given_names, dry_run.fill, price_per_gb, price)
        text = "\n".join([*of_formats, with_flags(table)])
    return write(text, code, messages)


def _table(
    report: Report, given_names: dict[str, str | None], fill: Fill, price_per_gb: float | None, price: float | None
) -> str:
    """The plan for a person."""
    from cordwood._text import plural, utc
    from cordwood.report.summary import explain, format_ranges

    of_files = f" of {in_short(report.sources)}" if report.sources else ""
    destination = ", ".join(f"{_NAMES[name]} {escape(given)}" for name, given in given_names.items() if given)
    lines = [f"{plural(report.events, 'event')}{of_files}{f' for {destination}' if destination else ''}"]
    rows = [("to send", report.accepted, f"{report.nbytes:,} bytes as counted and billed")]
    rows += [
        (str(outcome), count, format_ranges(report.ranges.get(outcome, ())))
        for outcome, count in report.counts.items()
        if count and outcome is not Outcome.ACCEPTED
    ]
    width = max(len(f"{report.events:,}"), 7)
    lines += [f"  {name:<12}{count:>{width},}  {detail}".rstrip() for name, count, detail in rows]
    if report.first_timestamp is not None and report.last_timestamp is not None:
        lines.append(f"  from {utc(report.first_timestamp)} to {utc(report.last_timestamp)}")
    if report.altered:
        lines.append(f"  {plural(report.altered, 'event')} with altered text (truncated, split, or U+FFFD put in)")
    lines += [f"  {line}" for line in _fill(fill)]
    if price is not None:
        lines.append(
            f"  price of ingestion: {_money(price)} ({report.nbytes / GB:,.6g} GB of 1,073,741,824 bytes at "
            f"{price_per_gb:,g}; storage is billed apart)"
        )
    for outcome, examples in report.examples.items():
        lines += explain(outcome, examples)
    lines.append("Nothing was sent.")
    return "\n".join(lines)


_CLOSED_BY = {
    "bytes": "full by bytes",
    "events": "full by number of events",
    "span": "full by their span of 24 h",
    "input": "closed after 64 MiB of input",
    "linger": "closed after waiting",
    "memory": "closed early for memory",
    "window": "closed because 32 were open",
    "end": "not full at the end",
}
"""Why requests are not larger, by `Batch.closed_by`."""

_FEW_EVENTS = "there are few events for the time that they span, and a request spans at most 24 h; upload more together"
_ADVICE = {
    "bytes": "messages are nearly as large as a request may be; nothing can be done",
    "events": "messages are short, and a request takes 10,000 events; nothing can be done",
    "span": _FEW_EVENTS,
    "input": "times go back and forth by more than 24 h within 64 MiB; sort the input by time",
    "linger": "events wait for others too briefly; raise `linger`",
    "memory": "events of too many log streams take turns; sort the input by log stream",
    "window": "times go back and forth over more than 32 spans of 24 h; sort the input by time",
    "end": _FEW_EVENTS,
}
"""What to do about poorly filled requests, by the cause of most."""


def _fill(fill: Fill) -> list[str]:
    from cordwood._text import plural

    if not fill.requests:
        return ["no request"]
    by = [f"{count:,} {words}" for cause, words in _CLOSED_BY.items() if (count := fill.closed_by[cause])]
    shares = (
        f"{fill.mean(fill.nbytes):.0%} of the bytes, {fill.mean(fill.events):.0%} of the events, "
        f"{fill.mean(fill.span):.0%} of the span"
    )
    lines = [
        f"in {plural(fill.requests, 'request')}: {', '.join(by)}",
        f"on average {shares} that one takes; the widest spans {_duration(fill.widest_ms)}",
    ]
    if (cause := fill.poor_because) is not None:
        lines.append(f"requests are {fill.mean(fill.fullest):.0%} full on average: {_ADVICE[cause]}")
    return lines


def _duration(milliseconds: int) -> str:
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:,.1f} s"
    minutes = round(milliseconds / 60_000)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"


def _money(price: float) -> str:
    return f"{price:,.2f}" if price >= 1 else f"{price:.6f}"


def _document(report: Report, dry_run: DryRun, source: FileSource, code: int, price: float | None) -> dict[str, Any]:
    fill = dry_run.fill
    known = report.as_dict()
    counts = known["counts"]
    to_send = counts.pop("accepted")
    return {
        "exit_code": code,
        "damaged": source.damaged,
        "bytes_read": source.bytes_read,
        "total_bytes": source.total_bytes,
        **{name: known[name] for name in ("log_group_name", "log_stream_name", "sources", "events")},
        "to_send": to_send,
        "counts": counts,
        **{name: known[name] for name in ("altered", "requests", "nbytes", "first_timestamp", "last_timestamp")},
        "fill": {
            "mean_bytes": fill.mean(fill.nbytes),
            "mean_events": fill.mean(fill.events),
            "mean_span": fill.mean(fill.span),
            "closed_by": dict(fill.closed_by),
            "poor_because": fill.poor_because,
            "widest_span_ms": fill.widest_ms,
        },
        "price": price,
        **{name: known[name] for name in ("ranges", "examples")},
    }
