"""How many instructions cordwood takes, counted by valgrind: what a change costs, where a clock is too coarse.

Counted are the Rust core by itself (`rust/input/examples/instructions.rs`), uploads through the public API to an
endpoint in another process, and three starts. The counts of core and uploads are of one event, without the imports,
the client and the first connection; those of starts are of the whole, over a bare interpreter.

Runs on one loaded machine did not differ in the core, and by at most 0.1 % in uploads, 0.2 % in detection and 0.03 %
in starts (Python 3.11, valgrind 3.19). Another compiler, libc or Python counts otherwise: compare runs of one machine.

    .venv/bin/python benches/instructions.py --json target/instructions.json
    .venv/bin/python benches/instructions.py --compare target/instructions.json

The first saves the counts, the second puts its own beside them. Only stable names are used here, so that this file can
be copied to any commit and run there.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
GROUP_NAME = "/bench/instructions"
EVENTS = 20_000
MORE_EVENTS = 60_000
"""In the longer of the two uploads of a kind, whose difference is what events take."""
PASSES = 2
"""Over the same events; one more comes before, and does not count: it fills caches."""

CORE = ("ascii", "json", "cjk", "text lines", "json lines")
UPLOADS: dict[str, dict[str, str]] = {
    "dicts": {},
    "text file": {"format": "text", "timestamp_format": "%Y-%m-%d %H:%M:%S,%f", "timezone": "UTC"},
    "JSON lines file": {"format": "json", "timestamp_field": "ts"},
}
"""With the options that leave nothing to be detected."""
DETECTED: dict[str, dict[str, str]] = {"text file": {"timezone": "UTC"}, "JSON lines file": {}}
"""With those that leave as much as possible."""
STARTS = {
    "import cordwood": ["-c", "import cordwood"],
    "import cordwood.local": ["-c", "import cordwood.local"],
    "cordwood --help": ["-m", "cordwood", "--help"],
}


# --- in the process that is counted -----------------------------------------------------------------------------


def timestamps(count: int) -> list[int]:
    """Milliseconds of yesterday, 10 apart: the service accepts them, and they have the same width every day."""
    yesterday = datetime.now(UTC).replace(hour=3, minute=0, second=0, microsecond=0) - timedelta(days=1)
    first = int(yesterday.timestamp()) * 1000
    return [first + 10 * number for number in range(count)]


def written(path: Path, line: Callable[[str, int], str], count: int) -> Path:
    times = [datetime.fromtimestamp(timestamp / 1000, UTC) for timestamp in timestamps(count)]
    lines = [line(time.isoformat(timespec="milliseconds")[:23], number) for number, time in enumerate(times)]
    path.write_text("".join(lines))
    return path


def text_line(time: str, number: int) -> str:
    return f"{time.replace('T', ' ').replace('.', ',')} INFO request {number:08} served from cache; session closed\n"


def json_line(time: str, number: int) -> str:
    return json.dumps({"level": "info", "ts": f"{time}Z", "msg": f"request {number:08}", "tags": ["x", "y"]}) + "\n"


def upload(case: str, events: int, url: str, folder: Path, options: dict[str, Any]) -> None:
    """Upload the same events again and again."""
    import cordwood
    import cordwood.local

    client = cordwood.local.client(url)
    source: Any
    if case == "dicts":
        tail = "request served from cache; session opened, session closed; queue drained, shard moved on"
        source = [
            {"timestamp": timestamp, "message": f"{number:08} {tail}"}
            for number, timestamp in enumerate(timestamps(events))
        ]
    elif case == "text file":
        source = written(folder / "app.log", text_line, events)
    else:
        source = written(folder / "app.jsonl", json_line, events)

    def once() -> None:
        report = cordwood.upload(
            source,
            log_group_name=GROUP_NAME,
            log_stream_name="s",
            client=client,
            max_concurrency=1,
            compression="none",
            **options,
        )
        assert report.events == events, report
        assert not report.failed(), report

    once()  # the first connection, and what it loads
    switch_counting("on")
    for _ in range(PASSES):
        once()
    switch_counting("off")


def switch_counting(wanted: str) -> None:
    """Tell the valgrind that this process runs under."""
    vgdb = ["vgdb", f"--pid={os.getpid()}", "instrumentation", wanted]
    subprocess.run(vgdb, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


# --- counting ---------------------------------------------------------------------------------------------------


def counted(*command: str | Path, options: tuple[str, ...] = ()) -> int:
    """The instructions of a program, all its threads."""
    with tempfile.TemporaryDirectory() as folder:
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", *options]
        environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([*valgrind, *command], env=environment, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        sys.exit(f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return int(found[1])


def core_program() -> Path:
    """Built now, with the settings of a release."""
    command = ["cargo", "build", "--release", "--locked", "--quiet", "--package", "cordwood-input"]
    subprocess.run([*command, "--example", "instructions"], cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "examples" / "instructions"


def core_counts() -> dict[str, float]:
    """Of one event, by the difference that more passes make."""
    program = core_program()
    found = {}
    for case in CORE:
        few, many = (counted(program, case, str(EVENTS), str(passes)) for passes in (1, 1 + PASSES))
        found[f"core: {case}"] = (many - few) / PASSES / EVENTS
    return found


def upload_counts() -> dict[str, float]:
    """Of one more event; and of the detection of a file's format and timestamps, for a file."""
    found = {}
    for case, options in UPLOADS.items():
        few, many = (upload_count(case, events, options) for events in (EVENTS, MORE_EVENTS))
        found[f"upload: {case}"] = (many - few) / (MORE_EVENTS - EVENTS)
        if case in DETECTED:
            found[f"detection: {case}"] = upload_count(case, EVENTS, DETECTED[case]) - few
    return found


