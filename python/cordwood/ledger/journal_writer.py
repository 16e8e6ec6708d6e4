"""What a delivery tells its journal: what may be out before it goes out, and what became of it.

A position is settled in the journal once its event has an outcome that a later run must not change. Events of unknown
fate stay in doubt, and undelivered ones are as if they had never been read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cordwood._core import pack_positions, packed_range, unpack_positions
from cordwood._model import Outcome, Rejected

if TYPE_CHECKING:
    from cordwood.delivery.queue import Piece, Queue
    from cordwood.journal import Journal
    from cordwood.ledger.ledger import Account


class Recording:
    """Tells the journal; does next to nothing where there is none.

    Args:
        journal: may be None.
        queue: tells what else is on its way.
        account: is told of what earlier runs left in doubt and is sent again.
        at_most_once: what is of unknown fate stays so, for no later run may send it again.

    Attributes:
        held_from: the lowest position that the source still holds, or will read next. Guarded by the queue's lock.

    """

    def __init__(self, journal: Journal | None, queue: Queue, account: Account, *, at_most_once: bool = False) -> None:
        self._journal = journal
        self._open = {Outcome.UNDELIVERED} if at_most_once else {Outcome.UNDELIVERED, Outcome.UNKNOWN}
        """Outcomes that a later run may change."""
        self._queue = queue
        self._account = account
        self.held_from = 0
        self._lowest_open: int | None = None
        self._in_doubt = {
            position for packed in (journal.in_doubt if journal else ()) for position in unpack_positions(packed)
        }
        # Of split events whose parts are not all decided: they stay in doubt under a key of their own.
        self._split_keys: dict[int, int] = {}

    def take(self, piece: Piece) -> None:
        """A piece came into the queue; the caller holds its lock."""
        if self._journal is not None:
            found = packed_range(piece.batch.packed_positions(whole_events_only=False))
            piece.first_position = found[0] if found else 0

    def intend(self, piece: Piece) -> None:
        """A request with this piece is about to go out."""
        if self._journal is not None and not piece.intended:
            self._journal.intend(piece.key, piece.batch.packed_positions(whole_events_only=False))
            piece.intended = True

    def withdraw(self, piece: Piece) -> None:
        """Nothing of this piece is stored, and it will be sent again, as it is or in halves."""
        if self._journal is not None and piece.intended and not piece.lost:
            self._journal.withdraw(piece.key)
            piece.intended = False

    def doubt(self, piece: Piece, rejected: Iterable[Rejected], *, twice: bool) -> int:
        """Have those accepted events counted that may be stored twice: of this run, and of earlier ones; how many."""
        if twice:
            return self._account.doubt(piece.batch, rejected)
        if self._in_doubt and (others := self._in_doubt.intersection(piece.batch.positions)):
            return self._account.doubt(piece.batch, rejected, only=others)
        return 0

    def settle(
        self,
        piece: Piece,
        outcome: Outcome,
        rejected: Iterable[Rejected],
        decided: Mapping[int, Outcome],
        doubted: int = 0,
    ) -> None:
        """The events of a piece have their outcome.

        Args:
            piece: is still in the queue.
            outcome: of its events.
            rejected: those that ended otherwise.
            decided: split events whose last part was in it.
            doubted: how many of them may be stored twice.

        """
        journal = self._journal
        if journal is None:
            return
        others = {found.position: found.outcome for found in rejected}
        if outcome in self._open:
            self._leave_open(piece.first_position)
            if outcome is Outcome.UNDELIVERED:
                self.withdraw(piece)
            return
        parts = {position for position, _, _ in piece.batch.parts}
        if not (parts or others):
            packed = piece.batch.packed_positions()
            counts = {outcome: len(piece.batch)}
        else:
            outcomes = {
                position: others.get(position, outcome) for position in piece.batch.positions if position not in parts
            }
            outcomes |= decided
            still_open = sorted(position for position, found in outcomes.items() if found in self._open)
            if still_open or parts - decided.keys():
                self._keep_in_doubt(sorted({*still_open, *(parts - decided.keys())}))
            for position in still_open:
                del outcomes[position]
                self._leave_open(position)
            packed = pack_positions(sorted(outcomes))
            counts = dict(Counter(outcomes.values()))
        journal.settle(piece.key, packed, counts, self._settled_below(piece), doubted)
        for position in decided.keys() & self._split_keys.keys():
            if decided[position] not in self._open:
                journal.withdraw(self._split_keys.pop(position))

    def _keep_in_doubt(self, positions: list[int]) -> None:
        assert self._journal is not None
        for position in positions:
            if position not in self._split_keys:
                self._split_keys[position] = self._queue.new_key()
                self._journal.intend(self._split_keys[position], pack_positions([position]))

    def _leave_open(self, position: int) -> None:
        with self._queue.changed:
            self._lowest_open = position if self._lowest_open is None else min(self._lowest_open, position)

    def _settled_below(self, settled: Piece) -> int:
        """Below this position every event has its outcome, and the journal knows it or is just being told."""
        with self._queue.changed:
            # Those that are being settled by others count as not settled: the journal may not know them yet.
            held = [piece.first_position for piece in self._queue.held() if piece is not settled]
            lowest = [] if self._lowest_open is None else [self._lowest_open]
            return min([self.held_from, *held, *lowest])
