"""Whether a source is the one that a journal was written for: the same, grown, or another."""

from __future__ import annotations

import hashlib
import os
import stat

from cordwood._model import SourceIdentity
from cordwood.errors import InputError, JournalError

_FINGERPRINT_BYTES = 64 << 10
"""Bytes at each end of a file that its fingerprint is computed from."""


def identify_file(path: str | os.PathLike[str]) -> SourceIdentity:
    """Return the identity of a file as it is now.

    Raises:
        InputError: it cannot be read.
        JournalError: it is not a regular file, so that it cannot be read a second time.

    """
    name = os.fsdecode(os.path.realpath(path))
    if path == "-" or not stat.S_ISREG(_status(name).st_mode):
        shown = "standard input" if path == "-" else name
        raise JournalError(f"{shown}: a journal is for regular files; what is read only once cannot be resumed")
    status = _status(name)
    size = status.st_size
    return SourceIdentity(name, "", status.st_dev, status.st_ino, size, _fingerprint(name, size))


def difference(new: SourceIdentity, old: SourceIdentity) -> str:
    """Say how a source differs from the one recorded; return an empty str if it is the same, or the same file, grown.

    The device is not compared: some file systems get another number each time the machine starts, which is when a
    journal is needed most.
    """
    if new.name != old.name:
        return f"it is in the place of {old.name}"
    if new.version or old.version:
        return "" if new.version == old.version else f"its version is {new.version}, and was {old.version}"
    if new.size < old.size:
        return f"it has {new.size:,} bytes, and had {old.size:,}"
    if new.inode != old.inode:
        return f"it is another file of that name (inode {new.inode}, and was {old.inode})"
    if _fingerprint(new.name, old.size) != old.fingerprint:
        return f"the first or last 64 KiB of the {old.size:,} bytes that it had have changed"
    return ""


def _status(name: str) -> os.stat_result:
    try:
        return os.stat(name)
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}") from None


def _fingerprint(name: str, size: int) -> str:
    """Compute the fingerprint of a file as if it ended after `size` bytes."""
    try:
        with open(name, "rb") as file:
            digest = hashlib.sha256(file.read(min(size, _FINGERPRINT_BYTES)))
            tail = max(size - _FINGERPRINT_BYTES, 0)
            file.seek(tail)
            digest.update(file.read(size - tail))
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}") from None
    return digest.hexdigest()
