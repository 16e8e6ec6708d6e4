"""Random texts through the AWS CLI's own shorthand parser and ours: the same members, or the same complaint."""

import json
import random
import subprocess
from typing import Any

import pytest
from cordwood.awscli.shorthand import ShorthandError, parse
from patience import PATIENCE
from twin import AWS_PYTHON

THEIRS = """\
import json, sys
from awscli.shorthand import ShorthandParseError, ShorthandParser
outcomes = []
for text in json.load(sys.stdin):
    try:
        outcomes.append(ShorthandParser().parse(text))
    except ShorthandParseError as fault:
        outcomes.append(str(fault))
json.dump(outcomes, sys.stdout)
"""
PIECES = [*"ab=,=,,@'\"[]{}\\ \n\t1:/#-.", "\x07", "\x85", "é", "\uffff", "😀", "key=", "two words", "\\,", '"a, b"']


def ours(text: str) -> Any:
    try:
        return parse(text)
    except ShorthandError as fault:
        return str(fault)


@pytest.mark.twin
def test_random_texts_mean_the_same() -> None:
    choose = random.Random(20150601)
    texts = ["".join(choose.choices(PIECES, k=choose.randrange(1, 16))) for _ in range(10_000)]
    texts += ["key=" + text for text in texts]
    done = subprocess.run(
        [AWS_PYTHON, "-c", THEIRS],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    theirs = json.loads(done.stdout)
    assert sum(isinstance(outcome, dict) for outcome in theirs) > 1_000
    different = [
        (text, theirs, ours(text)) for text, theirs in zip(texts, theirs, strict=True) if ours(text) != as_2(theirs)
    ]
    assert not different[:3]


def as_2(outcome: Any) -> Any:
    """The AWS CLI 2 sets a blank before an input that is shown with a caret."""
    if isinstance(outcome, str) and outcome.startswith("Expected: "):
        head, _, shown = outcome.partition(" for input:\n")
        return f"{head} for input:\n {shown}"
    return outcome


@pytest.mark.slow
def test_a_long_text_is_parsed_whole() -> None:
    assert parse("key=" + ",".join(["x"] * 200_000)) == {"key": ["x"] * 200_000}
