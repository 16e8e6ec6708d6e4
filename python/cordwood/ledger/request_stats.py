"""Counts of the requests of an upload."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cordwood.client.answer import Fate
from cordwood.report.entries import ErrorCount
from cordwood.report.latencies import LatencyHistogram

if TYPE_CHECKING:
    from cordwood.client.answer import Answer

MAX_CODES = 50
"""Error codes that are counted separately; any further ones are counted as `other`."""

_MAX_MESSAGE_LENGTH = 500
"""Characters of an error's message that are kept."""


@dataclass(slots=True)
class RequestStats:
    """Counts requests by what became of them, in bounded memory. Threads must not share it."""

    requests: int = 0
    retries: int = 0
    throttles: int = 0
    wire_bytes: int = 0
    closed_by: dict[str, int] = field(default_factory=dict)
    """Batches by why they closed; one is one request, if it is not repeated or taken apart."""
    by_fate: dict[str, int] = field(default_factory=lambda: dict.fromkeys(map(str, Fate), 0))
    errors: dict[str, ErrorCount] = field(default_factory=dict)
    latencies: LatencyHistogram = field(default_factory=LatencyHistogram)

    def count(self, answer: Answer, *, repeated: bool, seconds: float) -> None:
        """Count the requests of an answer; see `Ledger.count_answer`."""
        self.requests += answer.requests
        self.retries += answer.requests - (not repeated)
        self.wire_bytes += answer.wire_bytes
        self.by_fate[answer.fate] += 1
        # The other requests of one answer were refused, for their token or because the stream was missing.
        self.by_fate[Fate.REFUSED] += answer.requests - 1
        if answer.fate is Fate.ACCEPTED:
            self.latencies.add(seconds)
            return
        self.throttles += answer.throttled
        code = _code(answer)
        if code not in self.errors and len(self.errors) >= MAX_CODES:
            code = "other"
        found = self.errors.get(code) or ErrorCount(0, answer.request_id, answer.why[:_MAX_MESSAGE_LENGTH])
        self.errors[code] = found._replace(requests=found.requests + 1)


def _code(answer: Answer) -> str:
    """Return the key that the error is counted under."""
    if answer.code:
        return answer.code
    if answer.status is not None and answer.status != 200:
        return f"status {answer.status}"
    return type(answer.exception).__name__ if answer.exception is not None else "no valid response"
