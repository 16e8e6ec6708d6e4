"""Whether a source is the one that a journal knows: the same, grown, or another."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import asdict, dataclass
from typing import Any, Self

from cordwood.errors import InputError, JournalError

_LOOKED_AT = 64 << 10
"""Bytes at each end of a file that its fingerprint is of."""


@dataclass(frozen=True, slots=True)
class SourceIdentity:
    """What one source is told by.

    For a file all but `version`; for what is no file, its name and a version, whatever its kind calls that.
    """

    name: str
    """Of a file the path, absolute, with links resolved."""
    version: str = ""
    device: int = 0
    inode: int = 0
    size: int = 0
    fingerprint: str = ""
    """Of the first and the last 64 KiB, in hexadecimal."""

    @classmethod
    def of_file(cls, path: str | os.PathLike[str]) -> Self:
        """Look at a file.

        Raises:
            InputError: it cannot be read.
            JournalError: it is no regular file, so that it cannot be read a second time.

        """
        name = os.fsdecode(os.path.realpath(path))
        if path == "-" or not stat.S_ISREG(_status(name).st_mode):
            shown = "standard input" if path == "-" else name
            raise JournalError(f"{shown}: a journal is for regular files; what is read but once cannot be resumed")
        status = _status(name)
        size = status.st_size
        return cls(name, "", status.st_dev, status.st_ino, size, _fingerprint(name, size))

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """As a journal holds it."""
        return cls(**record)

    def to_record(self) -> dict[str, Any]:
        """As a journal holds it."""
        return asdict(self)

    def differs_from(self, old: SourceIdentity) -> str:
        """Say in what it is another source than the one recorded; empty where it is the same, or that one grown.

        The device is not compared: on some file systems its number is another after each start of the machine, which
        is when a journal is needed most.
        """
        if self.name != old.name:
            return f"it stands where {old.name} stood"
        if self.version or old.version:
            return "" if self.version == old.version else f"its version is {self.version}, and was {old.version}"
        if self.size < old.size:
            return f"it has {self.size:,} bytes, and had {old.size:,}"
        if self.inode != old.inode:
            return f"it is another file of that name (inode {self.inode}, and was {old.inode})"
        if _fingerprint(self.name, old.size) != old.fingerprint:
            return f"the first or last 64 KiB of the {old.size:,} bytes that it had are others"
        return ""


def _status(name: str) -> os.stat_result:
    try:
        return os.stat(name)
    except OSError as fault:
        raise InputError(f"{name}: {fault.strerror}") from None


def _fingerprint(name: str, size: int) -> str:
    """Of a file, as if it ended after so many bytes."""
    try:
        with open(name, "rb") as file:
            found = hashlib.sha256(file.read(min(size, _LOOKED_AT)))
            tail = max(size - _LOOKED_AT, 0)
            file.seek(tail)
            found.update(file.read(size - tail))
    except OSError as fault:
        raise InputError(f"{name}: {fault.strerror}") from None
    return found.hexdigest()
