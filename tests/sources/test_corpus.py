"""Real logs, with the true timestamp of every line: read by `auto` alone, to the millisecond and to the byte."""

import os
import pathlib

import pytest
from cordwood.options import ReadOptions
from cordwood.sources.log_files import LogFiles
from paths import ROOT

CORPUS = pathlib.Path(os.environ.get("CORDWOOD_CORPUS", ROOT.parent / "shared" / "corpus"))
NO_YEAR = {"Linux", "OpenSSH", "Android"}
NAMES = ["Android", "Apache", "Hadoop", "Linux", "OpenSSH", "OpenStack", "Spark", "Zookeeper"]

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real logs is not here (CORDWOOD_CORPUS)")


@pytest.mark.parametrize("name", NAMES)
def test_every_line_has_its_timestamp_and_its_message(name: str) -> None:
    file = CORPUS / f"{name}.log"
    lines = [line.removesuffix(b"\r") for line in file.read_bytes().removesuffix(b"\n").split(b"\n")]
    times = [int(time) for time in (CORPUS / f"{name}.ms").read_text().split()]
    reading = ReadOptions(timezone="UTC", year=2025 if name in NO_YEAR else None)
    source = LogFiles([file], "s", read=reading)
    found = {}
    for routed in source:
        for batch, _ in routed:
            for position, event in zip(batch.positions, batch.events(), strict=True):
                found[position] = event["timestamp"], event["message"]
    assert source.drain_rejected() == []
    events = [found[position] for position in sorted(found)]
    assert events == [
        (time, line.decode("utf-8", "replace")) for time, line in zip(times, lines, strict=True) if line.strip()
    ]
