"""What waits to be sent, what is under way, and who may go next.

Requests to one stream run side by side, unless they must not: where the caller wants them in order, and where the
endpoint insists on sequence tokens, of which each request's answer names the next one's. Such a stream is a lane, with
one request under way at a time.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordwood._core import Batch
    from cordwood.ledger.ledger import Stop

_WAITING_PER_WORKER = 2
"""Batches that wait for each worker: enough to keep it busy while the next one is read, some 2 MB."""

_LEAST_WAITING = 4

_SLICE = 0.25
"""Seconds after which whoever waits wakes up in between."""


@dataclass(slots=True, eq=False)
class Piece:
    """A batch on its way, or what a refusal or its events' age left of one."""

    batch: Batch
    log_stream_name: str
    ordinal: int
    """Of the batch, among all that were taken."""
    key: int
    """Its own, among all pieces."""
    attempts: int = 0
    """Requests that went out with it, or with what it is a part of."""
    lost: bool = False
    """An answer for it was lost: it may be stored."""
    on_the_wire: bool = False
    """A request is out, or its answer is not understood yet."""
    claimed: bool = False
    """Somebody settles it, and nobody else may."""
    in_lane: bool = False
    """It was taken when nothing else of its stream was under way, and carries the stream's token."""
    unsure: bool = False
    """It waits for another's answer to tell the service's clock."""
    intended: bool = False
    """The journal knows that a request with it may be out."""
    first_position: int = 0
    """The lowest of its events, where a journal wants to know."""
    nbytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.nbytes = self.batch.nbytes

    def part(self, batch: Batch, key: int) -> Piece:
        """A piece of some of its events."""
        return Piece(
            batch,
            self.log_stream_name,
            self.ordinal,
            key,
            attempts=self.attempts,
            lost=self.lost,
            first_position=self.first_position,
        )


