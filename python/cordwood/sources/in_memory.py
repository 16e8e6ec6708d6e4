"""Events in memory: all to one log stream, or each to the one that a function of it names."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cordwood._core import batches
from cordwood._model import Location, Rejected, locate_in_memory
from cordwood.name_template import NameTemplate
from cordwood.options import MessageOptions
from cordwood.sources.routing import Routed, router
from cordwood.sources.source import Source

_CHUNK = 1000
"""Events taken before the batches that they closed are yielded: bounds what is held."""


class Events(Source):
    """A sequence of events in memory, all to one log stream: it is sorted as a whole."""

    def __init__(
        self,
        events: Iterable[Any],
        template: NameTemplate,
        messages: MessageOptions,
        *,
        keep_rejected: bool = False,
        timezone: str | None = None,
    ) -> None:
        self._template = template
        self._batches = batches(
            events,
            on_reject="collect",
            oversize=messages.oversize,
            invalid_text=messages.invalid_text,
            keep_rejected=keep_rejected,
            timezone=timezone,
        )

    def __iter__(self) -> Iterator[list[Routed]]:
        for batch in self._batches:
            yield self._template.routed([batch])

    def flush(self) -> Iterable[Routed]:
        """Close and return the open batches, without reading on."""
        return self._template.routed(self._batches.flush())

    def drain_rejected(self) -> list[Rejected]:
        """Return the rejected events, each once."""
        return self._batches.drain_rejected()

    @property
    def counts(self) -> dict[str, int]:
        """`events` read, `altered`, among others."""
        return self._batches.counts

    def locate(self, positions: list[int]) -> list[Location]:
        """Locate events by their positions."""
        return locate_in_memory(positions)


class StreamedEvents(Source):
    """Events of an iterator: all to one log stream, or each to the one that a function of it names."""

    def __init__(
        self,
        events: Iterable[Any],
        stream: NameTemplate | Callable[[Any], str],
        messages: MessageOptions,
        *,
        keep_rejected: bool = False,
        timezone: str | None = None,
        max_memory: int | None = None,
    ) -> None:
        self._events = iter(events)
        self._router = router(stream, messages, keep_rejected=keep_rejected, timezone=timezone, max_memory=max_memory)

    def __iter__(self) -> Iterator[list[Routed]]:
        for first in self._events:
            # The router pulls events one by one: if the iterator raises, those before are taken already.
            # An empty list is yielded too: the caller counts what was rejected, and may have to stop.
            yield self._router.extend(itertools.chain((first,), itertools.islice(self._events, _CHUNK - 1)))
        yield self._router.flush()

    def flush(self) -> Iterable[Routed]:
        """Close and return the open batches, without reading on."""
        return self._router.flush()

    def drain_rejected(self) -> list[Rejected]:
        """Return the rejected events, each once."""
        return self._router.drain_rejected()

    @property
    def counts(self) -> dict[str, int]:
        """`events` read, `altered`, among others."""
        return self._router.counts

    def locate(self, positions: list[int]) -> list[Location]:
        """Locate events by their positions."""
        return locate_in_memory(positions)
