"""Whether a source is still the one that an earlier run read."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass

from cordwood.errors import InputError

_FINGERPRINT = 64 << 10
"""Bytes at either end of a file that its fingerprint is made of."""


@dataclass(frozen=True, slots=True)
class SourceIdentity:
    """What tells a source from others, and from itself once it has changed.

    Attributes:
        name: the absolute path, or the address.
        device: of a file.
        inode: of a file.
        size: in bytes.
        modified_ns: of a file: when it was last written to, in ns since 1970.
        fingerprint: SHA-256 of its first and last 64 KiB, in hex; empty for what has a version.
        version: of what is no file (an S3 object): its version or ETag.

    """

    name: str
    device: int = 0
    inode: int = 0
    size: int = 0
    modified_ns: int = 0
    fingerprint: str = ""
    version: str = ""

    def change_since(self, before: SourceIdentity) -> str:
        """Say in words what makes this another source than it was; empty where it is the same, or has but grown."""
        if self.version or before.version:
            return "" if self.version == before.version else f"its version is {self.version!r}, not {before.version!r}"
        if self.size < before.size:
            return f"it has {self.size:,} bytes, not the {before.size:,} that it had"
        same_file = (self.device, self.inode) == (before.device, before.inode)
        # Device numbers change with a reboot, and a restored file has another inode: the same bytes are the same
        # source.
        if not same_file and self.size != before.size:
            return f"it is another file (inode {self.inode}, not {before.inode}) of another size"
        if fingerprint(self.name, before.size) != before.fingerprint:
            return "the bytes at its start or at its former end are others"
        return ""

    def has_grown_since(self, before: SourceIdentity) -> bool:
        """Whether there is more of it to read."""
        return self.size > before.size


def identify(path: str | os.PathLike[str]) -> SourceIdentity:
    """Look at a file.

    Raises:
        InputError: it cannot be read, or is no regular file, which could be read again.

    """
    name = os.path.realpath(path)
    try:
        status = os.stat(name)
        if not stat.S_ISREG(status.st_mode):
            raise InputError(
                f"{os.fsdecode(os.fspath(path))}: no regular file; what can be read but once has no journal"
            )
        return SourceIdentity(
            name, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, fingerprint(name, status.st_size)
        )
    except OSError as fault:
        raise InputError(f"{os.fsdecode(os.fspath(path))}: {fault.strerror}") from None


def fingerprint(path: str, size: int) -> str:
    """SHA-256, in hex, of the first and last 64 KiB of the first `size` bytes of a file.

    Raises:
        InputError: it cannot be read.

    """
    try:
        with open(path, "rb") as file:
            digest = hashlib.sha256(file.read(min(size, _FINGERPRINT)))
            start = max(size - _FINGERPRINT, 0)
            file.seek(start)
            digest.update(file.read(size - start))
            return digest.hexdigest()
    except OSError as fault:
        raise InputError(f"{path}: {fault.strerror}") from None
