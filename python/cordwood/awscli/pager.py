"""A pager, which is started only if there is something to show, and only on a terminal."""

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
    """Return a stream whose text goes to standard output, through a pager if that is a terminal.

    Args:
        pager: its command line; empty for none.

    Raises:
        PagerError: the pager does not exist.

    """
    if not pager or not stdout_is_terminal():
        yield sys.stdout
        return
    # A response is small, and a pager with nothing to show would wait for a key.
    text = io.StringIO()
    yield text
    if text.getvalue():
        page(text.getvalue(), shlex.split(pager), environment={"LESS": "FRX", **os.environ})


def page(text: str, command: list[str], environment: dict[str, str] | None = None) -> None:
    """Show a text through a program.

    Raises:
        PagerError: the program does not exist.

    """
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, text=True)
    except FileNotFoundError as error:
        raise PagerError(error) from None
    # The user may quit it before the end.
    with contextlib.suppress(OSError):
        process.communicate(text)
    process.wait()
