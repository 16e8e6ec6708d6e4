"""Compressed files, told by their first bytes and not by their names."""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Callable, Iterator
from typing import Any

from cordwood import _core

_MOST_AT_ONCE = 1 << 20
"""Bytes that come out at once: a small file may hold terabytes of nothing."""

_KINDS: tuple[tuple[bytes, str, Callable[[], Any] | None], ...] = (
    (b"\x1f\x8b", "gzip", None),
    (b"\x28\xb5\x2f\xfd", "zstd", None),
    (b"BZh", "bzip2", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\x00", "xz", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ)),
)
"""First bytes, name, and what decompresses one member; None where the core does."""

MAGICS = tuple(magic for magic, _, _ in _KINDS)
"""What compressed files begin with."""


class Decompressor:
    """The bytes of a compressed file, which may be several, one behind the other, as `cat` joins them.

    Args:
        kind: `gzip`, `zstd`, `bzip2` or `xz`.

    Attributes:
        kind: that.

    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._make = next(make for _, name, make in _KINDS if name == kind)
        self._member: Any = None
        self._in_core = None if self._make else _core.Decompressor(kind)

    @property
    def is_whole(self) -> bool:
        """Whether the last member has come to its end."""
        if self._in_core is not None:
            return self._in_core.is_whole
        return self._member is None or bool(self._member.eof)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take the next compressed bytes, and give what they hold, in pieces of a bounded size.

        Raises:
            ValueError: they are damaged; what they held before that was given.

        """
        try:
            if self._in_core is not None:
                self._in_core.feed(chunk)
                while piece := self._in_core.read(_MOST_AT_ONCE):
                    yield piece
            else:
                yield from self._members_of(chunk)
        except (ValueError, lzma.LZMAError, OSError, EOFError) as fault:
            raise ValueError(f"{self.kind} data that is damaged ({fault})") from None

    def _members_of(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._member is None or self._member.eof:
                # Behind a member there may be padding, of tapes for example.
                chunk = chunk.lstrip(b"\0") if self._member is not None else chunk
                if not chunk:
                    return
                assert self._make is not None
                self._member = self._make()
            while True:
                yield self._member.decompress(chunk, _MOST_AT_ONCE)
                chunk = b""
                if self._member.eof or self._member.needs_input:
                    break
            chunk = self._member.unused_data if self._member.eof else b""


def kind_of(head: bytes) -> str | None:
    """How a file that begins so is compressed; None where it is not."""
    return next((name for magic, name, _ in _KINDS if head.startswith(magic)), None)
