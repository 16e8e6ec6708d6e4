"""Log streams by a function of the event: nanoseconds an event, for 10 to 10,000 streams in turn, and at random.

Beside each stands the function alone, called for the same events. Requests are those that the events become.
Run it with

    .venv/bin/python benches/streams.py
"""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from cordwood.options import MessageOptions
from cordwood.sources.routing import router

EVENTS = 500_000
PASSES = 3
STREAMS = (10, 1_000, 10_000)

Event = dict[str, Any]


def events_of(streams: int, order: str) -> list[Event]:
    """Events of 100 bytes, one a millisecond, each with the name of its stream."""
    rng = random.Random(1)
    names = [f"host-{number:05}" for number in range(streams)]
    which = (number % streams if order == "in turn" else rng.randrange(streams) for number in range(EVENTS))
    return [{"timestamp": 10**12 + n, "message": "x" * 100, "host": names[stream]} for n, stream in enumerate(which)]


def name_of(event: Event) -> str:
    name: str = event["host"]
    return name


def called(events: Sequence[Event]) -> int:
    for event in events:
        name_of(event)
    return 0


def routed(events: Sequence[Event]) -> int:
    route = router(name_of, MessageOptions())
    return len(route.extend(iter(events))) + len(route.flush())


def best(work: Callable[[Sequence[Event]], int], events: Sequence[Event]) -> tuple[float, int]:
    """Return the seconds of the fastest pass, and what it returned."""
    passes = []
    for _ in range(PASSES):
        began = time.perf_counter()
        result = work(events)
        passes.append((time.perf_counter() - began, result))
    return min(passes)


def main() -> None:
    print(f"{'streams':>8} {'order':<10} {'ns/event':>9} {'function alone':>15} {'requests':>9}")
    for streams in STREAMS:
        for order in ("in turn", "at random"):
            events = events_of(streams, order)
            alone, _ = best(called, events)
            seconds, requests = best(routed, events)
            print(
                f"{streams:>8,} {order:<10} {seconds / EVENTS * 1e9:>9.0f} {alone / EVENTS * 1e9:>15.0f} {requests:>9,}"
            )


if __name__ == "__main__":
    main()
