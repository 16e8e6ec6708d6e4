"""What is raised of a file whose lines do not show for sure when they were written: the facts, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from cordwood._core import FileFormat, Problem
from cordwood._text import utc
from cordwood.errors import (
    AmbiguousTimestampError,
    MissingTimeZoneError,
    OptionFitsNoLineError,
    OtherLayoutsError,
    UncertainTimeError,
    UnknownFormatError,
)
from cordwood.options import ReadOptions

_SHOWN = 120
"""Characters of a line that a message shows."""

_FOR_EVER = "a timestamp cannot be changed once it is stored"

_OPTIONS_OF_TEXT = (
    "`timestamp_format` describes the timestamps of text, `timestamp_regex` finds them, `timestamp_from` takes them "
    "from elsewhere; `timestamp_field` names the member of JSON lines that has them"
)


def error_of(name: str, found: FileFormat, problem: Problem, reading: ReadOptions) -> UncertainTimeError:
    """Return what to raise for a file that cannot be read.

    Args:
        name: of the file.
        found: what its samples show.
        problem: why it cannot be read.
        reading: what the user specified.

    """
    lines = [shown(line) for line in problem.lines]
    suggestions = list(problem.suggestions)
    subject = problem.subject
    looked_at = found.line_counts["all"]

    def unknown(text: str) -> UnknownFormatError:
        return UnknownFormatError(f"{name}: {text}", kind=problem.kind, name=name, lines=lines, suggestions=suggestions)

    def ambiguous(text: str) -> AmbiguousTimestampError:
        return AmbiguousTimestampError(f"{name}: {text}", name=name, lines=lines, suggestions=suggestions)

    match problem.kind:
        case "option_fits_no_line":
            value = getattr(reading, subject)
            of_lines = "the line" if looked_at == 1 else f"any of the {looked_at:,} lines looked at"
            return OptionFitsNoLineError(
                f"{name}: `{subject}` {value!r} does not fit {of_lines}; the first is {first_of(lines)}. A timestamp "
                "fits only if all of it is read: its fraction, AM or PM, zone and year too",
                option=subject,
                looked_at=looked_at,
                name=name,
                lines=lines,
                suggestions=suggestions,
            )
        case "other_layouts":
            return other_layouts(name, found.line_counts["other_layouts"], lines)
        case "ambiguous_date":
            return ambiguous(
                "its dates can be read in several ways, and no line shows which is meant, as a day above 12 would; "
                f"{_FOR_EVER}. {_lines_are(lines)}. Specify {either(suggestions)}"
            )
        case "ambiguous_part":
            return ambiguous(
                f"{subject!r} may be a part of the timestamps, or what comes after them, and the lines do not show "
                f"which; {_FOR_EVER}. {_lines_are(lines)}. Specify {either(suggestions) or '`timestamp_format`'} if it "
                "is a part, or say with `timestamp_regex` where the timestamp is"
            )
        case "no_date":
            return unknown(
                f"its lines have a time of day and no date, such as {both(lines)}. Specify `timestamp_from` 'mtime' or "
                "'now' to take the time from elsewhere, or add the date to the lines"
            )
        case "too_few":
            return unknown(
                f"too little shows that its timestamps are timestamps: {subject}. {_lines_are(lines)}. If they are "
                f"timestamps, specify {either(suggestions)}"
            )
        case "json_without_time":
            usual = f"specify {either(suggestions)}" if suggestions else "name it with `timestamp_field`"
            return unknown(
                f"its JSON lines have no member of a usual name that holds a time; the first is {first_of(lines)}. If "
                f"another holds it, {usual}"
            )
        case "pretty_json":
            regex = dict(suggestions).get("timestamp_regex")
            where = "a `timestamp_regex` that finds their time" if regex is None else f"`timestamp_regex` {regex!r}"
            return unknown(
                "its JSON objects are printed over several lines. Make each one line (jq -c . FILE), or read them with "
                f"`multiline_start` '^[{{]' and {where}"
            )
        case "json_records":
            path = f".{subject}[]" if subject else ".[]"
            return unknown(
                "it is one JSON value that holds the records, and not one object a line. Take them out "
                f"(jq -c '{path}' FILE) and read what that prints"
            )
        case "journal_export":
            return unknown(
                "it is an export of the systemd journal, whose entries are several lines. Export it as JSON "
                "(journalctl -o json), or read it with `multiline_start` '^__CURSOR=' and `timestamp_regex` "
                "'^__REALTIME_TIMESTAMP=([0-9]+)'"
            )
    what = "not a known log format" if reading.format == "auto" else f"not a known format of {reading.format}"
    return unknown(
        f"{what}: no line has a timestamp that is known{'. ' if lines else ''}{_lines_are(lines)}. {_OPTIONS_OF_TEXT}. "
        'An event document is an array of {"timestamp": milliseconds since 1970, "message": "text"}, one such object a '
        "line, or what aws logs get-log-events prints"
    )


def other_layouts(name: str, count: int, lines: Sequence[str]) -> OtherLayoutsError:
    """Return what to raise for lines in other layouts than those that are read."""
    begin = "1 line begins" if count == 1 else f"{count:,} lines begin"
    return OtherLayoutsError(
        f"{name}: {begin} with a timestamp in another layout than those that are read, such as {both(lines)}. If such "
        "lines are events, specify `other_layouts` 'event'; if they go on with the event before, `other_layouts` "
        "'continue'",
        count=count,
        name=name,
        lines=lines,
        suggestions=[("other_layouts", "event"), ("other_layouts", "continue")],
    )


def zone_is_missing(
    name: str, found: FileFormat, reading: ReadOptions, now: int, modified: int | None
) -> MissingTimeZoneError:
    """Return what to raise for lines that write no zone, if none was specified."""

    def first(zone: str) -> str:
        try:
            time = found.times(zone=zone, year=reading.year, now=now, modified=modified).first_of_file
        except ValueError:
            time = None
        return "no valid time" if time is None else utc(time)

    line = shown(found.first_line)
    return MissingTimeZoneError(
        f"{name}: its lines have no time zone, and events cannot be changed once they are stored. The first line, "
        f"{line!r}, is {first('UTC')} if it is UTC, and {first('local')} if it is this machine's local time: specify "
        "`timezone`, as UTC, local, or Area/City",
        name=name,
        lines=[line],
        suggestions=[("timezone", "UTC"), ("timezone", "local")],
    )


def shown(line: bytes) -> str:
    """A line as messages show it."""
    return line.decode("utf-8", "replace")[:_SHOWN]


def first_of(lines: Sequence[str]) -> str:
    """The first line, quoted."""
    return repr(lines[0]) if lines else "empty"


def _lines_are(lines: Sequence[str]) -> str:
    """Which lines show it, as a sentence without its period."""
    if not lines:
        return ""
    return f"Such a line is {first_of(lines)}" if len(lines) == 1 else f"Such lines are {both(lines)}"


def both(lines: Sequence[str]) -> str:
    """The lines, quoted."""
    return " and ".join(map(repr, lines))


def either(suggestions: Sequence[tuple[str, str]]) -> str:
    """Options with their values, of which one is right."""
    return ", or ".join(f"`{option}` {value!r}" for option, value in suggestions)
