"""Peak memory of uploading a file of any size, with the journal that the command keeps by itself.

.venv/bin/python benches/big_upload.py --gigabytes 5
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import cordwood.local
from throughput import far_endpoint

MIB = 1 << 20


def write_events(path: Path, nbytes: int) -> None:
    """One event a line, 100 bytes each, over the last ten days."""
    start = time.time_ns() // 1_000_000 - 10 * 86_400_000
    block = 100_000
    lines = nbytes // 145
    step = max(1, 10 * 86_400_000 // lines) if lines else 1
    with path.open("w") as file:
        for first in range(0, lines, block):
            file.writelines(
                f'{{"timestamp": {start + n * step}, "message": "{n:012d} {"x" * 87}"}}\n'
                for n in range(first, min(first + block, lines))
            )


def run(command: list[str], environment: dict[str, str]) -> tuple[int, int, float]:
    """Exit code, peak resident bytes, and CPU seconds of a command."""
    pid = os.posix_spawn(command[0], command, environment)
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime


def main() -> int:
    """Make the file, upload it, say what it took, and take it away."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cordwood-big-") as folder, far_endpoint(0.0) as url:
        file = Path(folder) / "events.jsonl"
        write_events(file, int(options.gigabytes * 1e9))
        environment = {
            **os.environ,
            "AWS_ACCESS_KEY_ID": cordwood.local.ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": cordwood.local.SECRET_ACCESS_KEY,
            "AWS_REGION": "us-east-1",
            "XDG_STATE_HOME": folder,
        }
        report = Path(folder) / "report.json"
        command = [
            sys.executable, "-m", "cordwood", "upload", str(file), "--endpoint-url", url,
            "--log-group-name", "g", "--log-stream-name", "s", "--max-concurrency", str(options.workers),
            "--report", str(report), "--progress", "none",
        ]  # fmt: skip
        began = time.perf_counter()
        code, peak, cpu = run(command, environment)
        seconds = time.perf_counter() - began
        size = file.stat().st_size
        told = json.loads(report.read_text())
        journal = sum(path.stat().st_size for path in Path(folder).rglob("*.journal*"))
    found = {
        "bytes": size,
        "events": told["events"],
        "accepted": told["counts"]["accepted"],
        "seconds": seconds,
        "cpu_seconds": cpu,
        "peak_bytes": peak,
        "journal_bytes": journal,
    }
    print(
        f"{size / 1e9:.1f} GB, {found['events']:,} events, {found['accepted']:,} accepted, in {seconds:.1f} s "
        f"({cpu:.1f} s of CPU): peak memory {peak / MIB:,.0f} MiB, journal {journal / 1e6:.1f} MB"
    )
    if options.json:
        options.json.write_text(json.dumps(found, indent=2))
    return code


if __name__ == "__main__":
    sys.exit(main())
