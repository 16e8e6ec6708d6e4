"""The size of a message is that of its UTF-8, whatever CPython or the caller keeps it in."""

import cordwood
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import Rules, decode
from strategies import contents, raw_messages, texts, valid_texts

OVERHEAD = 26
# One character of each length in UTF-8, the first and the last that have it, and both ends of the surrogates.
CHARACTERS = "\0\x7f\x80\xff\u0100\u07ff\u0800\ud7ff\ud800\udbff\udc00\udfff\ue000\ufffd\uffff\U00010000\U0010ffff"
# Around the widths of vectors, and of counters of 8 and of 16 bits.
LENGTHS = [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 254, 255, 256, 257, 510, 511, 512]
LONG_LENGTHS = [4079, 4080, 4081, 8160, 8161, 16_320, 65_534, 65_535, 65_536, 65_537, 131_071, 262_137]


def bytes_of(character: str) -> int:
    """Say how many bytes UTF-8 takes for a code point; a surrogate counts as U+FFFD."""
    point = ord(character)
    return 1 if point < 0x80 else 2 if point < 0x800 else 3 if point < 0x10000 else 4


def measured(message: str | bytes) -> int:
    """Return what cordwood counts for a message alone in its batch."""
    (batch,) = cordwood.batches([(0, message)])
    return batch.nbytes - OVERHEAD


@given(texts(max_size=300, min_size=1))
def test_a_text_is_the_sum_of_its_characters(text: str) -> None:
    assert measured(text) == sum(map(bytes_of, text))


@given(valid_texts(max_size=300))
def test_a_valid_text_is_as_long_as_its_encoding(text: str) -> None:
    assert measured(text) == len(text.encode("utf-8"))
    assert measured(text.encode("utf-8")) == len(text.encode("utf-8"))


@given(raw_messages(max_size=300).filter(bool))
def test_bytes_are_as_long_as_what_decoding_makes_of_them(message: bytes) -> None:
    assert measured(message) == len(message.decode("utf-8", errors="replace").encode("utf-8"))


@pytest.mark.parametrize("character", CHARACTERS, ids=ascii)
def test_every_length_of_every_kind_of_text(character: str) -> None:
    for length in LENGTHS + LONG_LENGTHS:
        assert measured(character * length) == length * bytes_of(character)


@pytest.mark.parametrize("character", CHARACTERS, ids=ascii)
@pytest.mark.parametrize("among", ["a", "é", "水", "🪵"])
def test_one_character_among_others_is_found_wherever_it_stands(character: str, among: str) -> None:
    for length in LENGTHS:
        for place in {0, 1, length // 2, length - 1, length}:
            text = among * place + character + among * (length - place)
            assert measured(text) == length * bytes_of(among) + bytes_of(character)


@pytest.mark.parametrize("tail", [b"\xc3", b"\xe6\xb0", b"\xf0\x9f\xaa", b"\x80", b"\xff\xff", b"\xed\xa0\x80"])
def test_broken_bytes_are_found_wherever_they_stand(tail: bytes) -> None:
    replaced = len(tail.decode("utf-8", errors="replace").encode("utf-8"))
    for length in LENGTHS:
        assert measured(b"a" * length + tail) == length + replaced
        assert measured(tail + b"a" * length) == length + replaced
        assert measured("水".encode() * length + tail) == 3 * length + replaced


@given(st.lists(st.one_of(texts(60, 1), raw_messages(60).filter(bool)), min_size=1, max_size=20))
def test_a_batch_is_the_sum_of_its_events(messages: list[str | bytes]) -> None:
    (batch,) = cordwood.batches([(0, message) for message in messages])
    clean = [decode(message)[0] for message in messages]
    assert [[row.text for row in rows] for rows in contents([batch])] == [clean]
    assert batch.nbytes == sum(Rules().size(text) for text in clean)


@given(texts(max_size=40, min_size=1), st.integers(0, 1000))
def test_the_overhead_is_that_of_the_limits(text: str, overhead: int) -> None:
    (batch,) = cordwood.batches([(0, text)] * 3, limits=cordwood.Limits(event_overhead_bytes=overhead))
    assert batch.nbytes == 3 * (sum(map(bytes_of, text)) + overhead)
