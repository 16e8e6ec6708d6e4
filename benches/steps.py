"""Where the time goes of dicts in order to finished bodies: reading, sizing, ordering, cutting, writing.

    .venv/bin/python benches/steps.py

CPU time of the process, medians of rounds in turns. Cutting and writing are calls of their own. Reading, sizing and
ordering are one call, and told apart by what they have to do: of messages of two bytes there is next to nothing to size
and to copy. Whether events come in order is one comparison with the one before, within the reading; the sort of those
that do is measured in Rust, as `sort/cordwood/in order`, which the page has beside these.
"""

import argparse
import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cordwood
import inputs
from inputs import Event
from timing import GROUP_NAME, STREAM_NAME

Steps = dict[str, float]


def short(events: list[Event]) -> list[Event]:
    """The same events with messages of two bytes, each a str of its own as theirs are."""
    return [{"timestamp": event["timestamp"], "message": event["message"][6:8]} for event in events]


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    kept = work()
    took = time.process_time() - began
    del kept
    return took


def round_of(events: list[Event], tiny: list[Event], jittered: list[Event]) -> Steps:
    read = seconds(lambda: cordwood.batches(tiny))
    walked = seconds(lambda: cordwood.batches(events))
    sorted_too = seconds(lambda: cordwood.batches(jittered))
    made = cordwood.batches(events)
    began = time.process_time()
    batches = list(made)
    cut = time.process_time() - began
    began = time.process_time()
    for batch in batches:
        batch.body(GROUP_NAME, STREAM_NAME)
    written = time.process_time() - began
    return {
        "reading: the dicts, their timestamps, whether they come in order, a row for each": read,
        "sizing: bytes in UTF-8 and in JSON, and the copy of the message": walked - read,
        "cutting": cut,
        "writing the bodies": written,
        "all of it": walked + cut + written,
        "besides, where events come jittered: ordering": sorted_too - walked,
    }


def measure(count: int, rounds: int) -> dict[str, float]:
    """Nanoseconds of an event in each step."""
    events = inputs.dicts("ascii", "in_order", count)
    tiny = short(events)
    jittered = inputs.dicts("ascii", "jittered", count)
    gc.collect()
    gc.disable()
    taken = [round_of(events, tiny, jittered) for _ in range(rounds + 1)][1:]
    gc.enable()
    return {step: statistics.median(each[step] for each in taken) / count * 1e9 for step in taken[0]}


def table(steps: dict[str, float]) -> str:
    """For the page."""
    rows = (f"| {step} | {ns:,.1f} |" if ns >= 0.1 else f"| {step} | {ns:.4f} |" for step, ns in steps.items())
    return "\n".join(["| step | ns/event |", "|---|--:|", *rows])


def main() -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    steps = measure(options.events, options.rounds)
    print(table(steps))
    if options.json:
        options.json.write_text(json.dumps(steps, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
