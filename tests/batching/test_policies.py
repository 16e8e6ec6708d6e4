"""What becomes of messages that are too long, and of text that is not Unicode, is the caller's choice."""

from dataclasses import replace
from typing import Any, Literal

import cordwood
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import TRUNCATION_MARK, Row, Rules, Stream, Whole, utf8_length
from strategies import contents, messages, options, refusals, small_rules, texts, timestamps, valid_texts

MAX_MESSAGE = 1_048_550
REPLACEMENT = "\ufffd"
OversizePolicy = Literal["reject", "truncate", "split"]


def within(payload: int) -> cordwood.Limits:
    """Return limits that leave so many bytes for a message."""
    return cordwood.Limits(max_event_bytes=26 + payload)


def sent(message: str | bytes, **chosen: Any) -> list[str]:
    """Return the messages that one event is sent as."""
    got = cordwood.batches([(0, message)], **chosen)
    return [row.text for batch in contents(got) for row in batch]


@st.composite
def repairable(draw: st.DrawFn) -> tuple[Rules, list[tuple[int, str | bytes]]]:
    """Draw rules that leave room for a mark or a number, and messages of which many are too long for them."""
    rules = draw(small_rules(min_payload=12, max_payload=60))
    rules = replace(rules, oversize=draw(st.sampled_from(["truncate", "split"])))
    event = st.tuples(timestamps(rules.max_batch_span_ms), st.one_of(messages(400), messages(80)))
    return rules, draw(st.lists(event, max_size=8))


@given(repairable())
def test_long_messages_are_repaired_as_by_the_rules(case: tuple[Rules, list[tuple[int, str | bytes]]]) -> None:
    rules, events = case
    whole, stream = Whole(rules, events), Stream(rules)
    got = cordwood.batches(events, **options(rules))
    assert contents(got) == whole.batches
    assert refusals(got.rejected) == whole.refused
    assert got.counts == whole.counts(held=[])
    batcher = cordwood.Batcher(**options(rules))
    for event in events:
        assert contents(batcher.add(*event)) == stream.add(*event)
        assert batcher.counts == stream.counts(stream.held())
    assert contents(batcher.flush()) == stream.flush()


@given(valid_texts(120, min_size=61), st.integers(18, 60))
def test_a_truncated_message_is_the_longest_beginning_that_fits(text: str, payload: int) -> None:
    (message,) = sent(text, limits=within(payload), oversize="truncate")
    assert message.endswith(TRUNCATION_MARK)
    kept = message.removesuffix(TRUNCATION_MARK)
    assert text.startswith(kept)
    assert utf8_length(message) <= payload
    assert utf8_length(message) + utf8_length(text[len(kept)]) > payload


@given(valid_texts(200, min_size=41), st.integers(19, 40))
def test_the_parts_of_a_split_message_join_to_the_whole(text: str, payload: int) -> None:
    got = sent(text, limits=within(payload), oversize="split")
    n = str(len(got))
    heads = [f"[part {str(i).zfill(len(n))}/{n}] " for i in range(1, len(got) + 1)]
    assert all(part.startswith(head) for part, head in zip(got, heads, strict=True))
    assert "".join(part.removeprefix(head) for part, head in zip(got, heads, strict=True)) == text
    assert all(utf8_length(part) <= payload for part in got)


@pytest.mark.parametrize("policy", ["reject", "truncate", "split"])
@given(text=texts(max_size=60, min_size=1), shorter=st.integers(0, 8))
def test_a_message_that_fits_is_left_alone(policy: OversizePolicy, text: str, shorter: int) -> None:
    size = utf8_length(text)
    clean = "".join(REPLACEMENT if "\ud800" <= c <= "\udfff" else c for c in text)
    assert sent(text, limits=within(max(4, size) + shorter), oversize=policy) == [clean]


