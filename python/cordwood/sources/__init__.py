"""What an upload reads from: events in memory, or the files that hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cordwood._model import Location, Rejected
    from cordwood.sources.routing import Routed


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

    def locate(self, positions: list[int]) -> list[Location]:
        """Where the events of these positions, in increasing order, are."""
        ...
