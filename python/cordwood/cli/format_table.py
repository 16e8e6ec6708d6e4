"""How each file is read, in full, for a plan."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cordwood._text import escape, plural, utc
from cordwood.cli.flags import with_flags
from cordwood.sources.file_format import FileDetails, FormatDetails

_MOST = 20
"""Files that are shown although nothing is assumed of them. Those of which something is are shown all."""


def format_tables(files: list[FileDetails], *, explain: bool) -> list[str]:
    """Return the lines that show how files are read.

    Args:
        files: as they are read.
        explain: show the layouts that were considered, too, and why lines are not read in one.

    """
    lines: list[str] = []
    left_out = 0
    for number, file in enumerate(files):
        if number >= _MOST and not file.format.assumes:
            left_out += 1
            continue
        lines += _table(file)
        if explain:
            lines += _candidates(file.format)
    if left_out:
        lines.append(f"and {plural(left_out, 'further file')}, of which nothing is assumed")
    return lines


def _table(file: FileDetails) -> list[str]:
    details = file.format
    counts = details.line_counts
    rows = [("timestamps", _share(example, lines, counts["all"])) for example, lines in details.layouts]
    if details.fields:
        rows.append(("in JSON", f"member {' or '.join(details.fields)}"))
    rows.append(("zone", with_flags(details.zone) or "written"))
    rows.append(("year", with_flags(details.year) or "written"))
    if details.first_timestamp is not None and details.last_timestamp is not None:
        rows.append(("time", f"{utc(details.first_timestamp)} to {utc(details.last_timestamp)}"))
    rows.append(("lines", _sampled(counts)))
    if any(file.counts.get(name) for name in _READ):
        rows.append(("in all", _read(file.counts)))
    if ambiguous := max(details.ambiguous_times, file.counts.get("ambiguous_times", 0)):
        rows.append(
            (
                "ambiguous",
                f"{plural(ambiguous, 'timestamp')} in an hour that is there twice; the order of lines does not show "
                "which is meant",
            )
        )
    return [f"{escape(file.name)}: {file.kind}", *(f"  {what:<12}{escape(value)}" for what, value in rows)]


_SAMPLED = {
    "continuing": "continuing one",
    "other_layouts": "in another layout",
    "header": "skipped as headers",
}
"""What the lines of samples are that begin no event."""

_READ = {
    "continuing_lines": "continuing one",
    "other_layout_lines": "in another layout",
    "header_lines": "skipped as headers",
}
"""The same of all lines, as the reader counts them."""


def _sampled(counts: dict[str, int]) -> str:
    begin = f"{counts['begin_event']:,} of {counts['all']:,} sampled begin an event"
    return ", ".join([begin, *(f"{counts[name]:,} {text}" for name, text in _SAMPLED.items() if counts[name])])


def _read(counts: dict[str, int]) -> str:
    lines = [f"{plural(counts[name], 'line')} {text}" for name, text in _READ.items() if counts[name]]
    return ", ".join([plural(counts["events"], "event"), *lines])


def _share(example: str, lines: int, of: int) -> str:
    share = lines / max(of, 1)
    percent = f"{share:.0%}" if share >= 0.01 or not lines else "under 1%"
    return f"{example}  ({lines:,} of {of:,} sampled lines, {percent})"


def _candidates(details: FormatDetails) -> list[str]:
    return [
        f"  considered  {escape(one.example)}, {escape(one.place)} ({plural(one.lines, 'line')}): {one.lost or 'read'}"
        for one in details.candidates
    ]


def format_documents(files: list[FileDetails]) -> list[dict[str, Any]]:
    """Return how files are read, for JSON."""
    return [
        {
            "name": file.name,
            "format": file.kind,
            "layouts": [{"example": example, "lines": lines} for example, lines in file.format.layouts],
            "fields": list(file.format.fields),
            "zone": with_flags(file.format.zone) or None,
            "year": with_flags(file.format.year) or None,
            "first_timestamp": file.format.first_timestamp,
            "last_timestamp": file.format.last_timestamp,
            "lines": file.format.line_counts,
            "lines_read": {name: file.counts.get(name, 0) for name in _READ},
            "ambiguous_times": max(file.format.ambiguous_times, file.counts.get("ambiguous_times", 0)),
            "assumes": file.format.assumes,
            "candidates": [asdict(one) for one in file.format.candidates],
        }
        for file in files
    ]
