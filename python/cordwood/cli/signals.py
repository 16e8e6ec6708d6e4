"""What Ctrl-C and `kill` do to a command. Only the command line installs handlers; the library never does."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

from cordwood.cli.exit_codes import TERMINATED
from cordwood.cli.stderr import Messages

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Meanwhile SIGINT and SIGTERM end the command with its own exit code, and what it opened is closed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT), signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(TERMINATED)


class Signals:
    """While it is entered, the first SIGINT or SIGTERM stops the job in good order, and a second ends at once.

    Args:
        stop: called once, from the handler, with the reason in words.
        messages: where it is said.
        shutdown_timeout: seconds that the job gives requests under way, to be said.

    """

    def __init__(self, stop: Callable[[str], None], messages: Messages, shutdown_timeout: float) -> None:
        self._stop = stop
        self._shutdown_timeout = shutdown_timeout
        self._messages = messages
        self._before: dict[signal.Signals, Any] = {}
        self.exit_code: int | None = None
        """128 plus the number of the signal that came; None while none did."""

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._handle) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        if self.exit_code is not None:
            self._messages.say_from_handler(
                f"{name} again: ended at once. What became of the events under way is not known", last=True
            )
            os._exit(128 + number)
        self.exit_code = 128 + number
        self._messages.say_from_handler(
            f"{name}: stopping. Requests under way are given {self._shutdown_timeout:g} s to be answered, then comes "
            "the report; once more ends at once"
        )
        self._stop(f"interrupted ({name})")
