"""Whether bodies are compressed: as the caller wishes, or as the first compressed request shows.

That the service accepts gzip is not documented; Amazon's own agent relies on it. So `auto` tries it with one request.
It stops compressing only if a compressed body is refused and the same body is accepted plain.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordwood.client.answer import Answer
    from cordwood.options.types import Compression

_REFUSALS = {"SerializationException", "UnsupportedMediaTypeException"}


class BodyCompression:
    """Decides for each request. Threads share it.

    Args:
        wish: the caller's.
        is_aws: whether the endpoint is one of Amazon's own; `auto` compresses for no other.

    """

    def __init__(self, wish: Compression, *, is_aws: bool) -> None:
        self._lock = threading.Lock()
        self._always = wish == "gzip"
        self._wanted = self._always or (wish == "auto" and is_aws)
        self._known = self._always
        self._trying = False
        self.note = ""
        """Why bodies are not compressed any more, in a few words; empty if there is nothing to explain."""

    @property
    def used(self) -> str:
        """`gzip` or `none`: what bodies are sent with now."""
        return "gzip" if self._wanted and self._known else "none"

    def begin(self) -> bool:
        """Return whether the next request is compressed; if so, `end` must follow.

        Until a compressed body was accepted, one request at a time is compressed, and the others are not.
        """
        with self._lock:
            if self._known or not self._wanted:
                return self._wanted
            trying, self._trying = self._trying, True
            return not trying

    def is_refused(self, answer: Answer) -> bool:
        """Return whether an answer to a compressed body may be about its compression, so it is worth sending plain."""
        return not self._always and (answer.status == 415 or answer.code in _REFUSALS)

    def end(self, *, taken: bool, refusal: Answer | None) -> None:
        """Learn from a request that was begun compressed.

        Args:
            taken: the service accepted the compressed body.
            refusal: its answer to the compressed body, if it accepted the same body plain.

        """
        with self._lock:
            self._trying = False
            if taken:
                self._known = True
            elif refusal is not None:
                self._wanted = False
                self.note = f"a compressed body was refused ({refusal.why}), and the same body taken plain"
