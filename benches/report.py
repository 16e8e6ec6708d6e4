"""Write docs/benchmarks.md and docs/benchmarks.svg from what `make bench` measured."""

import argparse
import json
import statistics
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import answered
import budgets
import growth
import logs
import plot
import startup
import steps
import throughput
from measured import criterion, read_if_there

ROOT = Path(__file__).parent.parent
MIB = 1 << 20

TABLES = {
    "bodies": (
        "Dicts to finished bodies",
        "A list of dicts is checked, sorted, cut, and written as PutLogEvents request bodies. The last three "
        "columns only serialize the list as it is, neither cut nor sorted: what a JSON writer alone costs.",
    ),
    "cut": (
        "Cutting alone",
        "The same lists to batches, no body written. cordwood copies messages here, up to 64 KiB.",
    ),
    "pairs": ("Pairs to finished bodies", "A list of `(timestamp, message)`."),
    "columns": (
        "Columns to finished bodies",
        "`timestamps=` a list of int, `messages=` a list of str.",
    ),
    "packed columns": (
        "Columns to finished bodies, packed timestamps",
        '`timestamps=` an `array("q")`, `messages=` a list of str.',
    ),
    "Arrow": (
        "Arrow tables to finished bodies",
        "`timestamp` as int64, `message` as utf8. The peer makes dicts of it first, by `to_pylist`.",
    ),
    "generator": (
        "Streams to finished bodies",
        "Events come one by one, from a generator or by `Batcher.add`, through the window of open batches. The "
        "peer keeps one open batch and sorts it; it has no entry for days side by side, which it would cut at "
        "nearly every event.",
    ),
}

METHOD = """\
How it is measured:

- One process, one thread, every contender on the same input one after the other; CPU time, the median of
  {rounds} rounds. The middle half of the rounds typically lies within {spread:.0%} of it. Ratios say more than
  nanoseconds.
- The garbage collector is off for all. Bodies are dropped as soon as they are written.
- Before a contender is timed, its result is compared with the pure-Python batcher's, event by event.
- "Python" is [benches/pure_python.py](../benches/pure_python.py): `sorted` and one greedy loop, sizes by `len`
  where a message is ASCII. It trusts its input; cordwood checks every event. "Python + orjson" cuts with the same
  loop.
- A `str` beyond ASCII keeps its UTF-8 form inside the object once orjson or msgspec has asked for it. CJK and
  emoji messages are therefore made anew for every round, as real events are.
- "Scattered" events are in order of time, but neighbours lie far apart in memory, as in a program that has run for
  long.
"""

ANSWERED = """\
CPU time of the client's process per event, through boto3 {boto3}, over plain HTTP. The local endpoint that answers is a
process of its own. {requests} full requests a run, events in order, 100 bytes of ASCII each; the contenders take turns,
{rounds} rounds. A ratio is the median of those of the rounds, in brackets the middle half of them. "boto3" cuts with
[benches/pure_python.py](../benches/pure_python.py). The last rows are parts that no way through boto3 goes without,
measured by themselves.
"""


@dataclass(frozen=True)
class Entry:
    """One contender on one input."""

    table: str
    shape: str
    order: str
    contender: str
    events: int
    message_bytes: int
    median: float
    iqr: float
    rounds: int

    @property
    def ns(self) -> float:
        return 1e9 * self.median / self.events


def read_entries(document: dict[str, Any]) -> list[Entry]:
    return [
        Entry(
            **bench["extra_info"],
            median=bench["stats"]["median"],
            iqr=bench["stats"]["iqr"],
            rounds=bench["stats"]["rounds"],
        )
        for bench in document["benchmarks"]
    ]


def costs_of(entries: list[Entry]) -> budgets.Cost:
    return {(entry.table, entry.shape, entry.order, entry.contender): entry.ns for entry in entries}


def unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def table_lines(entries: list[Entry]) -> list[str]:
    """One row an input, one column a contender; in brackets how many times cordwood's time it is."""
    contenders = unique(entry.contender for entry in entries)
    rows: dict[tuple[str, str], dict[str, Entry]] = {}
    for entry in entries:
        rows.setdefault((entry.shape, entry.order), {})[entry.contender] = entry
    lines = [
        "| ns/event | bytes/event | " + " | ".join(contenders) + " |",
        "|---|--:" + "|--:" * len(contenders) + "|",
    ]
    for (shape, order), row in rows.items():
        first = next(iter(row.values()))
        cells = [plot.input_name(shape, order), f"{first.message_bytes / first.events:,.0f}"]
        for contender in contenders:
            if contender not in row:
                cells.append("")
            elif contender == "cordwood":
                cells.append(f"**{row[contender].ns:,.0f}**")
            else:
                cells.append(f"{row[contender].ns:,.0f} ({row[contender].ns / row['cordwood'].ns:.2g}×)")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def memory_lines(memory: dict[str, Any]) -> list[str]:
    events = memory["added"][0]["events"]
    lines = [
        "## Memory",
        "",
        f"Added to the peak resident size by `batches` over a list of {events:,} events that is there "
        "before, each in a process of its own. The budget is 1.5 × bytes + 48 per event.",
        "",
        "| messages | bytes/event | work | added | × bytes of messages | besides them | budget |",
        "|---|--:|---|--:|--:|--:|--:|",
    ]
    for row in memory["added"]:
        nbytes, events, added = row["message_bytes"], row["events"], row["added"]
        lines.append(
            f"| {plot.SHAPES[row['shape']]} | {nbytes / events:,.0f} | {row['work']} | {added / MIB:,.0f} MiB "
            f"| {added / nbytes:.2f} | {(added - nbytes) / events:.0f} B/event | {row['budget'] / MIB:,.0f} MiB |"
        )
    flow = memory["flow"]
    sizes = [size for _, size in flow["samples"]]
    half = len(sizes) // 2
    lines += [
        "",
        f"An endless generator, {flow['days']} days side by side, {flow['seconds']:.0f} s: {flow['events']:,} "
        f"events, {flow['body_bytes'] / 1e9:.1f} GB of bodies. Resident at most {max(sizes[:half]):.0f} MiB in "
        f"the first half of the time, {max(sizes[half:]):.0f} MiB in the second, the interpreter included.",
        "",
    ]
    return lines


def answered_lines(requests: dict[str, Any]) -> list[str]:
    rows = answered.read_rows(requests)
    text = ANSWERED.format(boto3=requests["boto3"], requests=rows[0].requests, rounds=requests["rounds"])
    return ["## Dicts to answered requests", "", text, *answered.table_lines(rows), ""]


def throughput_lines(rows: list[dict[str, Any]]) -> list[str]:
    return [
        "## Events a second, by workers",
        "",
        "Against an endpoint that reads a request, waits 50 ms, and answers: as many requests are under way as there "
        "are workers. boto3's are cut beforehand, which does not count; cordwood's dicts are checked, sorted, cut and "
        "written meanwhile. Medians over turns; CPU of the client's process.",
        "",
        "![Events a second by workers](throughput.svg)",
        "",
        throughput.table([throughput.Row(**row) for row in rows]),
        "",
    ]


def steps_lines(of_steps: dict[str, float], rust: Path) -> list[str]:
    if found := criterion(rust, "sort/cordwood/in order"):
        of_steps = {**of_steps, "within all of it: the sort, of events in order": found[0] / found[1]["Elements"]}
    return [
        "## Where the time goes",
        "",
        "Of 1,000,000 dicts of 100-byte messages, in order, to finished bodies "
        "([benches/steps.py](../benches/steps.py) says how the steps are told apart).",
        "",
        steps.table(of_steps),
        "",
    ]


def growth_lines(rows: list[tuple[int, str, float]]) -> list[str]:
    return [
        "## By number of events",
        "",
        "Dicts of 100-byte messages, in order, to finished bodies: what one event costs among so many.",
        "",
        "![Cost per event by number of events](growth.svg)",
        "",
        growth.table(rows),
        "",
    ]


def draw_lines(workers: list[dict[str, Any]] | None, grown: list[tuple[int, str, float]] | None, docs: Path) -> None:
    """The plots of workers and of growth, where they were measured."""
    if workers:
        rows = [throughput.Row(**row) for row in workers]
        of_each = {
            name: [(float(row.workers), row.events / row.seconds) for row in rows if row.contender == name]
            for name in (throughput.OURS, throughput.STOCK)
        }
        ticks = [float(count) for count in throughput.WORKERS]
        across, up = "requests under way at once", "events a second"
        plot.draw_lines(of_each, docs / "throughput.svg", across=across, up=up, ticks=ticks)
    if grown:
        of_both = {
            name: [(float(count), ns) for count, contender, ns in grown if contender == name]
            for name in (growth.OURS, growth.PEER)
        }
        ticks = [float(count) for count in growth.COUNTS]
        plot.draw_lines(of_both, docs / "growth.svg", across="events", up="ns per event", ticks=ticks)


def logs_lines(rows: list[dict[str, Any]]) -> list[str]:
    return [
        "## Logs, by whole commands",
        "",
        "A log of 1 GB of text; the commands with all that belongs to them, from the start of the interpreter to the "
        "report. `plan` reads, finds the timestamps, checks, sorts and cuts; `upload` sends it all besides, to an "
        "endpoint that only reads. The peer is what people write around the AWS CLI: it reads lines, finds their "
        "timestamps with a pattern or `json.loads`, cuts, writes the bodies with `json.dumps`, and sends nothing.",
        "",
        logs.table([logs.Row(**row) for row in rows]),
        "",
    ]


