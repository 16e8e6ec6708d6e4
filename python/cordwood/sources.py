"""What an upload reads from: events in memory, events whose stream depends on them, event documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from cordwood._core import batches
from cordwood.outcomes import Rejected
from cordwood.policies import InvalidText, Oversize
from cordwood.routing import Routed, StreamByEvent


class Source(Protocol):
    """Yields batches with the name of their log stream, and keeps account of what it read."""

    name: str
    """Of the file; empty for events in memory."""

    def __iter__(self) -> Iterator[Routed]:
        """The batches, as they become full."""
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

    def lines(self, positions: list[int]) -> list[int] | None:
        """The line numbers, from 1, of positions in increasing order; None where there are no lines."""
        ...


class Events:
    """Events in memory, all to one log stream: a sequence is ordered as a whole, an iterator through the window."""

    name = ""

    def __init__(self, events: Iterable[Any], stream: str, *, oversize: Oversize, invalid_text: InvalidText) -> None:
        self._stream = stream
        self._batches = batches(events, on_reject="collect", oversize=oversize, invalid_text=invalid_text)

    def __iter__(self) -> Iterator[Routed]:
        for batch in self._batches:
            yield batch, self._stream

    def flush(self) -> Iterable[Routed]:
        """What is held, without reading on."""
        return [(batch, self._stream) for batch in self._batches.flush()]

    def drain_rejected(self) -> list[Rejected]:
        """Hand over the rejected events, once."""
        return self._batches.drain_rejected()

    @property
    def counts(self) -> dict[str, int]:
        """`events` read, `altered`, among others."""
        return self._batches.counts

    def lines(self, positions: list[int]) -> None:
        """Events in memory have no lines."""


class RoutedEvents:
    """Events in memory, each to the log stream that a function of it names."""

    name = ""

    def __init__(
        self,
        events: Iterable[Any],
        stream_of: Callable[[Any], str],
        *,
        oversize: Oversize,
        invalid_text: InvalidText,
    ) -> None:
        self._events = iter(events)
        self._router = StreamByEvent(stream_of, oversize=oversize, invalid_text=invalid_text)

    def __iter__(self) -> Iterator[Routed]:
        for event in self._events:
            yield from self._router.extend((event,))
        yield from self._router.flush()

    def flush(self) -> Iterable[Routed]:
        """What is held, without reading on."""
        return self._router.flush()

    def drain_rejected(self) -> list[Rejected]:
        """Hand over the rejected events, once."""
        return self._router.drain_rejected()

    @property
    def counts(self) -> dict[str, int]:
        """`events` read, `altered`, among others."""
        return self._router.counts

    def lines(self, positions: list[int]) -> None:
        """Events in memory have no lines."""
