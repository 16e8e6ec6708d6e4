"""A body is the request that the service expects, and not a byte more."""

import json
import sys
from typing import Any

import cordwood
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from reference import Row, Whole
from strategies import Case, cases, contents, options, valid_texts

GROUP, STREAM = "/aws/lambda/my-function_1.2#3", "2026/01/01/[$LATEST]"
ENTITY = {
    "keyAttributes": {"Type": "Service", "Name": 'the "shop"', "Environment": "eu\\水🪵\n"},
    "attributes": {"PlatformType": "AWS::EC2", "EC2.InstanceId": "i-0"},
}


def one(text: str = "x") -> cordwood.Batch:
    """Return a batch of one event."""
    (batch,) = cordwood.batches([(1, text)])
    return batch


@given(cases())
def test_a_body_is_the_reference_byte_for_byte(case: Case) -> None:
    rules, events = case
    batches = list(cordwood.batches(events, **options(rules)))
    for batch, rows in zip(batches, Whole(rules, events).batches, strict=True):
        assert batch.body(GROUP, STREAM) == reference.body(GROUP, STREAM, rows)


@given(cases())
def test_a_json_reader_gets_the_events_back(case: Case) -> None:
    rules, events = case
    for batch in cordwood.batches(iter(events), **options(rules)):
        assert json.loads(batch.body(GROUP, STREAM)) == {
            "logGroupName": GROUP,
            "logStreamName": STREAM,
            "logEvents": batch.events(),
        }


def names() -> st.SearchStrategy[str]:
    """Draw names of log streams."""
    return valid_texts(20).map(lambda text: text.translate({ord(":"): "", ord("*"): ""})).filter(bool)


def entities() -> st.SearchStrategy[dict[str, dict[str, str]]]:
    """Draw entities whose members stand in the order of the API."""
    half = st.dictionaries(valid_texts(8), valid_texts(8), max_size=3)
    return st.builds(lambda key, other: {"keyAttributes": key, **other}, half, st.builds(dict, attributes=half))


@given(names(), st.none() | valid_texts(20), st.none() | entities())
def test_the_other_members_are_the_reference_byte_for_byte(stream: str, token: str | None, entity: Any) -> None:
    written = one().body(GROUP, stream, sequence_token=token, entity=entity)
    assert written == reference.body(GROUP, stream, [Row(1, "x", 0)], token, entity)
    read = json.loads(written)
    assert (read["logStreamName"], read.get("sequenceToken"), read.get("entity")) == (stream, token, entity)


def test_every_character_comes_through() -> None:
    points = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point <= 0xDFFF]
    events = [(0, "".join(points[start : start + 50_000])) for start in range(0, len(points), 50_000)]
    for batch, rows in zip(cordwood.batches(events), Whole(reference.Rules(), events).batches, strict=True):
        body = batch.body(GROUP, STREAM)
        assert body == reference.body(GROUP, STREAM, rows)
        assert json.loads(body)["logEvents"] == [{"timestamp": 0, "message": row.text} for row in rows]


@pytest.mark.parametrize(("character", "escape"), [
    ('"', b'\\"'), ("\\", b"\\\\"), ("\b", b"\\b"), ("\t", b"\\t"), ("\n", b"\\n"), ("\f", b"\\f"), ("\r", b"\\r"),
    ("\0", b"\\u0000"), ("\x0b", b"\\u000b"), ("\x1b", b"\\u001b"), ("\x1f", b"\\u001f"),
    ("/", b"/"), ("\x7f", b"\x7f"), ("é", b"\xc3\xa9"), ("\u2028", b"\xe2\x80\xa8"), ("🪵", b"\xf0\x9f\xaa\xb5"),
])  # fmt: skip
def test_a_character_is_escaped_as_briefly_as_may_be_wherever_it_stands(character: str, escape: bytes) -> None:
    for before in range(70):
        for after in (0, 1, 15, 16, 33):
            body = one("a" * before + character + "b" * after).body("g", "s")
            message = b"a" * before + escape + b"b" * after
            start, end = (
                b'{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"',
                b'"}]}',
            )
            assert body == start + message + end


