"""The line numbers of positions in a file, counted by reading it again, and no part of it more than twice."""

from __future__ import annotations

import os
import threading
from bisect import bisect_right

_CHUNK = 1 << 20

_MAX_COUNTED_BYTES = 8 << 30
"""Bytes of a file that are read again to find the line of an event."""


class LineIndex:
    """Counts lines up to the offset that is asked for, and goes on from there the next time. Threads may share it.

    Args:
        path: of a regular file.

    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = path
        # Every so many bytes, and the line that they are in: dead letters ask again and again while a file is read.
        self._offsets = [0]
        self._lines = [1]
        self._lock = threading.Lock()

    def of(self, offsets: list[int]) -> list[int | None]:
        """Return the lines, from 1, of offsets in increasing order; None if the file cannot be read again."""
        if not offsets or offsets[-1] > _MAX_COUNTED_BYTES:
            return [None] * len(offsets)
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return [None] * len(offsets)
        try:
            with self._lock:
                return self._count(descriptor, offsets)
        except OSError:
            return [None] * len(offsets)
        finally:
            os.close(descriptor)

    def _count(self, descriptor: int, offsets: list[int]) -> list[int | None]:
        found: list[int | None] = []
        at, line = 0, 1
        for offset in offsets:
            known = bisect_right(self._offsets, offset) - 1
            if self._offsets[known] > at:
                at, line = self._offsets[known], self._lines[known]
            while at < offset and (chunk := os.pread(descriptor, min(offset - at, _CHUNK), at)):
                line += chunk.count(b"\n")
                at += len(chunk)
                if at - self._offsets[-1] >= _CHUNK:
                    self._offsets.append(at)
                    self._lines.append(line)
            found.append(line)
        return found
