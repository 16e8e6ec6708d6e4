"""Files that are no logs: recognized by their first bytes, and refused with what makes a log of them."""

from __future__ import annotations

from dataclasses import dataclass

LOOKED_AT = 512
"""Bytes of a file's start that show what it is."""


@dataclass(frozen=True, slots=True)
class OtherFile:
    """A kind of files that are no logs."""

    magic: bytes
    name: str
    advice: str = ""
    """What to do with one."""
    offset: int = 0
    """Of the magic bytes in the file."""


OTHER_FILES = (
    OtherFile(b"ustar", "a tar archive", "unpack it (tar -xf FILE) and read the files in it", 257),
    OtherFile(b"PK\x03\x04", "a zip archive", "unpack it (unzip FILE) and read the files in it"),
    OtherFile(b"PK\x05\x06", "an empty zip archive"),
    OtherFile(b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it (7z x FILE) and read the files in it"),
    OtherFile(b"Rar!\x1a\x07", "a rar archive", "unpack it (unrar x FILE) and read the files in it"),
    OtherFile(
        b"PAR1",
        "a Parquet file",
        "pass its table to upload() in Python, as pyarrow.parquet.read_table or duckdb.read_parquet return it",
    ),
    OtherFile(b"Obj\x01", "an Avro file", "convert it to JSON lines (avro-tools tojson FILE)"),
    OtherFile(b"ORC", "an ORC file", "pass its table to upload() in Python, as pyarrow.orc.read_table returns it"),
    OtherFile(
        b"ARROW1\x00\x00", "an Arrow file", "pass its table to upload() in Python, as pyarrow.feather.read_table does"
    ),
    OtherFile(b"SQLite format 3\x00", "an SQLite database", 'select the rows as JSON (sqlite3 -json FILE "select …")'),
    OtherFile(b"LPKSHHRH", "a systemd journal", "export it as JSON lines (journalctl --file FILE -o json)"),
    OtherFile(b"ElfFile\x00", "a Windows event log", "convert it to JSON lines, as evtx_dump -o jsonl FILE does"),
    OtherFile(b"\x7fELF", "a program"),
    OtherFile(b"%PDF-", "a PDF document"),
    OtherFile(b"\x89PNG\r\n", "an image"),
    OtherFile(b"\xff\xd8\xff", "an image"),
    OtherFile(b"GIF8", "an image"),
    OtherFile(b"\x1f\x9d", "a file of compress", "decompress it (uncompress FILE)"),
    OtherFile(b"\x04\x22\x4d\x18", "an lz4 file", "decompress it (lz4 -d FILE)"),
)


_FIRST_BYTES = frozenset(other.magic[0] for other in OTHER_FILES if not other.offset)
_LATER = tuple(other for other in OTHER_FILES if other.offset)


def other_file(start: bytes) -> str | None:
    """Say what a file is, and what to do with it, if its start shows that it is no log.

    Args:
        start: of its content, decompressed: `LOOKED_AT` bytes or more, if it has so many.

    """
    # An input may have half a million files.
    candidates = OTHER_FILES if start and start[0] in _FIRST_BYTES else _LATER
    for other in candidates:
        if start.startswith(other.magic, other.offset):
            return f"it is {other.name}, and not a log" + (f": {other.advice}" if other.advice else "")
    return _utf_16_without_mark(start[:LOOKED_AT])


def _utf_16_without_mark(start: bytes) -> str | None:
    """Recognize UTF-16 without a byte order mark: every other byte of ASCII text is NUL."""
    looked_at = start[: len(start) // 2 * 2]
    if len(looked_at) < 8 or b"\0" not in looked_at:
        return None
    for first, encoding in ((0, "utf-16be"), (1, "utf-16le")):
        nuls = looked_at[first::2].count(0)
        # Not a run of NULs, which a truncated file begins with.
        if nuls * 10 >= len(looked_at) // 2 * 9 and looked_at[1 - first :: 2].count(0) * 10 < len(looked_at) // 2:
            return f"it is UTF-16 without a byte order mark: specify `encoding` {encoding!r}"
    return None