class Queue:
    """Pieces that wait and those under way. All threads of an upload share it; `changed` guards it.

    Args:
        workers: how many take from it.
        ordered: every stream is a lane.
        max_memory: bytes of events in it, each counted twice while it is sent, for its body; beyond, it is full.

    """

    def __init__(self, *, workers: int, ordered: bool = False, max_memory: int | None = None) -> None:
        self.changed = threading.Condition()
        self.stopped: Stop | None = None
        """Why nothing more is sent; None while it is."""
        self.closing = False
        self._all_lanes = ordered or workers == 1
        self._most_waiting = max(_LEAST_WAITING, _WAITING_PER_WORKER * workers)
        self._max_memory = max_memory
        self._waiting: deque[Piece] = deque()
        self._under_way: dict[Piece, None] = {}
        self._busy: set[str] = set()
        """Lanes with a request under way."""
        self._lanes: set[str] = set()
        """Streams whose endpoint insists on tokens."""
        self._keys = 0
        self._batches = 0

    # --- who fills it -----------------------------------------------------------------------------------------

    def put(self, batch: Batch, log_stream_name: str) -> Piece:
        """Take a batch; the caller holds `changed`."""
        self._batches += 1
        piece = Piece(batch, log_stream_name, self._batches, self.new_key())
        self._waiting.append(piece)
        return piece

    def has_room(self) -> bool:
        """Whether whoever fills it may go on."""
        if self.stopped is not None:
            return True
        if len(self._waiting) > self._most_waiting:
            return False
        return self._max_memory is None or self._held_bytes() <= self._max_memory or not self._waiting

    def _held_bytes(self) -> int:
        return sum(piece.nbytes for piece in self._waiting) + 2 * sum(piece.nbytes for piece in self._under_way)

    def new_key(self) -> int:
        """A key that no other piece has."""
        with self.changed:
            self._keys += 1
            return self._keys

    # --- who empties it ---------------------------------------------------------------------------------------

    def take(self) -> Piece | None:
        """The next piece that may go out, once there is one; None once it is closing and empty."""
        with self.changed:
            while (piece := self._next()) is None:
                if self.closing and self.idle:
                    return None
                self.changed.wait()
            self._under_way[piece] = None
            self.changed.notify_all()
            return piece

    def _next(self) -> Piece | None:
        for index, piece in enumerate(self._waiting):
            piece.in_lane = self._all_lanes or piece.log_stream_name in self._lanes
            if piece.in_lane and self.stopped is None:
                if piece.log_stream_name in self._busy or self._is_under_way(piece.log_stream_name):
                    continue
                self._busy.add(piece.log_stream_name)
            del self._waiting[index]
            return piece
        return None

    def _is_under_way(self, log_stream_name: str) -> bool:
        return any(piece.log_stream_name == log_stream_name for piece in self._under_way)

    def make_lane(self, piece: Piece) -> None:
        """Put a piece back: its stream is a lane from now on."""
        with self.changed:
            self._lanes.add(piece.log_stream_name)
            if not piece.claimed:
                self._put_back(piece)
            self._leave(piece)

    def replace(self, piece: Piece, batches: Iterable[Batch]) -> None:
        """Put what is left of a piece in its place, to go before all that comes after it."""
        with self.changed:
            if not piece.claimed:
                piece.claimed = True
                for batch in reversed(list(batches)):
                    self._put_back(piece.part(batch, self.new_key()))
            self._leave(piece)

    def _put_back(self, piece: Piece) -> None:
        before = next((i for i, other in enumerate(self._waiting) if other.ordinal >= piece.ordinal), None)
        self._waiting.insert(len(self._waiting) if before is None else before, piece)

    def set_aside(self, piece: Piece, batches: Iterable[Batch], rest: Batch | None) -> list[Piece] | None:
        """Part some events from a piece that is under way, for the caller to settle apart; None where it is too late.

        Args:
            piece: what they are part of.
            batches: the events.
            rest: what remains; None where nothing does, and the piece is done with.

        """
        with self.changed:
            if piece.claimed:
                return None
            asides = [piece.part(batch, self.new_key()) for batch in batches]
            for aside in asides:
                aside.claimed = True
                self._under_way[aside] = None
            if rest is None:
                piece.claimed = True
                self._leave(piece)
            else:
                piece.batch, piece.nbytes = rest, rest.nbytes
            return asides

    def wait_for_another(self, piece: Piece, until: Callable[[], bool]) -> None:
        """Wait until something holds, or no other piece is under way whose answer could bring it about."""

        def nobody_else() -> bool:
            return all(other is piece or other.unsure or other.claimed for other in self._under_way)

        with self.changed:
            piece.unsure = True
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.stopped is not None or until() or nobody_else())
            piece.unsure = False

    def claim(self, piece: Piece) -> bool:
        """Whether the caller may settle a piece: the first who asks."""
        with self.changed:
            claimed, piece.claimed = piece.claimed, True
            return not claimed

    def finish(self, piece: Piece) -> None:
        """Let go of a piece that is settled."""
        with self.changed:
            self._leave(piece)

    def _leave(self, piece: Piece) -> None:
        piece.on_the_wire = False
        self._under_way.pop(piece, None)
        if piece.in_lane:
            self._busy.discard(piece.log_stream_name)
            piece.in_lane = False
        self.changed.notify_all()

    # --- who waits for it -------------------------------------------------------------------------------------

    def stop(self, why: Stop) -> None:
        """Send nothing more; the first reason counts."""
        with self.changed:
            self.stopped = self.stopped or why
            self.changed.notify_all()

    def wait(self, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait for something to hold; whether it did in time."""
        end = math.inf if timeout is None else time.monotonic() + timeout
        with self.changed:
            # In slices: a signal that comes just before the main thread blocks, or that another thread is interrupted
            # by, has its handler run only once this one wakes up.
            while not self.changed.wait_for(until, max(0.0, min(_SLICE, end - time.monotonic()))):
                if time.monotonic() >= end:
                    return False
            return True

    @property
    def idle(self) -> bool:
        """Whether everything taken is settled."""
        return not self._waiting and not self._under_way

    @property
    def batches(self) -> int:
        """How many were taken."""
        return self._batches

    @property
    def busy(self) -> int:
        """How many workers could be at work."""
        return len(self._waiting) + len(self._under_way)

    @property
    def in_flight(self) -> int:
        """How many requests are out."""
        with self.changed:
            return sum(piece.on_the_wire for piece in self._under_way)

    def settled_up_to(self, ordinal: int) -> bool:
        """Whether the batches up to this one are settled."""
        return all(piece.ordinal > ordinal for piece in self.held())

    def held(self) -> Iterator[Piece]:
        """All pieces that are not settled; the caller holds `changed`."""
        yield from self._under_way
        yield from self._waiting

    def abandon(self) -> list[Piece]:
        """Claim all pieces that nobody settles: whoever has them hangs in a request. The caller settles them."""
        with self.changed:
            left = [piece for piece in self.held() if not piece.claimed]
            for piece in left:
                piece.claimed = True
                piece.lost |= piece.on_the_wire
            self._under_way.update(dict.fromkeys(left))
            self._waiting.clear()
            return left
