"""--generate-cli-skeleton."""

import re

import pytest
from twin import EVENT, NAMES, Case, Twin

YAML_INPUT = """\
logGroupName: '' # [REQUIRED] The name of the log group.
logStreamName: '' # [REQUIRED] The name of the log stream.
logEvents: # [REQUIRED] The log events.
- timestamp: 0 # [REQUIRED] The time the event occurred, expressed as the number of milliseconds after Jan 1, 1970 00.
  message: '' # [REQUIRED] The raw event message.
sequenceToken: '' # The sequence token obtained from the response of the previous PutLogEvents call.
entity: # The entity associated with the log events.
  keyAttributes: # The attributes of the entity which identify the specific entity, as a list of key-value pairs.
    KeyName: ''
  attributes: # Additional attributes of the entity that are not used to specify the identity of the entity.
    KeyName: ''
"""

CASES = {
    "without a value": Case(["--generate-cli-skeleton"]),
    "input": Case(["--generate-cli-skeleton", "input"]),
    "with an equals sign": Case(["--generate-cli-skeleton=input"]),
    "input, with all that is required": Case([*NAMES, "--log-events", EVENT, "--generate-cli-skeleton=input"]),
    "input, with what is not valid": Case(["--log-events", "timestamp=-1", "--generate-cli-skeleton"]),
    "input, with what cannot be read": Case(["--log-events", "word", "--generate-cli-skeleton"]),
    "input, with a file that is not there": Case(["--log-group-name", "file://nope", "--generate-cli-skeleton"]),
    "input, whatever output and query": Case(
        ["--generate-cli-skeleton", "--output", "text", "--query", "logEvents"], {"AWS_DEFAULT_REGION": None}
    ),
    "input needs neither region nor keys": Case(
        ["--generate-cli-skeleton"],
        {"AWS_DEFAULT_REGION": None, "AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
    ),
    "output": Case([*NAMES, "--log-events", EVENT, "--generate-cli-skeleton", "output"]),
    "output, as text": Case([*NAMES, "--log-events", EVENT, "--generate-cli-skeleton", "output", "--output", "text"]),
    "output, as a table": Case(
        [*NAMES, "--log-events", EVENT, "--generate-cli-skeleton", "output", "--output", "table"]
    ),
    "output, with a query": Case(
        [*NAMES, "--log-events", EVENT, "--generate-cli-skeleton", "output", "--query", "rejectedLogEventsInfo"]
    ),
    "output requires the options": Case(["--generate-cli-skeleton", "output"]),
    "output validates": Case([*NAMES, "--log-events", "timestamp=-1", "--generate-cli-skeleton", "output"]),
    "output needs a region": Case(
        [*NAMES, "--log-events", EVENT, "--generate-cli-skeleton", "output"], {"AWS_DEFAULT_REGION": None}
    ),
    "output needs no keys": Case(
        [*NAMES, "--log-events", EVENT, "--generate-cli-skeleton", "output"],
        {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_skeletons_as_in_aws(case: Case, twin: Twin) -> None:
    twin.assert_equal(case)


def test_yaml_input(twin: Twin) -> None:
    """Only AWS CLI 2 has it. How far comments are set off is up to the YAML library."""
    done = twin.cordwood(Case(["--generate-cli-skeleton", "yaml-input"], {"AWS_DEFAULT_REGION": None}))
    assert (done.code, done.stderr) == (0, "")
    assert re.sub(" +#", " #", done.text) == YAML_INPUT
