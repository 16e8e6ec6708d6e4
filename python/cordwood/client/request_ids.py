"""The ids of responses: one that was seen before is another request's, on a connection that is out of step."""

from __future__ import annotations

import threading
from collections import deque

_REMEMBERED = 4096
"""A response that comes twice comes to the next request, or to one soon after."""


class RequestIds:
    """Remembers the request ids of responses. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: set[str] = set()
        self._in_order: deque[str] = deque()
        self._repeated: str | None = None
        self._are_constant = False

    def is_another_requests(self, request_id: str) -> bool:
        """Note the id of a response, and return whether that is another request's.

        Some emulators give all responses one id: if one comes twice in a row, although the connections were closed in
        between, ids say nothing.
        """
        with self._lock:
            if request_id not in self._seen:
                self._note(request_id)
                return False
            self._are_constant |= self._repeated == request_id
            self._repeated = request_id
            return not self._are_constant

    def _note(self, request_id: str) -> None:
        self._repeated = None
        self._seen.add(request_id)
        self._in_order.append(request_id)
        if len(self._in_order) > _REMEMBERED:
            self._seen.discard(self._in_order.popleft())
