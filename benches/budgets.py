"""The budgets, each beside what was measured and beside its peer in the same run: the page's first table."""

import statistics
from pathlib import Path

import answered
import plot
from measured import criterion, read_if_there

MIB = 1 << 20

Cost = dict[tuple[str, str, str, str], float]
"""Nanoseconds of an event, by table, shape, order and contender."""


Row = tuple[str, str, str, str]
"""What it is, what it may take, what it took, and what peers took."""


def of_costs(cost: Cost) -> list[Row]:
    """What the Python benchmarks measured."""

    def ns(table: str, order: str, contender: str) -> float:
        return cost[table, "ascii", order, contender]

    in_order = [f"{name} {ns('bodies', 'in_order', name):,.0f}" for name in ("orjson.dumps alone", "json.dumps alone")]
    return [
        (
            "dicts in order to bodies",
            "60 ns",
            f"{ns('bodies', 'in_order', 'cordwood'):,.0f} ns",
            ", ".join([*in_order, f"the cut alone in Python {ns('cut', 'in_order', 'Python'):,.0f}"]),
        ),
        (
            "dicts scattered in memory to bodies",
            "250 ns",
            f"{ns('bodies', 'shuffled', 'cordwood'):,.0f} ns",
            f"the cut alone in Python {ns('cut', 'shuffled', 'Python'):,.0f}",
        ),
        (
            "Arrow columns to bodies",
            "25 ns",
            f"{ns('Arrow', 'in_order', 'cordwood'):,.0f} ns",
            f"to_pylist, Python and json {ns('Arrow', 'in_order', 'Python + json'):,.0f}",
        ),
    ]


LOGS = (
    ("text", "text, 100 bytes a line,", "text.log"),
    ("JSON lines", "JSON lines of 85 bytes", "json.log"),
    ("JSON lines of a server", "JSON lines of 384 bytes", None),
)
"""Benches of the core, what they read, and the log of such lines that the whole commands read, a peer's among them."""


def of_lines(folder: Path, rust: Path) -> list[Row]:
    """Text and JSON lines, in the core's bench; beside them a whole program."""
    peers = {row["log"]: row for row in read_if_there(folder / "logs.json") or [] if row["contender"] == "pure Python"}
    rows = []
    for bench, what, log in LOGS:
        found = criterion(rust, f"lines_{bench}/to bodies")
        if found is not None:
            rate = found[1]["Bytes"] / found[0]
            peer = peers.get(log)
            beside = f"Python and json {peer['text_bytes'] / peer['cpu_seconds'] / 1e9:.3f}" if peer else ""
            rows.append((f"{what} of a file to bodies", "1 GB/s", f"{rate:.2f} GB/s", beside))
    return rows


def of_processes(folder: Path) -> list[Row]:
    """Requests, memory and start-up."""
    rows = []
    if requests := read_if_there(folder / "requests.json"):
        taken = {row.contender: row for row in answered.read_rows(requests)}
        stock = taken[answered.STOCK]
        ours = taken["cordwood.batches, PutLogEventsClient.send"]
        ratio = statistics.median(theirs / mine for theirs, mine in zip(stock.seconds, ours.seconds, strict=True))
        rows.append(("dicts to answered requests, CPU", "1/15 of boto3's", f"1/{ratio:.1f}", "stock boto3"))
    if memory := read_if_there(folder / "memory.json"):
        for added in memory["added"]:
            if added["work"] == "batches held":
                budget, taken_bytes = added["budget"] / MIB, added["added"] / MIB
                rows.append(
                    (
                        f"memory of batches, {plot.SHAPES[added['shape']]}",
                        f"{budget:,.0f} MiB",
                        f"{taken_bytes:,.0f} MiB",
                        "",
                    )
                )
    if big := read_if_there(folder / "big_upload.json"):
        rows.append(
            (f"memory of an upload of {big['bytes'] / 1e9:.0f} GB", "150 MB", f"{big['peak_bytes'] / 1e6:,.0f} MB", "")
        )
    if starts := read_if_there(folder / "startup.json"):
        over = {name: 1e3 * (taken - starts["a bare interpreter"]) for name, taken in starts.items()}
        rows.append(
            ("import cordwood", "30 ms", f"{over['import cordwood']:.0f} ms", f"boto3 {over['import boto3']:.0f}")
        )
        aws = f"aws --version {over['aws --version']:.0f}"
        rows.append(("cordwood --help", "100 ms", f"{over['cordwood --help']:.0f} ms", aws))
    return rows


def lines(cost: Cost, folder: Path, rust: Path) -> list[str]:
    """For the page."""
    rows = [*of_costs(cost), *of_lines(folder, rust), *of_processes(folder)]
    return [
        "## Budgets",
        "",
        "What one event, one file or one process may take, of 100-byte ASCII where nothing else is said, what it took "
        "on this machine, and what a peer took in the same run. The budgets are those of a machine on which "
        "`orjson.dumps` of the same list takes 50 ns an event: the ratio to that goes from one to the other.",
        "",
        "| what | at most (a rate: at least) | cordwood | peers in the same run |",
        "|---|--:|--:|---|",
        *(f"| {what} | {budget} | **{taken}** | {peers} |" for what, budget, taken, peers in rows),
        "",
    ]