def upload_count(case: str, events: int, options: dict[str, str]) -> float:
    """Of one upload. Counting is switched on for the passes only: imports take ten times as long when counted."""
    import cordwood.local

    with (
        cordwood.local.spawn(keep_events="counts") as endpoint,
        tempfile.TemporaryDirectory(prefix="instructions-") as folder,
    ):
        endpoint.create(GROUP_NAME, "s")
        command = [sys.executable, __file__, "--upload", case, str(events), endpoint.url, folder, json.dumps(options)]
        count = counted(*command, options=("--instr-atstart=no",))
        assert endpoint.counts(GROUP_NAME).events == events * (1 + PASSES)
    return count / PASSES


def start_counts() -> dict[str, float]:
    """Instructions of a start over a bare interpreter's."""
    found = {}
    bare = counted(sys.executable, "-c", "pass")
    for name, arguments in STARTS.items():
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)  # compiles to bytecode
        found[f"start: {name}"] = float(counted(sys.executable, *arguments) - bare)
    return found


# --- showing ----------------------------------------------------------------------------------------------------


def table(counts: dict[str, float], before: dict[str, float] | None) -> str:
    """For the terminal."""
    lines = [f"{'instructions':<32}{'':>16}" + (f"{'before':>16}{'ratio':>9}" if before else "")]
    for name, count in counts.items():
        line = f"{name:<32}{count:>16,.1f}"
        if before and name in before:
            line += f"{before[name]:>16,.1f}{count / before[name]:>9.4f}"
        lines.append(line)
    return "\n".join(lines)


def main() -> int:
    """Count, print, and write the JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the counts")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="counts of an earlier run, to show ratios to")
    parser.add_argument("--only", choices=("core", "upload", "start"), help="count no more than these")
    parser.add_argument(
        "--upload", nargs=5, metavar=("CASE", "EVENTS", "URL", "FOLDER", "OPTIONS"), help=argparse.SUPPRESS
    )
    options = parser.parse_args()
    if options.upload:
        case, events, url, folder, given = options.upload
        upload(case, int(events), url, Path(folder), json.loads(given))
        return 0
    if shutil.which("valgrind") is None or platform.machine() != "x86_64":
        sys.exit("counts with valgrind, on x86-64 (Debian: apt install valgrind)")
    before = json.loads(options.compare.read_text()) if options.compare else None
    kinds = {"core": core_counts, "upload": upload_counts, "start": start_counts}
    counts: dict[str, float] = {}
    for kind, count in kinds.items():
        if options.only in (None, kind):
            counts |= count()
    print(table(counts, before))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(counts, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
