"""Lines on standard error, whatever else is going on there."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterator

from cordwood._text import escape
from cordwood.cli.flags import with_flags

ERASE_LINE = "\r\x1b[2K"
SHOW_CURSOR = "\x1b[?25h"


class Messages:
    """Says lines on standard error for one command; above the bar where one is shown there.

    Args:
        command: goes before each line, for example `cordwood upload`.

    """

    def __init__(self, command: str) -> None:
        self._command = command
        self.lock = threading.RLock()
        """To be held by whoever draws on standard error."""
        self.bar_shown = False
        """Whether the cursor stands at the end of a bar."""

    def say(self, text: str) -> None:
        """Say one line; what a terminal could take for a command in it is escaped."""
        with self.lock, contextlib.suppress(OSError, ValueError):  # nobody listens: no reason to stop
            if sys.stderr is not None:
                sys.stderr.write(self._line(text))
                sys.stderr.flush()

    def say_from_handler(self, text: str, *, last: bool = False) -> None:
        """As `say`, from a signal handler: it may have come in the middle of a `say`, so nothing is buffered."""
        with contextlib.suppress(OSError):
            os.write(2, (self._line(text) + (SHOW_CURSOR if last and self.bar_shown else "")).encode("utf-8"))

    def _line(self, text: str) -> str:
        return f"{ERASE_LINE if self.bar_shown else ''}{self._command}: {escape(with_flags(text))}\n"

    @contextlib.contextmanager
    def instead_of_logs(self) -> Iterator[None]:
        """Meanwhile what cordwood logs (a request that failed and is tried again) is said here."""
        handler = _Handler(self)
        logger = logging.getLogger("cordwood")
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)


class _Handler(logging.Handler):
    def __init__(self, messages: Messages) -> None:
        super().__init__(logging.WARNING)
        self._messages = messages

    def emit(self, record: logging.LogRecord) -> None:
        for line in self.format(record).splitlines():
            self._messages.say(line)
