"""Events a second against an endpoint that is 50 ms away, by workers: `cordwood.upload` beside stock boto3 in threads.

Each contender sends the same dicts with as many requests under way. boto3's are cut beforehand, and their cutting does
not count; cordwood's are checked, sorted, cut and written meanwhile. CPU is that of this process, all its threads.

    .venv/bin/python benches/throughput.py
"""

import argparse
import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import cordwood
import cordwood.local
import inputs
import pure_python
from inputs import Event

GROUP_NAME, STREAM_NAME = "/bench/app", "far"
WORKERS = (1, 2, 4, 8)
STOCK, OURS = "boto3 in threads", "cordwood"


@dataclass(frozen=True)
class Row:
    """What one contender did with so many workers: medians over the turns."""

    contender: str
    workers: int
    events: int
    seconds: float
    cpu_seconds: float


@contextmanager
def far_endpoint(wait: float) -> Iterator[str]:
    """The address of an endpoint that waits so long."""
    command = [sys.executable, str(Path(__file__).with_name("far_endpoint.py")), str(wait)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        assert process.stdin is not None
        process.stdin.close()


def with_cordwood(client: Any, events: list[Event], workers: int) -> None:
    report = cordwood.upload(
        events,
        log_group_name=GROUP_NAME,
        log_stream_name=STREAM_NAME,
        client=client,
        max_concurrency=workers,
    )
    assert report.accepted == len(events), report


def with_boto3(client: Any, batches: list[list[Event]], workers: int) -> None:
    def send(batch: list[Event]) -> None:
        client.put_log_events(logGroupName=GROUP_NAME, logStreamName=STREAM_NAME, logEvents=batch)

    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(send, batch) for batch in batches]:
            done.result()


def timed(work: Callable[[], None]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(count: int, turns: int, wait: float) -> list[Row]:
    """All contenders, in turns: a machine's speed changes by the minute."""
    # In order and recent; what the service does with their age is not asked here.
    now = time.time_ns() // 1_000_000
    events = [
        {**event, "timestamp": now + n // 100} for n, event in enumerate(inputs.dicts("ascii", "in_order", count))
    ]
    # A stock client is 20 times as slow: a few requests for each of its workers tell as much.
    batches = list(pure_python.cut(events))
    taken: dict[tuple[str, int], list[tuple[int, float, float]]] = {}
    gc.disable()
    with far_endpoint(wait) as url:
        clients = {name: cordwood.local.client(url, max_pool_connections=16) for name in (OURS, STOCK)}
        for _ in range(turns):
            for workers in WORKERS:
                some = batches[: max(4, 2 * workers)]
                few = sum(map(len, some))
                ours = timed(lambda workers=workers: with_cordwood(clients[OURS], events, workers))  # type: ignore[misc]
                stock = timed(lambda some=some, workers=workers: with_boto3(clients[STOCK], some, workers))  # type: ignore[misc]
                taken.setdefault((OURS, workers), []).append((len(events), *ours))
                taken.setdefault((STOCK, workers), []).append((few, *stock))
    gc.enable()
    return [
        Row(name, workers, runs[0][0], median(run[1] for run in runs), median(run[2] for run in runs))
        for (name, workers), runs in taken.items()
    ]


def table(rows: list[Row]) -> str:
    """As Markdown."""
    found = {(row.contender, row.workers): row for row in rows}
    lines = [
        "| workers | cordwood, events/s | boto3 in threads | times | cordwood, CPU ns/event | boto3 | times |",
        "|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for workers in WORKERS:
        ours, stock = found[OURS, workers], found[STOCK, workers]
        rates = [row.events / row.seconds for row in (ours, stock)]
        costs = [1e9 * row.cpu_seconds / row.events for row in (ours, stock)]
        lines.append(
            f"| {workers} | {rates[0]:,.0f} | {rates[1]:,.0f} | {rates[0] / rates[1]:.1f} | {costs[0]:,.0f} | "
            f"{costs[1]:,.0f} | {costs[1] / costs[0]:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write what was measured where it is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--wait", type=float, default=0.05, help="seconds before each answer")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = measure(options.events, options.turns, options.wait)
    print(table(rows))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2))


if __name__ == "__main__":
    main()
