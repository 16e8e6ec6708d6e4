"""Mutation, batches kept for ever, threads, fork, Ctrl-C: nothing crashes, nothing hangs, memory stays bounded."""

import gc
import itertools
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cordwood
import pytest
from patience import PATIENCE

pytestmark = pytest.mark.slow


def messages(batches: list[cordwood.Batch]) -> list[str]:
    return [event["message"] for batch in batches for event in batch.events()]


def test_the_caller_may_change_its_list_afterwards() -> None:
    events: list[dict[str, Any]] = [{"timestamp": t, "message": f"event {t}"} for t in range(20_000)]
    batches = cordwood.batches(events)
    first = next(batches)
    for event in events:
        event["message"] = "changed"
    events.clear()
    gc.collect()
    rest = list(batches)
    assert messages([first, *rest]) == [f"event {t}" for t in range(20_000)]


def test_the_list_may_change_while_it_is_read() -> None:
    events: list[Any] = []

    class Meddling:
        """A timestamp that empties the list it stands in."""

        def __index__(self) -> int:
            events.clear()
            return 1

    events += [(0, "a"), (Meddling(), "b"), (2, "c")]
    assert messages(list(cordwood.batches(events))) == ["a", "b"]


def test_a_batch_outlives_everything_it_came_from() -> None:
    kept = [next(cordwood.batches([(t, "é" * 50) for t in range(100)])) for _ in range(50)]
    kept += [batch for _ in range(50) for batch in cordwood.batches((t, "x" * 50) for t in range(100))]
    gc.collect()
    assert all(len(batch.body("g", "s")) > 5000 and len(batch.events()) == 100 for batch in kept)


def test_a_source_that_holds_its_own_batches_is_collected() -> None:
    class Source:
        """Iterates for ever, and keeps a reference to who reads it."""

        reader: Any = None

        def __iter__(self) -> Iterator[tuple[int, str]]:
            return self

        def __next__(self) -> tuple[int, str]:
            return 1, "m"

    source = Source()
    source.reader = cordwood.batches(source)
    watch = weakref.ref(source)
    del source
    gc.collect()
    assert watch() is None


def test_threads_may_share_a_batcher() -> None:
    batcher = cordwood.Batcher(limits=cordwood.Limits(max_batch_events=100), on_reject="collect")
    threads, each = 8, 2_000
    start = threading.Barrier(threads)

    def feed(thread: int) -> list[cordwood.Batch]:
        start.wait()
        closed = []
        for i in range(each):
            closed += batcher.add(i, f"{thread}:{i}" if i % 100 else "")
            if i % 500 == 0:
                closed += batcher.extend([(i, f"{thread}:{i} more")])
                closed += batcher.flush()
        return closed

    with ThreadPoolExecutor(threads) as pool:
        batches = list(itertools.chain.from_iterable(pool.map(feed, range(threads)))) + batcher.flush()
    expected = {f"{thread}:{i}" for thread in range(threads) for i in range(each) if i % 100}
    expected |= {f"{thread}:{i} more" for thread in range(threads) for i in range(0, each, 500)}
    came = messages(batches)
    assert len(came) == len(expected)
    assert set(came) == expected
    positions = [position for batch in batches for position in batch.positions]
    positions += [rejected.position for rejected in batcher.rejected]
    assert sorted(positions) == list(range(threads * (each + 4)))


def test_threads_may_share_batches_and_bodies() -> None:
    batches = cordwood.batches([(t, "m" * 100) for t in range(100_000)])
    lock_step = threading.Barrier(4)

    def take(_: int) -> int:
        lock_step.wait()
        return sum(batch.body("g", "s").count(b"timestamp") for batch in batches)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(4))) == 100_000


