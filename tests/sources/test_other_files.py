"""Files that are no logs are recognized, and the error says what to do; what only looks odd is read."""

from __future__ import annotations

import gzip
import io
import pathlib
import sqlite3
import tarfile
import zipfile

import cordwood
import pytest
from written_times import milliseconds

LOG = b"2026-11-24T10:00:01Z a\n2026-11-24T10:00:02Z b\n"


def tar() -> bytes:
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode="w") as archive:
        member = tarfile.TarInfo("app.log")
        member.size = len(LOG)
        archive.addfile(member, io.BytesIO(LOG))
    return found.getvalue()


def zipped() -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        archive.writestr("app.log", LOG)
    return found.getvalue()


def database(folder: pathlib.Path) -> bytes:
    path = folder / "x.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE log (message TEXT)")
    connection.close()
    return path.read_bytes()


def refusal(folder: pathlib.Path, content: bytes) -> str:
    path = folder / "app.log"
    path.write_bytes(content)
    with pytest.raises(cordwood.InputError) as caught:
        cordwood.read(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_archives_are_refused_with_the_command_that_unpacks_them(tmp_path: pathlib.Path) -> None:
    assert "tar -xf" in refusal(tmp_path, tar())
    assert "tar -xf" in refusal(tmp_path, gzip.compress(tar()))
    assert "unzip" in refusal(tmp_path, zipped())
    assert "sqlite3" in refusal(tmp_path, database(tmp_path))


@pytest.mark.parametrize(
    ("magic", "word"),
    [
        (b"7z\xbc\xaf\x27\x1c", "7z x"),
        (b"PAR1", "Parquet"),
        (b"Obj\x01", "Avro"),
        (b"ORC", "ORC"),
        (b"LPKSHHRH", "journalctl --file FILE -o json"),
        (b"ElfFile\x00", "Windows event log"),
        (b"\x7fELF", "program"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\xff\xd8\xff", "image"),
    ],
)
@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_binary_files_are_never_read_as_text(tmp_path: pathlib.Path, magic: bytes, word: str, compress: type) -> None:
    # A log in it does not make one of it.
    assert word in refusal(tmp_path, compress(magic + b"\x00\x01\x02\x00" * 8 + b"\n" + LOG * 100))


@pytest.mark.parametrize("encoding", ["utf-16le", "utf-16be"])
def test_utf_16_without_a_mark_names_the_encoding_that_reads_it(tmp_path: pathlib.Path, encoding: str) -> None:
    content = LOG.decode().encode(encoding)
    assert f"`encoding` {encoding!r}" in refusal(tmp_path, content)
    events = list(cordwood.read(tmp_path / "app.log", encoding=encoding))
    assert [event["timestamp"] for event in events] == [
        milliseconds("2026-11-24T10:00:01Z"),
        milliseconds("2026-11-24T10:00:02Z"),
    ]


@pytest.mark.parametrize("nuls", [1, 4_096, 600_000])
def test_nuls_of_a_truncated_log_make_no_binary_of_it(tmp_path: pathlib.Path, nuls: int) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"\0" * nuls + LOG)
    assert len(list(cordwood.read(path))) == 2


def test_a_log_that_begins_with_the_letters_of_another_kind_is_a_log(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"2026-11-24T10:00:01Z ORC PAR1 PK\n")
    assert len(list(cordwood.read(path))) == 1
