"""What the requests of an upload came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cordwood.client.answer import Fate
from cordwood.report.entries import ErrorCount
from cordwood.report.latencies import LatencyHistogram

if TYPE_CHECKING:
    from cordwood.client.answer import Answer

MOST_CODES = 50
"""Error codes that are kept apart; what comes beyond is `other`."""

_LONGEST_MESSAGE = 500
"""Characters that are kept of an error's message."""


@dataclass(slots=True)
class RequestStats:
    """Counts requests by what became of them, in bounded memory. Not made for threads to share."""

    requests: int = 0
    retries: int = 0
    throttles: int = 0
    wire_bytes: int = 0
    by_fate: dict[str, int] = field(default_factory=lambda: dict.fromkeys(map(str, Fate), 0))
    errors: dict[str, ErrorCount] = field(default_factory=dict)
    latencies: LatencyHistogram = field(default_factory=LatencyHistogram)

    def count(self, answer: Answer, *, repeated: bool, seconds: float) -> None:
        """Count the requests of an answer; see `Ledger.count_answer`."""
        self.requests += answer.requests
        self.retries += answer.requests - (not repeated)
        self.wire_bytes += answer.wire_bytes
        self.by_fate[answer.fate] += 1
        # The others of one answer were refused, for a token or for a stream that was missing.
        self.by_fate[Fate.REFUSED] += answer.requests - 1
        if answer.fate is Fate.ACCEPTED:
            self.latencies.add(seconds)
            return
        self.throttles += answer.throttled
        code = _code(answer)
        if code not in self.errors and len(self.errors) >= MOST_CODES:
            code = "other"
        found = self.errors.get(code) or ErrorCount(0, answer.request_id, answer.why[:_LONGEST_MESSAGE])
        self.errors[code] = found._replace(requests=found.requests + 1)


def _code(answer: Answer) -> str:
    """What kind of error it is, for the counts by code."""
    if answer.code:
        return answer.code
    if answer.status is not None and answer.status != 200:
        return f"status {answer.status}"
    return type(answer.exception).__name__ if answer.exception is not None else "no answer that counts"
