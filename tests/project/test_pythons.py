"""`make test-pythons` says which Pythons it did not find, and why."""

import os
import subprocess

from paths import ROOT


def test_a_python_that_is_missing_is_named() -> None:
    environment = {**os.environ, "PYTHONS": "3.99 3.99t"}
    done = subprocess.run(
        [ROOT / "tools" / "test-pythons.sh"], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines() == [
        "3.99 missing: no python3.99 on PATH, in pyenv or in .venv/pythons (tools/python.sh 3.99 .venv/pythons/3.99)",
        "3.99t missing: no python3.99t on PATH, in pyenv or in .venv/pythons (free-threaded)",
    ]
