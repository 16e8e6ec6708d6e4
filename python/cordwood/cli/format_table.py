"""How each file is read, in full, for a plan."""

from __future__ import annotations

from typing import Any

from cordwood._text import escape, plural, utc
from cordwood.sources.file_format import FormatDetails

_MOST = 20
"""Files that are shown although nothing is assumed of them. Those of which something is are shown all."""


def format_tables(files: list[tuple[str, str, FormatDetails]], *, explain: bool) -> list[str]:
    """Return the lines that show how files are read.

    Args:
        files: name, kind and details of each.
        explain: show the layouts that were considered, too, and why lines are not read in one.

    """
    lines: list[str] = []
    left_out = 0
    for number, (name, kind, details) in enumerate(files):
        if number >= _MOST and not details.assumes:
            left_out += 1
            continue
        lines += _table(name, kind, details)
        if explain:
            lines += _candidates(details)
    if left_out:
        lines.append(f"and {plural(left_out, 'further file')}, of which nothing is assumed")
    return lines


def _table(name: str, kind: str, details: FormatDetails) -> list[str]:
    counts = details.line_counts
    rows = [("timestamps", _share(example, lines, counts["all"])) for example, lines in details.layouts]
    if details.fields:
        rows.append(("in JSON", f"member {' or '.join(details.fields)}"))
    rows.append(("zone", details.zone or "written"))
    rows.append(("year", details.year or "written"))
    if details.first_timestamp is not None and details.last_timestamp is not None:
        rows.append(("time", f"{utc(details.first_timestamp)} to {utc(details.last_timestamp)}"))
    rows.append(("lines", _lines(counts)))
    if details.ambiguous_times:
        rows.append(
            (
                "ambiguous",
                f"{plural(details.ambiguous_times, 'timestamp')} in an hour that is there twice; the order of lines "
                "does not show which is meant",
            )
        )
    return [f"{escape(name)}: {kind}", *(f"  {what:<12}{escape(value)}" for what, value in rows)]


def _share(example: str, lines: int, of: int) -> str:
    return f"{example}  ({lines:,} of {of:,} sampled lines, {lines / max(of, 1):.0%})"


def _lines(counts: dict[str, int]) -> str:
    parts = [f"{counts['begin_event']:,} of {counts['all']:,} sampled begin an event"]
    words = {"continuing": "continuation", "other_layouts": "in other layouts", "header": "headers, skipped"}
    parts += [f"{text}: {counts[name]:,}" for name, text in words.items() if counts[name]]
    return "; ".join(parts)


def _candidates(details: FormatDetails) -> list[str]:
    return [
        f"  considered  {escape(one['example'])}, {one['place']} ({one['lines']:,} lines): {one['lost'] or 'read'}"
        for one in details.candidates
    ]


def format_documents(files: list[tuple[str, str, FormatDetails]]) -> list[dict[str, Any]]:
    """Return how files are read, for JSON."""
    return [
        {
            "name": name,
            "format": kind,
            "layouts": [{"example": example, "lines": lines} for example, lines in details.layouts],
            "fields": list(details.fields),
            "zone": details.zone or None,
            "year": details.year or None,
            "first_timestamp": details.first_timestamp,
            "last_timestamp": details.last_timestamp,
            "lines": details.line_counts,
            "ambiguous_times": details.ambiguous_times,
            "assumes": details.assumes,
            "candidates": list(details.candidates),
        }
        for name, kind, details in files
    ]
