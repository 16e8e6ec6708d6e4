"""What a request costs the client's process, by how long its answer takes: the longer, the less is left in the caches.

The endpoint reads and answers, and checks nothing. Full requests, one after the other; CPU time of the process, the
median of the runs.

    .venv/bin/python benches/waiting.py
"""

import argparse
import statistics

import answered
import cordwood.local
from inputs import Event
from throughput import far_endpoint

STREAM = "stream"
WAITS_MS = (0, 1, 3, 10, 20, 50)


def row(wait_ms: int, events: list[Event], requests: int, rounds: int) -> str:
    """Of the table."""
    with far_endpoint(wait_ms / 1000) as url:
        ways = [way(cordwood.local.client(url), STREAM) for way in (answered.with_batches, answered.with_boto3)]
        runs = [[answered.cpu_seconds(way, events) for way in ways] for _ in range(rounds + 1)][1:]
    ours, stock = (1e3 * statistics.median(taken) / requests for taken in zip(*runs, strict=True))
    return f"| {wait_ms} | {ours:.2f} | {stock:.2f} | {stock / ours:.1f} |"


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    events = answered.recent(options.requests)
    print("| wait, ms | cordwood, ms of CPU a request | boto3 | times |")
    print("|--:|--:|--:|--:|")
    for wait_ms in WAITS_MS:
        print(row(wait_ms, events, options.requests, options.rounds), flush=True)


if __name__ == "__main__":
    main()
