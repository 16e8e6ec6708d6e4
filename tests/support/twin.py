"""The AWS CLI beside `cordwood put-log-events`: the same command line through both, and what each did.

The AWS CLI on PyPI is version 1. Where version 2 differs, and where our answer does on purpose, a case says what it
expects of us; all else must be equal: exit code by class, standard output to the byte, the requests as sent, the stored
events, and the words of errors.
"""

import http.client
import http.server
import json
import os
import pathlib
import re
import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Fault, LocalCloudWatchLogs, StoredEvent
from paths import ROOT

SERVER = pathlib.Path(__file__).with_name("command_server.py")
AWS_PYTHON = ROOT / ".venv" / "awscli" / "bin" / "python"

NOW = 1_433_190_184_360
"""The clock of the endpoints: that of the AWS documentation's examples."""
NAMES = ["--log-group-name", "g", "--log-stream-name", "s"]
EVENT = f"timestamp={NOW},message=a"
CALL = [*NAMES, "--log-events", EVENT]
OBJECT = f'{{"timestamp": {NOW}, "message": "a"}}'
LIST = f"[{OBJECT}]"


class Sent(NamedTuple):
    """A request as it came over the wire."""

    body: Any
    """Its JSON; the raw bytes where it is none."""
    signed: bool
    region: str
    """That it was signed for."""
    key: str
    """The access key that it was signed with."""


@dataclass
class Done:
    """What became of a command line."""

    code: int
    stdout: bytes
    stderr: str
    sent: list[Sent] = field(default_factory=list)
    stored: list[StoredEvent] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.stdout.decode()


class Shell:
    """Runs command lines of one program."""

    def __init__(self, python: pathlib.Path | str, function: str, program: str, *preloaded: str) -> None:
        self._process = subprocess.Popen(
            [python, SERVER, function, program, *preloaded], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: pathlib.Path, stdin: bytes = b""
    ) -> Done:
        """Run one command line in a folder, in which it may leave files."""
        files = {name: folder.parent / f"{folder.name}.{name}" for name in ("stdin", "stdout", "stderr")}
        files["stdin"].write_bytes(stdin)
        job = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "folder": str(folder),
            **{name: str(path) for name, path in files.items()},
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return Done(code, files["stdout"].read_bytes(), files["stderr"].read_text(errors="surrogateescape"))


def aws_shell() -> Shell:
    """The AWS CLI, which `make` installs in an environment of its own: it pins botocore to one release."""
    assert AWS_PYTHON.exists(), "the AWS CLI is missing: run `make environments`"
    return Shell(
        AWS_PYTHON, "awscli.clidriver:main", "aws", "awscli.handlers", "botocore.client", "botocore.httpsession"
    )


def cordwood_shell() -> Shell:
    """The command `cordwood`."""
    return Shell(sys.executable, "cordwood.cli:main", "cordwood", "botocore.client", "botocore.session", "ruamel.yaml")


class Endpoint:
    """A strict CloudWatch Logs, and a door before it that keeps every request as it came."""

    def __init__(self, *, faults: Sequence[Any] = (), tls: ssl.SSLContext | None = None, **settings: Any) -> None:
        self.logs = LocalCloudWatchLogs(**{"now": lambda: NOW, **settings})
        self.logs.create("g", "s")
        self.logs.faults.script(*(Fault(**fault) if isinstance(fault, dict) else fault for fault in faults))
        self.sent: list[Sent] = []
        endpoint = self

        class Door(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.sent.append(_sent(body, self.headers.get("Authorization", "")))
                behind = http.client.HTTPConnection("127.0.0.1", endpoint.logs.port)
                behind.putrequest("POST", self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    behind.putheader(name, value)
                behind.endheaders(body)
                try:
                    answer = behind.getresponse()
                except ConnectionResetError:
                    # So that it looks from here as it looked from there.
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    return
                content = answer.read()
                behind.close()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    if name.lower() not in ("server", "date", "connection"):
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._server.daemon_threads = True
        if tls is not None:
            # The handshake is for the thread of the connection, and no matter of ours where it fails.
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
            )
            self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.logs.close()


_SIGNED = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/")


def _sent(body: bytes, authorization: str) -> Sent:
    found = _SIGNED.search(authorization)
    try:
        content = json.loads(body)
    except ValueError:
        content = body
    return Sent(content, bool(authorization), found["region"] if found else "", found["key"] if found else "")


@dataclass(frozen=True)
class Case:
    """One command line, and where our answer differs from the AWS CLI 1.

    `arguments` stand behind the command's name; where they hold it themselves, they are the whole line.
    """

    arguments: Sequence[str]
    environment: Mapping[str, str | None] = field(default_factory=dict)
    """Over what every case has; None takes a variable out."""
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    """In the folder in which it runs."""
    stdin: bytes = b""
    endpoint: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the endpoint; `faults` are the first of its script."""
    code: int | None = None
    """The exit code, where it is not that of the AWS CLI 1 by class."""
    stdout: str | None = None
    """Standard output, where it is not that of the AWS CLI 1."""
    told: str | None = None
    """What standard error must hold, where it is not what the AWS CLI 1 says."""
    alone: bool = False
    """The AWS CLI 1 does something else altogether; only what is said here counts."""


def environment_of(case: Case, url: str) -> dict[str, str]:
    """The environment of a case: nothing of the machine's."""
    environment: dict[str, str | None] = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "config",
        "AWS_SHARED_CREDENTIALS_FILE": "credentials",
        **case.environment,
    }
    return {name: value.replace("{url}", url) for name, value in environment.items() if value is not None}