def works_in_child(batcher: cordwood.Batcher) -> bool:
    child = os.fork()
    if child == 0:
        # A hang here ends in SIGALRM, and so in a failure.
        signal.alarm(60)
        batcher.add(2, "from the child")
        os._exit(0 if "from the child" in messages(batcher.flush()) else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_has_a_batcher_of_its_own() -> None:
    batcher = cordwood.Batcher(limits=cordwood.Limits(max_batch_events=100))
    stop = threading.Event()

    def keep_busy() -> list[cordwood.Batch]:
        closed = []
        for t in itertools.count(3):
            if stop.is_set():
                break
            closed += batcher.add(t, "busy")
        return closed

    with ThreadPoolExecutor() as pool:
        busy = pool.submit(keep_busy)
        try:
            assert all(works_in_child(batcher) for _ in range(20))
        finally:
            stop.set()
    assert "from the child" not in messages(busy.result() + batcher.flush())


INTERRUPTED = """
import itertools, os, signal, sys, threading
import cordwood

# Whoever started the tests may have told us to ignore it, as a shell does for what it runs in the background.
signal.signal(signal.SIGINT, signal.default_int_handler)
many = 10_000_000
work = {
    "list": lambda events=[(1, "x" * 100)] * many: cordwood.batches(events),
    "columns": lambda times=[1] * many, texts=["x"] * many: cordwood.batches(timestamps=times, messages=texts),
    "stream": lambda events=itertools.repeat((1, "x")): list(cordwood.batches(events)),
    "batcher": lambda events=itertools.repeat((1, "x")): cordwood.Batcher().extend(events),
}[sys.argv[1]]
started = threading.Event()

# From another thread: it must get its turn in the middle of our loop, or the signal is never sent.
def interrupt():
    started.wait()
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
try:
    started.set()
    work()
except KeyboardInterrupt:
    print("interrupted")
else:
    print("finished before the interrupt")
"""


@pytest.mark.parametrize("source", ["list", "columns", "stream", "batcher"])
def test_ctrl_c_gets_through_in_the_middle(source: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, source], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (run.returncode, run.stdout) == (0, "interrupted\n"), run.stderr


def test_ctrl_c_in_a_stream_loses_nothing() -> None:
    def source() -> Iterator[tuple[int, str]]:
        for t in range(10):
            if t == 5:
                signal.raise_signal(signal.SIGINT)
            yield t, str(t)

    batches = cordwood.batches(source())
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            next(batches)
    finally:
        signal.signal(signal.SIGINT, before)
    assert messages(batches.flush()) == ["0", "1", "2", "3", "4"]


ENDLESS = """
import itertools, resource, sys
import cordwood

day = 86_400_000
messages = ["x" * 90, "é" * 60, "漢" * 40, "x" * 5]
events = ((t + (t % 2) * 2 * day, messages[t % 4]) for t in itertools.count())
batches = cordwood.batches(events)
for _ in range(100):
    next(batches)
early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
fill = [max(len(batch) / 10_000, batch.nbytes / 1_048_576) for batch in itertools.islice(batches, 400)]
late = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(late - early, min(fill))
"""


def test_an_endless_generator_of_two_days_fills_its_batches_in_constant_memory() -> None:
    run = subprocess.run([sys.executable, "-c", ENDLESS], capture_output=True, text=True, timeout=PATIENCE, check=True)
    grown_kib, least_full = map(float, run.stdout.split())
    # 400 batches hold 40 MB of messages; kept, they would show.
    assert grown_kib < 8 * 1024
    assert least_full > 0.999


MEMORY = """
import gc, os, sys
import cordwood

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

events = [{"timestamp": int(t), "message": "%0100d" % t} for t in (range(500_000) if sys.argv[1] == "in order"
          else sorted(range(500_000), key=lambda t: t * 7919 % 500_009))]
gc.collect()
before = resident()
batches = cordwood.batches(events)
for batch in batches:
    batch.body("g", "s")
with open("/proc/self/status") as file:
    peak = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
print(peak - before)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads Linux's /proc")
@pytest.mark.parametrize("order", ["in order", "random"])
def test_a_list_of_events_takes_no_more_memory_than_promised(order: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", MEMORY, order], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    # 1.5 x the bytes of the messages + 48 for each event.
    assert int(run.stdout) <= 500_000 * (150 + 48)
