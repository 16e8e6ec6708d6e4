"""--cli-input-json and --cli-input-yaml."""

import json

import pytest
from twin import EVENT, NAMES, NOW, Case, Twin

PARTS = {"logGroupName": "g", "logStreamName": "s", "logEvents": [{"timestamp": NOW, "message": "é"}]}
DOCUMENT = json.dumps(PARTS)
YAML = f"logGroupName: g\nlogStreamName: s\nlogEvents:\n- timestamp: {NOW}\n  message: a\n"
INVALID = "Error parsing parameter 'cli-input-json': Invalid JSON received."

CASES = {
    "a document": Case(["--cli-input-json", DOCUMENT]),
    "a document in a file": Case(["--cli-input-json", "file://d"], files={"d": DOCUMENT}),
    "a document in a file of bytes": Case(["--cli-input-json", "fileb://d"], files={"d": DOCUMENT}),
    "a document of bytes with a byte order mark": Case(
        ["--cli-input-json", "fileb://d"], files={"d": b"\xef\xbb\xbf" + DOCUMENT.encode()}
    ),
    "a document with a byte order mark": Case(
        ["--cli-input-json", "file://d"], files={"d": b"\xef\xbb\xbf" + DOCUMENT.encode()}, told=INVALID
    ),
    "a document on standard input": Case(["--cli-input-json", "file:///dev/stdin"], stdin=DOCUMENT.encode()),
    "options win over the document": Case(
        ["--cli-input-json", DOCUMENT, "--log-events", EVENT, "--sequence-token", "1"]
    ),
    "the last of two documents": Case(["--cli-input-json", "{", "--cli-input-json", DOCUMENT]),
    "no shorthand in a document": Case(["--cli-input-json", json.dumps({**PARTS, "logEvents": EVENT})]),
    "no files in a document": Case(
        ["--cli-input-json", json.dumps({**PARTS, "logGroupName": "file://g"})], files={"g": "g"}
    ),
    "null in a document": Case(["--cli-input-json", json.dumps({**PARTS, "sequenceToken": None})]),
    "members missing in a document": Case(["--cli-input-json", "{}"]),
    "an unknown member": Case(["--cli-input-json", json.dumps({**PARTS, "bogus": 1})]),
    "option names in a document": Case(["--cli-input-json", '{"log-group-name": "g"}']),
    "no JSON": Case(["--cli-input-json", "nonsense"], told=INVALID),
    "broken JSON": Case(["--cli-input-json", DOCUMENT[:-1]], told=INVALID),
    "an empty document": Case(["--cli-input-json", ""], told=INVALID),
    "a list": Case(["--cli-input-json", "[]"], code=252, told="Invalid type: expecting map, received <class 'list'>"),
    "a string": Case(["--cli-input-json", '"x"'], code=252, told="Invalid type: expecting map, received <class 'str'>"),
    "no such file": Case(["--cli-input-json", "file://nope"]),
    "an equals sign requires the options": Case([f"--cli-input-json={DOCUMENT}"]),
    "a prefix requires the options": Case(["--cli-input-j", DOCUMENT]),
    "an equals sign, and the options": Case([f"--cli-input-json={DOCUMENT}", *NAMES, "--log-events", EVENT]),
    "the options' faults first": Case(["--cli-input-json", "nonsense", "--log-events", "word"]),
    "a skeleton reads the document": Case(["--cli-input-json", "nonsense", "--generate-cli-skeleton"], told=INVALID),
    # Only AWS CLI 2 has YAML.
    "YAML": Case(["--cli-input-yaml", YAML, "--query", "`1`"], code=0, stdout="1\n", alone=True),
    "YAML in a file": Case(
        ["--cli-input-yaml", "file://d", "--query", "`1`"], files={"d": YAML}, code=0, stdout="1\n", alone=True
    ),
    "JSON as YAML": Case(["--cli-input-yaml", DOCUMENT, "--query", "`1`"], code=0, stdout="1\n", alone=True),
    "broken YAML": Case(
        ["--cli-input-yaml", "a: ["],
        code=252,
        told="Error parsing parameter 'cli-input-yaml': Invalid YAML received.",
        alone=True,
    ),
    "YAML that is a list": Case(
        ["--cli-input-yaml", "- a"], code=252, told="Invalid type: expecting map, received <class 'list'>", alone=True
    ),
    "YAML and JSON": Case(
        ["--cli-input-yaml", YAML, "--cli-input-json", DOCUMENT],
        code=252,
        told="Only one --cli-input- parameter may be specified.",
        alone=True,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_cli_input_as_in_aws(case: Case, twin: Twin) -> None:
    twin.assert_equal(case)
