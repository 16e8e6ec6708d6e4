"""Sequence tokens, one chain a log stream.

Today's service ignores them. Older and emulated endpoints insist: each call carries the `nextSequenceToken` of the
call before, a new stream's first call carries none.
"""

from __future__ import annotations

import threading

Stream = tuple[str, str]
"""Log group name and log stream name."""


class SequenceTokens:
    """What is known of each stream's next token. Threads may share it."""

    def __init__(self) -> None:
        self._tokens: dict[Stream, str | None] = {}
        self._lock = threading.Lock()

    def next_of(self, stream: Stream) -> str | None:
        """The token that the stream's next call carries; None where none is known or needed."""
        with self._lock:
            return self._tokens.get(stream)

    def learn(self, stream: Stream, token: str | None) -> None:
        """Remember what the service said."""
        with self._lock:
            self._tokens[stream] = token

    def forget(self, stream: Stream) -> None:
        """The stream is new or gone: its next call carries none."""
        with self._lock:
            self._tokens.pop(stream, None)
