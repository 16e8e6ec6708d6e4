"""`cordwood local`, as a person runs it: in a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import cordwood
import pytest
from cordwood.local import client
from paths import COMMAND
from patience import PATIENCE


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [COMMAND, "local", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = "".join(iter(process.stdout.readline, "Ctrl-C ends it, and its events with it.\n"))
        try:
            yield process, said
        finally:
            process.kill()


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_serves_until_a_signal_ends_it(number: signal.Signals, code: int) -> None:
    with serving() as (process, said):
        url = re.findall(r"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=(\S+)", said)[0]
        put = cordwood.PutLogEventsClient(client(url), create_log_group=True)
        put.put_log_events("g", "s", [(time.time_ns() // 1_000_000, "m")])
        assert [e["message"] for e in client(url).get_log_events(logGroupName="g", logStreamName="s")["events"]] == [
            "m"
        ]
        process.send_signal(number)
        _, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, errors) == (code, "")


@pytest.mark.slow
def test_what_it_says_is_all_that_an_aws_client_needs() -> None:
    program = (
        "import boto3; logs = boto3.client('logs'); logs.create_log_group(logGroupName='g'); "
        "print(logs.describe_log_groups()['logGroups'][0]['logGroupName'], logs.meta.region_name)"
    )
    with serving("--region", "eu-west-1") as (_, said):
        exports = "\n".join(line for line in said.splitlines() if line.strip().startswith("export"))
        script = f'{exports}\nexec "{sys.executable}" -c "{program}"'
        clean = {name: value for name, value in os.environ.items() if not name.upper().startswith(("AWS_", "HTTP"))}
        run = subprocess.run(
            ["sh", "-c", script], env=clean, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    assert run.stdout == "g eu-west-1\n", run.stderr


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("bogus",), "invalid choice: 'bogus'"),
        (("local", "--port", "x"), "invalid int value: 'x'"),
        (("local", "--port", "70000"), "port must be 0-65535"),
        (("local", "--keep-events", "some"), "'some' is neither all, counts nor a number of events"),
        (("local", "--host", "0.0.0.0"), "0.0.0.0"),
        (("local", "--bogus"), "unrecognized arguments: --bogus"),
    ],
)
def test_a_wrong_command_line_is_told_with_252_and_no_traceback(arguments: tuple[str, ...], text: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (252, "")
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("local", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 252
    assert "cannot listen on 127.0.0.1, port" in done.stderr


@pytest.mark.slow
def test_help_and_version_need_no_botocore() -> None:
    assert run("--version").stdout == f"cordwood {cordwood.__version__}\n"
    assert "strict CloudWatch Logs" in run("local", "--help").stdout
    program = "import sys; sys.argv = ['cordwood', 'local', '--help']\nfrom cordwood.cli import main\n"
    program += "try: main()\nexcept SystemExit: print(sorted(m for m in sys.modules if 'boto' in m), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stderr == "[]\n"
