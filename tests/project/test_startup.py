"""What is not used is not waited for: imports happen when their names are asked for."""

import subprocess
import sys

import cordwood
import pytest
from cordwood.cli.flags import UPLOAD, chosen
from cordwood.cli.main import parser
from cordwood.local import DEFAULT_REGION
from cordwood.options import SendOptions

HEAVY = ("boto3", "botocore", "rich", "ruamel", "sqlite3", "http", "ssl", "cordwood.uploader", "cordwood.client")


def loaded(program: str) -> list[str]:
    """The heavy modules that a program has loaded at its end."""
    tail = f"; import sys; print(*[name for name in sys.modules if name.startswith({HEAVY!r})])"
    done = subprocess.run([sys.executable, "-c", program + tail], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()


@pytest.mark.parametrize(
    "program",
    [
        "import cordwood",
        "import cordwood; list(cordwood.batches([(1, 'a')]))",
        "from cordwood.cli.main import parser; parser().format_help()",
    ],
)
def test_what_is_not_used_is_not_loaded(program: str) -> None:
    assert loaded(program) == []


def test_every_name_is_there_once_it_is_asked_for() -> None:
    program = "import cordwood; [getattr(cordwood, name) for name in cordwood.__all__]"
    assert "cordwood.uploader.upload" in loaded(program)
    assert set(cordwood.__all__) <= set(dir(cordwood))
    assert callable(cordwood.upload)


def test_defaults_of_the_command_line_are_those_of_what_it_does_not_load_for_them() -> None:
    names = ["--log-group-name", "g", "--log-stream-name", "s"]
    assert chosen(UPLOAD, parser("upload").parse_args(["upload", "file", *names]))[SendOptions] == SendOptions()
    assert parser("local").parse_args(["local"]).region == DEFAULT_REGION


def test_a_name_that_there_is_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'cordwood' has no attribute 'uplaod'"):
        cordwood.uplaod  # type: ignore[attr-defined]  # noqa: B018
