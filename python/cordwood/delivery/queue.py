"""The queue of batches: what waits to be sent, what is under way, and which worker may send what next.

Requests to one stream run in parallel, except where they must not: if the caller asks for order, or if the endpoint
insists on sequence tokens, of which each response names the next one. Such a stream is a lane: it has at most one
request under way.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordwood._core import Batch
    from cordwood.delivery.clock import Clock
    from cordwood.delivery.stop_policy import Stop

_MAX_WAITING_PER_WORKER = 2
"""Batches that wait for each worker: enough to keep it busy while the next one is read, some 2 MB."""

_MIN_WAITING = 4

_WAKE_UP_EVERY = 0.25
"""Seconds after which a waiting thread wakes up, so that Python can run a signal handler in it."""


_SOON = 0.5
"""Seconds in which a source that has more gives the next batch."""


class State(StrEnum):
    """Where a piece is between the queue and its outcome."""

    WAITING = "waiting"
    """In the queue."""
    TAKEN = "taken"
    """A worker has it, and no request with it is out."""
    WAITING_FOR_CLOCK = "waiting_for_clock"
    """A worker has it, and waits for the response to another piece, which brings the service's time."""
    SENT = "sent"
    """A request with it is out, or its response is not yet understood."""
    SETTLING = "settling"
    """One thread is settling it; no other may."""
    DONE = "done"
    """It is settled, or others have taken its place."""


_CLAIMED = (State.SETTLING, State.DONE)


@dataclass(slots=True, eq=False)
class Piece:
    """A batch, or what remains of one after some of its events were refused or grew too old.

    Only `Queue` changes it.
    """

    batch: Batch
    log_stream_name: str
    ordinal: int
    """The number of its batch, in the order in which batches were put."""
    key: int
    """Unlike that of any other piece."""
    first_position: int = 0
    """A lower bound for the positions of its events; 0 unless a journal needs it."""
    attempts: int = 0
    """Requests that went out with it, or with the piece that it is a part of."""
    may_be_stored: bool = False
    """The response to one of those requests was lost."""
    is_deferred: bool = False
    """It was put behind others once, which show first what time it is for the service."""
    in_lane: bool = False
    """It was taken while nothing else of its stream was under way, and carries the stream's token."""
    state: State = State.WAITING
    nbytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.nbytes = self.batch.nbytes


