"""Files, out of what a user names: folders, patterns, prefixes in S3."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Sequence
from typing import Any

from cordwood.errors import InputError
from cordwood.sources.s3 import is_s3, objects_below

Path = str | os.PathLike[str]


def files_of(paths: Sequence[Path], *, recursive: bool, s3: Callable[[], Any]) -> list[Path]:
    """The files and objects that paths name, in the order of the paths, and of the names within each.

    A folder stands for all files in it and below, where that is asked for; an address in S3 that ends with `/` for all
    objects below it; and a path with `*`, `?` or `[`, which is no file, for the files that it fits (`**`: in all
    folders below).

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
            found += _fitting(path)
        else:
            found.append(path)
    return found


def _in_folder(folder: Path) -> list[Path]:
    below = sorted(os.path.join(place, name) for place, _, names in os.walk(folder) for name in names)
    files: list[Path] = [name for name in below if os.path.isfile(name)]
    if not files:
        raise InputError(f"{os.fsdecode(os.fspath(folder))}: there is no file in it")
    return files


def _fitting(pattern: Path) -> list[Path]:
    fitting = sorted(glob.glob(os.fsdecode(os.fspath(pattern)), recursive=True))
    files: list[Path] = [name for name in fitting if os.path.isfile(name)]
    if not files:
        raise InputError(f"{os.fsdecode(os.fspath(pattern))}: there is no such file, and none that the pattern fits")
    return files
