"""Compressed files, told by their first bytes and not by their names."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any

_MOST_AT_ONCE = 1 << 20
"""Bytes that come out at once: a small file may hold terabytes of nothing."""

_KINDS: tuple[tuple[bytes, str, Callable[[], Any]], ...] = (
    (b"\x1f\x8b", "gzip", lambda: zlib.decompressobj(wbits=31)),
    (b"BZh", "bzip2", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\x00", "xz", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ)),
)


class Decompressor:
    """The bytes of a compressed file, which may be several, one behind the other, as `cat` joins them.

    Args:
        kind: `gzip`, `bzip2` or `xz`.

    Attributes:
        kind: that.

    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._make = next(make for _, name, make in _KINDS if name == kind)
        self._member: Any = None

    @property
    def is_whole(self) -> bool:
        """Whether the last member has come to its end."""
        return self._member is None or bool(self._member.eof)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take the next compressed bytes, and give what they hold, in pieces of a bounded size.

        Raises:
            ValueError: they are damaged; what they held before that was given.

        """
        while chunk:
            if self._member is None or self._member.eof:
                # Behind a member there may be padding, of tapes for example.
                chunk = chunk.lstrip(b"\0") if self._member is not None else chunk
                if not chunk:
                    return
                self._member = self._make()
            yield from self._member_of(chunk)
            chunk = self._member.unused_data if self._member.eof else b""

    def _member_of(self, chunk: bytes) -> Iterator[bytes]:
        member = self._member
        try:
            while True:
                yield member.decompress(chunk, _MOST_AT_ONCE)
                if member.eof:
                    return
                if self.kind == "gzip":
                    chunk = member.unconsumed_tail
                    if not chunk:
                        return
                else:
                    chunk = b""
                    if member.needs_input:
                        return
        except (zlib.error, lzma.LZMAError, OSError, EOFError) as fault:
            raise ValueError(f"{self.kind} data that is damaged ({fault})") from None


def kind_of(head: bytes) -> str | None:
    """How a file that begins so is compressed; None where it is not."""
    return next((name for magic, name, _ in _KINDS if head.startswith(magic)), None)
