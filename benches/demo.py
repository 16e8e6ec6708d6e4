"""A million log events through `cordwood.upload` and the real boto3 to a strict CloudWatch Logs on this machine.

Then they are read back through plain boto3 and compared with the input, and plain boto3 sends a tenth of them for
comparison. No AWS account is needed, and nothing leaves the machine.
"""

import argparse
import json
import os
import pathlib
import platform
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from statistics import mean
from typing import Any

import cordwood
import cordwood.local
import inputs
import pure_python
from inputs import Event

GROUP_NAME = "/demo/shop"
STREAM_NAME = "web-1"
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MAX_AGE_MS = 14 * DAY_MS
MAX_FUTURE_MS = 2 * HOUR_MS
LIMITS = {"bytes": "1,048,576 bytes", "events": "10,000 events", "span": "24 hours"}


class Unproven(Exception):
    """What is stored is not what was sent."""


def expect(holds: bool, message: str) -> None:
    if not holds:
        raise Unproven(message)


# --- what goes in ---------------------------------------------------------------------------------------------


def realistic(count: int, now: int) -> list[Event]:
    """The mixture of `inputs.realistic`, ending now, and two events that the service takes no more, or not yet."""
    events = inputs.realistic(count - 2)
    whole = [event for event in events if type(event["timestamp"]) is int and event["timestamp"] >= inputs.START]
    later = now - max(event["timestamp"] for event in whole)
    for event in whole:
        event["timestamp"] += later
    events.insert(count // 3, {"timestamp": now - 20 * DAY_MS, "message": "from the backup of last month"})
    events.insert(count // 2, {"timestamp": now + 9 * HOUR_MS, "message": "from a machine whose clock is wrong"})
    return events


def read_file(path: pathlib.Path) -> list[Event]:
    """The events of a document, by Python's own json: an array, one a line, or as the AWS CLI prints them."""
    text = path.read_text("utf-8-sig", "replace")
    try:
        document = json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(document, dict):
        document = document.get("events", [document])
    return list(document)


def outcome(event: Any, now: int) -> str:
    """What has to become of an event, by the rules and nothing of cordwood's."""
    if not isinstance(event, dict):
        return "invalid"
    word = pure_python.outcome(event)
    if word is None and event["timestamp"] < now - MAX_AGE_MS:
        word = "too_old"
    if word is None and event["timestamp"] > now + MAX_FUTURE_MS:
        word = "too_new"
    return word or "accepted"


# --- the proof: nothing here asks cordwood --------------------------------------------------------------------


def read_back(client: Any) -> Iterator[Event]:
    """Everything in the stream, page by page, as anybody would read it."""
    page: dict[str, Any] = {}
    while True:
        answer = client.get_log_events(
            logGroupName=GROUP_NAME, logStreamName=STREAM_NAME, startFromHead=True, limit=10_000, **page
        )
        if not answer["events"]:
            return
        yield from ({"timestamp": event["timestamp"], "message": event["message"]} for event in answer["events"])
        page = {"nextToken": answer["nextForwardToken"]}


def prove(events: list[Event], report: cordwood.Report, stored: list[Event], now: int) -> None:
    expected = [outcome(event, now) for event in events]
    legal = [event for event, word in zip(events, expected, strict=True) if word == "accepted"]
    legal.sort(key=pure_python.timestamp_of)
    found = [{"timestamp": event["timestamp"], "message": _mended(event["message"])} for event in legal]
    expect(len(stored) == len(found), f"{len(stored):,} events are stored, and not {len(found):,}")
    expect(stored == found, "what is stored is not the input in order of time")
    print(f"  ok  {len(stored):,} events read back through boto3: the input, unchanged, in order of time")
    counts = {str(word): count for word, count in report.counts.items() if count}
    expect(counts == Counter(expected), f"the report says {counts}, the rules say {dict(Counter(expected))}")
    total = " + ".join(f"{count:,} {word}" for word, count in counts.items())
    print(f"  ok  the report: {total} = {len(events):,} events, each outcome as the rules have it")


def _mended(message: str) -> str:
    """U+FFFD for each surrogate code point, as the report's `altered` counts them."""
    return message if message.isascii() else message.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def print_fill(requests: list[int], stored: list[Event]) -> None:
    """How full each request was, by the limit that closed it: the one that the next event would have broken."""
    batches, start = [], 0
    for count in requests:
        batches.append(stored[start : start + count])
        start += count
    full: dict[str, list[float]] = {limit: [] for limit in LIMITS}
    for batch, following in pairwise(batches):
        nbytes = _nbytes(batch)
        span = batch[-1]["timestamp"] - batch[0]["timestamp"]
        closed = {
            "events": len(batch) == pure_python.MAX_BATCH_EVENTS,
            "bytes": nbytes + _nbytes(following[:1]) > pure_python.MAX_BATCH_BYTES,
            "span": following[0]["timestamp"] - batch[0]["timestamp"] > pure_python.MAX_BATCH_SPAN_MS,
        }
        limit = next((limit for limit, holds in closed.items() if holds), None)
        expect(limit is not None, "there was room in a request for the event after it")
        used = {"events": len(batch) / 10_000, "bytes": nbytes / 1_048_576, "span": span / DAY_MS}
        full[limit or ""].append(used[limit or ""])
    print(f"  ok  {len(requests):,} requests, the fewest there can be: none had room for the event after it")
    for limit, used_of in full.items():
        if used_of:
            print(
                f"        {len(used_of):4,} closed by {limit:7} {mean(used_of):6.1%} of {LIMITS[limit]} used on average"
            )
    print("           1 closed by the end of the input")


def _nbytes(events: list[Event]) -> int:
    return sum(len(event["message"].encode()) + pure_python.EVENT_OVERHEAD_BYTES for event in events)


# --- beside plain boto3 ---------------------------------------------------------------------------------------


class Timed:
    """Wall time, and CPU time of this process, over as many events as a contender sent."""

    def __init__(self, name: str, events: int) -> None:
        self.name = name
        self.events = events
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        self.wall = time.perf_counter() - self._wall
        self.cpu = time.process_time() - self._cpu

    def line(self) -> str:
        rate = self.events / self.wall
        return (
            f"  {self.name:12} {self.events:9,} events in {self.wall:5.1f} s: {rate:9,.0f} events/s, "
            f"{1e9 * self.cpu / self.events:6,.0f} ns of this process's CPU an event"
        )


def send_with_boto3(client: Any, events: list[Event], now: int) -> Timed:
    legal = [event for event in events if outcome(event, now) == "accepted"]
    client.create_log_stream(logGroupName=GROUP_NAME, logStreamName="plain-boto3")
    timed = Timed("plain boto3", len(legal))
    for batch in pure_python.cut(legal):
        client.put_log_events(logGroupName=GROUP_NAME, logStreamName="plain-boto3", logEvents=batch)
    timed.stop()
    return timed


# --- the demo -------------------------------------------------------------------------------------------------


def print_input(events: list[Event], file: pathlib.Path | None) -> None:
    if file is not None:
        print(f"{len(events):,} log events of {file}")
        return
    kinds = ", ".join(name for name, *_ in inputs.MIXTURE)
    print(
        f"{len(events):,} log events, ending now:\n  {kinds};\n"
        f"  up to 2 s out of order, then a burst of health checks, then {inputs.QUIET_DAYS} quiet days;\n"
        f"  {len(inputs.FAULTY) + 2} that must be rejected are strewn in"
    )


def run(count: int, file: pathlib.Path | None) -> None:
    now = time.time_ns() // 1_000_000
    events = read_file(file) if file else realistic(count, now)
    print_input(events, file)
    with cordwood.local.spawn() as endpoint:
        print(f"\nUploading to a strict CloudWatch Logs in a process of its own ({endpoint.url}) ...\n", flush=True)
        timed = Timed("cordwood", len(events))
        report = cordwood.upload(
            file or events,
            log_group_name=GROUP_NAME,
            log_stream_name=STREAM_NAME,
            client=endpoint.client(),
            create_log_group=True,
            check=False,
        )
        timed.stop()
        print(report)
        print("\nProved by code that asks nothing of cordwood:", flush=True)
        stored = list(read_back(endpoint.client()))
        prove(events, report, stored, now)
        if file is None:
            taken = [one.events for one in endpoint.requests("PutLogEvents") if one.status == 200]
            print_fill(taken, stored)
        print("\nThe same through plain boto3, a tenth of it, cut in Python:", flush=True)
        peer = send_with_boto3(endpoint.client(), events[: max(len(events) // 10, 1)], now)
        print(timed.line())
        print(peer.line())
        print(f"  cordwood takes {(peer.cpu / peer.events) / (timed.cpu / timed.events):.1f} times less CPU an event")


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; 1 where the proof fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="how many events (default: a million)")
    parser.add_argument("--file", type=pathlib.Path, help="an event document of your own instead")
    options = parser.parse_args(arguments)
    if options.events < 1_000:
        parser.error("--events: at least 1000")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"cordwood {cordwood.__version__} on {python}\n", flush=True)
    try:
        run(options.events, options.file)
    except Unproven as fault:
        print(f"\nNOT PROVED: {fault}", file=sys.stderr)
        return 1
    except (cordwood.Error, OSError, ValueError) as fault:
        print(f"demo: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        # The endpoint ended with its pipe; nothing else is left behind.
        sys.stdout.flush()
        os._exit(130)
