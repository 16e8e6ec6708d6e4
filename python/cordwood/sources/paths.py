"""The files that a user names: by path, folder, pattern, or prefix in S3."""

from __future__ import annotations

import glob
import logging
import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cordwood.errors import InputError
from cordwood.name_template import FileName
from cordwood.sources.s3 import is_s3, objects_below, parse_url

log = logging.getLogger("cordwood")

Path = str | os.PathLike[str]


class FoundFile(NamedTuple):
    """A file to read."""

    path: Path
    name: FileName
    """What a template may say of it: nothing of where on this machine it is."""


def files_of(paths: Sequence[Path], *, recursive: bool, s3: Callable[[], Any]) -> list[FoundFile]:
    """Return the files and objects that paths name, in the order of the paths, and of the names within each.

    A folder means all files in it and below, if `recursive` is set; an S3 address that ends with `/`, all objects below
    it; and a path with `*`, `?` or `[` that is not a file, the files that it matches (`**`: in all folders below).
    A file that is named several times, by whatever paths or links, is read once, under the first of its names.

    Raises:
        InputError: one of them names nothing.

    """
    found: list[FoundFile] = []
    for path in paths:
        text = os.fsdecode(os.fspath(path))
        if is_s3(path):
            below = objects_below(text, s3()) if recursive or text.endswith("/") else [text]
            found += [FoundFile(one, _object_name(one, text)) for one in below]
        elif path == "-":
            found.append(FoundFile(path, FileName("stdin")))
        elif os.path.isdir(path) and recursive:
            found += [FoundFile(one, _file_name(one, text)) for one in _in_folder(text)]
        elif glob.has_magic(text) and not os.path.lexists(path):
            found += [FoundFile(one, _file_name(one, _fixed_part(text))) for one in _matching(text)]
        else:
            found.append(FoundFile(path, _file_name(text, "")))
    return _each_once(found)


def _each_once(found: list[FoundFile]) -> list[FoundFile]:
    names: dict[object, FoundFile] = {}
    for file in found:
        first = names.setdefault(_identity(file.path), file)
        if first is not file:
            log.info("%s is the same file as %s: it is read once", file.path, first.path)
    return list(names.values())


def _identity(path: Path) -> object:
    """What all names of a file have in common."""
    if path == "-":
        return object()  # that it can be read only once is for others to say
    if is_s3(path):
        return path
    try:
        status = os.stat(path)
    except OSError:
        return os.path.abspath(path)  # what is wrong is said when it is opened
    # Some file systems have no numbers for their files.
    return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(path)


def _file_name(path: str, folder: str) -> FileName:
    """The name of a file below a folder; of one that was named itself, as it was named, if that is below here."""
    if folder:
        relative = os.path.relpath(path, folder)
    else:
        relative = os.path.normpath(path)
        if os.path.isabs(relative) or relative.startswith(os.pardir + os.sep):
            relative = os.path.basename(relative)
    return FileName(relative.replace(os.sep, "/"), os.path.basename(os.path.dirname(os.path.abspath(path))))


def _object_name(url: str, prefix: str) -> FileName:
    bucket, key = parse_url(url)
    _, below = parse_url(prefix)
    folder = below.rpartition("/")[0] if url == prefix else below.rstrip("/")
    relative = key[len(folder) :].lstrip("/") if folder and key.startswith(folder) else key
    return FileName(relative, os.path.basename(os.path.dirname(key)) or bucket)


def _fixed_part(pattern: str) -> str:
    """The folder before the first part of a pattern that has a wildcard; none of one that is below here."""
    if not os.path.isabs(pattern) and not os.path.normpath(pattern).startswith(os.pardir):
        return ""
    parts = pattern.split(os.sep)
    first = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    return os.sep.join(parts[:first]) or os.sep


def _in_folder(folder: str) -> list[str]:
    below = sorted(os.path.join(place, name) for place, _, names in os.walk(folder) for name in names)
    files = [name for name in below if os.path.isfile(name)]
    if not files:
        raise InputError(f"{folder}: it has no files")
    return files


def _matching(pattern: str) -> list[str]:
    files = [name for name in sorted(glob.glob(pattern, recursive=True)) if os.path.isfile(name)]
    if not files:
        raise InputError(f"{pattern}: it is not a file, and matches none")
    return files
