"""What an upload records in its journal: what may be out before it goes out, and which outcomes are final.

An outcome is final if a later run must not change it. Events of unknown outcome stay in doubt, and undelivered ones
are to the journal as if they had never been read.
"""

from __future__ import annotations

import itertools
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from typing import TYPE_CHECKING, NamedTuple

from cordwood._core import pack_positions, packed_range, unpack_positions
from cordwood._model import Outcome, Rejected

if TYPE_CHECKING:
    from cordwood._core import Batch
    from cordwood.journal import Journal


class Settlement(NamedTuple):
    """What a journal records once the events of a request have their outcome."""

    settled: bytes
    """Packed positions of the events whose outcome is final."""
    counts: Mapping[Outcome, int]
    """Those events, by outcome."""
    still_open: list[int]
    """Positions of the events that a later run has to send again."""
    in_doubt: list[int]
    """Those that may be stored, and the split events of which parts are still under way."""
    decided: list[int]
    """The split events among those settled."""


def settlement_of(
    batch: Batch,
    outcome: Outcome,
    rejected: Iterable[Rejected],
    decided: Mapping[int, Outcome],
    open_outcomes: Set[Outcome],
) -> Settlement | None:
    """Return what is settled once the events of a batch have this outcome; None if nothing is.

    Args:
        batch: the events.
        outcome: theirs, except for those rejected.
        rejected: events of the batch with another outcome.
        decided: split events of which the last part was in the batch, by position, with their outcome.
        open_outcomes: outcomes that a later run may change.

    """
    if outcome in open_outcomes:
        return None
    others = {found.position: found.outcome for found in rejected}
    split = {position for position, _, _ in batch.parts}
    if not (split or others):
        return Settlement(batch.packed_positions(), {outcome: len(batch)}, [], [], [])
    outcomes = {position: others.get(position, outcome) for position in batch.positions if position not in split}
    outcomes |= decided
    still_open = sorted(position for position, found in outcomes.items() if found in open_outcomes)
    final = {position: found for position, found in outcomes.items() if found not in open_outcomes}
    return Settlement(
        pack_positions(sorted(final)),
        dict(Counter(final.values())),
        still_open,
        sorted({*still_open, *(split - decided.keys())}),
        sorted(decided.keys() & final.keys()),
    )


class JournalWriter:
    """Records in a journal what is sent and settled; does next to nothing without one. Threads share it.

    Args:
        journal: None to record nothing.
        at_most_once: an unknown outcome is final, because no later run may send the event again.

    """

    def __init__(self, journal: Journal | None, *, at_most_once: bool = False) -> None:
        self._journal = journal
        self._open_outcomes = {Outcome.UNDELIVERED} if at_most_once else {Outcome.UNDELIVERED, Outcome.UNKNOWN}
        self._in_doubt = {
            position for packed in (journal.in_doubt if journal else ()) for position in unpack_positions(packed)
        }
        self._intended: set[int] = set()
        self._lock = threading.Lock()
        self._lowest_open = sys.maxsize
        # An intent of their own for each event that stays in doubt beyond its request. Below 0 are no keys of requests.
        self._event_keys: dict[int, int] = {}
        self._new_event_keys = itertools.count(-1, -1)

    def first_position(self, batch: Batch) -> int:
        """Return the lowest position in a batch; 0 without a journal, which needs none."""
        if self._journal is None:
            return 0
        found = packed_range(batch.packed_positions(whole_events_only=False))
        return found[0] if found else 0

    def in_doubt_among(self, batch: Batch) -> set[int]:
        """Return the positions in a batch of events that earlier runs left in doubt."""
        return self._in_doubt.intersection(batch.positions) if self._in_doubt else set()

    def intend(self, key: int, batch: Batch) -> bool:
        """Record that a request with these events is about to go out. On return it is on the disk.

        Returns:
            False if it could not be recorded, and the request must not go out.

        """
        if self._journal is None or key in self._intended:
            return True
        if not self._journal.intend(key, batch.packed_positions(whole_events_only=False)):
            return False
        self._intended.add(key)
        return True

    @property
    def fault(self) -> str:
        """Why nothing is recorded any more; empty if nothing failed."""
        return self._journal.broken if self._journal else ""

    def withdraw(self, key: int) -> None:
        """Record that the events of this request are not stored, and will be sent again or not at all."""
        if self._journal is not None and key in self._intended:
            self._journal.withdraw(key)
            self._intended.discard(key)

    def settle(
        self,
        key: int,
        batch: Batch,
        outcome: Outcome,
        rejected: Iterable[Rejected],
        decided: Mapping[int, Outcome],
        *,
        first_position: int,
        settled_below: int,
        possible_duplicates: int = 0,
    ) -> None:
        """Record the outcome of the events of a request.

        Args:
            key: of the request.
            batch: the events.
            outcome: theirs, except for those rejected.
            rejected: events of the batch with another outcome.
            decided: split events of which the last part was in the batch, by position, with their outcome.
            first_position: a lower bound for the positions of the events.
            settled_below: the position below which all other events have an outcome, as the queue knows it.
            possible_duplicates: how many of the events may be stored twice.

        """
        journal = self._journal
        if journal is None:
            return
        settlement = settlement_of(batch, outcome, rejected, decided, self._open_outcomes)
        if settlement is None:
            self._leave_open([first_position])
            if outcome is Outcome.UNDELIVERED:
                self.withdraw(key)
            self._intended.discard(key)
            return
        self._keep_in_doubt(journal, settlement.in_doubt)
        self._leave_open(settlement.still_open)
        # Read after the queue was asked: an event that another thread left open meanwhile is in one of the two.
        below = min(settled_below, self._lowest_open)
        journal.settle(key, settlement.settled, settlement.counts, below, possible_duplicates)
        self._intended.discard(key)
        # Only now: between the two records a crash leaves the event in doubt, and does not lose it.
        for position in settlement.decided:
            if (event_key := self._event_keys.pop(position, None)) is not None:
                journal.withdraw(event_key)

    def _keep_in_doubt(self, journal: Journal, positions: list[int]) -> None:
        for position in positions:
            if position not in self._event_keys:
                self._event_keys[position] = next(self._new_event_keys)
                journal.intend(self._event_keys[position], pack_positions([position]))

    def _leave_open(self, positions: list[int]) -> None:
        with self._lock:
            self._lowest_open = min([self._lowest_open, *positions])