def big_lines(big: dict[str, Any]) -> list[str]:
    return [
        f"`cordwood upload` of a file of {big['bytes'] / 1e9:.1f} GB ({big['events']:,} events), 4 workers, with its "
        f"journal: peak memory {big['peak_bytes'] / MIB:,.0f} MiB; {big['seconds']:.0f} s, and "
        f"{big['cpu_seconds']:.0f} s of CPU.",
        "",
    ]


def rust_lines(folder: Path) -> list[str]:
    """What criterion measured of the core alone, if it did."""
    rows = []
    for estimates in sorted(folder.glob("**/new/estimates.json")):
        bench = json.loads((estimates.parent / "benchmark.json").read_text())
        ns = json.loads(estimates.read_text())["median"]["point_estimate"]
        throughput = bench["throughput"] or {}
        rate = ""
        if elements := throughput.get("Elements"):
            rate = f"{ns / elements:,.1f} ns/event"
        elif nbytes := throughput.get("Bytes"):
            rate = f"{nbytes / ns:,.1f} GB/s"
        taken = f"{ns:,.0f} ns" if ns < 10_000 else f"{ns / 1e3:,.0f} µs"
        rows.append(f"| {bench['full_id']} | {taken} | {rate} |")
    if not rows:
        return []
    return [
        "## The Rust core alone",
        "",
        "Criterion, median of one iteration.",
        "",
        "| routine | time | rate |",
        "|---|--:|--:|",
        *rows,
        "",
    ]


def machine_line(document: dict[str, Any]) -> str:
    machine = document["machine_info"]
    tools = ", ".join(f"{name} {version(name)}" for name in ("cordwood", "orjson", "msgspec"))
    python = f"{machine['python_implementation']} {machine['python_version']}"
    return (
        f"{document['datetime'][:10]}, {machine['cpu']['brand_raw']}, {machine['cpu']['count']} cores, "
        f"{machine['system']} {machine['machine']}; {python}, {tools}."
    )


def page(document: dict[str, Any], folder: Path, rust: Path) -> str:
    requests, workers, of_logs, memory, big = (
        read_if_there(folder / f"{name}.json") for name in ("requests", "throughput", "logs", "memory", "big_upload")
    )

    entries = read_entries(document)
    rounds = [entry.rounds for entry in entries]
    spread = statistics.median(entry.iqr / entry.median / 2 for entry in entries)
    lines = [
        "<!-- Written by benches/report.py; edit that, not this. -->",
        "",
        "# Benchmarks",
        "",
        f"Nanoseconds of CPU per event, the median, {max(entry.events for entry in entries):,} events "
        "(near-limit: a ten-thousandth of that). In brackets: how many times what cordwood takes. Repeat with "
        "`make bench`.",
        "",
        machine_line(document),
        "",
        "![Cost per event of cordwood and its peers](benchmarks.svg)",
        "",
        METHOD.format(rounds=f"{min(rounds)} to {max(rounds)}", spread=spread),
    ]
    lines += budgets.lines(costs_of(entries), folder, rust)
    for table, (title, text) in TABLES.items():
        if mine := [entry for entry in entries if entry.table == table]:
            lines += [f"## {title}", "", text, "", *table_lines(mine), ""]
    if of_steps := read_if_there(folder / "steps.json"):
        lines += steps_lines(of_steps, rust)
    if grown := read_if_there(folder / "growth.json"):
        lines += growth_lines(grown)
    if requests:
        lines += answered_lines(requests)
    if workers:
        lines += throughput_lines(workers)
    if of_logs:
        lines += logs_lines(of_logs)
    if starts := read_if_there(folder / "startup.json"):
        lines += ["## To start", "", "Wall time, the median of runs in turns.", "", startup.table(starts), ""]
    if memory:
        lines += memory_lines(memory)
    if big:
        lines += big_lines(big)
    lines += rust_lines(rust)
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Read the measurements and write page and plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measured", type=Path, default=ROOT / "target", help="where the benchmarks left their JSON")
    parser.add_argument("--criterion", type=Path, default=ROOT / "target/criterion")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where to write")
    options = parser.parse_args()
    document = json.loads((options.measured / "benchmarks.json").read_text())
    options.docs.mkdir(parents=True, exist_ok=True)
    (options.docs / "benchmarks.md").write_text(page(document, options.measured, options.criterion))
    plot.draw(costs_of(read_entries(document)), options.docs / "benchmarks.svg")
    workers, grown = (read_if_there(options.measured / f"{name}.json") for name in ("throughput", "growth"))
    draw_lines(workers, grown, options.docs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
