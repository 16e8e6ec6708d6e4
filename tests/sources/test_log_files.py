"""Event documents in files: their events, at their bytes, whatever their shape and their errors."""

import json
import os
import pathlib
import threading
from typing import Any

import cordwood
import pytest
from cordwood._model import Location, Outcome
from cordwood.options import MessageOptions, ReadOptions
from cordwood.sources.log_files import LogFiles
from hypothesis import given
from hypothesis import strategies as st
from patience import PATIENCE

Event = dict[str, Any]


def read(source: LogFiles) -> list[tuple[int, int, str]]:
    """Position, timestamp and message of every event, in order of position."""
    found = []
    for routed in source:
        for batch, stream in routed:
            assert stream == "s"
            found += [
                (position, event["timestamp"], event["message"])
                for position, event in zip(batch.positions, batch.events(), strict=True)
            ]
    return sorted(found)


def wrote(path: pathlib.Path, text: str | bytes) -> pathlib.Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


EVENTS = [{"timestamp": 2, "message": 'ü "quoted" \U0001f600'}, {"timestamp": 1, "message": "line\nend"}]

SHAPES = {
    "array": json.dumps(EVENTS),
    "array, indented": json.dumps(EVENTS, indent=4, ensure_ascii=False),
    "lines": "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in EVENTS),
    "lines, the last without an end": "\r\n".join(map(json.dumps, EVENTS)),
    "as jq prints them": "\n".join(json.dumps(event, indent=2) for event in EVENTS),
    "as the AWS CLI prints them": json.dumps(
        {
            "events": [{**event, "ingestionTime": 9, "eventId": "1", "logStreamName": "x"} for event in EVENTS],
            "nextForwardToken": "f/1",
        },
        indent=4,
    ),
    "behind a byte order mark": "\ufeff" + json.dumps(EVENTS),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_holds_the_same_events(tmp_path: pathlib.Path, shape: str) -> None:
    text = SHAPES[shape]
    source = LogFiles([wrote(tmp_path / "f", text)], "s")
    found = read(source)
    assert [{"timestamp": timestamp, "message": message} for _, timestamp, message in found] == EVENTS
    for position, timestamp, _ in found:
        event, _ = json.JSONDecoder().raw_decode(text.encode()[position:].decode())
        assert event["timestamp"] == timestamp
    assert (source.bytes_read, source.total_bytes) == (len(text.encode()), len(text.encode()))
    assert (source.first_timestamp, source.last_timestamp) == (2, 1)


messages = st.text(st.characters(), min_size=1, max_size=30)
# As lines, ten digits are seconds since 1970 of a JSON log: in milliseconds no log is that old.
timestamps = st.integers(0, 10**9 - 1) | st.integers(10**10, 2**62)
events = st.lists(st.fixed_dictionaries({"timestamp": timestamps, "message": messages}), max_size=30)


@given(events, st.booleans(), st.sampled_from([None, 1]))
def test_a_document_reads_as_json_does(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], lines: bool, indent: int | None
) -> None:
    text = "\n".join(map(json.dumps, events)) if lines else json.dumps(events, indent=indent)
    path = wrote(tmp_path_factory.mktemp("d") / "f", text)
    found = [(timestamp, message) for _, timestamp, message in read(LogFiles([path], "s"))]
    # A lone surrogate is no Unicode: U+FFFD takes its place.
    repaired = [(event["timestamp"], event["message"].encode("utf-16", "surrogatepass")) for event in events]
    assert found == [(timestamp, message.decode("utf-16", "replace")) for timestamp, message in repaired]


def test_an_invalid_event_is_named_by_file_byte_and_line_and_the_rest_is_read(tmp_path: pathlib.Path) -> None:
    good = json.dumps(EVENTS[0])
    first = wrote(tmp_path / "first", f"{good}\n{good}\n")
    empty = wrote(tmp_path / "empty", "")
    second = wrote(tmp_path / "second", f"\n{good}\n{{broken\n{good}\n")
    source = LogFiles([first, empty, second], "s")
    assert len(read(source)) == 4
    [broken] = source.drain_rejected()
    assert broken.outcome is Outcome.INVALID
    assert f"at byte {second.read_bytes().index(b'broken')}" in broken.reason
    assert source.locate([0, broken.position]) == [
        Location(0, str(first), 1),
        Location(second.read_bytes().index(b"{broken"), str(second), 3),
    ]
    assert source.counts["events"] == 5
    assert not source.damaged