def test_the_members_stand_in_this_order_and_the_token_is_last() -> None:
    body = one().body("g", "s", sequence_token="t", entity={"keyAttributes": {"Type": "Service"}})
    entity = b'"entity":{"keyAttributes":{"Type":"Service"}}'
    events = b'"logEvents":[{"timestamp":1,"message":"x"}]'
    assert body == b'{"logGroupName":"g","logStreamName":"s",' + entity + b"," + events + b',"sequenceToken":"t"}'


def test_an_entity_keeps_its_members_and_their_order() -> None:
    want = reference.body(GROUP, STREAM, [Row(1, "x", 0)], entity=ENTITY)
    assert one().body(GROUP, STREAM, entity=ENTITY) == want


def test_a_batch_of_control_characters_is_six_times_as_long() -> None:
    text = "\0" * 1_048_550
    batch = one(text)
    assert batch.nbytes == 1_048_576
    body = batch.body("g", "s")
    assert len(body) == len(one().body("g", "s")) - 1 + 6 * len(text)
    assert json.loads(body)["logEvents"][0]["message"] == text


def test_timestamps_are_plain_numbers_of_any_size() -> None:
    times = [0, 9, 10, 99, 100, 10**12, 1_767_225_600_123, 2**53 + 1, 2**63 - 1]
    for time in times:
        (batch,) = cordwood.batches([(time, "x")])
        assert b'[{"timestamp":%d,"message":"x"}]' % time in batch.body("g", "s")


def test_a_full_batch_of_events_is_the_reference_byte_for_byte() -> None:
    events = [(t * 7, f'event {t}: "é水🪵"\n') for t in range(10_000)]
    (batch,) = cordwood.batches(events)
    assert batch.body(GROUP, STREAM) == reference.body(GROUP, STREAM, contents([batch])[0])


@pytest.mark.parametrize("name", ["g", "g" * 512, "AZaz09.-_/#", "#", "/"])
def test_a_legal_group_name_is_taken(name: str) -> None:
    assert json.loads(one().body(name, "s"))["logGroupName"] == name


@pytest.mark.parametrize("name", ["s", "s" * 512, "🪵" * 512, "a b", "[$LATEST]", "\n", '"', "é水"])
def test_a_legal_stream_name_is_taken(name: str) -> None:
    assert json.loads(one().body("g", name))["logStreamName"] == name


@pytest.mark.parametrize("name", ["", "g" * 513, "a b", "a:b", "a*", "g\n", "é", "水", "a@b", "$", "a\0", "\ud800"])
def test_an_illegal_group_name_is_a_value_error(name: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)log.?group"):
        one().body(name, "s")


@pytest.mark.parametrize("name", ["", "s" * 513, "🪵" * 513, "a:b", "*", "a*", ":", "\ud800", "a\udfff"])
def test_an_illegal_stream_name_is_a_value_error(name: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)log.?stream"):
        one().body("g", name)


@pytest.mark.parametrize("token", ["", "\ud800"])
def test_an_illegal_token_is_a_value_error(token: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)token"):
        one().body("g", "s", sequence_token=token)


@pytest.mark.parametrize("wrong", [None, 1, b"name", ["name"]])
def test_a_name_or_token_of_the_wrong_type_is_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError):
        one().body(wrong, "s")
    with pytest.raises(TypeError):
        one().body("g", wrong)
    if wrong is not None:
        with pytest.raises(TypeError):
            one().body("g", "s", sequence_token=wrong)


@pytest.mark.parametrize("entity", [
    "keyAttributes", 1, [("keyAttributes", {})], {"keyAttributes": "Type"}, {"keyAttributes": {"Type": 1}},
    {"keyAttributes": {"Type": None}}, {"keyAttributes": {1: "Service"}}, {"attributes": {"a": b"b"}},
    {1: {"Type": "Service"}},
])  # fmt: skip
def test_an_entity_of_the_wrong_type_is_a_type_error(entity: Any) -> None:
    with pytest.raises(TypeError):
        one().body("g", "s", entity=entity)


def test_an_entity_that_is_not_unicode_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="entity"):
        one().body("g", "s", entity={"keyAttributes": {"Type": "\ud800"}})
