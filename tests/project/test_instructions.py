"""How many instructions the core takes for an event, counted and not timed: against slow creep, change by change.

The counts are those of valgrind's processor, the same on every machine of one architecture. Where a change has its
price and is worth it, write the new count here, and why into the change.
"""

import pathlib
import platform
import re
import shutil
import subprocess

import pytest
from paths import ROOT
from patience import PATIENCE

EVENTS = 20_000

COUNTS = {"ascii": 562, "json": 765, "cjk": 971, "text lines": 1019, "json lines": 1450, "documents": 1910}
"""Of an event, from where it comes in to the finished body."""

SLACK = 0.15
"""What another compiler or another libc may make of it."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("valgrind") is None or shutil.which("cargo") is None or platform.machine() != "x86_64",
        reason="counts with valgrind, on x86-64",
    ),
]


@pytest.fixture(scope="module")
def program() -> pathlib.Path:
    command = ["cargo", "build", "--release", "--locked", "--quiet", "--package", "cordwood-input"]
    subprocess.run([*command, "--example", "instructions"], cwd=ROOT, check=True, timeout=10 * PATIENCE)
    return ROOT / "target" / "release" / "examples" / "instructions"


def counted(program: pathlib.Path, case: str, passes: int) -> int:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run(
        [*command, program, case, str(EVENTS), str(passes)],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert found is not None, done.stderr
    return int(found[1])


@pytest.mark.parametrize("case", COUNTS)
def test_an_event_takes_no_more_instructions_than_it_took(program: pathlib.Path, case: str) -> None:
    each = (counted(program, case, 3) - counted(program, case, 1)) / 2 / EVENTS
    assert each <= COUNTS[case] * (1 + SLACK), f"{each:.0f} instructions an event, and it took {COUNTS[case]}"
    # Nor so many fewer that the number here says nothing any more.
    assert each >= COUNTS[case] * (1 - 2 * SLACK), f"{each:.0f} instructions an event: write that for {COUNTS[case]}"
