"""What a command leaves on standard output."""

from __future__ import annotations

import os
import sys

from cordwood.cli.exit_codes import DONE, OTHER_ERROR
from cordwood.cli.stderr import Messages


def write(text: str, code: int, messages: Messages) -> int:
    """Write the result, and return the exit code: what became of the events counts, whether anybody reads it or not."""
    stdout = sys.stdout
    if stdout is None:
        return code
    try:
        encoding = stdout.encoding or "utf-8"
        stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        stdout.flush()
    except BrokenPipeError:
        _let_go()
    except OSError as fault:
        _let_go()
        messages.say(f"the report could not be written to standard output: {fault.strerror}")
        return code if code != DONE else OTHER_ERROR
    return code


def _let_go() -> None:
    """What is still buffered goes nowhere: the interpreter's own flush at exit would fail again, with a traceback."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
