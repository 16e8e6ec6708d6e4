"""The files that a user names: by path, folder, pattern, or prefix in S3."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Sequence
from typing import Any

from cordwood.errors import InputError
from cordwood.sources.s3 import is_s3, objects_below

Path = str | os.PathLike[str]


def files_of(paths: Sequence[Path], *, recursive: bool, s3: Callable[[], Any]) -> list[Path]:
    """Return the files and objects that paths name, in the order of the paths, and of the names within each.

    A folder means all files in it and below, if `recursive` is set; an S3 address that ends with `/`, all objects below
    it; and a path with `*`, `?` or `[` that is not a file, the files that it matches (`**`: in all folders below).

    Raises:
        InputError: one of them names nothing.

    """
    found: list[Path] = []
    for path in paths:
        if isinstance(path, str) and is_s3(path):
            found += objects_below(path, s3()) if recursive or path.endswith("/") else [path]
        elif path == "-" or os.path.isfile(path):
            found.append(path)
        elif os.path.isdir(path):
            found += _in_folder(path) if recursive else [path]
        elif glob.has_magic(os.fsdecode(os.fspath(path))) and not os.path.lexists(path):
            found += _matching(path)
        else:
            found.append(path)
    return found


def _in_folder(folder: Path) -> list[Path]:
    below = sorted(os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names)
    files: list[Path] = [name for name in below if os.path.isfile(name)]
    if not files:
        raise InputError(f"{os.fsdecode(os.fspath(folder))}: it has no files")
    return files


def _matching(pattern: Path) -> list[Path]:
    matching = sorted(glob.glob(os.fsdecode(os.fspath(pattern)), recursive=True))
    files: list[Path] = [name for name in matching if os.path.isfile(name)]
    if not files:
        raise InputError(f"{os.fsdecode(os.fspath(pattern))}: it is not a file, and matches none")
    return files
