"""Where a journal is if no file was named for it."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from cordwood._model import SourceIdentity
from cordwood.errors import JournalUnwritableError


def default_path(sources: Sequence[SourceIdentity], destination: Mapping[str, Any]) -> pathlib.Path:
    """Return the path of the journal of these sources, by their names, and this destination: always the same one.

    Raises:
        JournalUnwritableError: the user has no home folder.

    """
    job = json.dumps([[source.name for source in sources], dict(destination)], sort_keys=True)
    return _state_folder() / f"{hashlib.sha256(job.encode()).hexdigest()[:32]}.journal"


def _state_folder() -> pathlib.Path:
    """Return the folder for state between runs. A path in the environment that is not absolute is ignored."""
    try:
        if sys.platform == "win32":
            return _absolute("LOCALAPPDATA") or pathlib.Path.home() / "AppData" / "Local" / "cordwood"
        if sys.platform == "darwin":
            return pathlib.Path.home() / "Library" / "Application Support" / "cordwood"
        return _absolute("XDG_STATE_HOME") or pathlib.Path.home() / ".local" / "state" / "cordwood"
    except RuntimeError:
        raise JournalUnwritableError("no home folder to keep a journal in; name a file with `journal`") from None


def _absolute(variable: str) -> pathlib.Path | None:
    folder = os.environ.get(variable, "")
    return pathlib.Path(folder) / "cordwood" if os.path.isabs(folder) else None
