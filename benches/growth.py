"""How the cost of an event changes with their number: from one to ten million, dicts to finished bodies.

    .venv/bin/python benches/growth.py

CPU time of the process, the median of turns; small numbers are repeated until a turn takes a tenth of a second.
"""

import argparse
import gc
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import cordwood
import inputs
import pure_python
from inputs import Event
from timing import GROUP_NAME, STREAM_NAME

COUNTS = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)
MOST_OF_PEER = 1_000_000
TURN_SECONDS = 0.1
OURS, PEER = "cordwood", "Python + json"


def with_cordwood(events: list[Event]) -> Iterable[bytes]:
    return (batch.body(GROUP_NAME, STREAM_NAME) for batch in cordwood.batches(events))


def with_python(events: list[Event]) -> Iterable[bytes]:
    return (pure_python.body(GROUP_NAME, STREAM_NAME, batch) for batch in pure_python.cut(events))


def nanoseconds(bodies: Callable[[list[Event]], Iterable[bytes]], events: list[Event], turns: int) -> float:
    """Of CPU for each event."""

    def turn(repeats: int) -> float:
        began = time.process_time()
        for _ in range(repeats):
            for body in bodies(events):
                len(body)
        return time.process_time() - began

    repeats = 1
    while (took := turn(repeats)) < TURN_SECONDS / 2:
        repeats *= max(2, int(TURN_SECONDS / max(took, 1e-4)))
    return statistics.median(turn(repeats) for _ in range(turns)) / repeats / len(events) * 1e9


def table(rows: list[tuple[int, str, float]]) -> str:
    """For the page."""
    cost = {(count, contender): ns for count, contender, ns in rows}
    lines = [f"| events | {OURS}, ns an event | {PEER} |", "|--:|--:|--:|"]
    for count in dict.fromkeys(count for count, _, _ in rows):
        peer = cost.get((count, PEER))
        of_peer = "" if peer is None else f"{peer:,.0f} ({peer / cost[count, OURS]:.1f}×)"
        lines.append(f"| {count:,} | **{cost[count, OURS]:,.0f}** | {of_peer} |")
    return "\n".join(lines)


def main() -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=COUNTS[-1])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    gc.disable()
    rows = []
    for count in [count for count in COUNTS if count <= options.most]:
        events = inputs.dicts("ascii", "in_order", count)
        turns = 3 if count > 1_000_000 else 5
        rows.append((count, OURS, nanoseconds(with_cordwood, events, turns)))
        if count <= MOST_OF_PEER:
            rows.append((count, PEER, nanoseconds(with_python, events, turns)))
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
