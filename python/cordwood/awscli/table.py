"""Tables as the AWS CLI draws them, to the character."""

from __future__ import annotations

import os
import struct
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

_RESET = "\x1b[0m"
_CELL = "\x1b[1m\x1b[34m"
_FRAME = "\x1b[2m\x1b[33m"
_PADDING = 4
"""Blanks in a cell besides its text."""


def write_table(data: Any, title: str, color: str, stream: TextIO) -> None:
    """Draw data of any shape as tables within tables.

    Args:
        data: maps, lists and scalars; what is empty, zero or null is not drawn.
        title: of the outermost table.
        color: on, off, or auto: if standard output is a terminal.
        stream: receives the text.

    Raises:
        ValueError: the rows of a list have different numbers of cells.

    """
    sections: list[_Section] = []
    if not _add(data, title, 0, sections):
        return
    if _width(sections) > _terminal_width():
        sections = [_on_its_side(section) for section in sections]
    width = _width(sections)
    colored = color == "on" or (color == "auto" and stdout_is_terminal())
    write = _resetting(stream) if colored else stream.write
    write("-" * width + "\n")
    for section in sections:
        _Drawing(section, width - 2 * section.indent, colored, write).draw()


def stdout_is_terminal() -> bool:
    """Return whether standard output is a terminal."""
    try:
        return os.isatty(sys.stdout.fileno())
    except (AttributeError, OSError, ValueError):
        return False


def _resetting(stream: TextIO) -> Callable[[str], object]:
    """Return a write that always ends in a reset of colors, as the AWS CLI's terminal library does."""
    return lambda text: stream.write(text + _RESET)


def _terminal_width() -> int:
    try:
        from fcntl import ioctl
        from termios import TIOCGWINSZ

        return int(struct.unpack("hhhh", ioctl(sys.stdout, TIOCGWINSZ, bytes(8)))[1])
    except Exception:
        return 80


def _length(text: str) -> int:
    """Return the columns on a terminal; characters of ambiguous width take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


# --- tables --------------------------------------------------------------------------------------------------------


@dataclass
class _Section:
    """One table: its title, its column titles and its rows."""

    title: str
    indent: int
    headers: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    columns: int | None = None
    widest: list[int] = field(default_factory=list)

    def add_headers(self, headers: Sequence[str]) -> None:
        self.headers = list(headers)
        self._measure(self.headers)

    def add_row(self, cells: Iterable[Any]) -> None:
        row = [str(cell) for cell in cells]
        self._measure(row)
        self.rows.append(row)

    def _measure(self, cells: list[str]) -> None:
        if self.columns is None:
            self.columns = len(cells)
        if len(cells) != self.columns:
            raise ValueError(f"Row should have {self.columns} elements, instead it has {len(cells)}")
        lengths = [_length(cell) for cell in cells]
        self.widest = list(map(max, self.widest, lengths)) if self.widest else lengths

    def natural_width(self) -> int:
        inner = sum(width + _PADDING for width in self.widest)
        return max(_length(self.title), inner) + 2 + 2 * self.indent

    def column_widths(self, total: int) -> list[int]:
        """Return the widths of the columns, scaled so that their sum is `total`."""
        if not self.widest:
            return []
        unscaled = [width + _PADDING for width in self.widest]
        factor = total / float(sum(unscaled))
        scaled = [round(factor * width) for width in unscaled]
        off_by = sum(scaled) - total
        while off_by:
            step = 1 if off_by > 0 else -1
            columns = range(len(scaled)) if off_by > 0 else reversed(range(len(scaled)))
            for column in columns:
                scaled[column] -= step
                off_by -= step
                if not off_by:
                    break
        return scaled


def _width(sections: Iterable[_Section]) -> int:
    return max(section.natural_width() for section in sections)


def _on_its_side(section: _Section) -> _Section:
    """Turn a table of a single row: each column becomes a row."""
    if len(section.rows) != 1 or not section.headers:
        return section
    turned = _Section(section.title, section.indent)
    for header, cell in zip(section.headers, section.rows[0], strict=True):
        turned.add_row([header, cell])
    return turned


def _add(data: Any, title: str | None, indent: int, sections: list[_Section]) -> bool:
    """Add the tables of some data, and return whether there is anything to draw."""
    if not data:
        return False
    if title is not None:
        sections.append(_Section(title, indent))
    if isinstance(data, list):
        if isinstance(data[0], dict):
            _add_maps(data, indent, title, sections)
        else:
            _add_items(data, indent, sections)
    elif isinstance(data, dict):
        _add_map(data, indent, sections)
    return True


def _add_items(items: list[Any], indent: int, sections: list[_Section]) -> None:
    for item in items:
        if _is_scalar(item):
            sections[-1].add_row([item])
        elif all(_is_scalar(element) for element in item):
            sections[-1].add_row(item)
        else:
            _add(item, None, 0, sections)


def _add_map(data: Mapping[str, Any], indent: int, sections: list[_Section]) -> None:
    scalars, others = _names(data)
    if len(scalars) == 1:
        sections[-1].add_row([scalars[0], data[scalars[0]]])
    elif scalars:
        sections[-1].add_headers(scalars)
        sections[-1].add_row([data[name] for name in scalars])
    for name in others:
        _add(data[name], name, indent + 1, sections)


def _add_maps(maps: list[Any], indent: int, title: str | None, sections: list[_Section]) -> None:
    found = [_names(item) for item in maps]
    scalars = sorted({name for names, _ in found for name in names})
    others = sorted({name for _, names in found for name in names})
    sections[-1].add_headers(scalars)
    for number, item in enumerate(maps):
        if number and others:
            sections.append(_Section(title or "", indent))
            sections[-1].add_headers(scalars)
        sections[-1].add_row([item.get(name, "") for name in scalars])
        for name in others:
            if name in item:
                _add(item[name], name, indent + 1, sections)


def _names(data: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the names of scalars, and those of the other members."""
    scalars = sorted(name for name in data if _is_scalar(data[name]))
    return scalars, sorted(name for name in data if not _is_scalar(data[name]))