def test_what_breaks_a_rule_is_an_outcome(tmp_path: pathlib.Path) -> None:
    lines = [
        '{"timestamp": 1, "message": ""}',
        '{"timestamp": -1, "message": "a"}',
        json.dumps({"timestamp": 1, "message": "x" * 1_048_551}),
        '{"timestamp": 1, "message": "a", "level": "info"}',
        '{"timestamp": 12345678901234567890, "message": "a"}',
    ]
    as_events = ReadOptions(format="events")
    source = LogFiles([wrote(tmp_path / "f", "\n".join(lines))], "s", read=as_events)
    assert read(source) == []
    outcomes = [found.outcome for found in source.drain_rejected()]
    assert outcomes == [Outcome.EMPTY, Outcome.INVALID, Outcome.OVERSIZE, Outcome.INVALID, Outcome.INVALID]
    ignoring = LogFiles(
        [tmp_path / "f"],
        "s",
        messages=MessageOptions(oversize="truncate"),
        read=ReadOptions(format="events", extra="ignore"),
    )
    assert [timestamp for _, timestamp, _ in read(ignoring)] == [1, 1]


def test_a_truncated_document_is_damaged_and_says_where(tmp_path: pathlib.Path) -> None:
    text = json.dumps(EVENTS)[:-20]
    source = LogFiles([wrote(tmp_path / "f", text)], "s")
    assert [timestamp for _, timestamp, _ in read(source)] == [2]
    [damage] = source.drain_rejected()
    assert source.damaged
    assert damage.position == text.index('{"timestamp": 1')
    assert "cut off" in damage.reason


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"12:00:00 a line without a date\n", "a time of day and no date, such as '12:00:00"),
        (b"\x7fELF\x00\x01\x02", "it is a program, and not a log"),
        ("[]".encode("utf-32"), "iconv -f UTF-32"),
        (b"\x28\xb5\x2f\xfd", "ends before its compressed data does"),
        (b"\x1f\x8b\x08\xff\xff\xff\xff", "damaged gzip data"),
    ],
)
def test_a_file_of_unknown_format_is_refused_before_it_is_read(
    tmp_path: pathlib.Path, content: bytes, why: str
) -> None:
    path = wrote(tmp_path / "f", content)
    with pytest.raises(cordwood.InputError, match=rf"(?s){path}: .*{why}"):
        LogFiles([path], "s")


def test_a_file_that_cannot_be_read_is_named_in_the_error(tmp_path: pathlib.Path) -> None:
    good = wrote(tmp_path / "good", "[]")
    with pytest.raises(cordwood.InputError, match="missing: No such file or directory"):
        LogFiles([good, tmp_path / "missing"], "s")
    with pytest.raises(cordwood.InputError, match="is a folder"):
        LogFiles([tmp_path], "s")


def test_a_pipe_is_read_as_it_comes(tmp_path: pathlib.Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Cut inside an event, inside an escape, and inside a character.
    text = '{"timestamp": 1, "message": "\\u00e9"}\n{"timestamp": 2, "message": "ü"}'.encode()
    idle = threading.Event()

    def write() -> None:
        with open(pipe, "wb", buffering=0) as end:
            end.writelines(text[at : at + 5] for at in range(0, len(text), 5))
            idle.wait(PATIENCE)

    writer = threading.Thread(target=write)
    writer.start()
    source = LogFiles([pipe], "s")
    found = []
    read_before = 0
    for routed in source:
        # It comes back while the pipe is open and gives nothing.
        if source.bytes_read == read_before == len(text):
            idle.set()
        read_before = source.bytes_read
        found += [event for batch, _ in routed for event in batch.events()]
    assert idle.is_set()
    writer.join()
    assert found == [{"timestamp": 1, "message": "é"}, {"timestamp": 2, "message": "ü"}]
    assert source.total_bytes is None
    assert source.locate([0]) == [Location(0, str(pipe), None)]


def test_a_pipe_of_unknown_format_is_refused(tmp_path: pathlib.Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"no document at all, but text\n",))
    writer.start()
    with pytest.raises(
        cordwood.InputError, match=r"no line has a timestamp that is known\. Such a line is 'no document at all"
    ):
        read(LogFiles([pipe], "s"))
    writer.join()


def test_a_file_that_is_cut_while_it_is_read_says_so(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log"
    path.write_text("".join(f"2026-11-24T10:00:00Z {n:07}\n" for n in range(100_000)))
    size = path.stat().st_size
    source = LogFiles([path], "s")
    pieces = iter(source)
    next(pieces)
    os.truncate(path, 0)
    read = sum(len(batch) for routed in pieces for batch, _ in routed)
    [cut] = source.cut_short
    assert cut.startswith(f"{path}: was cut while it was read: it had {size:,} bytes, and ended after ")
    assert read < 100_000
