"""Whether bodies go out compressed: told by the caller, or found out with the first that does.

That the service takes gzip is not documented; Amazon's own agent relies on it. So `auto` tries it with one request, and
only where a compressed body is refused and the same body, sent plain, is taken, is compression to blame, and left off.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordwood.client.answer import Answer
    from cordwood.policies import Compression

_REFUSALS = {"SerializationException", "UnsupportedMediaTypeException"}


class BodyCompression:
    """Decides for each request. Threads share it.

    Args:
        wish: as the caller has it.
        is_aws: the endpoint is one of Amazon's own; `auto` compresses for no other.

    """

    def __init__(self, wish: Compression, *, is_aws: bool) -> None:
        self._lock = threading.Lock()
        self._always = wish == "gzip"
        self._wanted = self._always or (wish == "auto" and is_aws)
        self._known = self._always
        self._trying = False
        self.note = ""
        """Why it is as it is, in a few words; empty where nothing is to be said."""

    @property
    def used(self) -> str:
        """`gzip` or `none`, as it stands now."""
        return "gzip" if self._wanted and self._known else "none"

    def begin(self) -> bool:
        """Whether the next request goes out compressed. Until one was taken, one at a time does, and others plain."""
        with self._lock:
            if self._known or not self._wanted:
                return self._wanted
            trying, self._trying = self._trying, True
            return not trying

    def is_refused(self, answer: Answer) -> bool:
        """Whether this answer to a compressed body may be about its compression, so that it is to be sent plain."""
        return not self._always and (answer.status == 415 or answer.code in _REFUSALS)

    def took_compressed(self) -> None:
        """The service took a compressed body."""
        with self._lock:
            self._known, self._trying = True, False

    def took_plain(self, refusal: Answer) -> None:
        """The service took the body plain that it had refused compressed."""
        with self._lock:
            self._wanted = self._trying = False
            self.note = f"a compressed body was refused ({refusal.why}), and the same body taken plain"

    def learned_nothing(self) -> None:
        """Neither: another request may try."""
        with self._lock:
            self._trying = False
