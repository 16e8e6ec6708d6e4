"""Where a journal lies that nobody named a file for."""

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
    """Where the journal of these sources, by their names, and this destination lies: always at the same place.

    Raises:
        JournalUnwritableError: the user has no folder for such things.

    """
    told = json.dumps([[source.name for source in sources], dict(destination)], sort_keys=True)
    return _state_folder() / f"{hashlib.sha256(told.encode()).hexdigest()[:32]}.journal"


def _state_folder() -> pathlib.Path:
    """The one for what a program remembers between its runs. A path in the environment that is not absolute is none."""
    try:
        if sys.platform == "win32":
            return _absolute("LOCALAPPDATA") or pathlib.Path.home() / "AppData" / "Local" / "cordwood"
        if sys.platform == "darwin":
            return pathlib.Path.home() / "Library" / "Application Support" / "cordwood"
        return _absolute("XDG_STATE_HOME") or pathlib.Path.home() / ".local" / "state" / "cordwood"
    except RuntimeError:
        raise JournalUnwritableError("no home folder is known to keep a journal in; name a file for it") from None


def _absolute(variable: str) -> pathlib.Path | None:
    folder = os.environ.get(variable, "")
    return pathlib.Path(folder) / "cordwood" if os.path.isabs(folder) else None
