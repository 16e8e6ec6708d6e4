"""What the tests of `cordwood upload` and `cordwood plan` share: environments, files, and runs of the command."""

import json
import os
import pathlib
import subprocess
import tempfile
from collections.abc import Iterable
from typing import Any, NamedTuple

import pytest
from cordwood.cli import main
from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY, LocalCloudWatchLogs
from endpoints import DAY, now
from paths import COMMAND
from patience import PATIENCE

__all__ = ["COMMAND", "DAY", "NOW"]
NOW = now()
NAMES = ("--log-group-name", "g", "--log-stream-name", "s")
_STATE = tempfile.TemporaryDirectory(prefix="cordwood-tests-")
"""For the journals of commands that were told nothing: not the user's own."""


def clean_environment() -> dict[str, str]:
    """The environment without anything that an AWS client listens to, and without a place to look further."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("AWS_", "BOTO")) and not name.upper().endswith("_PROXY")
    }
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**kept, **nowhere, "AWS_EC2_METADATA_DISABLED": "true", "XDG_STATE_HOME": _STATE.name}


def environment_of(endpoint: LocalCloudWatchLogs) -> dict[str, str]:
    """The environment that `cordwood local` says to export."""
    return {
        **clean_environment(),
        "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": endpoint.url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def wrote(path: pathlib.Path, events: Iterable[tuple[int, str]]) -> str:
    """A file of one event a line; its name."""
    path.write_text("".join(json.dumps({"timestamp": t, "message": m}) + "\n" for t, m in events), encoding="utf-8")
    return str(path)


class Done(NamedTuple):
    """What a run left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output, which is JSON and nothing else."""
        document: dict[str, Any] = json.loads(self.out)
        return document


class Here:
    """Runs the command in this process, with an environment of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capfd = capfd

    def __call__(self, environment: dict[str, str], *arguments: str) -> Done:
        with self._monkeypatch.context() as patch:
            for name in os.environ.keys() - environment.keys():
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            try:
                code = main(list(arguments))
            except SystemExit as left:
                code = int(left.code or 0)
        out, err = self._capfd.readouterr()
        assert "Traceback" not in out + err
        return Done(code, out, err)


def run(environment: dict[str, str], *arguments: str, **options: Any) -> Done:
    """Run the command in a process of its own."""
    done = subprocess.run(
        [COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False, **options
    )
    assert "Traceback" not in done.stdout + done.stderr
    return Done(done.returncode, done.stdout, done.stderr)