def _is_scalar(value: object) -> bool:
    return not isinstance(value, (list, dict))


# --- drawing --------------------------------------------------------------------------------------------------------


class _Drawing:
    """Draws one section, line by line."""

    def __init__(self, section: _Section, width: int, colored: bool, write: Callable[[str], object]) -> None:
        self._section = section
        self._width = width
        self._colored = colored
        self._write = write
        self._widths = section.column_widths(width)

    def draw(self) -> None:
        section = self._section
        if section.title:
            self._line(_centered(section.title, self._width, "|"))
            if not section.headers and not section.rows:
                self._line("+" + "-" * (self._width - 2) + "+")
        if section.headers:
            self._rule()
            self._line(self._row(section.headers, _centered))
        if section.rows and self._widths:
            self._rule()
            for row in section.rows:
                self._line(self._row(row, self._cell))
            self._rule()

    def _line(self, text: str) -> None:
        frame = f"{_FRAME}|{_RESET}" if self._colored else "|"
        for piece in (frame * self._section.indent, text, frame * self._section.indent, "\n"):
            self._write(piece)

    def _rule(self) -> None:
        self._line(
            "".join(
                ("" if number else "+") + "-" * (width - 1 - (not number)) + "+"
                for number, width in enumerate(self._widths)
            )
        )

    def _row(self, cells: Sequence[str], draw: Callable[[str, int, str], str]) -> str:
        pairs = zip(self._widths, cells, strict=False)
        return "".join(draw(cell, width, "" if number else "|") for number, (width, cell) in enumerate(pairs))

    def _cell(self, text: str, width: int, left_edge: str) -> str:
        length = _length(text)
        padding = 2 if width >= length + 2 + len(left_edge) + 1 else 0
        shown = f"{_CELL}{text}{_RESET}" if self._colored else text
        rest = width - len(left_edge) - padding - length - 1
        return f"{left_edge}{' ' * padding}{shown}{' ' * rest}|"


def _centered(text: str, width: int, left_edge: str) -> str:
    length = _length(text)
    before = width // 2 - length // 2 - 1
    rest = width - 1 - len(left_edge) - before - length
    return f"{left_edge}{' ' * before}{text}{' ' * rest}|"
