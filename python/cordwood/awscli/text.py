"""The AWS CLI's text format.

Scalars of a map are on one line, sorted by name and separated by tabs; nested values follow on lines of their own,
after their name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TextIO


def write_text(data: Any, stream: TextIO) -> None:
    """Write data of any shape."""
    _write(data, stream, None, None)


def _write(data: Any, stream: TextIO, name: str | None, scalars: list[str] | None) -> None:
    if isinstance(data, dict):
        _write_map(data, stream, name, scalars)
    elif isinstance(data, list):
        _write_list(data, stream, name)
    else:
        stream.write(f"{data}\n")


def _write_list(items: list[Any], stream: TextIO, name: str | None) -> None:
    if not items:
        return
    if any(isinstance(item, dict) for item in items):
        # All maps of a list have the same columns.
        maps = [item for item in items if isinstance(item, dict)]
        if len(maps) < len(items):
            raise ValueError("the list has both maps and other items, which text cannot show; use --output json")
        scalars = sorted({key for item in maps for key, value in item.items() if not _is_nested(value)})
        for item in maps:
            _write(item, stream, name, scalars)
    elif any(isinstance(item, list) for item in items):
        _write_scalars([item for item in items if not _is_nested(item)], stream, name)
        for item in items:
            if _is_nested(item):
                _write(item, stream, name, None)
    else:
        _write_scalars(items, stream, name)


def _write_scalars(items: list[Any], stream: TextIO, name: str | None) -> None:
    if not items:
        return
    if name is not None:
        stream.writelines(f"{name.upper()}\t{item}\n" for item in items)
    else:
        stream.write("\t".join(map(str, items)) + "\n")


def _write_map(data: Mapping[str, Any], stream: TextIO, name: str | None, scalars: list[str] | None) -> None:
    if scalars is None:
        scalars = sorted(key for key, value in data.items() if not _is_nested(value))
    cells = [str(data.get(key, "")) for key in scalars]
    if cells:
        stream.write("\t".join(cells if name is None else [name.upper(), *cells]) + "\n")
    for key in sorted(data.keys() - set(scalars)):
        _write(data[key], stream, key, None)


def _is_nested(value: object) -> bool:
    return isinstance(value, (dict, list))
