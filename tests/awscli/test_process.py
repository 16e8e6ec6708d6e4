"""`cordwood put-log-events` as the process that it is: start, pipes, signals, terminals."""

import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import threading

import pytest
from paths import COMMAND
from patience import PATIENCE
from twin import EVENT, NAMES, NOW, Case, Endpoint, environment_of

pytestmark = pytest.mark.slow

CALL = ["put-log-events", *NAMES, "--log-events", EVENT]


def shell(line: str, endpoint: Endpoint, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell in which `cordwood` is the command."""
    return subprocess.run(
        ["bash", "-c", f'cordwood() {{ {COMMAND} "$@"; }}; set -o pipefail; {line}'],
        env=environment_of(Case([], environment), endpoint.url),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


NEEDS_NO_BOTOCORE = {
    "help": ["put-log-events", "help"],
    "version": ["put-log-events", "--version"],
    "skeleton": ["put-log-events", "--generate-cli-skeleton"],
    "yaml skeleton": ["put-log-events", "--generate-cli-skeleton", "yaml-input"],
    "missing options": ["put-log-events"],
    "unknown options": [*CALL, "--bogus"],
    "bad shorthand": ["put-log-events", *NAMES, "--log-events", "word"],
    "bad JSON": ["put-log-events", *NAMES, "--log-events", "[{]"],
    "no such file": ["put-log-events", *NAMES, "--log-events", "file://nope"],
    "bad document": ["put-log-events", "--cli-input-json", "{"],
    "bad query": ["--query", "[", *CALL],
    "bad endpoint": ["--endpoint-url", "x", *CALL],
    "bad timeout": ["--cli-read-timeout", "x", *CALL],
}


IMPORTS = """\
import sys
from cordwood.cli import main
main(sys.argv[2:])
print(sorted(set(sys.modules) & set(sys.argv[1].split())), file=sys.stderr)
"""


def imported(arguments: list[str], suspects: str, url: str) -> str:
    """Which of some modules a command line imports: the last line of standard error."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, suspects, *arguments],
        env=environment_of(Case([], {"PAGER": "cat"}), url),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize("arguments", NEEDS_NO_BOTOCORE.values(), ids=NEEDS_NO_BOTOCORE.keys())
def test_what_sends_nothing_needs_no_botocore_and_no_options_of_uploads(arguments: list[str]) -> None:
    assert imported(arguments, "boto3 botocore urllib3 rich cordwood.options", "http://127.0.0.1:9") == "[]"


def test_a_call_needs_no_more_than_botocore(endpoint: Endpoint) -> None:
    assert imported(CALL, "boto3 ruamel rich awscli", endpoint.url) == "[]"
    assert len(endpoint.sent) == 1


def test_a_pipe_that_nobody_reads_and_a_device_that_is_full_are_no_failures(endpoint: Endpoint) -> None:
    line = " ".join(map(str, ["cordwood", *CALL]))
    for done in (shell(f"{line} | true", endpoint), shell(f"{line} > /dev/full", endpoint)):
        assert (done.returncode, done.stderr) == (0, "")
    assert len(endpoint.sent) == 2


def test_a_standard_output_that_is_closed_is_one(endpoint: Endpoint) -> None:
    done = shell(" ".join(["cordwood", *CALL, ">&-"]), endpoint)
    assert done.returncode == 255
    assert "Traceback" not in done.stderr
    assert len(endpoint.sent) == 1


def test_standard_input_through_a_pipe(endpoint: Endpoint) -> None:
    events = json.dumps([{"timestamp": NOW, "message": "a"}])
    named = " ".join(NAMES)
    done = shell(f"echo '{events}' | cordwood put-log-events {named} --log-events file:///dev/stdin", endpoint)
    assert done.returncode == 0
    document = json.dumps({"logGroupName": "g", "logStreamName": "s", "logEvents": json.loads(events)})
    # The AWS CLI reads it twice, and the second time there is nothing left.
    done = shell(f"echo '{document}' | cordwood put-log-events --cli-input-json file:///dev/stdin", endpoint)
    assert done.returncode == 0
    assert len(endpoint.logs.events("g", "s")) == 2


def test_without_a_utf_8_locale_files_are_utf_8(endpoint: Endpoint, tmp_path: pathlib.Path) -> None:
    (tmp_path / "events").write_text(f'[{{"timestamp": {NOW}, "message": "é"}}]')
    line = f"cordwood put-log-events {' '.join(NAMES)} --log-events file://{tmp_path}/events"
    assert shell(line, endpoint, LANG="C", LC_ALL="C").returncode == 0
    assert [event.message for event in endpoint.logs.events("g", "s")] == ["é"]


def test_an_interrupt_ends_it_with_130_and_one_line_end() -> None:
    with Endpoint(faults=[{"kind": "none", "delay_seconds": 3600.0}]) as endpoint:
        process = subprocess.Popen(
            [COMMAND, *CALL],
            env=environment_of(Case([]), endpoint.url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not endpoint.logs.events("g", "s"):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=PATIENCE)
    assert (process.returncode, stdout) == (130, "\n")
    assert "Traceback" not in stderr


def test_an_interrupt_between_requests_says_what_was_stored(tmp_path: pathlib.Path) -> None:
    events = [{"timestamp": NOW - number * 90_000_000, "message": f"m{number}"} for number in range(3)]
    (tmp_path / "events").write_text(json.dumps(events))
    with Endpoint(faults=["none", {"kind": "none", "delay_seconds": 3600.0}]) as endpoint:
        process = subprocess.Popen(
            [COMMAND, "put-log-events", *NAMES, "--log-events", "file://events"],
            cwd=tmp_path,
            env=environment_of(Case([]), endpoint.url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while len(endpoint.logs.events("g", "s")) < 2:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=PATIENCE)
    assert (process.returncode, stdout) == (130, "\n")
    assert stderr == (
        "cordwood: interrupted: 1 of 3 log events were stored before it. 1 may be stored, because a response was "
        "lost: positions 1. 1 was not stored: positions 0 of the input. The first request that failed begins with "
        f"timestamp {NOW - 90_000_000}.\n"
    )


@pytest.mark.parametrize(
    ("environment", "options", "paged"),
    [
        ({"AWS_PAGER": "sed s/^/paged:/"}, [], True),
        ({"PAGER": "sed s/^/paged:/"}, [], True),
        ({"AWS_PAGER": "", "PAGER": "sed s/^/paged:/"}, [], False),
        ({"AWS_PAGER": "sed s/^/paged:/"}, ["--no-cli-pager"], False),
    ],
)
def test_on_a_terminal_output_goes_through_the_pager(
    environment: dict[str, str], options: list[str], paged: bool, endpoint: Endpoint
) -> None:
    code, shown = on_a_terminal([*CALL, "--query", "`1`", *options], environment, endpoint)
    assert (code, shown) == (0, "paged:1\r\n" if paged else "1\r\n")


def test_a_pager_that_is_not_there_is_told_with_253(endpoint: Endpoint) -> None:
    code, shown = on_a_terminal(CALL, {"AWS_PAGER": "no-such-pager"}, endpoint)
    assert code == 253
    assert "An error occurred (Pager): Unable to redirect output to pager." in shown


def test_tables_are_in_colour_on_a_terminal(endpoint: Endpoint) -> None:
    table = [*CALL, "--output", "table", "--query", "{a: `1`}", "--no-cli-pager"]
    assert "\x1b[1m\x1b[34m1\x1b[0m" in on_a_terminal(table, {}, endpoint)[1]
    assert "\x1b" not in on_a_terminal([*table, "--color", "off"], {}, endpoint)[1]


def on_a_terminal(arguments: list[str], environment: dict[str, str], endpoint: Endpoint) -> tuple[int, str]:
    """Run with a terminal for standard output and error: exit code, and what it shows."""
    ours, theirs = pty.openpty()
    shown: list[bytes] = []

    def read() -> None:
        try:
            while chunk := os.read(ours, 4096):
                shown.append(chunk)
        except OSError:
            # That is how a terminal ends.
            return

    reader = threading.Thread(target=read)
    reader.start()
    process = subprocess.Popen(
        [COMMAND, *arguments],
        env=environment_of(Case([], environment), endpoint.url),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    code = process.wait(timeout=PATIENCE)
    reader.join(timeout=PATIENCE)
    os.close(ours)
    return code, b"".join(shown).decode()


def test_help_is_a_page_through_the_pager() -> None:
    environment = environment_of(Case([], {"MANPAGER": "cat"}), "http://127.0.0.1:9")
    pages = set()
    for arguments in (["put-log-events", "help"], [*CALL, "--sequence-token", "1", "help"]):
        done = subprocess.run(
            [COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        pages.add(done.stdout)
    [page] = pages
    sections = ("NAME", "DESCRIPTION", "SYNOPSIS", "OPTIONS", "GLOBAL OPTIONS", "EXAMPLES", "OUTPUT")
    assert [line for line in page.splitlines() if line and not line.startswith(" ")] == list(sections)
    for said in (
        "One of: json, text, table",
        "timestamp=long,message=string ...",
        '"timestamp": long',
        "--no-batching",
        "tooOldLogEventEndIndex",
    ):
        assert said in page


def test_help_without_a_pager_is_told() -> None:
    environment = environment_of(Case([], {"PAGER": "no-such-pager"}), "http://127.0.0.1:9")
    done = subprocess.run(
        [COMMAND, "put-log-events", "help"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 253
    assert "no-such-pager" in done.stderr


def test_help_behind_events_is_an_event() -> None:
    done = subprocess.run(
        [COMMAND, *CALL, "help"],
        env=environment_of(Case([]), "http://127.0.0.1:9"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 252
    assert "Expected: '=', received: 'EOF' for input:\n help\n    ^" in done.stderr


def test_the_command_is_in_the_help_of_the_whole() -> None:
    done = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert "put-log-events" in done.stdout
