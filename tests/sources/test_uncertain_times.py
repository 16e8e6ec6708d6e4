"""A file whose times are not sure is refused with the facts, and what the error suggests has it read."""

from __future__ import annotations

import pathlib
from typing import Any

import cordwood
import pytest
from cordwood.errors import (
    AmbiguousTimestampError,
    MissingTimeZoneError,
    OptionFitsNoLineError,
    UncertainTimeError,
    UnknownFormatError,
)
from written_times import milliseconds

DAY_OR_MONTH = "01/02/2026 10:00:01 a\n01/02/2026 10:00:02 b\n"
PRETTY = (
    '{\n  "level": 3,\n  "time": "2026-11-24T10:00:00Z"\n}\n{\n  "level": 4,\n  "time": "2026-11-24T10:00:01Z"\n}\n'
)
PRETTY_IN_MS = '{\n  "ts": 1795514400000\n}\n{\n  "ts": 1795514401000\n}\n'
EXPORT = (
    "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1795514400000000\nMESSAGE=a\n\n"
    "__CURSOR=s=2\n__REALTIME_TIMESTAMP=1795514401000000\nMESSAGE=b\n\n"
)
AT_TEN = [milliseconds("2026-11-24T10:00:00Z"), milliseconds("2026-11-24T10:00:01Z")]


def refused(path: pathlib.Path, text: str, **options: Any) -> UncertainTimeError:
    path.write_text(text)
    with pytest.raises(UncertainTimeError) as caught:
        list(cordwood.read(path, **options))
    assert caught.value.name == str(path)
    assert str(path) in str(caught.value)
    return caught.value


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "app.log"


def test_each_order_of_a_date_is_suggested_and_each_is_read(path: pathlib.Path) -> None:
    error = refused(path, DAY_OR_MONTH, timezone="UTC")
    assert type(error) is AmbiguousTimestampError
    assert error.lines == ("01/02/2026 10:00:01 a", "01/02/2026 10:00:02 b")
    days = set()
    for option, value in error.suggestions:
        assert f"`{option}` {value!r}" in str(error)
        suggested: dict[str, Any] = {option: value}
        events = list(cordwood.read(path, timezone="UTC", **suggested))
        days.add(events[0]["timestamp"])
    assert days == {milliseconds("2026-02-01T10:00:01Z"), milliseconds("2026-01-02T10:00:01Z")}


@pytest.mark.parametrize(
    ("text", "kind"),
    [(PRETTY, "pretty_json"), (PRETTY_IN_MS, "pretty_json"), (EXPORT, "journal_export")],
    ids=["pretty JSON", "pretty JSON with numbers", "journal export"],
)
def test_options_that_read_events_of_several_lines_are_suggested_together(
    path: pathlib.Path, text: str, kind: str
) -> None:
    error = refused(path, text)
    assert isinstance(error, UnknownFormatError)
    assert error.kind == kind
    suggested: dict[str, Any] = dict(error.suggestions)
    events = list(cordwood.read(path, **suggested))
    assert [event["timestamp"] for event in events] == AT_TEN
    for option, value in error.suggestions:
        assert f"`{option}` {value!r}" in str(error)


@pytest.mark.parametrize(
    ("text", "kind", "options"),
    [
        ("10:00:01 a\n10:00:02 b\n", "no_date", {}),
        ('{"seen_by_us": "2026-11-24T10:00:00Z"}\n{"seen_by_us": "2026-11-24T10:00:01Z"}\n', "json_without_time", {}),
        ("order 1764000000 a\nhello\nfoo\nbar\n", "too_few", {}),
    ],
)
def test_a_suggested_option_has_the_file_read(
    path: pathlib.Path, text: str, kind: str, options: dict[str, Any]
) -> None:
    error = refused(path, text, **options)
    assert isinstance(error, UnknownFormatError)
    assert error.kind == kind
    assert error.suggestions
    for option, value in error.suggestions:
        suggested = {**options, option: value}
        assert list(cordwood.read(path, **suggested))


@pytest.mark.parametrize(
    ("text", "kind", "command"),
    [
        (PRETTY, "pretty_json", "jq -c . FILE"),
        ('{"Records":[{"eventTime":"2026-11-24T10:00:00Z"}]}\n', "json_records", "jq -c '.Records[]' FILE"),
        (EXPORT, "journal_export", "journalctl -o json"),
    ],
)
def test_the_command_of_another_program_is_named(path: pathlib.Path, text: str, kind: str, command: str) -> None:
    error = refused(path, text)
    assert isinstance(error, UnknownFormatError)
    assert error.kind == kind
    assert command in str(error)


def test_text_without_timestamps_is_unknown_and_two_lines_are_shown(path: pathlib.Path) -> None:
    error = refused(path, "hello\nworld\nagain\n")
    assert isinstance(error, UnknownFormatError)
    assert (error.kind, error.lines) == ("no_timestamps", ("hello", "world"))
    for option in ("timestamp_format", "timestamp_regex", "timestamp_from", "timestamp_field"):
        assert f"`{option}`" in str(error)


def test_a_long_line_is_shortened(path: pathlib.Path) -> None:
    error = refused(path, "word " * 1_000 + "\n")
    assert len(error.lines[0]) < 200
    assert len(str(error)) < 1_500


@pytest.mark.parametrize(
    ("option", "value"), [("timestamp_format", "%Y"), ("timestamp_format", "%d.%m.%Y %H:%M"), ("timestamp_regex", "zz")]
)
def test_an_option_that_fits_no_line_is_the_error(path: pathlib.Path, option: str, value: str) -> None:
    error = refused(path, "2026-11-24 10:00:01,250 a\n2026-11-24 10:00:02,250 b\n", timezone="UTC", **{option: value})
    assert isinstance(error, OptionFitsNoLineError)
    assert (error.option, error.looked_at) == (option, 2)
    assert f"`{option}` {value!r} does not fit any of the 2 lines looked at" in str(error)
    assert error.lines[0] == "2026-11-24 10:00:01,250 a"


def test_a_member_that_no_line_has_is_the_error(path: pathlib.Path) -> None:
    error = refused(path, '{"time": "2026-11-24T10:00:00Z"}\n', timestamp_field="at")
    assert isinstance(error, OptionFitsNoLineError)
    assert (error.option, error.looked_at) == ("timestamp_field", 1)


def test_a_zone_is_asked_for_with_what_it_would_be(path: pathlib.Path) -> None:
    error = refused(path, "2026-11-24 10:00:01 a\n")
    assert type(error) is MissingTimeZoneError
    assert error.lines == ("2026-11-24 10:00:01 a",)
    assert ("timezone", "UTC") in error.suggestions


def test_an_abbreviation_of_several_zones_is_asked_for(path: pathlib.Path) -> None:
    error = refused(path, "2026-11-24 10:00:01 CST a\n2026-11-24 10:00:02 CST b\n")
    assert type(error) is AmbiguousTimestampError
    assert "CST" in str(error)
    assert "`timezone`" in str(error)
    [first, _] = cordwood.read(path, timezone="America/Chicago")
    assert first["timestamp"] == milliseconds("2026-11-24T16:00:01Z")
