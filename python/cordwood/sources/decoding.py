"""The text of a file, as UTF-8: decompressed and decoded, told by its first bytes and not by its name."""

from __future__ import annotations

from collections.abc import Iterator

from cordwood._core import TextDecoder
from cordwood.sources.compression import MAGICS, Decompressor, kind_of

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UTF_32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_MARKS = (*MAGICS, *_UTF_16, *_UTF_32)


class Contents:
    """What the bytes of one file hold, in whatever pieces they come.

    Args:
        encoding: of the text; None is UTF-8, and UTF-16 where a byte order mark says so.

    """

    def __init__(self, encoding: str | None = None) -> None:
        self._decoder = decoder_of(encoding)
        self._is_told = encoding is not None
        self._packed: Decompressor | None = None
        # Held until they are enough to tell by.
        self._start: bytes | None = b""
        self._is_first = True

    @property
    def is_plain(self) -> bool:
        """Whether an offset in what it gave is one in the file."""
        return self._packed is None and self._decoder is None

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take the next bytes of the file, and give the text that they hold, in pieces of a bounded size.

        Raises:
            ValueError: they are damaged; what they held before that was given.

        """
        if self._start is not None:
            self._start += chunk
            if any(mark.startswith(self._start) and mark != self._start for mark in _MARKS):
                return
            chunk, self._start = self._start, None
            self._look_at_kind(chunk)
        yield from self._decoded(self._packed.feed(chunk) if self._packed else (chunk,))

    def finish(self) -> Iterator[bytes]:
        """The text that the end of the file completes.

        Raises:
            ValueError: the file ends before its compressed data does.

        """
        if self._start:
            chunk, self._start = self._start, None
            self._look_at_kind(chunk)
            yield from self._decoded(self._packed.feed(chunk) if self._packed else (chunk,))
        if self._decoder is not None and (rest := self._decoder.decode(b"", last=True)):
            yield rest
        if self._packed is not None and not self._packed.is_whole:
            raise ValueError("it ends before its compressed data does")

    def _look_at_kind(self, start: bytes) -> None:
        if kind := kind_of(start):
            self._packed = Decompressor(kind)

    def _decoded(self, pieces: Iterator[bytes] | tuple[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            if not piece:
                continue
            if self._is_first:
                self._is_first = False
                if not self._is_told and piece.startswith(_UTF_32):
                    raise ValueError("UTF-32, which is not read: iconv -f UTF-32 -t UTF-8 makes UTF-8 of it")
                if not self._is_told and piece.startswith(_UTF_16):
                    self._decoder = TextDecoder("utf-16")
            text = piece if self._decoder is None else self._decoder.decode(piece)
            if text:
                yield text


def decoder_of(encoding: str | None) -> TextDecoder | None:
    """What decodes an encoding; None for UTF-8, which needs nothing.

    Raises:
        ValueError: there is no such encoding.

    """
    if encoding is None:
        return None
    decoder = TextDecoder(encoding)
    return None if decoder.name == "UTF-8" else decoder
