"""A pager: started when there is something to show, and only on a terminal."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import TextIO

from cordwood.awscli.errors import PagerError
from cordwood.awscli.table import stdout_is_terminal


@contextlib.contextmanager
def shown_through(pager: str) -> Iterator[TextIO]:
    """A stream whose text goes to standard output, through a pager where that is a terminal.

    Args:
        pager: its command line; empty for none.

    Raises:
        PagerError: there is no such program.

    """
    if not pager or not stdout_is_terminal():
        yield sys.stdout
        return
    # An answer is small, and a pager that was started for nothing would wait for a key.
    text = io.StringIO()
    yield text
    if text.getvalue():
        page(text.getvalue(), shlex.split(pager), environment={"LESS": "FRX", **os.environ})


def page(text: str, command: list[str], environment: dict[str, str] | None = None) -> None:
    """Show a text through a program.

    Raises:
        PagerError: there is no such program.

    """
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, text=True)
    except FileNotFoundError as fault:
        raise PagerError(fault) from None
    # The reader may leave before the end.
    with contextlib.suppress(OSError):
        process.communicate(text)
    process.wait()
