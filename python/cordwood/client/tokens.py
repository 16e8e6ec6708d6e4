"""Sequence tokens, one chain for each log stream.

Today's service ignores them. Older and emulated endpoints require them: each call carries the `nextSequenceToken` of
the call before; the first call to a new stream carries none.
"""

from __future__ import annotations

import threading

Stream = tuple[str, str]
"""Log group name and log stream name."""


class SequenceTokens:
    """The next token of each stream, as far as known. Threads may share it."""

    def __init__(self) -> None:
        self._tokens: dict[Stream, str | None] = {}
        self._lock = threading.Lock()

    def next_of(self, stream: Stream) -> str | None:
        """Return the token for the stream's next call; None if none is known or needed."""
        with self._lock:
            return self._tokens.get(stream)

    def learn(self, stream: Stream, token: str | None) -> None:
        """Remember the token that the service returned."""
        with self._lock:
            self._tokens[stream] = token

    def forget(self, stream: Stream) -> None:
        """Forget the token, because the stream is new or gone: its next call carries none."""
        with self._lock:
            self._tokens.pop(stream, None)
