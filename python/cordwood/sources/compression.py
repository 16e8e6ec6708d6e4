"""Compressed files, recognized by their first bytes and not by their names."""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cordwood._core import Decompressor

_MAX_PIECE = 1 << 20
"""Bytes that come out at once: a small file may hold terabytes of zeros."""


@dataclass(frozen=True, slots=True)
class FileCompression:
    """A format of compressed files."""

    name: str
    magic: bytes
    """The first bytes of a file."""
    decompress_member: Callable[[], Any] | None = None
    """Makes what decompresses one member; None if the extension module does it."""


FILE_COMPRESSIONS = (
    FileCompression("gzip", b"\x1f\x8b"),
    FileCompression("zstd", b"\x28\xb5\x2f\xfd"),
    FileCompression("bzip2", b"BZh", bz2.BZ2Decompressor),
    FileCompression("xz", b"\xfd7zXZ\x00", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ)),
)

MAGICS = tuple(compression.magic for compression in FILE_COMPRESSIONS)


def detect_compression(head: bytes) -> FileCompression | None:
    """Return how a file that begins with these bytes is compressed; None if it is not."""
    return next((one for one in FILE_COMPRESSIONS if head.startswith(one.magic)), None)


class FileDecompressor:
    """Decompresses a file, which may have several members, one after the other, as `cat` joins them.

    Args:
        compression: of the file.

    """

    def __init__(self, compression: FileCompression) -> None:
        self._compression = compression
        self._member: Any = None
        self._in_core = None if compression.decompress_member else Decompressor(compression.name)

    @property
    def is_whole(self) -> bool:
        """Whether the last member has come to its end."""
        if self._in_core is not None:
            return self._in_core.is_whole
        return self._member is None or bool(self._member.eof)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take the next compressed bytes and yield what they hold, in pieces of a bounded size.

        Raises:
            ValueError: they are damaged; what they held before that was yielded.

        """
        try:
            if self._in_core is not None:
                self._in_core.feed(chunk)
                while piece := self._in_core.read(_MAX_PIECE):
                    yield piece
            else:
                yield from self._feed_members(chunk)
        except (ValueError, lzma.LZMAError, OSError, EOFError) as error:
            raise ValueError(f"damaged {self._compression.name} data ({error})") from None

    def _feed_members(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._member is None or self._member.eof:
                # Behind a member there may be padding, of tapes for example.
                chunk = chunk.lstrip(b"\0") if self._member is not None else chunk
                if not chunk:
                    return
                assert self._compression.decompress_member is not None
                self._member = self._compression.decompress_member()
            while True:
                yield self._member.decompress(chunk, _MAX_PIECE)
                chunk = b""
                if self._member.eof or self._member.needs_input:
                    break
            chunk = self._member.unused_data if self._member.eof else b""
