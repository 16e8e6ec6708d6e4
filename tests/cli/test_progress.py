"""How far an upload has come: the numbers, one line a minute, and the bar in a real terminal."""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable

import pytest
from cli_upload import COMMAND, NAMES, NOW, clean_environment, run
from cordwood.cli.pace import Numbers, Pace, facts
from cordwood.cli.progress import Plain, Progress
from cordwood.cli.stderr import Messages
from patience import PATIENCE

pytestmark = pytest.mark.slow


def at(
    seconds: float,
    read: int,
    total: int | None = 1_000,
    *,
    others: int = 0,
    retries: int = 0,
    throttles: int = 0,
    in_flight: int = 0,
) -> Numbers:
    return Numbers(
        seconds=seconds,
        accepted=read * 10,
        others=others,
        nbytes=read * 1_000_000,
        requests=read,
        retries=retries,
        throttles=throttles,
        in_flight=in_flight,
        bytes_read=read,
        total_bytes=total,
    )


def said(*moments: Numbers, over: float = 30) -> list[str]:
    pace = Pace(over)
    for moment in moments:
        pace.take(moment)
    return facts(moments[-1], pace)


def test_percent_rate_and_time_left() -> None:
    # 100 of 1,000 in 2 s: 50 a second, 900 left.
    assert said(at(10, 0), at(12, 100)) == [
        "10 %", "ETA 0:00:18", "1,000 events", "100.0 MB", "50.0 MB/s", "100 requests", "500 events/s",
    ]  # fmt: skip


def test_what_is_not_known_is_not_said() -> None:
    assert said(at(0, 0, None), at(1, 1, None)) == ["10 events", "1.0 MB", "1.0 MB/s", "1 request", "10 events/s"]
    assert said(at(0, 0))[0] == "0 %"
    assert not [fact for fact in said(at(0, 5), at(9, 5)) if "ETA" in fact]
    assert said(at(0, 0, 0), at(1, 0, 0))[0] == "0 events"


def test_what_went_wrong_is_said() -> None:
    found = said(at(0, 0), at(1, 10, others=3, retries=2))
    assert "3 not accepted" in found
    assert "2 repeated" in found


def test_the_rate_is_that_of_the_last_seconds() -> None:
    # 100 a second for 100 s, then 1 a second.
    moments = [at(t, 100 * t, 100_000) for t in range(101)] + [at(100 + t, 10_000 + t, 100_000) for t in range(1, 41)]
    assert "1.0 MB/s" in said(*moments)
    assert "ETA 24:59:20" in said(*moments)


def test_a_line_of_plain_progress(capfd: pytest.CaptureFixture[str]) -> None:
    enough = threading.Event()
    reads = iter(range(1, 1_000_000))

    def read() -> Numbers:
        count = next(reads)
        if count > 3:
            enough.set()
        return at(count, count)

    with Progress(read, Plain(Messages("cordwood upload"), every=0.001)):
        assert enough.wait(PATIENCE)
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "cordwood upload: 0 %, ETA 0:16:38, 20 events, 2.0 MB, 1.0 MB/s, 2 requests, 10 events/s"
    assert len(lines) >= 2


def test_plain_progress_is_one_line_a_minute() -> None:
    assert Plain(Messages("c")).every == 60


def test_its_thread_keeps_no_process_alive() -> None:
    program = (
        "import threading\n"
        "from cordwood.cli.stderr import Messages\n"
        "from cordwood.cli.pace import Numbers\n"
        "from cordwood.cli.progress import Plain, Progress\n"
        "Progress(lambda: Numbers(0, 0, 0, 0, 0, 0, 0, 0, 0, None), Plain(Messages('c'))).__enter__()\n"
        "print([t.name for t in threading.enumerate()])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert "cordwood-progress" in done.stdout


def test_without_a_terminal_nothing_is_drawn() -> None:
    event = json.dumps({"timestamp": NOW, "message": "m"})
    for choice in ("auto", "plain", "none"):
        done = run(clean_environment(), "upload", *NAMES, "--local", "--progress", choice, input=event)
        assert done.code == 0
        assert "\x1b" not in done.err
        assert "%" not in done.err


class Terminal:
    """An upload from a pipe, in a pseudo-terminal of a width."""

    def __init__(self, columns: int, *options: str, term: str = "xterm-256color") -> None:
        self.text = ""
        self._master, slave = pty.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(
            [COMMAND, "upload", "-", *NAMES, "--local", *options],
            env={**clean_environment(), "TERM": term}, stdin=subprocess.PIPE, stdout=slave, stderr=slave,
        )  # fmt: skip
        os.close(slave)

    def send(self, message: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"timestamp": NOW, "message": message}).encode() + b"\n")
        self.process.stdin.flush()

    def read_until(self, done: Callable[[str], object]) -> None:
        while not done(self.text):
            assert select.select([self._master], [], [], 30)[0], self.text
            try:
                chunk = os.read(self._master, 1 << 16)
            except OSError:  # how Linux says that nobody has the other end open
                chunk = b""
            if not chunk:
                return
            self.text += chunk.decode()

    def finish(self) -> int:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.read_until(lambda text: False)
        os.close(self._master)
        return self.process.wait(PATIENCE)


COLOR = re.compile(r"\x1b\[[0-9;]*m")


def drawn(text: str) -> list[str]:
    """What stood on the bar's line, one after the other."""
    return [COLOR.sub("", frame.split("\r")[0].split("\n")[0]) for frame in text.split("\r\x1b[2K")[1:]]


def test_the_bar_stays_on_one_line_and_leaves_nothing_behind() -> None:
    for columns in (100, 40):
        terminal = Terminal(columns)
        terminal.send("[bold]\x1b]0;owned\x07")
        terminal.read_until(lambda text: text.count("\r\x1b[2K") >= 2)
        assert terminal.finish() == 0
        frames = [frame for frame in drawn(terminal.text) if "━" in frame]
        assert frames
        for frame in frames:
            assert len(frame) <= columns
            assert "0 events" in frame
            assert "…" not in frame
        after = terminal.text[terminal.text.rindex("━") :]
        assert "\x1b[?25h" in after
        assert after.index("\x1b[2K") < after.index("1 event of standard input")
        assert terminal.text.count("\x1b[?25l") == terminal.text.count("\x1b[?25h")
        assert "owned" not in terminal.text


def test_a_signal_says_its_line_above_the_bar_and_gives_the_cursor_back() -> None:
    terminal = Terminal(80, "--progress", "bar")
    terminal.read_until(lambda text: "━" in text)
    terminal.process.terminate()
    terminal.read_until(lambda text: "Stopped before the end" in text)
    assert terminal.finish() == 143
    assert "\r\x1b[2Kcordwood upload: SIGTERM: stopping." in terminal.text
    assert terminal.text.rindex("\x1b[?25h") > terminal.text.rindex("\x1b[?25l")


def test_no_bar_on_a_dumb_terminal_or_where_none_is_wanted() -> None:
    for options, term in ((("--progress", "none"), "xterm"), ((), "dumb")):
        terminal = Terminal(80, *options, term=term)
        terminal.send("m")
        assert terminal.finish() == 0
        assert "\x1b" not in terminal.text
        assert "1 event of standard input" in terminal.text
