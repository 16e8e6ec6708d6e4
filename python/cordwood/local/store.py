"""Log groups, log streams and the events in them. No rules, no requests."""

import hashlib
from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cordwood.local.rules import InputEvents


class StoredEvent(NamedTuple):
    """One event as the endpoint holds it."""

    timestamp: int
    """Milliseconds since 1970."""
    message: str
    ingestion_time: int
    """When the endpoint took it in, in milliseconds since 1970."""
    ordinal: int
    """Its place in the order in which the endpoint took events in, over all streams, from 0."""


class Key(NamedTuple):
    """The order of reading: by timestamp, and equal ones as they came in. Also a place between two events."""

    timestamp: int
    ordinal: int


class StoredBatch:
    """The accepted events of one request."""

    __slots__ = ("dropped", "events", "first_ordinal", "ingestion_time")

    def __init__(self, events: InputEvents, first_ordinal: int, ingestion_time: int) -> None:
        self.events = events
        self.first_ordinal = first_ordinal
        self.ingestion_time = ingestion_time
        self.dropped = 0
        """So many events at its beginning are no longer kept."""

    def __len__(self) -> int:
        return len(self.events.timestamps) - self.dropped

    def event(self, index: int) -> StoredEvent:
        """One of its events; the index counts those that were dropped, so that it stays good when more are."""
        timestamps, messages, ends = self.events
        begin = ends[index - 1] if index else 0
        message = messages[begin : ends[index]].decode()
        return StoredEvent(timestamps[index], message, self.ingestion_time, self.first_ordinal + index)


class View:
    """The events of one stream at one moment, in the order in which they are read. Immutable."""

    def __init__(self, batches: Iterable[StoredBatch]) -> None:
        self._batches: list[StoredBatch] = []
        self._begins: list[int] = []
        self._skips: list[int] = []
        self._timestamps = array("q")
        in_order = True
        for batch in batches:
            stamps = batch.events.timestamps[batch.dropped :]
            in_order = in_order and (not self._timestamps or self._timestamps[-1] <= stamps[0])
            self._batches.append(batch)
            self._begins.append(len(self._timestamps))
            # The batch itself may lose events later on.
            self._skips.append(batch.dropped)
            self._timestamps += stamps
        # Requests mostly arrive in order of time, and then places are ranks.
        self._places = (
            range(len(self._timestamps))
            if in_order
            else array("q", sorted(range(len(self._timestamps)), key=self._timestamps.__getitem__))
        )

    def __len__(self) -> int:
        return len(self._timestamps)

    def _locate(self, rank: int) -> tuple[StoredBatch, int]:
        place = self._places[rank]
        number = bisect_right(self._begins, place) - 1
        return self._batches[number], place - self._begins[number] + self._skips[number]

    def key(self, rank: int) -> Key:
        """The key of the event of this rank, counted from 0."""
        batch, index = self._locate(rank)
        return Key(self._timestamps[self._places[rank]], batch.first_ordinal + index)

    def event(self, rank: int) -> StoredEvent:
        """The event of this rank, counted from 0."""
        batch, index = self._locate(rank)
        return batch.event(index)

    def rank(self, key: Key) -> int:
        """How many events come before a key."""
        return bisect_left(range(len(self)), key, key=self.key)

    def __iter__(self) -> Iterator[StoredEvent]:
        return map(self.event, range(len(self)))


class LogStream:
    """One log stream. Whoever changes it or asks it for a view holds the service's lock."""

    def __init__(self, name: str, creation_time: int) -> None:
        self.name = name
        self.creation_time = creation_time
        self.batches: deque[StoredBatch] = deque()
        self.requests = 0
        """Accepted PutLogEvents requests."""
        self.accepted_events = 0
        self.accepted_bytes = 0
        """As the service counts them, 26 for each event included."""
        self.first_event_timestamp: int | None = None
        self.last_event_timestamp: int | None = None
        self.last_ingestion_time: int | None = None
        self.token: str | None = None
        """The sequence token that the next call must carry; None: it carries none."""
        self.last_carried: str | None = None
        """The token that the last accepted call carried."""
        self.last_digest: bytes | None = None
        """What the last accepted call brought, where repetitions are looked for."""
        self._view: View | None = None

    def count(self, events: InputEvents, now_ms: int) -> None:
        """Takes note of an accepted batch; of its events only those within the window are given."""
        self.requests += 1
        self.last_ingestion_time = now_ms
        # 56 digits like the service's own, and not to be guessed from the one before.
        digits = int.from_bytes(hashlib.sha256(f"{id(self)}/{self.requests}".encode()).digest())
        self.token = f"49{digits % 10**54:054d}"
        if not events.timestamps:
            return
        self.accepted_events += len(events.timestamps)
        self.accepted_bytes += events.counted_bytes
        first, last = events.timestamps[0], events.timestamps[-1]
        if self.first_event_timestamp is None or first < self.first_event_timestamp:
            self.first_event_timestamp = first
        if self.last_event_timestamp is None or last > self.last_event_timestamp:
            self.last_event_timestamp = last

    def append(self, batch: StoredBatch) -> None:
        """Keeps the events of a batch."""
        self.batches.append(batch)
        self._view = None

    def forget(self, batch: StoredBatch, events: int) -> None:
        """Drops so many events at the beginning of the oldest batch."""
        batch.dropped += events
        if not batch:
            self.batches.remove(batch)
        self._view = None

    def view(self) -> View:
        """Its events as they are now."""
        if self._view is None:
            self._view = View(self.batches)
        return self._view


class LogGroup:
    """One log group. Whoever reads or changes it holds the service's lock."""

    def __init__(self, name: str, creation_time: int) -> None:
        self.name = name
        self.creation_time = creation_time
        self.streams: dict[str, LogStream] = {}
        self.retention_days: int | None = None
        self.log_group_class = "STANDARD"
        self.kms_key_id: str | None = None
        self.tags: dict[str, str] = {}


class Keeper:
    """Decides which events stay in memory: all, none, or the newest so many over all streams."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._kept = 0
        self._ordinal = 0
        self._batches: deque[tuple[LogStream, StoredBatch]] = deque()

    def keep(self, stream: LogStream, events: InputEvents, now_ms: int) -> None:
        """Gives the events their ordinals, and keeps what may be kept."""
        first = self._ordinal
        self._ordinal += len(events.timestamps)
        if self._most == 0 or not events.timestamps:
            return
        batch = StoredBatch(events, first, now_ms)
        stream.append(batch)
        if self._most is None:
            return
        self._batches.append((stream, batch))
        self._kept += len(batch)
        while self._kept > self._most:
            oldest_stream, oldest = self._batches[0]
            going = min(len(oldest), self._kept - self._most)
            oldest_stream.forget(oldest, going)
            self._kept -= going
            if not oldest:
                self._batches.popleft()

    def gone(self, streams: Iterable[LogStream]) -> None:
        """Takes note that streams were deleted."""
        if not self._most:
            return
        deleted = set(streams)
        self._kept -= sum(len(batch) for stream, batch in self._batches if stream in deleted)
        self._batches = deque(entry for entry in self._batches if entry[0] not in deleted)
