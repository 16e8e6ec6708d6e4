"""Which options there are, how they may be written, and what is said of those that are wrong."""

import pytest
from twin import EVENT, NAMES, Case, Twin

CASES = {
    "all that is required": Case([*NAMES, "--log-events", EVENT]),
    "a token, as given": Case([*NAMES, "--log-events", EVENT, "--sequence-token", "495"]),
    "a prefix of an option": Case(["--log-g", "g", "--log-s", "s", "--log-e", EVENT]),
    "an option with an equals sign": Case(["--log-group-name=g", "--log-stream-name=s", f"--log-events={EVENT}"]),
    "a word after an option with an equals sign": Case([*NAMES, f"--log-events={EVENT}", EVENT]),
    "several events": Case([*NAMES, "--log-events", EVENT, EVENT, EVENT, "--sequence-token", "1"]),
    "the last of a repeated option": Case(["--log-group-name", "nope", *NAMES, "--log-events", EVENT]),
    "the last of repeated events": Case([*NAMES, "--log-events", EVENT, "--log-events", EVENT + "b"]),
    "a value that starts with a dash": Case([*NAMES, "--log-events", EVENT, "--sequence-token", "-1"]),
    "such a value behind an equals sign": Case([*NAMES, "--log-events", EVENT, "--sequence-token=-1"]),
    "a dash as a value": Case([*NAMES, "--log-events", EVENT, "--sequence-token", "-"]),
    "a lone -- at the end": Case([*NAMES, "--log-events", EVENT, "--"]),
    "a -- before a word": Case([*NAMES, "--log-events", EVENT, "--", "word"]),
    "a stray word": Case([*NAMES, "--sequence-token", "1", "word", "--log-events", EVENT]),
    "two stray words": Case(["one", *NAMES, "--log-events", EVENT, "--region", "us-east-1", "two"]),
    "nothing at all": Case(["put-log-events"]),
    "no group": Case(["--log-stream-name", "s", "--log-events", EVENT]),
    "no stream": Case(["--log-group-name", "g", "--log-events", EVENT]),
    "no events": Case(NAMES),
    "an ambiguous prefix": Case(["--log", "g"]),
    "an ambiguous prefix with a value": Case([*NAMES, "--log-=x"]),
    "an option without its value": Case(["--log-group-name"]),
    "an option before another instead of its value": Case(["--log-group-name", "--log-stream-name", "s"]),
    "events without a word": Case([*NAMES, "--log-events"]),
    "no option of pages: size": Case([*NAMES, "--log-events", EVENT, "--page-size", "1"]),
    "no option of pages: items": Case([*NAMES, "--log-events", EVENT, "--max-items", "1"]),
    "no option of pages: token": Case([*NAMES, "--log-events", EVENT, "--starting-token", "1"]),
    "no pagination": Case([*NAMES, "--log-events", EVENT, "--no-paginate"]),
    "--help is no option": Case([*NAMES, "--log-events", EVENT, "--help"]),
    "-h is no option": Case([*NAMES, "-h", "--log-events", EVENT]),
    "an unknown option, and missing ones": Case(["--bogus", "1"]),
    "global options before the command": Case(
        ["--output", "text", "--region", "us-east-1", "put-log-events", *NAMES, "--log-events", EVENT]
    ),
    "global options among the command's": Case(
        ["--region=us-east-1", "put-log-events", *NAMES, "--output", "text", "--log-events", EVENT, "--color", "off"]
    ),
    "the command's options before the command": Case(
        ["--log-group-name=g", "put-log-events", "--log-stream-name", "s", "--log-events", EVENT]
    ),
    "a skeleton before the command": Case(["--generate-cli-skeleton", "put-log-events"]),
    "such an option's value is taken for the command": Case(
        ["--log-group-name", "g", "put-log-events", *NAMES, "--log-events", EVENT],
        code=252,
        told="invalid choice: 'g'",
        alone=True,
    ),
    "a prefix of a global option": Case(["--reg", "us-east-1", "put-log-events", *NAMES, "--log-events", EVENT]),
    "a global option without its value": Case([*NAMES, "--log-events", EVENT, "--region"]),
    "an ambiguous global prefix": Case(
        [*NAMES, "--log-events", EVENT, "--no-p", "--c", "on"], told="ambiguous option: --c"
    ),
    "no such output": Case(
        [*NAMES, "--log-events", EVENT, "--output", "bogus"], told="argument --output: Found invalid choice 'bogus'\n"
    ),
    "an output that is nearly one": Case(
        [*NAMES, "--log-events", EVENT, "--output", "jsn"],
        told="argument --output: Found invalid choice 'jsn'\n\nMaybe you meant:\n\n  * json\n",
    ),
    "no such colour": Case(
        [*NAMES, "--log-events", EVENT, "--color", "red"], told="argument --color: Found invalid choice 'red'\n"
    ),
    "no such skeleton": Case(
        [*NAMES, "--generate-cli-skeleton", "bogus"],
        told="argument --generate-cli-skeleton: Found invalid choice 'bogus'\n",
    ),
    # What only AWS CLI 2 has.
    "no pager": Case(
        [*NAMES, "--log-events", EVENT, "--no-cli-pager", "--query", "`1`"], code=0, stdout="1\n", alone=True
    ),
    "no prompt": Case(
        [*NAMES, "--log-events", EVENT, "--no-cli-auto-prompt", "--query", "`1`"], code=0, stdout="1\n", alone=True
    ),
    "a binary format": Case(
        [*NAMES, "--log-events", EVENT, "--cli-binary-format", "base64", "--query", "`1`"],
        code=0,
        stdout="1\n",
        alone=True,
    ),
    "no such binary format": Case(
        [*NAMES, "--log-events", EVENT, "--cli-binary-format", "hex"],
        code=252,
        told="argument --cli-binary-format: Found invalid choice 'hex'",
        alone=True,
    ),
    "prompting is not supported": Case(
        [*NAMES, "--log-events", EVENT, "--cli-auto-prompt"], code=252, stdout="", told="not supported", alone=True
    ),
    "prompting and no prompting": Case(
        ["--cli-auto-prompt", "--no-cli-auto-prompt", "put-log-events"],
        code=252,
        told="Both --cli-auto-prompt and --no-cli-auto-prompt cannot be specified at the same time.",
        alone=True,
    ),
    "the option of version 1 for version 2": Case(
        [*NAMES, "--log-events", EVENT, "--v2-debug"], code=252, told="Unknown options: --v2-debug", alone=True
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_options_as_in_aws(case: Case, twin: Twin) -> None:
    twin.assert_equal(case)
