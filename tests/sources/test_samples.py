"""What a file is read as is decided by whole lines from all of it."""

from __future__ import annotations

import gzip
import pathlib

import cordwood
import pytest
from cordwood.sources.file_format import whole_lines
from cordwood.sources.log_files import LogFiles
from written_times import milliseconds

MIB = 1 << 20


@pytest.mark.parametrize(
    ("start", "later", "expected"),
    [
        (b"a\nb\n", [], [b"a\nb\n"]),
        # What is just being written is no evidence, unless there is nothing else.
        (b"a\nb", [], [b"a\n"]),
        (b"a", [], [b"a"]),
        (b"a\n", [b"cut\nb\ncut"], [b"a\n", b"b\n"]),
        (b"a\n", [b"within one line"], [b"a\n"]),
        (b"a\rb\r", [b"cut\rb\rcut"], [b"a\rb\r", b"b\r"]),
        # A carriage return within a line ends none.
        (b"a\n", [b"10%\r20%\r30%"], [b"a\n"]),
        (b"", [], []),
    ],
)
def test_samples_are_whole_lines(start: bytes, later: list[bytes], expected: list[bytes]) -> None:
    assert whole_lines(start, later) == expected


@pytest.mark.parametrize("begins", [0.13, 0.5, 0.9, 0.97])
def test_another_layout_is_found_wherever_it_is_in_a_large_file(tmp_path: pathlib.Path, begins: float) -> None:
    """A fiftieth of the file in one piece."""
    path = tmp_path / "app.log"
    lines = 60_000
    other = range(int(lines * begins), int(lines * begins) + lines // 50)
    with open(path, "w") as log:
        for n in range(lines):
            clock = f"{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}"
            layout = f"[24/Nov/2026:{clock} +0000]" if n in other else f"2026-11-24T{clock}Z"
            log.write(f"{layout} step {n} {'x' * 100}\n")
    events = list(cordwood.read(path))
    first = milliseconds("2026-11-24T00:00:00Z")
    assert [event["timestamp"] - first for event in events] == [n % 86_400 * 1000 for n in range(lines)]


def test_pieces_of_a_giant_line_are_no_evidence(tmp_path: pathlib.Path) -> None:
    """A sample that lies within one line may begin at what looks like a timestamp."""
    path = tmp_path / "app.log"
    row = "2019-01-01 00:00:00 x;" * (6 * MIB // 22)
    path.write_text(f"2026-11-24T10:00:01Z start\n2026-11-24T10:00:02Z {row}\n2026-11-24T10:00:03Z end\n")
    source = LogFiles([path], "s")
    assert source.first_timestamp == milliseconds("2026-11-24T10:00:01Z")
    [details] = LogFiles([path], "s", assume_utc=True).format_details()
    assert [example for example, _ in details.format.layouts] == ["2026-11-24T10:00:01Z"]


def test_first_and_last_times_are_the_least_and_the_greatest_of_all_files(tmp_path: pathlib.Path) -> None:
    late, early = tmp_path / "late", tmp_path / "early"
    late.write_text("2026-11-24T10:00:05Z b\n2026-11-24T10:00:09Z c\n2026-11-24T10:00:06Z d\n")
    early.write_text("2026-11-24T10:00:03Z b\n2026-11-24T10:00:02Z a\n")
    source = LogFiles([late, early], "s")
    assert source.first_timestamp == milliseconds("2026-11-24T10:00:02Z")
    assert source.last_timestamp == milliseconds("2026-11-24T10:00:09Z")


def test_the_last_time_of_a_compressed_file_is_known_only_if_all_of_it_was_looked_at(tmp_path: pathlib.Path) -> None:
    line = "2026-11-24T10:{:02}:{:02}Z {}\n"
    small, large = tmp_path / "small.gz", tmp_path / "large.gz"
    small.write_bytes(gzip.compress(line.format(0, 7, "a").encode()))
    large.write_bytes(gzip.compress("".join(line.format(n // 60, n % 60, "x" * 500) for n in range(3_600)).encode()))
    assert LogFiles([small], "s").last_timestamp == milliseconds("2026-11-24T10:00:07Z")
    source = LogFiles([large], "s")
    assert source.first_timestamp == milliseconds("2026-11-24T10:00:00Z")
    assert source.last_timestamp is None


def test_layouts_are_counted_over_all_samples(tmp_path: pathlib.Path) -> None:
    """Those of a file with more lines than those whose readings are listed, too."""
    path = tmp_path / "app.log"
    path.write_text(
        "".join(f"2026-11-24T10:{n // 60 % 60:02}:{n % 60:02}Z {n}\n  continued\n" for n in range(5_000))
        + "".join(f"[24/Nov/2026:13:{n // 60 % 60:02}:{n % 60:02} +0000] {n}\n" for n in range(1_000))
    )
    [file] = LogFiles([path], "s", assume_utc=True).format_details()
    assert [lines for _, lines in file.format.layouts] == [5_000, 1_000]
    assert file.format.line_counts == {
        "all": 11_000,
        "begin_event": 6_000,
        "continuing": 5_000,
        "other_layouts": 0,
        "header": 0,
    }
