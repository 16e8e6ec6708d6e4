"""Which log stream an event goes to, if that depends on the event."""

from __future__ import annotations

import itertools
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cordwood._core import Batch, Batcher
from cordwood._model import Outcome, Rejected, RejectedEvent
from cordwood.name_template import NameTemplate
from cordwood.options import MessageOptions

Routed = tuple[Batch, str]
"""A batch and the name of its log stream."""

_MAX_HELD_BYTES = 64 << 20
"""Counted bytes in open batches of all streams together; beyond, those of the stream that holds most are closed."""

_MAX_STREAMS = 1000
"""Streams with open batches at once; beyond, those of the least recently fed are closed."""

_STREAM_NAME = re.compile(r"[^:*\ud800-\udfff]{1,512}", re.DOTALL)


class OneStream:
    """All events go to one log stream, or to that of their date."""

    def __init__(self, template: NameTemplate, messages: MessageOptions, *, keep_rejected: bool = False) -> None:
        self._template = template
        self._batcher = _batcher(messages, keep_rejected)

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
    """Each event goes to the log stream that a function of it names; every stream has open batches of its own."""

    def __init__(
        self,
        name_of: Callable[[Any], str],
        messages: MessageOptions,
        *,
        keep_rejected: bool = False,
    ) -> None:
        self._name_of = name_of
        self._keep_rejected = keep_rejected
        self._messages = messages
        self._lock = threading.RLock()
        self._batchers: OrderedDict[str, Batcher] = OrderedDict()
        self._position = 0
        self._taken = 0
        self._held_bytes = 0
        # An attribute and not a local: an event that raises must not lose the batches that others closed.
        self._closed: list[Routed] = []
        self._rejected: list[Rejected] = []
        self._altered = 0

    def add(self, timestamp: Any, message: Any) -> list[Routed]:
        """Take an event and return the batches that closed. The function is given a `(timestamp, message)` pair."""
        with self._lock:
            event = (timestamp, message)
            self._take_run(self._name_of(event), (event,))
            return self._take_closed()

    def extend(self, events: Iterable[Any]) -> list[Routed]:
        """Take events and return the batches that closed. The function is given each as it is."""
        with self._lock:
            # In runs of one name: a call for each event costs four times as much as the batching itself.
            for name, run in itertools.groupby(events, self._name_of):
                self._take_run(name, run)
            return self._take_closed()

    def take(self, event: Any, position: int) -> list[Routed]:
        """Take the event at this position of the input and return the batches that had to close."""
        with self._lock:
            self._position = position
            self._take_run(self._name_of(event), (event,))
            return self._take_closed()

    def _take_closed(self) -> list[Routed]:
        closed, self._closed = self._closed, []
        return closed

    def _take_run(self, name: Any, run: Iterable[Any]) -> None:
        batcher = self._batcher_of(name)
        if batcher is None:
            reason = f"log_stream_name gave {name!r:.80}; a name is a str of 1 to 512 characters, neither ':' nor '*'"
            for event in self._counted(run):
                rejected = Rejected(self._position - 1, Outcome.INVALID, reason)
                self._rejected.append(_with_payload(rejected, event) if self._keep_rejected else rejected)
            return
        before = batcher.held_nbytes
        try:
            closed = batcher.extend(self._counted(run), position=self._position)
            self._closed += [(batch, name) for batch in closed]
        finally:
            self._held_bytes += batcher.held_nbytes - before
        while self._held_bytes > _MAX_HELD_BYTES:
            self._close_stream(max(self._batchers, key=lambda name: self._batchers[name].held_nbytes))
        while len(self._batchers) > _MAX_STREAMS:
            self._close_stream(next(iter(self._batchers)))

    def _counted(self, run: Iterable[Any]) -> Iterator[Any]:
        """Yield the events of a run, each counted as it is taken: if the run raises, those before are counted."""
        for event in run:
            self._position += 1
            self._taken += 1
            yield event

    def _batcher_of(self, name: Any) -> Batcher | None:
        batcher = self._batchers.get(name) if isinstance(name, str) else None
        if batcher is not None:
            self._batchers.move_to_end(name)
        elif isinstance(name, str) and _STREAM_NAME.fullmatch(name):
            batcher = self._batchers[name] = _batcher(self._messages, self._keep_rejected)
        return batcher

    def _close_stream(self, name: str) -> None:
        batcher = self._batchers.pop(name)
        self._held_bytes -= batcher.held_nbytes
        self._altered += batcher.counts["altered"]
        self._rejected += batcher.drain_rejected()
        self._closed += [(batch, name) for batch in batcher.flush()]

    def flush(self, *, opened_before: int | None = None) -> list[Routed]:
        """Close and return open batches, all or those opened by an event before a position."""
        with self._lock:
            if opened_before is None:
                for name in list(self._batchers):
                    self._close_stream(name)
                return self._take_closed()
            for name, batcher in self._batchers.items():
                before = batcher.held_nbytes
                self._closed += [(batch, name) for batch in batcher.flush(opened_before=opened_before)]
                self._held_bytes += batcher.held_nbytes - before
            return self._take_closed()

    def drain_rejected(self) -> list[Rejected]:
        """Return the rejected events, each once."""
        with self._lock:
            rejected, self._rejected = self._rejected, []
            for batcher in self._batchers.values():
                rejected += batcher.drain_rejected()
            return rejected

    @property
    def counts(self) -> dict[str, int]:
        """`events` taken, `held` in open batches, `altered`."""
        with self._lock:
            of_streams = [batcher.counts for batcher in self._batchers.values()]
            return {
                "events": self._taken,
                "held": sum(counts["held"] for counts in of_streams),
                "altered": self._altered + sum(counts["altered"] for counts in of_streams),
            }


def _with_payload(rejected: Rejected, event: Any) -> Rejected:
    """Add what the event held. Only a batcher knows the shapes of events, so one is asked."""
    probe = Batcher(on_reject="collect", keep_rejected=True)
    for batch in (*probe.extend([event]), *probe.flush()):
        taken = batch[0]
        return RejectedEvent(*rejected, (taken["timestamp"], taken["message"].encode(), True, False))
    for found in probe.drain_rejected():
        if isinstance(found, RejectedEvent):
            return RejectedEvent(*rejected, found.payload)
    return rejected


Router = OneStream | StreamByEvent


def router(
    stream: NameTemplate | Callable[[Any], str], messages: MessageOptions, *, keep_rejected: bool = False
) -> Router:
    """A router to the log stream that a template names, or to those that a function of the event names."""
    if isinstance(stream, NameTemplate):
        return OneStream(stream, messages, keep_rejected=keep_rejected)
    return StreamByEvent(stream, messages, keep_rejected=keep_rejected)


def _batcher(messages: MessageOptions, keep_rejected: bool) -> Batcher:
    return Batcher(
        on_reject="collect",
        oversize=messages.oversize,
        invalid_text=messages.invalid_text,
        keep_rejected=keep_rejected,
    )