@pytest.mark.parametrize("character", ["x", "é", "水", "🪵"])
def test_the_real_limit_truncates_at_a_character(character: str) -> None:
    size = len(character.encode())
    text = character * (MAX_MESSAGE // size + 1)
    kept = (MAX_MESSAGE - len(TRUNCATION_MARK)) // size
    assert sent(text, oversize="truncate") == [character * kept + TRUNCATION_MARK]
    assert sent(text.encode(), oversize="truncate") == [character * kept + TRUNCATION_MARK]


@pytest.mark.parametrize("character", ["x", "é", "水", "🪵"])
def test_the_real_limit_splits_at_a_character(character: str) -> None:
    size = len(character.encode())
    room = (MAX_MESSAGE - len("[part 1/3] ")) // size
    text = character * (2 * room + 1)
    want = [character * room, character * room, character]
    assert sent(text, oversize="split") == [f"[part {i}/3] {piece}" for i, piece in enumerate(want, 1)]
    assert sent(character * (2 * room), oversize="split") == [f"[part {i}/2] {character * room}" for i in (1, 2)]


def test_the_tenth_part_takes_a_second_digit() -> None:
    room = 20
    limits = within(len("[part 1/9] ") + room)
    nine = sent("x" * 9 * room, limits=limits, oversize="split")
    assert nine == [f"[part {i}/9] " + "x" * room for i in range(1, 10)]
    ten = sent("x" * (9 * room + 1), limits=limits, oversize="split")
    shorter = room - 2
    full = [f"[part {i:02}/11] " + "x" * shorter for i in range(1, 11)]
    assert ten == [*full, "[part 11/11] " + "x" * (9 * room + 1 - 10 * shorter)]


def test_the_parts_are_ordinary_events_of_one_time_and_position() -> None:
    limits = cordwood.Limits(max_event_bytes=26 + 20, max_batch_events=2)
    events = [(5, "a"), (4, "x" * 25), (3, "b")]
    parts = [f"[part {i}/3] {'x' * n}" for i, n in ((1, 9), (2, 9), (3, 7))]
    want = [Row(3, "b", 2), *(Row(4, part, 1) for part in parts), Row(5, "a", 0)]
    assert contents(cordwood.batches(events, limits=limits, oversize="split")) == [want[:2], want[2:4], want[4:]]


def test_a_split_event_is_batched_with_its_last_part() -> None:
    limits = cordwood.Limits(max_event_bytes=26 + 20, max_batch_events=2)
    got = cordwood.batches([(0, "x" * 25)], limits=limits, oversize="split")
    assert (got.counts["batched"], got.counts["held"], got.counts["altered"]) == (0, 1, 1)
    assert len(next(got)) == 2
    assert (got.counts["batched"], got.counts["held"]) == (0, 1)
    assert len(next(got)) == 1
    assert (got.counts["batched"], got.counts["held"]) == (1, 0)


def test_the_parts_of_one_event_may_be_more_than_a_batch_holds() -> None:
    text = "x" * 5_000_000
    got = list(cordwood.batches(iter([(0, text)]), oversize="split"))
    assert [len(batch) for batch in got] == [1] * 5
    assert "".join(row.text[len("[part 1/5] ") :] for batch in contents(got) for row in batch) == text


def test_too_long_is_told_after_replacing() -> None:
    limits = within(11)
    assert sent("\ud800" * 3, limits=limits) == [REPLACEMENT * 3]
    with pytest.raises(cordwood.EventError) as raised:
        sent("\ud800" * 4, limits=limits)
    assert raised.value.outcome == "oversize"


def test_replacing_comes_before_truncating_and_counts_once() -> None:
    got = cordwood.batches([(0, "\ud800" * 20)], limits=within(14 + 10), oversize="truncate")
    assert [row.text for batch in contents(got) for row in batch] == [REPLACEMENT * 3 + TRUNCATION_MARK]
    assert got.counts["altered"] == 1


@pytest.mark.parametrize("on_reject", ["error", "collect"])
def test_oversize_error_raises_whatever_happens_to_the_rejected(on_reject: Literal["error", "collect"]) -> None:
    events = [(0, "a"), (1, "x" * (MAX_MESSAGE + 1)), (2, "b")]
    batcher = cordwood.Batcher(on_reject=on_reject, oversize="error")
    adder = cordwood.Batcher(on_reject=on_reject, oversize="error")
    for call in (
        lambda: cordwood.batches(events, on_reject=on_reject, oversize="error"),
        lambda: list(cordwood.batches(iter(events), on_reject=on_reject, oversize="error")),
        lambda: batcher.extend(events),
        lambda: [adder.add(*event) for event in events],
    ):
        with pytest.raises(cordwood.EventError) as raised:
            call()
        assert (raised.value.position, raised.value.outcome) == (1, cordwood.Outcome.OVERSIZE)
    assert contents(batcher.flush()) == contents(adder.flush()) == [[Row(0, "a", 0)]]


def test_oversize_error_rejects_other_faults_as_ever() -> None:
    got = cordwood.batches([(0, ""), (-1, "x"), (1, "x")], on_reject="collect", oversize="error")
    assert refusals(got.rejected) == [(0, "empty"), (1, "invalid")]


@given(messages(60).filter(bool))
def test_text_that_is_not_unicode_is_replaced_or_rejected(message: str | bytes) -> None:
    text = message if isinstance(message, str) else message.decode(errors="surrogateescape")
    broken = any("\ud800" <= character <= "\udfff" for character in text)
    replaced = cordwood.batches([(0, message)])
    assert replaced.counts["altered"] == broken
    strict = cordwood.batches([(0, message)], on_reject="collect", invalid_text="reject")
    assert refusals(strict.rejected) == ([(0, "invalid")] if broken else [])
    if not broken:
        assert contents(strict) == contents(replaced)


@pytest.mark.parametrize(("message", "text"), [
    ("\ud83d\udeb5", REPLACEMENT * 2), ("a\ud800b", f"a{REPLACEMENT}b"), ("\udfff🪵", f"{REPLACEMENT}🪵"),
    (b"\xff\xfe", REPLACEMENT * 2), (b"a\xf0\x9f\xaab", f"a{REPLACEMENT}b"), (b"\xe6\xb0", REPLACEMENT),
    (b"\xed\xa0\x80", REPLACEMENT * 3), (b"\xc0\x80", REPLACEMENT * 2), (b"\xf4\x90\x80\x80", REPLACEMENT * 4),
    (b"\xef\xbb\xbfa", "\ufeffa"), (b"\xef\xbf\xbd", REPLACEMENT),
])  # fmt: skip
def test_replacing_is_that_of_the_rule(message: str | bytes, text: str) -> None:
    assert sent(message) == [text]
    if isinstance(message, bytes):
        assert text == message.decode("utf-8", errors="replace")


def test_a_replacement_character_that_was_there_already_is_not_altered() -> None:
    got = cordwood.batches([(0, REPLACEMENT), (0, REPLACEMENT.encode())], invalid_text="reject")
    assert len(list(got)) == 1
    assert got.counts["altered"] == 0


def test_the_events_that_were_rejected_are_not_altered() -> None:
    got = cordwood.batches([(-1, "\ud800"), (0, "\ud800" * MAX_MESSAGE), (1, "\ud800")], on_reject="collect")
    assert refusals(got.rejected) == [(0, "invalid"), (1, "oversize")]
    assert got.counts["altered"] == 1
