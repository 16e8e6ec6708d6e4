"""The client holds at the oldest boto3 that the project allows; the other tests run at the newest."""

import os
import pathlib
import subprocess
import sys

import pytest
from paths import ROOT
from patience import PATIENCE

PYTHON = ROOT / ".venv" / "floor" / "bin" / "python"


@pytest.mark.slow
def test_the_client_at_the_floor_of_boto3(tmp_path: pathlib.Path) -> None:
    assert PYTHON.exists(), "boto3 of old is missing: run `make environments`"
    [wheel] = (ROOT / "target" / "wheels").glob("cordwood-*.whl")
    unpack: list[str | pathlib.Path] = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        tmp_path / "site",
        wheel,
    ]
    subprocess.run(unpack, check=True, timeout=PATIENCE)
    # Warnings of so old a botocore about so new a Python are no errors of ours.
    command: list[str | pathlib.Path] = [
        PYTHON,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore",
        ROOT / "tests" / "client",
    ]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
