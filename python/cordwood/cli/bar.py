"""The bar. A module of its own, so that rich is imported only where one is shown."""

from __future__ import annotations

import contextlib
import sys

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task
from rich.table import Column
from rich.text import Text

from cordwood.cli.pace import Numbers, Pace, facts
from cordwood.cli.stderr import Messages

_SHORTEST_BAR = 10


class _Facts(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(str(task.fields["facts"]), no_wrap=True)


class Bar:
    """One line at the foot of a terminal: a bar, and as many facts beside it as its width takes.

    Args:
        messages: says lines above it.
        every: seconds between two looks.

    """

    def __init__(self, messages: Messages, every: float) -> None:
        self.every = every
        self._messages = messages
        self._console = Console(file=sys.stderr, force_terminal=True, markup=False, highlight=False)
        self._progress = Progress(
            BarColumn(bar_width=None, table_column=Column(ratio=1)),
            _Facts(table_column=Column(no_wrap=True)),
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            expand=True,
        )
        self._task = self._progress.add_task("", total=None, facts="")

    def show(self, now: Numbers, pace: Pace) -> None:
        """Draw it anew."""
        said = facts(now, pace)
        # One line, whatever the width: messages rely on it to clear it away.
        while len(said) > 1 and len("  ".join(said)) > self._console.width - _SHORTEST_BAR - 2:
            said.pop()
        share = now.share
        with self._messages.lock, contextlib.suppress(OSError, ValueError):
            self._progress.update(
                self._task, total=None if share is None else 1.0, completed=share or 0.0, facts="  ".join(said)
            )
            if self._messages.bar_shown:
                self._progress.refresh()
            else:
                self._messages.bar_shown = True
                self._progress.start()

    def close(self) -> None:
        """Clear it away, and show the cursor again."""
        with self._messages.lock, contextlib.suppress(OSError, ValueError):
            if self._messages.bar_shown:
                self._messages.bar_shown = False
                self._progress.stop()
