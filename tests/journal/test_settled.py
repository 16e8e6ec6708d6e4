"""Packed positions, and reading an input again past what an earlier run has settled."""

import json
import pathlib

import cordwood
import pytest
from cordwood._core import Batch, FileReader, pack_positions, packed_range, unpack_positions
from cordwood._model import file_and_offset, position_of
from cordwood.sources.log_files import LogFiles
from hypothesis import given
from hypothesis import strategies as st

positions = st.sets(st.integers(0, 2**64 - 1) | st.integers(0, 300), max_size=60)


def packed_plainly(positions: set[int]) -> bytes:
    """LEB128 of the distances, as its definition has it."""
    packed = bytearray()
    before = 0
    for position in sorted(positions):
        distance = position - before
        before = position
        while distance > 127:
            packed.append(distance % 128 + 128)
            distance //= 128
        packed.append(distance)
    return bytes(packed)


@given(positions)
def test_positions_pack_as_the_definition_says_and_come_back(positions: set[int]) -> None:
    packed = pack_positions(list(positions))
    assert packed == packed_plainly(positions)
    assert unpack_positions(packed) == sorted(positions)
    assert packed_range(packed) == ((min(positions), max(positions)) if positions else None)


@pytest.mark.parametrize("damaged", [b"\x80", b"\x05\x00", b"\xff" * 10])
def test_damaged_positions_are_an_error(damaged: bytes) -> None:
    for reader in (unpack_positions, packed_range, lambda packed: FileReader(settled=[packed])):
        with pytest.raises(ValueError, match="damaged"):
            reader(damaged)


def test_a_batch_packs_its_positions_and_leaves_out_those_of_which_others_have_parts() -> None:
    long = "x" * (cordwood.Limits().max_event_bytes * 3 // 2)
    events = [{"timestamp": at, "message": "short" if at % 2 else long} for at in range(6)]
    batches = list(cordwood.batches(events, oversize="split"))
    assert len(batches) > 1
    in_how_many = [sum(at in batch.positions for batch in batches) for at in range(6)]
    assert max(in_how_many) > 1, "no event is cut across two batches, so this shows nothing"
    for batch in batches:
        held = set(batch.positions)
        assert unpack_positions(batch.packed_positions(whole_events_only=False)) == sorted(held)
        whole = sorted(at for at in held if in_how_many[at] == 1)
        assert unpack_positions(batch.packed_positions()) == whole


def written(folder: pathlib.Path, timestamps: list[list[int]]) -> list[pathlib.Path]:
    paths = [folder / f"{index}" for index in range(len(timestamps))]
    for path, times in zip(paths, timestamps, strict=True):
        path.write_text("".join(json.dumps({"timestamp": at, "message": "m" * (at % 9)}) + "\n" for at in times))
    return paths


def batches_of(source: LogFiles) -> list[Batch]:
    return [batch for routed in source for batch, _ in routed]


times = st.lists(st.lists(st.integers(0, 10**9 - 1), max_size=20), min_size=1, max_size=3)


@given(times, st.data())
def test_what_is_settled_is_counted_and_not_handed_out(
    tmp_path_factory: pytest.TempPathFactory, times: list[list[int]], data: st.DataObject
) -> None:
    paths = written(tmp_path_factory.mktemp("d"), times)
    first = LogFiles(paths, "s")
    everything = {position for batch in batches_of(first) for position in batch.positions}
    assert {file_and_offset(position)[0] for position in everything} <= set(range(len(paths)))
    settled = [{at for at in everything if data.draw(st.booleans())} for _ in range(2)]
    below = data.draw(st.sampled_from([0, *sorted(everything), position_of(len(paths), 0)]))
    source = LogFiles(paths, "s")
    source.skip_settled(below, [pack_positions(list(part)) for part in settled])
    left = {position for batch in batches_of(source) for position in batch.positions}
    assert left == {at for at in everything if at >= below} - settled[0] - settled[1]
    assert source.counts["settled"] == len(everything) - len(left)
    assert source.counts["events"] == first.counts["events"] == sum(map(len, times))
    assert len(source.drain_rejected()) == len(first.drain_rejected())


@given(times)
def test_held_from_is_the_first_event_that_was_not_handed_out(
    tmp_path_factory: pytest.TempPathFactory, times: list[list[int]]
) -> None:
    paths = written(tmp_path_factory.mktemp("d"), times)
    everything = {position for batch in batches_of(LogFiles(paths, "s")) for position in batch.positions}
    source = LogFiles(paths, "s")
    assert source.held_from == 0
    handed_out: set[int] = set()
    before = 0
    for routed in source:
        handed_out.update(position for batch, _ in routed for position in batch.positions)
        held_from = source.held_from
        assert before <= held_from
        before = held_from
        assert all(at >= held_from for at in everything - handed_out)
    assert handed_out == everything
    assert all(at < source.held_from for at in everything)


def test_what_the_end_of_a_file_cut_off_is_read_when_the_file_has_grown(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "grows"
    one, two = (json.dumps({"timestamp": at, "message": f"number {at}"}) + "\n" for at in (1, 2))
    path.write_text(one + two[:20])
    source = LogFiles([path], "s")
    assert [batch.positions for batch in batches_of(source)] == [[0]]
    assert source.held_from == len(one)
    path.write_text(one + two)
    again = LogFiles([path], "s")
    again.skip_settled(source.held_from)
    assert [batch.positions for batch in batches_of(again)] == [[len(one)]]


def test_a_file_that_grew_moves_no_event_of_the_next(tmp_path: pathlib.Path) -> None:
    paths = written(tmp_path, [[1], [2]])
    before = {at for batch in batches_of(LogFiles(paths, "s")) for at in batch.positions}
    assert before == {position_of(0, 0), position_of(1, 0)}
    with paths[0].open("a") as file:
        file.write('{"timestamp": 3, "message": "late"}\n')
    source = LogFiles(paths, "s")
    source.skip_settled(0, [pack_positions(list(before))])
    [batch] = batches_of(source)
    assert [event["message"] for event in batch.events()] == ["late"]


def test_documents_start_at_the_given_position_and_never_before_the_last_one() -> None:
    reader = FileReader()
    reader.start_file(1000)
    reader.feed(b'{"timestamp": 1, "message": "a"}\n')
    with pytest.raises(ValueError, match="being read"):
        reader.start_file(5000)
    reader.finish_file()
    with pytest.raises(ValueError, match="positions only grow"):
        reader.start_file(1001)
    [batch] = reader.flush()
    assert batch.positions == [1000]
