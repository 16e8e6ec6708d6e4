"""Which log stream an event goes to, if that depends on the event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cordwood._core import Batch, Batcher
from cordwood._core import Router as EventRouter
from cordwood._model import Rejected
from cordwood.name_template import NameTemplate
from cordwood.options import MessageOptions

Routed = tuple[Batch, str]
"""A batch and the name of its log stream."""

MAX_HELD_BYTES = 64 << 20
"""Bytes in open batches of all streams together, if no other number is given."""


def is_table(events: Any) -> bool:
    """Whether events are the rows of a table: of Arrow, or a structured array of numpy."""
    if hasattr(events, "__arrow_c_stream__") or hasattr(events, "__arrow_c_array__"):
        return True
    return bool(getattr(getattr(events, "dtype", None), "names", None))


class OneStream:
    """All events go to one log stream, or to that of their date."""

    def __init__(
        self,
        template: NameTemplate,
        messages: MessageOptions,
        *,
        keep_rejected: bool = False,
        timezone: str | None = None,
    ) -> None:
        self._template = template
        self._batcher = _batcher(messages, keep_rejected, timezone)

    def add(self, timestamp: Any, message: Any) -> list[Routed]:
        """Take an event and return the batches that it closed."""
        return self._named(self._batcher.add(timestamp, message))

    def extend(self, events: Iterable[Any]) -> list[Routed]:
        """Take events and return the batches that they closed."""
        return self._named(self._batcher.extend(events))

    def take(self, event: Any, position: int) -> list[Routed]:
        """Take the event at this position of the input and return the batches that it closed."""
        return self._named(self._batcher.extend((event,), position=position))

    def flush(self, *, opened_before: int | None = None) -> list[Routed]:
        """Close and return open batches, all or those opened by an event before a position."""
        return self._named(self._batcher.flush(opened_before=opened_before))

    def drain_rejected(self) -> list[Rejected]:
        """Return the rejected events, each once."""
        return self._batcher.drain_rejected()

    @property
    def counts(self) -> dict[str, int]:
        """`events` taken, `held` in open batches, `altered`."""
        return self._batcher.counts

    def _named(self, batches: list[Batch]) -> list[Routed]:
        return self._template.routed(batches)


class StreamByEvent:
    """Each event goes to the log stream that a function of it names; every stream has open batches of its own.

    All together hold at most `max_memory`; beyond, those of the stream fed least recently leave.
    """

    def __init__(
        self,
        name_of: Callable[[Any], str],
        messages: MessageOptions,
        *,
        keep_rejected: bool = False,
        timezone: str | None = None,
        max_memory: int | None = None,
    ) -> None:
        self._router = EventRouter(
            name_of,
            oversize=messages.oversize,
            invalid_text=messages.invalid_text,
            keep_rejected=keep_rejected,
            timezone=timezone,
            max_held_nbytes=MAX_HELD_BYTES if max_memory is None else max_memory,
        )

    def add(self, timestamp: Any, message: Any) -> list[Routed]:
        """Take an event and return the batches that closed. The function is given a `(timestamp, message)` pair."""
        return self._router.extend(((timestamp, message),))

    def extend(self, events: Iterable[Any]) -> list[Routed]:
        """Take events and return the batches that closed. The function is given each as it is.

        Raises:
            TypeError: they are a table, whose rows are no objects.

        """
        if is_table(events):
            raise TypeError("the rows of a table go to one log stream: pass its name, not a function")
        return self._router.extend(events)

    def take(self, event: Any, position: int) -> list[Routed]:
        """Take the event at this position of the input and return the batches that had to close."""
        return self._router.extend((event,), position=position)

    def flush(self, *, opened_before: int | None = None) -> list[Routed]:
        """Close and return open batches, all or those opened by an event before a position."""
        return self._router.flush(opened_before=opened_before)

    def drain_rejected(self) -> list[Rejected]:
        """Return the rejected events, each once."""
        return self._router.drain_rejected()

    @property
    def counts(self) -> dict[str, int]:
        """`events` taken, `held` in open batches, `altered`."""
        return self._router.counts


Router = OneStream | StreamByEvent


def router(
    stream: NameTemplate | Callable[[Any], str],
    messages: MessageOptions,
    *,
    keep_rejected: bool = False,
    timezone: str | None = None,
    max_memory: int | None = None,
) -> Router:
    """A router to the log stream that a template names, or to those that a function of the event names."""
    if isinstance(stream, NameTemplate):
        return OneStream(stream, messages, keep_rejected=keep_rejected, timezone=timezone)
    return StreamByEvent(stream, messages, keep_rejected=keep_rejected, timezone=timezone, max_memory=max_memory)


def _batcher(messages: MessageOptions, keep_rejected: bool, timezone: str | None) -> Batcher:
    return Batcher(
        on_reject="collect",
        oversize=messages.oversize,
        invalid_text=messages.invalid_text,
        keep_rejected=keep_rejected,
        timezone=timezone,
    )
