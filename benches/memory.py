"""Memory that cutting adds, and whether an endless stream stays flat. Linux only: it reads /proc.

Every figure comes from a process of its own.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import cordwood
import inputs

SHAPES = ("ascii", "cjk", "tiny")
BUDGET_TIMES_BYTES = 1.5
BUDGET_PER_EVENT = 48
STREAM_DAYS = 8
FLAT_MIB = 8.0
MIB = 1 << 20


def resident(field: str) -> int:
    """Bytes of VmRSS (now) or VmHWM (the most so far)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == field:
            return int(rest.split()[0]) * 1024
    raise LookupError(field)


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


# --- what runs in a process of its own ------------------------------------------------------------------------


def nothing(events: list[inputs.Event]) -> object:
    return events


def hold_batches(events: list[inputs.Event]) -> object:
    return list(cordwood.batches(events))


def write_bodies(events: list[inputs.Event]) -> object:
    return sum(len(batch.body("/bench/app", "web-1")) for batch in cordwood.batches(events))


WORK: dict[str, Callable[[list[inputs.Event]], object]] = {
    "nothing": nothing,
    "batches held": hold_batches,
    "bodies written in turn": write_bodies,
}


def peak(work: str, shape: str, events: int) -> int:
    """Most resident bytes while the work is done over a list that is there before."""
    made = inputs.dicts(shape, "in_order", events)
    forget_peak()
    kept = WORK[work](made)
    most = resident("VmHWM")
    del kept
    return most


def flow(seconds: float) -> dict[str, Any]:
    """Run an endless generator through the window for some seconds, and watch the resident size."""
    events = inputs.endless(days=STREAM_DAYS)
    cut = cordwood.batches(events)
    began = time.perf_counter()
    samples: list[tuple[float, float]] = []
    batches = written = 0
    elapsed = due = 0.0
    step = max(seconds / 20, 0.25)
    while elapsed < seconds:
        for batch in islice(cut, 8):
            batches += 1
            written += len(batch.body("/bench/app", "web-1"))
        elapsed = time.perf_counter() - began
        if elapsed >= due:
            samples.append((round(elapsed, 2), round(resident("VmRSS") / MIB, 1)))
            due += step
    return {
        "seconds": round(elapsed, 1),
        "days": STREAM_DAYS,
        "events": cut.counts["batched"],
        "batches": batches,
        "body_bytes": written,
        "samples": samples,
    }


# --- the parent -----------------------------------------------------------------------------------------------


def alone(*arguments: str) -> Any:
    """Run this file in a fresh process and return what it measured."""
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, stdout=subprocess.PIPE, encoding="utf-8")
    return json.loads(done.stdout)


def measure_added(shape: str, events: int) -> list[dict[str, Any]]:
    nbytes = sum(len(event["message"].encode()) for event in inputs.dicts(shape, "in_order", events))
    before = alone("--peak", "nothing", "--shape", shape, "--events", str(events))
    rows = []
    for work in WORK:
        if work == "nothing":
            continue
        added = alone("--peak", work, "--shape", shape, "--events", str(events)) - before
        budget = BUDGET_TIMES_BYTES * nbytes + BUDGET_PER_EVENT * events
        rows.append(
            {
                "shape": shape,
                "work": work,
                "events": events,
                "message_bytes": nbytes,
                "baseline": before,
                "added": added,
                "budget": int(budget),
            }
        )
    return rows


def print_added(row: dict[str, Any]) -> None:
    over = (row["added"] - row["message_bytes"]) / row["events"]
    print(
        f"{row['shape']:6} {row['work']:22} {row['added'] / MIB:7.1f} MiB = "
        f"{row['added'] / row['message_bytes']:5.2f} x bytes = 1 x bytes + {over:5.1f} an event   "
        f"budget {row['budget'] / MIB:6.1f} MiB: {'within' if row['added'] <= row['budget'] else 'OVER'}"
    )


def growth(flow: dict[str, Any]) -> float:
    """MiB between the most of the first and of the second half, the first samples left out as warm-up."""
    sizes = [size for _, size in flow["samples"]][2:]
    half = len(sizes) // 2
    return max(sizes[half:]) - max(sizes[:half]) if half else 0.0


def print_flow(flow: dict[str, Any]) -> None:
    print(
        f"\nendless generator, {flow['days']} days side by side: {flow['events']:,} events in {flow['batches']:,} "
        f"batches, {flow['body_bytes'] / MIB:,.0f} MiB of bodies in {flow['seconds']} s"
    )
    for seconds, size in flow["samples"]:
        print(f"  {seconds:6.1f} s  {size:7.1f} MiB")
    grown = growth(flow)
    print(f"  {'flat' if grown <= FLAT_MIB else 'GROWING'}: {grown:+.1f} MiB from the first half to the second")


def main() -> int:
    """Measure, print, and write the JSON if asked to. A budget that is overrun is shown, not enforced."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=10, help="how long the endless generator runs")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--peak", choices=WORK, help=argparse.SUPPRESS)
    parser.add_argument("--shape", choices=inputs.SHAPES, default="ascii", help=argparse.SUPPRESS)
    parser.add_argument("--flow", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        print(json.dumps(peak(options.peak, options.shape, options.events)))
        return 0
    if options.flow:
        print(json.dumps(flow(options.seconds)))
        return 0

    added = []
    for shape in SHAPES:
        for row in measure_added(shape, options.events):
            print_added(row)
            added.append(row)
    flowed = alone("--flow", "--seconds", str(options.seconds))
    print_flow(flowed)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"added": added, "flow": flowed}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
