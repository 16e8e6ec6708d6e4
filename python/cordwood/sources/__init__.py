"""What an upload reads from: events in memory, or the files that hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from cordwood._model import Rejected
    from cordwood.sources.routing import Routed


class Place(NamedTuple):
    """Where an event stands, as its reader would look for it."""

    position: int
    """Its 0-based ordinal; in a file the byte offset in it at which it starts."""
    source: str = ""
    """The file's name; empty for events in memory."""
    line: int | None = None
    """In a file that can be read again, the number of its line, from 1."""


def in_memory(positions: list[int]) -> list[Place]:
    """Places of events that are in no file."""
    return [Place(position) for position in positions]


class SourceFile(NamedTuple):
    """What was read of a file."""

    name: str
    format: str
    """`events`, `json` or `text`; or `dead_letters`."""
    bytes_read: int
    total_bytes: int | None
    """None for a pipe."""
    identity: dict[str, int]
    """Of a regular file: its device, inode, size in bytes, and when it was last modified, in ns since 1970."""
    events: int
    counts: dict[str, int]
    """Of these, by outcome, what was settled while reading, before any request; and those `altered`."""


class Source(Protocol):
    """Yields batches with the name of their log stream, and keeps account of what it read."""

    names: tuple[str, ...]
    """Of the files; none for events in memory."""

    def __iter__(self) -> Iterator[list[Routed]]:
        """The batches, as they become full; an empty list where it has none yet, and time went by."""
        ...

    def flush(self) -> Iterable[Routed]:
        """What is held, without reading on."""
        ...

    def drain_rejected(self) -> list[Rejected]:
        """Hand over the rejected events, once."""
        ...

    @property
    def counts(self) -> dict[str, int]:
        """`events` read, `altered`, among others."""
        ...

    @property
    def held_from(self) -> int:
        """Position of the first event that is held in open batches, or else of the next one; in memory simply 0."""
        ...

    def locate(self, positions: list[int]) -> list[Place]:
        """Where the events of these positions, in increasing order, are."""
        ...
