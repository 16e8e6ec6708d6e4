"""A million log events through `cordwood.upload` and the real boto3 to a strict CloudWatch Logs on this machine.

Then they are read back through plain boto3 and compared with the input, and plain boto3 sends a tenth of them for
comparison. No AWS account is needed, and nothing leaves the machine.
"""

import argparse
import os
import pathlib
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import mean, median
from typing import Any, NamedTuple

try:
    import cordwood
    import cordwood.local
    import event_file
    import inputs
    import proof
    import pure_python
    from botocore.exceptions import BotoCoreError, ClientError
    from cordwood.local import SpawnedCloudWatchLogs
    from inputs import DAY_MS, Event
    from proof import HOUR_MS, Expected, Moments
except KeyboardInterrupt:
    os._exit(130)  # a cold start takes seconds; whoever changes their mind meanwhile gets no traceback

GROUP_NAME = "/demo/shop"
STREAM_NAME = "web-1"
TURNS = 3
FEWEST = 1_000
"""With fewer events the generator's mixture has no quiet days."""


def milliseconds() -> int:
    return time.time_ns() // 1_000_000


# --- what goes in ---------------------------------------------------------------------------------------------


def realistic(count: int, now: int) -> list[Event]:
    """The mixture of `inputs.realistic`, ending now, and two events that the service takes no more, or not yet."""
    events = inputs.realistic(count - 2)
    whole = [event for event in events if type(event.get("timestamp")) is int and event["timestamp"] >= inputs.START]
    later = now - max(event["timestamp"] for event in whole)
    for event in whole:
        event["timestamp"] += later
    events.insert(count // 3, {"timestamp": now - 20 * DAY_MS, "message": "from the backup of last month"})
    events.insert(count // 2, {"timestamp": now + 9 * HOUR_MS, "message": "from a machine whose clock is wrong"})
    return events


def read_input(count: int, file: pathlib.Path | None) -> list[Any]:
    if file is not None:
        events = event_file.read(file)
        print(f"{len(events):,} log events of {ascii(str(file))[1:-1]}, as Python's json reads them")
        return events
    events = realistic(count, milliseconds())
    print(
        f"{len(events):,} log events, ending now:\n  {', '.join(name for name, *_ in inputs.MIXTURE)};\n"
        f"  up to 2 s out of order, then a burst of health checks, then {inputs.QUIET_DAYS} quiet days;\n"
        f"  {len(inputs.FAULTY) + 2} that must be rejected are strewn in"
    )
    return events


# --- how fast -------------------------------------------------------------------------------------------------


class Took(NamedTuple):
    """Seconds."""

    wall: float
    cpu: float
    """Of this process, all its threads."""


@contextmanager
def timed(taken: list[Took]) -> Iterator[None]:
    """Add what runs within it."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    taken.append(Took(time.perf_counter() - wall, time.process_time() - cpu))


def median_of(taken: list[Took]) -> Took:
    return Took(median(one.wall for one in taken), median(one.cpu for one in taken))


def print_took(name: str, events: int, took: Took) -> None:
    print(
        f"  {name:12}{events:>11,} events in {took.wall:6.2f} s: {events / took.wall:9,.0f} events/s, "
        f"{1e9 * took.cpu / events:7,.0f} ns of this process's CPU an event"
    )


def send(client: Any, events: Any, log_stream_name: str) -> cordwood.Report:
    return cordwood.upload(
        events,
        log_group_name=GROUP_NAME,
        log_stream_name=log_stream_name,
        client=client,
        create_log_group=True,
        # One request after the other, as plain boto3 does: the proof tells the requests apart by their order.
        ordered=True,
        check=False,
    )


def send_with_boto3(client: Any, events: list[Event], log_stream_name: str) -> None:
    """What people write: events cut in Python, given to the stock client."""
    for batch in pure_python.cut(events):
        client.put_log_events(logGroupName=GROUP_NAME, logStreamName=log_stream_name, logEvents=batch)


def race(endpoint: SpawnedCloudWatchLogs, events: list[Event]) -> None:
    """Both send the same legal events, in turns, for a machine's speed changes by the minute."""
    ways: dict[str, Callable[[Any, list[Event], str], object]] = {"cordwood": send, "plain boto3": send_with_boto3}
    taken: dict[str, list[Took]] = {name: [] for name in ways}
    clients = {name: endpoint.client() for name in ways}
    for name in ways:
        endpoint.create(GROUP_NAME, name)
    for _ in range(TURNS):
        for name, way in ways.items():
            with timed(taken[name]):
                way(clients[name], events, name)
    ours, theirs = (median_of(taken[name]) for name in ways)
    print_took("cordwood", len(events), ours)
    print_took("plain boto3", len(events), theirs)
    print(
        f"  plain boto3 takes {theirs.cpu / ours.cpu:.1f} times the CPU, {theirs.wall / ours.wall:.1f} times the time"
    )


def for_the_race(events: list[Any], moments: Moments) -> list[Event]:
    """The legal events of the first tenth. boto3 knows no other members, and sends surrogates on, which are refused."""
    return [
        {"timestamp": event["timestamp"], "message": event["message"]}
        for event in events[: max(len(events) // 10, 1)]
        if proof.is_clean(event) and proof.outcome(event, moments) == "accepted"
    ]


# --- the demo -------------------------------------------------------------------------------------------------


def print_proof(counts: Mapping[str, int], expected: Expected) -> None:
    edge = expected.counts.get(proof.EDGE, 0)
    stored = len(expected.legal)
    print(f"  ok  {stored:,} events read back through boto3: the input, unchanged, in order of time")
    total = " + ".join(f"{count:,} {word}" for word, count in counts.items())
    print(f"  ok  the report: {total} = {sum(counts.values()):,} events, as the rules have it")
    if edge:
        print(f"      ({edge:,} at the edge of the service's window, which passed over them meanwhile: left out)")


def print_fill(requests: list[int], legal: list[Event]) -> None:
    full = proof.fill(requests, legal)
    print(f"  ok  {len(requests):,} requests, the fewest there can be: none had room for the event after it")
    for limit, parts in full.items():
        if parts:
            print(f"{len(parts):>12,} closed by {limit:7} {mean(parts):6.1%} of {proof.LIMITS[limit]} used on average")
    print(f"{1:>12} closed by the end of the input")


def print_average_fill(requests: list[int], report: cordwood.Report) -> None:
    """Of a file: its requests come through a window, and which events each one took is the window's affair."""
    if requests:
        by_bytes = report.nbytes / len(requests) / pure_python.MAX_BATCH_BYTES
        by_events = sum(requests) / len(requests) / pure_python.MAX_BATCH_EVENTS
        print(
            f"      {len(requests):,} requests: on average {by_bytes:.1%} of the bytes, {by_events:.1%} of the events"
        )


def prove(client: Any, events: list[Any], report: cordwood.Report, moments: Moments, *, of_file: bool) -> Expected:
    expected = proof.expected(events, moments)
    stored = proof.read_back(client, GROUP_NAME, STREAM_NAME)
    if of_file:
        stored = (event for event in stored if not proof.is_edge(event[0], moments))
    proof.compare(stored, expected.legal, ties_in_order=not of_file)
    counts = {str(word): count for word, count in report.counts.items() if count}
    proof.compare_counts(counts, expected.counts)
    print_proof(counts, expected)
    return expected


def run(count: int, file: pathlib.Path | None) -> None:
    events = read_input(count, file)
    with cordwood.local.spawn() as endpoint:
        print(f"\nUploading to a strict CloudWatch Logs in a process of its own ({endpoint.url}) ...\n", flush=True)
        client = endpoint.client()
        taken: list[Took] = []
        began = milliseconds()
        with timed(taken):
            report = send(client, file or events, STREAM_NAME)
        moments = Moments(began, milliseconds())
        print(report)
        print("\nProved by code that asks nothing of cordwood:", flush=True)
        expected = prove(endpoint.client(), events, report, moments, of_file=file is not None)
        requests = [one.events for one in endpoint.requests("PutLogEvents") if one.status == 200]
        if file is None:
            print_fill(requests, expected.legal)
        else:
            print_average_fill(requests, report)
        del expected  # memory for the race
        if events:
            print("\nHow fast, checks and signatures of every request included:")
            print_took("cordwood", len(events), taken[0])
        if tenth := for_the_race(events, moments):
            print(f"and beside plain boto3, which cuts in Python, over a tenth of it, the median of {TURNS} turns:")
            sys.stdout.flush()
            race(endpoint, tenth)


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; 1 where the proof fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="how many events (default: a million)")
    parser.add_argument("--file", type=pathlib.Path, help="an event document of your own instead")
    options = parser.parse_args(arguments)
    if options.events < FEWEST:
        parser.error(f"--events: at least {FEWEST}")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"cordwood {cordwood.__version__} on {python}\n", flush=True)
    try:
        run(options.events, options.file)
    except proof.Unproven as fault:
        sys.stdout.flush()
        print(f"\nNOT PROVED: {fault}", file=sys.stderr)
        return 1
    except (cordwood.Error, BotoCoreError, ClientError, OSError, event_file.Unreadable) as fault:
        sys.stdout.flush()
        print(f"demo: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        # The endpoint ended with its pipe; nothing else is left behind.
        sys.stdout.flush()
        print("\ndemo: interrupted", file=sys.stderr, flush=True)
        os._exit(130)
