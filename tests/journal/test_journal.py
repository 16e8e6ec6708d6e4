"""The journal: what it knows after a run ended in any way, what it refuses, and that it never stops an upload."""

import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
from typing import Any

import pytest
from cordwood import Outcome
from cordwood._core import pack_positions, unpack_positions
from cordwood._model import SourceIdentity
from cordwood.errors import JournalError, JournalUnwritableError
from cordwood.journal import Journal, default_path, identify_file
from hypothesis import given
from hypothesis import strategies as st
from paths import ROOT

CHILD = ROOT / "tests" / "support" / "journal_child.py"


def opened(folder: pathlib.Path, *, name: str = "journal", **changed: Any) -> Journal:
    source = folder / "events.json"
    if not source.exists():
        source.write_bytes(b"0123456789" * 20_000)
    settings: dict[str, Any] = {"options": {"oversize": "split"}, "destination": {"log_group_name": "g"}}
    return Journal.open(folder / name, sources=[identify_file(source)], **{**settings, **changed})


def unpacked(sets: list[bytes]) -> set[int]:
    return {position for packed in sets for position in unpack_positions(packed)}


def everything_settled(journal: Journal) -> set[int]:
    return set(range(journal.settled_below)) | unpacked(journal.settled)


# --- what it knows ---------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from(["intend", "settle", "withdraw", "reopen"]), st.integers(0, 9)), max_size=40))
def test_it_knows_what_a_plain_set_knows(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        journal = opened(folder)
        settled: set[int] = set()
        doubtful: set[int] = set()
        to_send: list[int] = []
        asked: dict[int, list[int]] = {}
        end = key = 0
        for step, number in [*steps, ("reopen", 0)]:
            if step == "intend":
                to_send += range(end, end + number)
                end += number
                asked[key] = sorted(to_send[::2])
                to_send = to_send[1::2]
                journal.intend(key, pack_positions(asked[key]))
                key += 1
            elif step == "reopen":
                journal.close()
                journal = opened(folder)
                doubtful |= {position for positions in asked.values() for position in positions}
                asked, key = {}, 0
                to_send = [position for position in range(end) if position not in settled]
                assert everything_settled(journal) == settled
                assert unpacked(journal.in_doubt) == doubtful
                assert sum(len(unpack_positions(packed)) for packed in journal.in_doubt) == len(doubtful)
                assert sum(journal.earlier.values()) == len(settled)
            elif asked:
                which = sorted(asked)[number % len(asked)]
                positions = asked.pop(which)
                if step == "withdraw":
                    to_send += positions
                    journal.withdraw(which)
                else:
                    settled |= set(positions)
                    doubtful -= settled
                    below = next(position for position in range(end + 1) if position not in settled)
                    journal.settle(which, pack_positions(positions), {Outcome.REFUSED: len(positions)}, below)
        journal.close()


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 4])
def test_a_killed_process_leaves_what_it_knew(tmp_path: pathlib.Path, threads: int) -> None:
    """With threads a record that is not forced to the disk may be one forced write late, and its events in doubt."""
    opened(tmp_path).close()
    path, source = tmp_path / "killed", tmp_path / "events.json"
    randomness = random.Random(threads)
    settled: set[int] = set()
    for kill in range(15):
        command = [sys.executable, str(CHILD), str(path), str(source), str(kill * 1_000_000), str(kill), str(threads)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            lines = [child.stdout.readline() for _ in range(randomness.randrange(1, 120))]
            child.kill()
            lines += child.stdout.readlines()
        last_record: dict[int, str] = {}
        for line in lines:
            what, positions = line.decode().split()
            last_record |= dict.fromkeys(map(int, positions.split(",")), what)
        with opened(tmp_path, name="killed", options={}, destination={}) as journal:
            found, doubtful = everything_settled(journal), unpacked(journal.in_doubt)
            assert sum(journal.earlier.values()) == len(found)
        assert settled <= found
        assert not found & doubtful
        of = {what: {at for at, record in last_record.items() if record == what} for what in set(last_record.values())}
        none: set[int] = set()
        assert found - settled <= of.get("settled", none) | of.get("settling", none)
        assert of.get("intended", none) <= doubtful
        assert of.get("settled", none) <= (found if threads == 1 else found | doubtful)
        assert of.get("settling", none) <= found | doubtful
        assert {position for position in doubtful if position >= kill * 1_000_000} <= last_record.keys()
        if threads == 1:
            fresh = {position for position in of.get("withdrawn", none) if position >= kill * 1_000_000}
            assert not fresh & doubtful
        settled = found


def test_many_threads_record_and_nothing_is_lost(tmp_path: pathlib.Path) -> None:
    with opened(tmp_path) as journal:

        def work(thread: int) -> None:
            for i in range(50):
                key = thread * 50 + i
                journal.intend(key, pack_positions([key]))
                if i % 2:
                    journal.settle(key, pack_positions([key]), {Outcome.ACCEPTED: 1}, 0)

        workers = [threading.Thread(target=work, args=(thread,)) for thread in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    with opened(tmp_path) as journal:
        assert everything_settled(journal) == {key for key in range(400) if key % 2}
        assert unpacked(journal.in_doubt) == {key for key in range(400) if not key % 2}
        assert journal.earlier == {Outcome.ACCEPTED: 200}


def test_what_is_below_the_watermark_takes_no_space(tmp_path: pathlib.Path) -> None:
    batch = [at * 200 for at in range(2000)]
    with opened(tmp_path) as journal:
        for key in range(600):
            start = key * 400_000
            packed = pack_positions([start + at for at in batch])
            journal.intend(key, packed)
            journal.settle(key, packed, {Outcome.ACCEPTED: 2000}, start - 8 * 400_000 if key > 8 else 0)
    assert (tmp_path / "journal").stat().st_size < 40 * len(packed)


# --- whom it refuses -------------------------------------------------------------------------------------------------


def test_a_finished_upload_is_remembered_until_its_source_grows(tmp_path: pathlib.Path) -> None:
    with opened(tmp_path) as journal:
        assert (journal.resumed, journal.finished) == (False, False)
        journal.settle(0, pack_positions([1]), {Outcome.ACCEPTED: 1}, 2)
        journal.finish()
    for _ in range(2):
        with opened(tmp_path) as journal:
            assert (journal.resumed, journal.finished) == (True, True)
    with open(tmp_path / "events.json", "ab") as source:
        source.write(b"more")
    with opened(tmp_path) as journal:
        assert (journal.resumed, journal.finished, journal.settled_below) == (True, False, 2)
    with opened(tmp_path, force=True) as journal:
        assert (journal.resumed, journal.finished, journal.settled_below, journal.earlier) == (False, False, 0, {})


@pytest.mark.parametrize("change", ["shorter", "head", "tail", "replaced", "tail, and grown"])
def test_a_changed_source_is_refused(tmp_path: pathlib.Path, change: str) -> None:
    opened(tmp_path).close()
    source = tmp_path / "events.json"
    content = source.read_bytes()
    if change == "replaced":
        (tmp_path / "new").write_bytes(content)
        (tmp_path / "new").replace(source)
    else:
        changed = {"shorter": content[:-1], "head": b"x" + content[1:], "tail": content[:-1] + b"x"}
        source.write_bytes(changed.get(change, content[:-1] + b"xx"))
    with pytest.raises(JournalError, match=r"events\.json.*`journal`.*`force`"):
        opened(tmp_path)
    opened(tmp_path, force=True).close()


def test_other_options_or_another_destination_are_refused_with_both_values(tmp_path: pathlib.Path) -> None:
    opened(tmp_path).close()
    with pytest.raises(JournalError, match=r'option oversize is "reject", and was "split"'):
        opened(tmp_path, options={"oversize": "reject"})
    with pytest.raises(JournalError, match=r'region is "eu-west-1", and was not set'):
        opened(tmp_path, destination={"log_group_name": "g", "region": "eu-west-1"})
    opened(tmp_path).close()


def test_another_version_of_what_is_no_file_is_refused(tmp_path: pathlib.Path) -> None:
    def of_version(version: str) -> Journal:
        source = SourceIdentity("s3://bucket/key", version=version)
        return Journal.open(tmp_path / "s3", sources=[source], options={}, destination={})

    of_version("a").close()
    of_version("a").close()
    with pytest.raises(JournalError, match="version is b, and was a"):
        of_version("b")


def test_one_process_at_a_time(tmp_path: pathlib.Path) -> None:
    program = f"""
import cordwood.journal as j, cordwood.errors as e
try: j.Journal.open({os.fspath(tmp_path / "journal")!r}, sources=[], options={{}}, destination={{}})
except e.JournalError as error: print(error)
"""
    with opened(tmp_path):
        printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        assert f"{tmp_path / 'journal'}: another upload is writing this journal" in printed
        with pytest.raises(JournalError, match="another upload"):
            opened(tmp_path)


def test_a_file_of_somebody_elses_is_left_as_it_is(tmp_path: pathlib.Path) -> None:
    (tmp_path / "text").write_text("dear diary " * 100)
    with sqlite3.connect(tmp_path / "database") as database:
        database.execute("CREATE TABLE t (x)")
    database.close()
    for name in ("text", "database"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(JournalError, match="not a journal"):
            opened(tmp_path, name=name, force=True)
        assert (tmp_path / name).read_bytes() == before


def test_where_nothing_can_be_written_the_error_says_so(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalUnwritableError, match="cannot be written"):
        opened(tmp_path, name="file/journal")
    with pytest.raises(JournalError, match="regular files"):
        identify_file(os.devnull)


# --- when it cannot be written ---------------------------------------------------------------------------------------


def test_a_full_disk_breaks_the_journal_and_nothing_else(tmp_path: pathlib.Path) -> None:
    opened(tmp_path).close()
    program = f"""
import json, logging, resource, sys
from cordwood.journal import Journal, identify_file
from cordwood._core import pack_positions
logging.basicConfig(format="%(levelname)s")
journal = Journal.open({os.fspath(tmp_path / "full")!r}, options={{}}, destination={{}},
    sources=[identify_file({os.fspath(tmp_path / "events.json")!r})])
journal.intend(0, pack_positions([7]))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
recorded = []
for key in range(1, 50):
    recorded.append(journal.intend(key, pack_positions(list(range(key * 10_000, key * 10_000 + 9_999)))))
    journal.settle(key, pack_positions([]), {{}}, 0)
journal.finish()
print(json.dumps([journal.broken, recorded]))
journal.close()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    broken, recorded = json.loads(done.stdout)
    assert str(tmp_path / "full") in broken
    assert recorded[0]
    assert recorded == sorted(recorded, reverse=True)
    assert not recorded[-1]
    assert done.stderr == "ERROR\n"
    with opened(tmp_path, name="full", options={}, destination={}) as journal:
        assert not journal.finished
        assert 7 in unpacked(journal.in_doubt)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_leaves_the_file_to_its_parent(tmp_path: pathlib.Path) -> None:
    program = f"""
import os, sys
from cordwood.journal import Journal
from cordwood._core import pack_positions
journal = Journal.open({os.fspath(tmp_path / "forked")!r}, sources=[], options={{}}, destination={{}})
journal.intend(0, pack_positions([1]))
if child := os.fork():
    assert os.waitpid(child, 0)[1] == 0
    journal.intend(2, pack_positions([3]))
    os._exit(0)
journal.intend(1, pack_positions([2]))
journal.close()
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    with Journal.open(tmp_path / "forked", sources=[], options={}, destination={}) as journal:
        assert unpacked(journal.in_doubt) == {1, 3}


def test_a_closed_journal_does_nothing(tmp_path: pathlib.Path) -> None:
    journal = opened(tmp_path)
    journal.close()
    journal.intend(0, pack_positions([1]))
    journal.close()
    with opened(tmp_path) as journal:
        assert journal.in_doubt == []


def test_the_default_path_is_found_again(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", os.fspath(tmp_path))
    one, grown = SourceIdentity("/a", size=1), SourceIdentity("/a", size=2)
    path = default_path([one], {"group": "g", "region": "r"})
    assert path == default_path([grown], {"region": "r", "group": "g"})
    others = {default_path([], {}), default_path([one], {"group": "h"}), default_path([one, one], {"group": "g"})}
    assert len({path, *others}) == 4
    if sys.platform == "linux":
        assert path.parent == tmp_path / "cordwood"
        monkeypatch.setenv("XDG_STATE_HOME", "relative")
        assert path.parent != default_path([one], {}).parent
        assert default_path([one], {}).parent.is_absolute()
