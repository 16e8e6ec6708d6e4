"""Events that one request must carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cordwood._core import Batch, Limits, batches
from cordwood.errors import LimitError

if TYPE_CHECKING:
    from collections.abc import Iterable


def one_batch(log_events: Iterable[Any]) -> Batch:
    """Return the events as one batch, sorted.

    Raises:
        LimitError: they do not fit one; the message names each limit that they exceed.
        EventError: one of them is not a legal log event.

    """
    # Works for an iterator, too: what fits one request fits one open batch, whatever its order.
    cut = list(batches(log_events))
    if len(cut) == 1:
        return cut[0]
    if not cut:
        raise LimitError("no log events: a PutLogEvents request carries at least 1")
    limits = Limits()
    measured = {
        "events": (sum(map(len, cut)), limits.max_batch_events),
        "bytes (each message's UTF-8 plus 26)": (sum(batch.nbytes for batch in cut), limits.max_batch_bytes),
        "ms from first to last timestamp": (
            max(batch.last_timestamp for batch in cut) - min(batch.first_timestamp for batch in cut),
            limits.max_batch_span_ms,
        ),
    }
    broken = [f"{value:,} {what}, at most {limit:,}" for what, (value, limit) in measured.items() if value > limit]
    raise LimitError(
        f"the log events do not fit one PutLogEvents request: {'; '.join(broken)}. cordwood.batches(events) cuts them "
        f"into {len(cut)} that do"
    )
