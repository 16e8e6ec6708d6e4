"""A whole command over a log of 1 GB: CPU seconds and peak memory, beside a reader that people write in Python.

`cordwood plan` reads, tells the shape, finds the timestamps, checks, sorts and cuts; `cordwood upload` does so too, and
sends it all to an endpoint that only reads. The peer (this file, as a process of its own) reads lines, finds their
timestamps with a pattern and `fromisoformat`, or with json.loads, joins lines that continue, cuts, and writes the
bodies with json.dumps; it sends nothing. It is given a tenth of the log, for it takes a minute a GB.

    .venv/bin/python benches/logs.py
"""

import argparse
import gzip
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import cordwood.local
import pure_python
from big_upload import MIB, run
from inputs import Event
from throughput import far_endpoint

BLOCK = 100_000
PEER = "pure Python"
NAMES = ("--log-group-name", "g", "--log-stream-name", "s", "--progress", "none")


@dataclass(frozen=True)
class Row:
    """What one contender took for one log."""

    log: str
    contender: str
    nbytes: int
    """Of the log, as it lies on the disk."""
    text_bytes: int
    """Of what it holds."""
    events: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int


def text_line(at: datetime, n: int) -> str:
    """As a Java service writes them; every hundredth with a stack trace."""
    moment = f"{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1000:03d}"
    line = f"{moment} INFO  [worker-{n % 7}] com.example.Service - request {n:09d} done\n"
    trace = "java.lang.IllegalStateException: closed\n\tat com.example.Pool.take(Pool.java:88)\n\tat com.example.Main\n"
    return line + trace if n % 100 == 0 else line


def json_line(at: datetime, n: int) -> str:
    """As structured loggers write them."""
    moment = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
    message = f"request {n:09d} done"
    return f'{{"level":"info","ts":"{moment}","logger":"http","msg":"{message}","status":200,"ms":{n % 97}}}\n'


def write_log(path: Path, nbytes: int, line: Callable[[datetime, int], str]) -> int:
    """A log of so many bytes, over nine of the last ten days; compressed where its name says so. Bytes of its text."""
    start = time.time() - 10 * 86_400
    step = 9 * 86_400 / (nbytes / 90)
    written = n = 0
    opened = partial(gzip.open, compresslevel=6) if path.suffix == ".gz" else open
    with opened(path, "wb") as file:
        while written < nbytes:
            moments = (datetime.fromtimestamp(start + k * step, UTC) for k in range(n, n + BLOCK))
            block = "".join(map(line, moments, range(n, n + BLOCK))).encode()
            file.write(block)
            written += len(block)
            n += BLOCK
    return written


TEXT = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) ")


def events_of_text(path: Path) -> Iterator[Event]:
    """The peer: what a script around the AWS CLI does."""
    event: Event | None = None
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", errors="replace") as lines:
        for raw in lines:
            line = raw.rstrip("\n")
            found = TEXT.match(line)
            if found is None and event is not None:
                event["message"] += "\n" + line
                continue
            if event is not None:
                yield event
            assert found is not None
            moment = datetime.fromisoformat(found[1].replace(",", ".")).replace(tzinfo=UTC)
            event = {"timestamp": int(moment.timestamp() * 1000), "message": line}
    if event is not None:
        yield event


def events_of_json(path: Path) -> Iterator[Event]:
    """Likewise of JSON lines."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for raw in lines:
            line = raw.rstrip("\n")
            moment = datetime.fromisoformat(json.loads(line)["ts"])
            yield {"timestamp": int(moment.timestamp() * 1000), "message": line}


def peer(path: Path) -> int:
    """Read a log to finished bodies in pure Python; the number of events."""
    events = events_of_json(path) if "json" in path.name else events_of_text(path)
    count = 0
    for batch in pure_python.stream(events):
        count += len(batch)
        pure_python.dumps_json(pure_python.request("g", "s", batch)).encode()
    return count


def measured(log: Path, text_bytes: int, command: list[str], contender: str, environment: dict[str, str]) -> Row:
    """Run a command that reports its events as JSON on standard output."""
    with tempfile.TemporaryFile("w+") as out:
        keep = os.dup(1)
        os.dup2(out.fileno(), 1)
        began = time.perf_counter()
        try:
            code, peak, cpu = run(command, environment)
        finally:
            os.dup2(keep, 1)
            os.close(keep)
        seconds = time.perf_counter() - began
        out.seek(0)
        told = json.load(out)
    assert code == 0, (command, code)
    return Row(log.name, contender, log.stat().st_size, text_bytes, told["events"], seconds, cpu, peak)


def table(rows: list[Row]) -> str:
    """For the page."""
    lines = [
        "| log | | events | CPU seconds a GB of text | GB/s of text | peak memory | CPU, of the peer's |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        of_peer = next(one for one in rows if one.log == row.log and one.contender == PEER)
        each = row.cpu_seconds / row.text_bytes * 1e9
        share = each / (of_peer.cpu_seconds / of_peer.text_bytes * 1e9)
        lines.append(
            f"| {row.log} | {row.contender} | {row.events:,} | {each:.2f} | {row.text_bytes / row.seconds / 1e9:.2f} | "
            f"{row.peak_bytes / MIB:,.0f} MiB | {share:.0%} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Make the logs, measure, print the table, and take them away."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--peer", type=Path, help="be the peer, for this log")
    options = parser.parse_args()
    if options.peer:
        print(json.dumps({"events": peer(options.peer)}))
        return 0
    rows = []
    nbytes = int(options.gigabytes * 1e9)
    command = [sys.executable, "-m", "cordwood"]
    with tempfile.TemporaryDirectory(prefix="cordwood-logs-") as folder, far_endpoint(0.0) as url:
        environment = {
            **os.environ,
            "AWS_ACCESS_KEY_ID": cordwood.local.ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": cordwood.local.SECRET_ACCESS_KEY,
            "AWS_REGION": "us-east-1",
            "XDG_STATE_HOME": folder,
        }
        for name, line in (("text.log", text_line), ("json.log", json_line), ("text.log.gz", text_line)):
            log = Path(folder) / name
            size = write_log(log, nbytes, line)
            reading = [str(log), *NAMES, "--timezone", "UTC", "--output", "json"]
            rows.append(measured(log, size, [*command, "plan", *reading], "cordwood plan", environment))
            sending = [*command, "upload", *reading, "--endpoint-url", url]
            rows.append(measured(log, size, sending, "cordwood upload", environment))
            size = write_log(log, nbytes // 10, line)
            rows.append(measured(log, size, [sys.executable, __file__, "--peer", str(log)], PEER, environment))
            log.unlink()
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