class Twin:
    """Both programs."""

    def __init__(self, aws: Shell, cordwood: Shell, folder: pathlib.Path) -> None:
        self._aws = aws
        self._cordwood = cordwood
        self.folder = folder

    def cordwood(self, case: Case) -> Done:
        """Run a case through `cordwood`."""
        return self._run(self._cordwood, case, "cordwood", [])

    def aws(self, case: Case) -> Done:
        """Run a case through `aws logs`."""
        return self._run(self._aws, case, "aws", ["logs"])

    def _run(self, shell: Shell, case: Case, name: str, service: list[str]) -> Done:
        with Endpoint(**case.endpoint) as endpoint:
            arguments = [word.replace("{url}", endpoint.url) for word in case.arguments]
            if "put-log-events" in arguments:
                index = arguments.index("put-log-events")
                arguments[index:index] = service
            else:
                arguments = [*service, "put-log-events", *arguments]
            folder = self.folder / name
            folder.mkdir()
            for path, content in case.files.items():
                file = folder / path
                text = content.replace("{url}", endpoint.url) if isinstance(content, str) else content
                file.write_bytes(text.encode() if isinstance(text, str) else text)
            done = shell.run(arguments, environment_of(case, endpoint.url), folder, case.stdin)
            done.sent = endpoint.sent
            done.stored = endpoint.logs.events("g", "s")
            return done

    def assert_equal(self, case: Case) -> None:
        """Run a case through both, and hold what they did side by side."""
        if case.alone:
            ours = self.cordwood(case)
            assert ours.code == case.code, ours.stderr
        else:
            with ThreadPoolExecutor(1) as beside:
                running = beside.submit(self.aws, case)
                ours = self.cordwood(case)
                theirs = running.result()
            expected = case.code if case.code is not None else class_of(theirs)
            assert ours.code == expected, (ours.stderr, theirs.stderr)
            if case.stdout is None:
                assert _without_token(ours.stdout) == _without_token(theirs.stdout)
            assert ours.sent == theirs.sent
            assert _without_moment(ours.stored) == _without_moment(theirs.stored)
            if case.told is None:
                assert message_of(theirs) in ours.stderr.strip()
        assert "Traceback" not in ours.stderr
        if case.stdout is not None:
            assert _without_token(ours.stdout).decode() == case.stdout
        if case.told is not None:
            assert case.told in ours.stderr
        if ours.code == 0 and case.told is None:
            assert ours.stderr == ""


def _without_token(output: bytes) -> bytes:
    """Every token of the endpoint has 56 digits, and is another."""
    return re.sub(rb"49\d{54}", b"4" * 56, output)


def _without_moment(stored: list[StoredEvent]) -> list[tuple[int, str]]:
    return [(event.timestamp, event.message) for event in stored]


_USAGE = re.compile("Unknown options|Error parsing parameter|Parameter validation failed|Bad value for --")
_CONFIGURATION = re.compile(r"You must specify a region|Unable to locate credentials")
_SERVICE = re.compile(r"An error occurred \([^)]*\) when calling")


def class_of(done: Done) -> int:
    """The exit code that AWS CLI 2 has for what AWS CLI 1 did."""
    match done.code:
        case 0 | 130:
            return done.code
        case 2:
            return 252
    for pattern, code in ((_SERVICE, 254), (_CONFIGURATION, 253), (_USAGE, 252)):
        if pattern.search(done.stderr):
            return code
    return 255


def message_of(done: Done) -> str:
    """The words of an error, without what surrounds them; empty where there is none."""
    if done.code == 2:
        return done.stderr.rpartition("aws: error: ")[2].strip()
    text = done.stderr.strip()
    if text.startswith("usage:"):
        # Its own advertisement, and how it is used, come first.
        text = text.rpartition("\n\n")[2]
    if "credentials" in text:
        # The words that AWS CLI 2 has for the same.
        text = text.replace('by running "aws configure"', 'by running "aws login"')
    # AWS CLI 2 sets a blank before an input that is shown with a caret.
    return re.sub(r"(Expected: .*, received: .* for input:\n)", r"\1 ", text, flags=re.DOTALL)
