"""Cut a million log events, write every request body, prove the result, and race pure Python over them."""

import argparse
import gc
import json
import platform
import statistics
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import cordwood
import inputs
import pure_python
from inputs import Event

GROUP_NAME = "/demo/shop"
STREAM_NAME = "web-1"
ROUNDS = 3
MAX_BATCH_BYTES = 1_048_576
MAX_BATCH_EVENTS = 10_000
MAX_BATCH_SPAN_MS = 86_400_000
EVENT_OVERHEAD_BYTES = 26
HOUR_MS = 3_600_000


class Unproven(Exception):
    """The result is not what the rules of PutLogEvents ask for."""


@dataclass
class Result:
    """Everything that cordwood made of the input."""

    bodies: list[bytes]
    positions: list[list[int]]
    rejected: list[cordwood.Rejected]


def cut(events: list[Event]) -> Result:
    batches = cordwood.batches(events, on_reject="collect")
    bodies, positions = [], []
    for batch in batches:
        bodies.append(batch.body(GROUP_NAME, STREAM_NAME))
        positions.append(batch.positions)
    return Result(bodies, positions, batches.rejected)


# --- the proof: nothing here asks cordwood --------------------------------------------------------------------


def expect(holds: bool, message: str) -> None:
    if not holds:
        raise Unproven(message)


def nbytes_of(events: list[Event]) -> int:
    return sum(len(event["message"].encode()) + EVENT_OVERHEAD_BYTES for event in events)


def span_of(events: list[Event]) -> int:
    times: list[int] = [event["timestamp"] for event in events]
    return max(times) - min(times)


def prove_contents(events: list[Event], result: Result) -> list[list[Event]]:
    """Read every body back: the very events of the input, in order of time, ties in order of input."""
    batches = []
    previous = (-1, -1)
    for number, (body, positions) in enumerate(zip(result.bodies, result.positions, strict=True)):
        request = json.loads(body)
        expect(
            request["logGroupName"] == GROUP_NAME and request["logStreamName"] == STREAM_NAME,
            f"body {number} goes to another log stream",
        )
        batch = request["logEvents"]
        expect(batch == [events[p] for p in positions], f"body {number} changes its events")
        keys = [(event["timestamp"], p) for event, p in zip(batch, positions, strict=True)]
        expect(keys == sorted(keys) and previous < keys[0], f"body {number} is out of order")
        previous = keys[-1]
        batches.append(batch)
    return batches


def prove_limits(batches: list[list[Event]]) -> None:
    for number, batch in enumerate(batches):
        expect(1 <= len(batch) <= MAX_BATCH_EVENTS, f"body {number} carries {len(batch)} events")
        expect(nbytes_of(batch) <= MAX_BATCH_BYTES, f"body {number} counts {nbytes_of(batch)} bytes")
        expect(span_of(batch) <= MAX_BATCH_SPAN_MS, f"body {number} spans {span_of(batch)} ms")


def prove_account(events: list[Event], result: Result) -> None:
    """Each position is accepted once or rejected once, for the reason the rules give."""
    seen = Counter(p for positions in result.positions for p in positions)
    seen.update(rejected.position for rejected in result.rejected)
    expect(seen == Counter(range(len(events))), "accepted and rejected are not the input, each event once")
    expected = [(p, word) for p, event in enumerate(events) if (word := pure_python.outcome(event))]
    expect(
        [(rejected.position, rejected.outcome) for rejected in result.rejected] == expected,
        "other events are rejected than those that break a rule",
    )


def prove_fewest(batches: list[list[Event]]) -> None:
    expect(batches == pure_python.cut(e for batch in batches for e in batch), "there is room in a batch")


# --- the account ----------------------------------------------------------------------------------------------


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "es" if noun.endswith("ch") else "s")


def fills(batches: list[list[Event]]) -> dict[str, list[float]]:
    """How full each batch is, by the limit that closed it: the one the next event would have broken."""
    full: dict[str, list[float]] = {"bytes": [], "events": [], "span": []}
    for batch, following in pairwise(batches):
        if len(batch) == MAX_BATCH_EVENTS:
            full["events"].append(1.0)
        elif nbytes_of([*batch, following[0]]) > MAX_BATCH_BYTES:
            full["bytes"].append(nbytes_of(batch) / MAX_BATCH_BYTES)
        else:
            full["span"].append(span_of(batch) / MAX_BATCH_SPAN_MS)
    return full


