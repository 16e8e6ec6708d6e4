"""Where a journal lies that nobody named a file for."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def default_path(sources: Sequence[str], destination: Mapping[str, object]) -> Path:
    r"""The journal's path for these sources and this destination: always the same for the same.

    It lies in the user's state directory: `$XDG_STATE_HOME/cordwood`, `~/.local/state/cordwood`; on macOS
    `~/Library/Application Support/cordwood`, on Windows `%LOCALAPPDATA%\cordwood`.
    """
    what = json.dumps([sorted(sources), sorted(destination.items())], default=str)
    return state_directory() / "journals" / f"{hashlib.sha256(what.encode()).hexdigest()[:32]}.sqlite3"


def state_directory() -> Path:
    """Where cordwood keeps what is neither configuration nor cache."""
    if configured := os.environ.get("XDG_STATE_HOME"):
        return Path(configured) / "cordwood"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "cordwood"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "cordwood"
    return Path.home() / ".local" / "state" / "cordwood"
