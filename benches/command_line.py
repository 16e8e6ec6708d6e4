"""One small `put-log-events` call, and command lines that send nothing, beside the AWS CLI's: wall and CPU.

Usage: python benches/command_line.py [RUNS]; the AWS CLI comes by `make .venv/awscli/ready`.
"""

import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY, LocalCloudWatchLogs

ROOT = pathlib.Path(__file__).parents[1]
AWS = [str(ROOT / ".venv/awscli/bin/aws"), "logs", "put-log-events"]
CORDWOOD = [str(pathlib.Path(sys.executable).with_name("cordwood")), "put-log-events"]


def cost(command: list[str], environment: dict[str, str], code: int | None) -> tuple[float, float]:
    """Seconds of wall and of CPU of one run."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if code is not None and done.returncode != code:
        raise SystemExit(f"{command[0]} ended with {done.returncode}: {done.stderr}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a table: medians, and how many times less ours takes."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with LocalCloudWatchLogs() as endpoint:
        endpoint.create("g", "s")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": endpoint.url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        event = f"timestamp={time.time_ns() // 1_000_000},message=a"
        lines: dict[str, tuple[list[str], int | None]] = {
            "one small call": (["--log-group-name", "g", "--log-stream-name", "s", "--log-events", event], 0),
            "a skeleton": (["--generate-cli-skeleton"], 0),
            "a wrong option": (["--bogus"], None),
        }
        row = "{:16} {:>10} {:>8} {:>15} {:>8} {:>8} {:>8}"
        print(row.format(f"medians of {runs}", "aws wall", "cpu", "cordwood wall", "cpu", "x wall", "x cpu"))
        for name, (arguments, code) in lines.items():
            # In turn, so that both meet the same machine.
            pairs = [
                (cost([*AWS, *arguments], environment, code), cost([*CORDWOOD, *arguments], environment, code))
                for _ in range(runs)
            ]
            sides = zip(*pairs, strict=True)
            aws, ours = ([statistics.median(values) for values in zip(*side, strict=True)] for side in sides)
            ratios = [theirs / mine for theirs, mine in zip(aws, ours, strict=True)]
            print(row.format(name, *(f"{value:.3f}" for value in (*aws, *ours)), *(f"{value:.2f}" for value in ratios)))


if __name__ == "__main__":
    main()
