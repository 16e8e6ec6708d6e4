"""The text of a file, as UTF-8: decompressed and decoded as its first bytes show, whatever its name says."""

from __future__ import annotations

from collections.abc import Iterator

from cordwood._core import TextDecoder
from cordwood.sources.compression import MAGICS, FileDecompressor, detect_compression

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UTF_32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_MARKS = (*MAGICS, *_UTF_16, *_UTF_32)


class FileDecoder:
    """Turns the bytes of one file, in whatever pieces they come, into UTF-8.

    Args:
        encoding: of the text; None is UTF-8, or UTF-16 if a byte order mark says so.

    """

    def __init__(self, encoding: str | None = None) -> None:
        self._text_decoder = text_decoder(encoding)
        self._detects_utf_16 = encoding is None
        self._decompressor: FileDecompressor | None = None
        # Held until they are enough to detect a compression.
        self._start: bytes | None = b""
        self._is_first = True

    @property
    def is_plain(self) -> bool:
        """Whether an offset in the text is an offset in the file."""
        return self._decompressor is None and self._text_decoder is None

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take the next bytes of the file and yield the text that they hold, in pieces of a bounded size.

        Raises:
            ValueError: they are damaged; what they held before that was yielded.

        """
        if self._start is not None:
            self._start += chunk
            if any(mark.startswith(self._start) and mark != self._start for mark in _MARKS):
                return
            chunk = self._take_start(self._start)
        yield from self._decoded(self._decompressor.feed(chunk) if self._decompressor else (chunk,))

    def finish(self) -> Iterator[bytes]:
        """Yield the text that the end of the file completes.

        Raises:
            ValueError: the file ends before its compressed data does.

        """
        if self._start:
            chunk = self._take_start(self._start)
            yield from self._decoded(self._decompressor.feed(chunk) if self._decompressor else (chunk,))
        if self._text_decoder is not None and (rest := self._text_decoder.decode(b"", last=True)):
            yield rest
        if self._decompressor is not None and not self._decompressor.is_whole:
            raise ValueError("it ends before its compressed data does")

    def _take_start(self, start: bytes) -> bytes:
        self._start = None
        if compression := detect_compression(start):
            self._decompressor = FileDecompressor(compression)
        return start

    def _decoded(self, pieces: Iterator[bytes] | tuple[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            if not piece:
                continue
            if self._is_first:
                self._is_first = False
                if self._detects_utf_16 and piece.startswith(_UTF_32):
                    raise ValueError("UTF-32, which is not supported: iconv -f UTF-32 -t UTF-8 converts it to UTF-8")
                if self._detects_utf_16 and piece.startswith(_UTF_16):
                    self._text_decoder = TextDecoder("utf-16")
            text = piece if self._text_decoder is None else self._text_decoder.decode(piece)
            if text:
                yield text


def text_decoder(encoding: str | None) -> TextDecoder | None:
    """Return what decodes an encoding; None for UTF-8, which needs nothing.

    Raises:
        ValueError: the encoding is unknown.

    """
    if encoding is None:
        return None
    decoder = TextDecoder(encoding)
    return None if decoder.name == "UTF-8" else decoder
