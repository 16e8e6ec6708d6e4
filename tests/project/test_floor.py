"""The client holds at the oldest boto3 that the project allows; the other tests run at the newest."""

import pathlib
import re
import subprocess
import sys
import venv

from paths import ROOT
from patience import PATIENCE


def test_the_client_at_the_floor_of_boto3(tmp_path: pathlib.Path) -> None:
    floor = re.search(r'"boto3>=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert floor is not None
    [wheel] = (ROOT / "target" / "wheels").glob("cordwood-*.whl")
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    versions = [f"boto3=={floor[1]}", f"botocore=={floor[1]}"]
    pip: list[str | pathlib.Path] = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*pip, *versions, "pytest", "hypothesis", wheel], check=True, timeout=PATIENCE)
    tests = sorted((ROOT / "tests").glob("client/test_*.py"))
    # Warnings of so old a botocore about so new a Python are no fault of ours.
    command: list[str | pathlib.Path] = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", *tests]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert run.returncode == 0, run.stdout[-3000:]