class Queue:
    """Pieces that wait and those under way, with every transition between their states. Threads share it.

    Args:
        clock: measures how long a worker pauses.
        workers: how many threads take from it.
        ordered: treat every stream as a lane.
        max_memory: bytes of events in it beyond which it is full. Each counts twice while it is sent, for its body.

    """

    def __init__(self, clock: Clock, *, workers: int, ordered: bool = False, max_memory: int | None = None) -> None:
        self._clock = clock
        # Held by itself: a condition's `with` runs Python code, and an interrupt in it would leave the lock taken.
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._stopped: Stop | None = None
        self._closing = False
        self._all_lanes = ordered or workers == 1
        self._max_waiting = max(_MIN_WAITING, _MAX_WAITING_PER_WORKER * workers)
        self._max_memory = max_memory
        self._waiting: deque[Piece] = deque()
        self._under_way: dict[Piece, None] = {}
        self._busy: set[str] = set()
        """Lanes with a request under way."""
        self._lanes: set[str] = set()
        """Streams whose endpoint insists on tokens."""
        self._keys = 0
        self._batches = 0
        self._held_from = 0

    # --- filling it ---------------------------------------------------------------------------------------------

    def put(self, batch: Batch, log_stream_name: str, first_position: int = 0) -> None:
        """Append a batch."""
        with self._lock:
            self._batches += 1
            piece = Piece(batch, log_stream_name, self._batches, self._new_key(), first_position)
            self._waiting.append(piece)
            self._changed.notify_all()

    def advance(self, held_from: int) -> None:
        """Note that all positions below this one were put, or settled by an earlier run."""
        with self._lock:
            self._held_from = held_from

    def has_room(self) -> bool:
        """Return whether more may be put without exceeding a limit. A stopped queue takes anything."""
        if self._stopped is not None:
            return True
        if len(self._waiting) > self._max_waiting:
            return False
        return self._max_memory is None or self._held_bytes() <= self._max_memory or not self._waiting

    def _held_bytes(self) -> int:
        return sum(piece.nbytes for piece in self._waiting) + 2 * sum(piece.nbytes for piece in self._under_way)

    def _new_key(self) -> int:
        self._keys += 1
        return self._keys

    # --- a worker's way with a piece ----------------------------------------------------------------------------

    def take(self) -> Piece | None:
        """Take the next piece that may be sent, waiting for one; return None once the queue is closed and empty."""
        with self._lock:
            while (piece := self._next()) is None:
                if self._closing and self.idle:
                    return None
                self._changed.wait()
            piece.state = State.TAKEN
            self._under_way[piece] = None
            self._changed.notify_all()
            return piece

    def _next(self) -> Piece | None:
        for index, piece in enumerate(self._waiting):
            piece.in_lane = self._all_lanes or piece.log_stream_name in self._lanes
            if piece.in_lane and self._stopped is None:
                if piece.log_stream_name in self._busy or self._is_under_way(piece.log_stream_name):
                    continue
                self._busy.add(piece.log_stream_name)
            del self._waiting[index]
            return piece
        return None

    def _is_under_way(self, log_stream_name: str) -> bool:
        return any(piece.log_stream_name == log_stream_name for piece in self._under_way)

    def pause(self, seconds: float) -> bool:
        """Wait that long, or until the queue is stopped; return whether the worker may go on."""
        if seconds > 0 and self._stopped is None:
            self._clock.wait(self._changed, lambda: self._stopped is not None, seconds)
        return self._stopped is None

    def wait_for_clock(self, piece: Piece, known: Callable[[], bool]) -> None:
        """Wait until `known()` holds, or no other piece is under way whose response could bring that about."""

        def is_last() -> bool:
            idle = (State.WAITING_FOR_CLOCK, *_CLAIMED)
            return all(other is piece or other.state in idle for other in self._under_way)

        with self._lock:
            if piece.state is not State.TAKEN:
                return
            piece.state = State.WAITING_FOR_CLOCK
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._stopped is not None or known() or is_last())
            if piece.state is State.WAITING_FOR_CLOCK:
                piece.state = State.TAKEN

    def defer(self, piece: Piece) -> bool:
        """Put a piece behind those that wait, or soon will, once; return False if none do.

        It is for events that by this machine's clock cannot be stored. If that is wrong, they come after others even
        where requests are to go out in order: to give them up would be worse.
        """
        with self._lock:
            if piece.is_deferred:
                return False
            piece.is_deferred = True
            self._clock.wait(self._changed, self._has_more_or_ends, _SOON)
            if not self._waiting or piece.state is not State.TAKEN:
                return False
            piece.state = State.WAITING
            self._waiting.append(piece)
            self._release(piece)
            return True

    def _has_more_or_ends(self) -> bool:
        return bool(self._waiting) or self._closing or self._stopped is not None

    def mark_sent(self, piece: Piece) -> bool:
        """Count one more request for a piece; return False if another thread is settling it, and it must not go out."""
        with self._lock:
            if piece.state is not State.TAKEN:
                return False
            piece.state = State.SENT
            piece.attempts += 1
            return True

    def mark_answered(self, piece: Piece, *, may_be_stored: bool = False) -> None:
        """Note that the response is understood, or lost, and that the piece stays with its worker.

        Until then, and until it is claimed, an interrupt must take its events for possibly stored.
        """
        with self._lock:
            if piece.state is State.SENT:
                piece.state = State.TAKEN
                piece.may_be_stored |= may_be_stored

    def make_lane(self, piece: Piece) -> None:
        """Put a piece back, and treat its stream as a lane from now on."""
        with self._lock:
            self._lanes.add(piece.log_stream_name)
            claimed = piece.state in _CLAIMED
            if not claimed:
                piece.state = State.WAITING
                self._insert(piece)
            self._release(piece)

    def replace(self, piece: Piece, batches: Iterable[Batch]) -> None:
        """Put batches in the place of a piece, ahead of all that was put after it."""
        with self._lock:
            if piece.state not in _CLAIMED:
                piece.state = State.DONE
                for batch in reversed(list(batches)):
                    self._insert(self._part_of(piece, batch))
            self._release(piece)

    def set_aside(self, piece: Piece, batches: Iterable[Batch], rest: Batch | None) -> list[Piece] | None:
        """Split events off a piece, for the caller to settle separately.

        Args:
            piece: what they are part of.
            batches: the events.
            rest: what remains; None if nothing does, and the piece is done.

        Returns:
            A claimed piece for each of the batches; None if another thread is settling the whole piece.

        """
        with self._lock:
            if piece.state in _CLAIMED:
                return None
            asides = [self._part_of(piece, batch) for batch in batches]
            for aside in asides:
                aside.state = State.SETTLING
                self._under_way[aside] = None
            if rest is None:
                piece.state = State.DONE
                self._release(piece)
            else:
                piece.batch, piece.nbytes = rest, rest.nbytes
            return asides

    def claim(self, piece: Piece) -> bool:
        """Claim the right to settle a piece; only the first caller gets it."""
        with self._lock:
            if piece.state in _CLAIMED:
                return False
            piece.state = State.SETTLING
            return True

    def finish(self, piece: Piece) -> None:
        """Let go of a piece that is settled."""
        with self._lock:
            piece.state = State.DONE
            self._release(piece)

    def _part_of(self, piece: Piece, batch: Batch) -> Piece:
        return Piece(
            batch,
            piece.log_stream_name,
            piece.ordinal,
            self._new_key(),
            piece.first_position,
            attempts=piece.attempts,
            may_be_stored=piece.may_be_stored,
        )

    def _insert(self, piece: Piece) -> None:
        before = next((i for i, other in enumerate(self._waiting) if other.ordinal >= piece.ordinal), None)
        self._waiting.insert(len(self._waiting) if before is None else before, piece)

    def _release(self, piece: Piece) -> None:
        self._under_way.pop(piece, None)
        if piece.in_lane:
            self._busy.discard(piece.log_stream_name)
            piece.in_lane = False
        self._changed.notify_all()

    # --- stopping it, and waiting for it ------------------------------------------------------------------------

    @property
    def stopped(self) -> Stop | None:
        """Why nothing more is sent; None as long as batches are sent."""
        return self._stopped

    def stop(self, stop: Stop) -> None:
        """Send nothing more. If it is stopped already, the first reason stands."""
        with self._lock:
            self._stopped = self._stopped or stop
            self._changed.notify_all()

    def close(self) -> None:
        """Let `take` return None once the queue is empty: nothing more is put."""
        with self._lock:
            self._closing = True
            self._changed.notify_all()

    def abandon(self) -> list[tuple[Piece, State]]:
        """Claim every piece, from workers that hang in a request too, for the caller to settle.

        Returns:
            The pieces, each with the state that it was in.

        """
        with self._lock:
            found = [(piece, piece.state) for piece in self._unsettled() if piece.state not in _CLAIMED]
            for piece, state in found:
                piece.may_be_stored |= state is State.SENT
                piece.state = State.SETTLING
                self._under_way[piece] = None
            self._waiting.clear()
            return found

    def wait(self, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait until `until()` holds; return whether it did in time."""
        end = math.inf if timeout is None else time.monotonic() + timeout
        with self._lock:
            # In slices: the handler of a signal that arrives just before the main thread blocks, or that another thread
            # receives, only runs once the main thread wakes up.
            while not self._changed.wait_for(until, max(0.0, min(_WAKE_UP_EVERY, end - time.monotonic()))):
                if time.monotonic() >= end:
                    return False
            return True

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until all batches put so far are settled; return whether they were in time."""
        with self._lock:
            last = self._batches
            return self.wait(lambda: all(piece.ordinal > last for piece in self._unsettled()), timeout)

    def settled_below(self, settling: Piece) -> int:
        """Return the position below which all events have their outcome once this piece is settled."""
        with self._lock:
            # What other threads are settling counts as not settled: the journal may not know its outcome yet.
            held = [piece.first_position for piece in self._unsettled() if piece is not settling]
            return min([self._held_from, *held])

    @property
    def idle(self) -> bool:
        """Whether everything that was put is settled."""
        return not self._waiting and not self._under_way

    @property
    def size(self) -> int:
        """How many pieces are not settled."""
        with self._lock:
            return len(self._waiting) + len(self._under_way)

    @property
    def in_flight(self) -> int:
        """How many requests are out."""
        with self._lock:
            return sum(piece.state is State.SENT for piece in self._under_way)

    def _unsettled(self) -> Iterator[Piece]:
        yield from self._under_way
        yield from self._waiting
