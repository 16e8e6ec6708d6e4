"""How long a start takes: the import, and the command's help, over a bare interpreter; and the AWS CLI's.

    .venv/bin/python benches/startup.py

The AWS CLI comes by `make .venv/awscli/ready`; without it, its row is missing.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
BARE = "a bare interpreter"

STARTS = {
    BARE: [sys.executable, "-c", "pass"],
    "import cordwood": [sys.executable, "-c", "import cordwood"],
    "import boto3": [sys.executable, "-c", "import boto3"],
    "cordwood --help": [str(BIN / "cordwood"), "--help"],
    "aws --version": [str(ROOT / ".venv/awscli/bin/aws"), "--version"],
}


def measured(runs: int) -> dict[str, float]:
    """Seconds of each, the median; in turns, so that a noisy moment meets all of them."""
    there = {name: command for name, command in STARTS.items() if Path(command[0]).exists()}
    seconds: dict[str, list[float]] = {name: [] for name in there}
    for _ in range(runs):
        for name, command in there.items():
            began = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(times) for name, times in seconds.items()}


def table(seconds: dict[str, float]) -> str:
    """For the page."""
    lines = ["| | ms | over the bare interpreter |", "|---|---:|---:|"]
    lines += [f"| {name} | {took * 1e3:.0f} | {(took - seconds[BARE]) * 1e3:.0f} |" for name, took in seconds.items()]
    return "\n".join(lines)


def main() -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    seconds = measured(options.runs)
    print(table(seconds))
    if options.json:
        options.json.write_text(json.dumps(seconds, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