def print_batches(batches: list[list[Event]], result: Result) -> None:
    accepted = sum(map(len, batches))
    written = sum(map(len, result.bodies))
    print(f"\n{plural(len(batches), 'batch')} of {accepted:,} events, {written / 1e6:,.1f} MB of request bodies:")
    limits = {"bytes": f"{MAX_BATCH_BYTES:,} bytes", "events": f"{MAX_BATCH_EVENTS:,} events", "span": "24 hours"}
    for limit, full in fills(batches).items():
        if full:
            closed = f"{plural(len(full), 'batch')} closed by {limit}"
            print(f"  {closed:28} {statistics.mean(full):5.1%} of {limits[limit]} used on average")
    print("  and the last one, closed by the end of the input")


def print_rejected(result: Result) -> None:
    print(f"\n{plural(len(result.rejected), 'event')} rejected, the first of each outcome:")
    counts = Counter(rejected.outcome for rejected in result.rejected)
    for outcome, count in counts.items():
        first = next(rejected for rejected in result.rejected if rejected.outcome == outcome)
        text = f"{count} {outcome}: event {first.position:,}: {first.reason}"
        print(textwrap.fill(text, 112, initial_indent="  ", subsequent_indent="      "))


def prove(events: list[Event], result: Result) -> list[list[Event]]:
    print("\nProved by independent code:", flush=True)
    batches = prove_contents(events, result)
    print("  ok  every body parsed back with json.loads: the events of the input, unchanged and in order of time")
    prove_limits(batches)
    print("  ok  bytes, events and span of every batch within the limits")
    prove_account(events, result)
    print(f"  ok  {sum(map(len, batches)):,} accepted + {len(result.rejected)} rejected = {len(events):,} events")
    prove_fewest(batches)
    print("  ok  no batch could have taken the event after it")
    return batches


# --- the race -------------------------------------------------------------------------------------------------


def cordwood_bodies(events: list[Event]) -> Iterator[bytes]:
    for batch in cordwood.batches(events, on_reject="collect"):
        yield batch.body(GROUP_NAME, STREAM_NAME)


def python_bodies(events: list[Event]) -> Iterator[bytes]:
    for batch in pure_python.cut([event for event in events if pure_python.outcome(event) is None]):
        yield pure_python.body(GROUP_NAME, STREAM_NAME, batch)


def seconds(make: Callable[[list[Event]], Iterator[bytes]], events: list[Event]) -> float:
    gc.collect()
    gc.disable()
    began = time.perf_counter()
    total = sum(map(len, make(events)))
    took = time.perf_counter() - began
    gc.enable()
    expect(total > 0, "no body was written")
    return took


def race(events: list[Event]) -> None:
    times: dict[str, list[float]] = {"cordwood": [], "pure Python": []}
    for _ in range(ROUNDS):
        times["cordwood"].append(seconds(cordwood_bodies, events))
        times["pure Python"].append(seconds(python_bodies, events))
    print(f"\nCheck, sort, cut and write the same {len(events):,} events (median of {ROUNDS}, one thread):")
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, median in medians.items():
        print(
            f"  {name:12} {1e3 * median:8,.1f} ms {len(events) / median:12,.0f} events/s "
            f"{1e9 * median / len(events):6,.0f} ns/event"
        )
    print(f"  cordwood is {medians['pure Python'] / medians['cordwood']:.1f} times as fast")


def print_input(events: list[Event]) -> None:
    texts = [message for event in events if type(message := event.get("message")) is str]
    kinds = ", ".join(name for name, *_ in inputs.MIXTURE)
    print(
        f"{len(events):,} log events, {sum(len(text.encode()) for text in texts) / 1e6:,.1f} MB of messages:\n"
        f"  {kinds};\n"
        f"  up to 2 s out of order, then a burst of health checks, then {inputs.QUIET_DAYS} quiet days;\n"
        f"  {len(inputs.FAULTY)} events that are not legal are strewn in"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; 1 where the proof fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="how many events (default: a million)")
    options = parser.parse_args(arguments)
    if options.events < 1_000:
        parser.error("--events: at least 1000")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"cordwood {cordwood.__version__} on {python}\n", flush=True)
    events = inputs.realistic(options.events)
    print_input(events)
    try:
        result = cut(events)
        batches = prove(events, result)
        print_batches(batches, result)
        print_rejected(result)
        del batches, result
        race(events)
    except Unproven as fault:
        print(f"\nNOT PROVED: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
