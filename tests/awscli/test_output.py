"""What is printed: json, text, table, yaml, yaml-stream, nothing; and queries."""

import pytest
from endpoints import DAY
from twin import EVENT, NAMES, NOW, Case, Twin

REJECTED = [f"timestamp={NOW - 15 * DAY},message=old", EVENT, f"timestamp={NOW + DAY // 8},message=new"]
TOKEN = "4" * 56

CASES = {
    **{
        f"{output}{' ' + query if query else ''}{' of rejections' if rejected else ''}": Case(
            [
                *(*NAMES, "--output", output, "--log-events", *(REJECTED if rejected else [EVENT])),
                *(["--query", query] if query else []),
            ]
        )
        for output in ("json", "text", "table")
        for rejected in (False, True)
        for query in (
            None,
            "nextSequenceToken",
            "rejectedLogEventsInfo",
            "nothing",
            "{a: `1`, b: `null`, c: `true`, d: 'é'}",
            "[]",
            "[`1`, `2`]",
            "[[`1`, `2`], [`3`, `4`]]",
            "[{a: `1`}, {b: `2`, c: {d: `3`}}]",
            "{a: [`1`, `2`], b: [{c: `1`, d: 'x'}, {c: `2`, e: [`5`]}]}",
            "`0`",
            "`{}`",
            "''",
        )
        if rejected or query != "rejectedLogEventsInfo"
    },
    "text of maps and others": Case(
        [*NAMES, "--output", "text", "--log-events", EVENT, "--query", "[{a: `1`}, `2`]"], told=""
    ),
    "a table with rows of different lengths": Case(
        [*NAMES, "--output", "table", "--log-events", EVENT, "--query", "[[`1`], [`2`, `3`]]"]
    ),
    "a table in colour": Case([*NAMES, "--output", "table", "--color", "on", "--log-events", *REJECTED]),
    "a table without colour": Case([*NAMES, "--output", "table", "--color", "off", "--log-events", *REJECTED]),
    "an answer without members": Case([*NAMES, "--log-events", EVENT], endpoint={"return_sequence_tokens": False}),
    "as text": Case([*NAMES, "--log-events", EVENT, "--output", "text"], endpoint={"return_sequence_tokens": False}),
    "as a table": Case(
        [*NAMES, "--log-events", EVENT, "--output", "table"], endpoint={"return_sequence_tokens": False}
    ),
    "the environment's format": Case([*NAMES, "--log-events", EVENT], {"AWS_DEFAULT_OUTPUT": "text"}),
    "the profile's format": Case([*NAMES, "--log-events", EVENT], files={"config": "[default]\noutput = text\n"}),
    "the environment's format wins": Case(
        [*NAMES, "--log-events", EVENT], {"AWS_DEFAULT_OUTPUT": "text"}, files={"config": "[default]\noutput = table\n"}
    ),
    "the option wins": Case([*NAMES, "--log-events", EVENT, "--output", "json"], {"AWS_DEFAULT_OUTPUT": "text"}),
    "the environment's format is none": Case([*NAMES, "--log-events", EVENT], {"AWS_DEFAULT_OUTPUT": "bogus"}),
    "a query that is none": Case(["--query", "[[[", "put-log-events"]),
    "an empty query": Case(
        ["--query=", "put-log-events"], told="Bad value for --query : Invalid JMESPath expression: cannot be empty."
    ),
    "a query that fails on the answer": Case([*NAMES, "--log-events", EVENT, "--query", "length(`1`)"]),
    "an output that cannot hold the answer": Case(
        [*NAMES, "--log-events", EVENT, "--query", "['a', 'é']"], {"PYTHONIOENCODING": "ascii"}
    ),
    # What only AWS CLI 2 has.
    **{
        f"{output}: {query}": Case(
            [*NAMES, "--output", output, "--log-events", *REJECTED, "--query", query], code=0, stdout=stdout, alone=True
        )
        for output, query, stdout in (
            (
                "yaml",
                "@",
                f"nextSequenceToken: '{TOKEN}'\nrejectedLogEventsInfo:\n  tooNewLogEventStartIndex: 2\n"
                "  tooOldLogEventEndIndex: 1\n",
            ),
            ("yaml", "nextSequenceToken", f'"{TOKEN}"\n'),
            ("yaml", "[`1`, 'é']", "- 1\n- é\n"),
            ("yaml", "nothing", "null\n"),
            ("yaml", "`{}`", ""),
            (
                "yaml-stream",
                "@",
                f"- nextSequenceToken: '{TOKEN}'\n  rejectedLogEventsInfo:\n    tooNewLogEventStartIndex: 2\n"
                "    tooOldLogEventEndIndex: 1\n",
            ),
            ("yaml-stream", "nextSequenceToken", f"- '{TOKEN}'\n"),
            ("yaml-stream", "`{}`", ""),
            ("off", "@", ""),
        )
    },
    "an output encoding": Case(
        [*NAMES, "--log-events", EVENT, "--query", "'é'"],
        {"AWS_CLI_OUTPUT_ENCODING": "utf-8", "PYTHONIOENCODING": "ascii"},
        code=0,
        stdout='"é"\n',
        alone=True,
    ),
    "no such output encoding": Case(
        [*NAMES, "--log-events", EVENT],
        {"AWS_CLI_OUTPUT_ENCODING": "klingon"},
        code=255,
        told="Unknown codec `klingon` specified for AWS_CLI_OUTPUT_ENCODING.",
        alone=True,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_output_as_in_aws(case: Case, twin: Twin) -> None:
    twin.assert_equal(case)
