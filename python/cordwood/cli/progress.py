"""How far an upload has come: a bar on a terminal, one line a minute elsewhere."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from cordwood.cli.pace import PACE_SECONDS, Numbers, Pace, facts
from cordwood.cli.stderr import Messages

_BAR_EVERY = 0.2
_LINE_EVERY = 60.0


class Display(Protocol):
    """Where the numbers go."""

    every: float
    """Seconds between two looks."""

    def show(self, now: Numbers, pace: Pace) -> None:
        """Show the numbers of a time."""

    def close(self) -> None:
        """Show nothing more."""


class Plain:
    """One line a minute."""

    def __init__(self, messages: Messages, every: float = _LINE_EVERY) -> None:
        self.every = every
        self._messages = messages

    def show(self, now: Numbers, pace: Pace) -> None:
        """Say the line."""
        self._messages.say(", ".join(facts(now, pace)))

    def close(self) -> None:
        """Nothing to clear away."""


class Progress:
    """While it is entered, a thread of its own looks at the numbers and shows them. It keeps no process alive.

    Args:
        read: the numbers of this time; called from that thread.
        display: where they go; None shows nothing.

    """

    def __init__(self, read: Callable[[], Numbers], display: Display | None) -> None:
        self._read = read
        self._display = display
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="cordwood-progress", daemon=True)

    def __enter__(self) -> Self:
        if self._display is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._display is not None:
            self._over.set()
            self._thread.join()
            self._display.close()

    def _watch(self) -> None:
        assert self._display is not None
        pace = Pace(max(PACE_SECONDS, self._display.every))
        pace.take(self._read())
        while not self._over.wait(self._display.every):
            now = self._read()
            pace.take(now)
            self._display.show(now, pace)


def display_of(choice: str, messages: Messages) -> Display | None:
    """The display for a value of `--progress`."""
    if choice == "auto":
        terminal = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        choice = "bar" if terminal else "plain"
    if choice == "bar":
        from cordwood.cli.bar import Bar

        return Bar(messages, _BAR_EVERY)
    return Plain(messages) if choice == "plain" else None
