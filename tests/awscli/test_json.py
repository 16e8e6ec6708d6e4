"""`--log-events` in JSON, and what botocore says of members that are not what they should be."""

import pytest
from twin import EVENT, LIST, NAMES, NOW, OBJECT, Case, Twin

CASES = {
    **{
        f"events {text[:60]!r}": Case([*NAMES, "--log-events", text])
        for text in (
            LIST,
            f"  {LIST}",
            OBJECT,
            f" {OBJECT} ",
            "[]",
            "{}",
            "[1]",
            "[null]",
            "[",
            "{",
            "[{]",
            f"{OBJECT}]",
            '[{"timestamp": 1}]',
            '[{"message": "a"}]',
            '[{"timestamp": "1", "message": "a"}]',
            '[{"timestamp": 1.0, "message": "a"}]',
            '[{"timestamp": 1e3, "message": "a"}]',
            '[{"timestamp": null, "message": "a"}]',
            '[{"timestamp": true, "message": "a"}]',
            '[{"timestamp": NaN, "message": "a"}]',
            '[{"timestamp": -1, "message": ""}]',
            '[{"timestamp": 1, "message": 2}]',
            '[{"timestamp": 1, "message": null}]',
            '[{"timestamp": 1, "message": ["a"]}]',
            '[{"timestamp": 1, "message": "a", "level": "high"}]',
            '[{"Timestamp": 1, "message": "a"}]',
            f'[{{"timestamp": {10**30}, "message": "a"}}]',
            f'[{{"timestamp": 1, "timestamp": {NOW}, "message": "a"}}]',
            f'[{{"timestamp": {NOW}, "message": "a\\u0000b"}}]',
            f'[{{"timestamp": {NOW}, "message": "a\\ud800b"}}]',
            f'[{{"timestamp": {NOW}, "message": "\\ud83d\\ude00 😀 é"}}]',
            f'[{{"timestamp": {NOW}, "message": "a\nb"}}]',
            f'[{{"timestamp": {NOW}, "message": "a\\nb"}}]',
        )
    },
    "two objects": Case([*NAMES, "--log-events", OBJECT, OBJECT]),
    "two lists": Case([*NAMES, "--log-events", LIST, LIST]),
    "an object and shorthand": Case([*NAMES, "--log-events", OBJECT, EVENT]),
    "an object and a list": Case([*NAMES, "--log-events", OBJECT, LIST]),
    "an object and an empty word": Case([*NAMES, "--log-events", OBJECT, ""], told="a word is empty"),
    "an object and one that is broken": Case([*NAMES, "--log-events", OBJECT, "{"]),
    "bytes that are no UTF-8": Case(
        [*NAMES, "--log-events", f'[{{"timestamp": {NOW}, "message": "a\udcffb"}}]'],
    ),
    "an entity": Case(
        [*NAMES, "--log-events", EVENT, "--entity", '{"keyAttributes": {"Type": "Service", "Name": "n"}}']
    ),
    "an entity that is a list": Case([*NAMES, "--log-events", EVENT, "--entity", "[1]"]),
    "an entity that is broken": Case([*NAMES, "--log-events", EVENT, "--entity", '{"keyAttributes": ']),
    "an entity with other types": Case([*NAMES, "--log-events", EVENT, "--entity", '{"keyAttributes": {"Type": 1}}']),
    "an entity with unknown members": Case([*NAMES, "--log-events", EVENT, "--entity", '{"name": "n"}']),
    "a faulty entity is told in the answer": Case(
        [*NAMES, "--log-events", EVENT, "--entity", '{"keyAttributes": {"Kind": "Service", "Name": "n"}}']
    ),
    "faults of every member at once": Case(
        ["--log-group-name", "", "--log-stream-name", "", "--sequence-token", "", "--log-events", '[{"timestamp": -1}]']
    ),
    "a group name too long is for the service to refuse": Case(
        ["--log-group-name", "g" * 513, "--log-stream-name", "s", "--log-events", EVENT]
    ),
    "a stream name with a colon is for the service to refuse": Case(
        ["--log-group-name", "g", "--log-stream-name", "a:b", "--log-events", EVENT]
    ),
    "no validation, if so configured": Case(
        [*NAMES, "--log-events", f'[{{"timestamp": {NOW}, "message": ""}}]'],
        files={"config": "[default]\nparameter_validation = false\n"},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_json_as_in_aws(case: Case, twin: Twin) -> None:
    twin.assert_equal(case)
