"""The other ends of a command line: --version, --debug."""

import cordwood
import pytest
from twin import EVENT, NAMES, Case, Twin

VERSION = f"cordwood {cordwood.__version__}\n"

CASES = {
    "the version": Case(["put-log-events", "--version"], code=0, stdout=VERSION, alone=True),
    "the version before anything else": Case(
        ["--version", "put-log-events", "--bogus"], code=0, stdout=VERSION, alone=True
    ),
    "the version after a wrong choice": Case(["--output", "bogus", "--version", "put-log-events"], told="--output"),
    "debugging": Case([*NAMES, "--log-events", EVENT, "--debug"], told=" - botocore.endpoint - DEBUG - "),
    "debugging an error": Case(
        [*NAMES, "--log-events", "word", "--debug"], told="Error parsing parameter '--log-events'"
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_version_and_debug_as_in_aws(case: Case, twin: Twin) -> None:
    twin.assert_equal(case)
