"""Positions of events in files: one number that tells the file and the byte, and only grows along the input.

The number of the file stands above the byte, so that a file that grew moves no event of another.
"""

from __future__ import annotations

_OFFSET_BITS = 44

MOST_BYTES = 1 << _OFFSET_BITS
"""Of one file: 16 TiB."""

MOST_FILES = 1 << (63 - _OFFSET_BITS)
"""Of one input: a position fits a signed number of 64 bits."""


def position_of(file_index: int, offset: int) -> int:
    """The position of a byte, by the 0-based number of its file."""
    return file_index << _OFFSET_BITS | offset


def file_and_offset(position: int) -> tuple[int, int]:
    """The number of the file, and the byte in it."""
    return position >> _OFFSET_BITS, position & (MOST_BYTES - 1)
