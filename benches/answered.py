"""From dicts to answered requests: what the client's process spends, through the real boto3.

The endpoint is in a process of its own, so that its work does not count. Runs of all contenders take turns, because a
machine's speed changes by the minute; CPU time of the process, all its threads; the garbage collector is off for all.
Run it with

    .venv/bin/python benches/answered.py
"""

import argparse
import gc
import hashlib
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cordwood
import cordwood.local
import inputs
import pure_python
from cordwood.local.process import SpawnedCloudWatchLogs
from inputs import Event

GROUP_NAME = "/bench/app"
EVENTS_A_REQUEST = 1_048_576 // (100 + 26)
WARM_UPS = 2
STOCK = "boto3"

Send = Callable[[list[Event]], object]


@dataclass(frozen=True)
class Contender:
    """One way to send, or one part of a way to show what it costs by itself."""

    name: str
    send: Send
    stream: str
    """The log stream that everything has to have arrived in; empty for a part, which sends something else."""


@dataclass(frozen=True)
class Row:
    """What one contender took: CPU seconds of each of its runs, all over the same events."""

    contender: str
    whole: bool
    events: int
    requests: int
    seconds: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


# --- the contenders -------------------------------------------------------------------------------------------


def with_batches(client: Any, stream: str) -> Send:
    sender = cordwood.PutLogEventsClient(client)

    def send(events: list[Event]) -> None:
        for batch in cordwood.batches(events):
            answer = sender.send(batch, GROUP_NAME, stream)
            assert answer.fate == "accepted", answer

    return send


def with_upload(client: Any, stream: str) -> Send:
    return lambda events: cordwood.upload(events, log_group_name=GROUP_NAME, log_stream_name=stream, client=client)


def with_boto3(client: Any, stream: str) -> Send:
    def send(events: list[Event]) -> None:
        for batch in pure_python.cut(events):
            client.put_log_events(logGroupName=GROUP_NAME, logStreamName=stream, logEvents=batch)

    return send


def contenders(endpoint: SpawnedCloudWatchLogs) -> list[Contender]:
    """Each with a client and a log stream of its own."""
    ways = {
        "cordwood.batches, PutLogEventsClient.send": (with_batches, {}),
        "cordwood.upload": (with_upload, {}),
        STOCK: (with_boto3, {}),
        "boto3, parameter_validation=False": (with_boto3, {"parameter_validation": False}),
    }
    made = []
    for number, (name, (way, config)) in enumerate(ways.items()):
        stream = f"stream-{number}"
        endpoint.create(GROUP_NAME, stream)
        made.append(Contender(name, way(endpoint.client(**config), stream), stream))
    return made


def parts(endpoint: SpawnedCloudWatchLogs, events: list[Event]) -> list[Contender]:
    """What no way through boto3 goes without, each by itself."""
    endpoint.create(GROUP_NAME, "parts")
    bodies = [batch.body(GROUP_NAME, "parts") for batch in cordwood.batches(events)]
    client = endpoint.client()

    def write(given: list[Event]) -> None:
        for batch in cordwood.batches(given):
            batch.body(GROUP_NAME, "parts")

    def hash_bodies(_: list[Event]) -> None:
        for body in bodies:
            hashlib.sha256(body).hexdigest()

    def send_next_to_nothing(given: list[Event]) -> None:
        for _ in bodies:
            client.put_log_events(logGroupName=GROUP_NAME, logStreamName="parts", logEvents=given[:1])

    return [
        Contender("dicts to bodies, by cordwood", write, ""),
        Contender("SHA-256 of the bodies, for the signature", hash_bodies, ""),
        Contender("boto3, 1 event a request", send_next_to_nothing, ""),
    ]


# --- measuring ------------------------------------------------------------------------------------------------


def recent(requests: int) -> list[Event]:
    """In order, 100 bytes each, for so many full requests; the last one now, so that the service takes them all."""
    events = inputs.dicts("ascii", "in_order", requests * EVENTS_A_REQUEST)
    shift = time.time_ns() // 1_000_000 - events[-1]["timestamp"]
    return [{"timestamp": event["timestamp"] + shift, "message": event["message"]} for event in events]


def check(events: list[Event]) -> None:
    """Have every contender send once, and assert that exactly these events arrived."""
    sent = [(event["timestamp"], event["message"]) for event in events]
    with cordwood.local.spawn() as endpoint:
        for contender in contenders(endpoint):
            contender.send(events)
            arrived = endpoint.events(GROUP_NAME, contender.stream)
            assert [(event.timestamp, event.message) for event in arrived] == sent, contender.name


def cpu_seconds(send: Send, events: list[Event]) -> float:
    gc.collect()
    gc.disable()
    try:
        began = time.process_time()
        send(events)
        return time.process_time() - began
    finally:
        gc.enable()


def measure(requests: int, rounds: int) -> list[Row]:
    events = recent(requests)
    check(events)
    with cordwood.local.spawn(keep_events="counts") as endpoint:
        runners = [*contenders(endpoint), *parts(endpoint, events)]
        rng = random.Random(inputs.SEED)
        taken: dict[str, list[float]] = {runner.name: [] for runner in runners}
        for number in range(WARM_UPS + rounds):
            # In another order each time: what a run leaves behind in memory is not always the same one's burden.
            for runner in rng.sample(runners, len(runners)):
                took = cpu_seconds(runner.send, events)
                if number >= WARM_UPS:
                    taken[runner.name].append(took)
        for runner in runners:
            if runner.stream:
                arrived = endpoint.counts(GROUP_NAME, runner.stream)
                every = WARM_UPS + rounds
                assert arrived[:2] == (requests * every, len(events) * every), (runner.name, arrived)
    return [Row(runner.name, bool(runner.stream), len(events), requests, taken[runner.name]) for runner in runners]


# --- showing --------------------------------------------------------------------------------------------------


def read_rows(document: dict[str, Any]) -> list[Row]:
    return [Row(**row) for row in document["rows"]]


def table_lines(rows: list[Row]) -> list[str]:
    """In Markdown. A ratio is the median of those of the rounds; in brackets the middle half of them."""
    [stock] = [row for row in rows if row.contender == STOCK]
    lines = ["| CPU of the client's process | ns/event | ms/request | stock boto3 takes |", "|---|--:|--:|--:|"]
    for row in rows:
        ratios = [theirs / ours for theirs, ours in zip(stock.seconds, row.seconds, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        times = f"{middle:.1f}× ({low:.1f} to {high:.1f})" if row.whole and row is not stock else ""
        name = f"**{row.contender}**" if row.contender.startswith("cordwood") else row.contender
        if not row.whole:
            name = f"part: {name}"
        lines.append(
            f"| {name} | {1e9 * row.median / row.events:,.0f} | {1e3 * row.median / row.requests:,.2f} | {times} |"
        )
    return lines


def main() -> int:
    """Measure, print, and write the JSON if asked to. A ratio below the budget is shown, not enforced."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20, help="full requests a run")
    parser.add_argument("--rounds", type=int, default=11, help="runs of each contender, besides the warm-up")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    rows = measure(options.requests, options.rounds)
    print("\n".join(table_lines(rows)))
    if options.json:
        document = {"rounds": options.rounds, "boto3": version("boto3"), "rows": [asdict(row) for row in rows]}
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(document, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
