"""Uploads under faults, seeded: whatever goes wrong, what is stored and what the report says must agree.

`make soak` runs this as a script: hundreds of schedules, then a command that is killed again and again. One schedule is
repeated with `python tests/support/soak.py --seed N`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import cordwood
from cli_upload import COMMAND, DAY, NAMES, environment_of
from cordwood._core import unpack_positions
from cordwood._model import Outcome
from cordwood.delivery.clock import Clock
from cordwood.local import Faults, LocalCloudWatchLogs
from patience import PATIENCE

_FASTER = 1000.0
"""How much faster the uploader's clock runs: an outage of ten minutes takes 0.6 s."""

_NOT_STORED = {Outcome.UNDELIVERED, Outcome.REFUSED, Outcome.INVALID, Outcome.EMPTY, Outcome.OVERSIZE, Outcome.TOO_OLD}


@contextmanager
def hurried(factor: float = _FASTER) -> Iterator[None]:
    """Meanwhile all back-offs, paces and outages of uploads take that much less time."""
    now, wait = Clock.now, Clock.wait

    def hurried_wait(self: Clock, changed: threading.Condition, until: Callable[[], bool], seconds: float) -> None:
        wait(self, changed, until, seconds / factor)

    Clock.now = lambda self: time.monotonic() * factor  # type: ignore[method-assign]
    Clock.wait = hurried_wait  # type: ignore[method-assign]
    try:
        yield
    finally:
        Clock.now, Clock.wait = now, wait  # type: ignore[method-assign]


@dataclass
class Tally:
    """What schedules came to."""

    schedules: int = 0
    events: int = 0
    faults: int = 0
    requests: int = 0
    lost: int = 0
    unreported_duplicates: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        outcomes = ", ".join(f"{name} {count:,}" for name, count in sorted(self.outcomes.items()) if count)
        return (
            f"{self.schedules:,} schedules, {self.events:,} events sent in {self.requests:,} requests ({outcomes}), "
            f"{self.faults:,} faults injected, {self.lost:,} lost, {self.unreported_duplicates:,} unreported duplicates"
        )


class Schedule:
    """One upload under faults: all of it follows from the seed, but for the order of threads."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        chosen = random.Random(seed)
        self.workers = chosen.choice((1, 2, 3, 4, 8, 16))
        self.streams = chosen.choice((1, 1, 3))
        self.ordered = chosen.random() < 0.3
        self.at_most_once = chosen.random() < 0.2
        self.insists = chosen.random() < 0.3
        self.compression: Any = chosen.choice(("none", "gzip"))
        self.as_iterator = chosen.random() < 0.5
        self.deletes_stream = self.workers == 1 and chosen.random() < 0.5
        self.read_timeout = chosen.choice((60.0, 0.15))
        self.poison = chosen.choice((0.0, 0.0, 0.01, 0.3))
        self.faults = self._faults(chosen)
        self.faults.refuse_containing = "poison"
        self.events = self._events(chosen)
        self._deletions = chosen

    def _faults(self, chosen: random.Random) -> Faults:
        if chosen.random() < 0.05:  # an outage that does not end
            endless: Any = {chosen.choice(("throttle", "reset_before", "reset_after", "html_200")): 1.0}
            return Faults(seed=self.seed, **endless)
        kinds = (
            "throttle", "internal_error", "internal_error_after", "unavailable", "reset_before", "reset_after",
            "html_200", "empty_200", "status_204", "truncated", "shortened",
        )  # fmt: skip
        some = chosen.sample(kinds, chosen.randint(1, 5))
        share = chosen.uniform(0.02, 0.6) / len(some)
        slow = chosen.choice((0.0, 0.05))
        shares: dict[str, Any] = dict.fromkeys(some, share)
        return Faults(seed=self.seed, slow=slow, slow_seconds=0.3, **shares)

    def _events(self, chosen: random.Random) -> list[tuple[int, str]]:
        now = time.time_ns() // 1_000_000
        made = []
        for position in range(chosen.randint(1, 400)):
            # Twelve days, so that there are many batches; few moments, so that there are ties.
            at = now - chosen.randrange(12) * DAY - chosen.randrange(20) * 3_600_000
            text = f"{position:06d} " + chosen.choice(("x", "größer 🚀", '{"a": "\\n"}')) * chosen.randint(1, 50)
            kind = chosen.random()
            if kind < 0.01:
                at -= 20 * DAY
            elif kind < 0.02:
                text = ""
            elif chosen.random() < self.poison:
                text += " poison"
            made.append((at, text))
        if not self.as_iterator:
            return made
        return sorted(made) if chosen.random() < 0.5 else made

    def __str__(self) -> str:
        shown = {name: value for name, value in vars(self).items() if not name.startswith("_") and name != "events"}
        return f"{shown}; again: python tests/support/soak.py --seed {self.seed}"

    def run(self, folder: pathlib.Path, tally: Tally) -> None:
        """Run it, and hold what is stored against what the report says."""
        letters = folder / f"{self.seed}.letters"
        stored: Counter[str] = Counter()
        in_order: list[list[str]] = []
        with LocalCloudWatchLogs(insist_on_sequence_tokens=self.insists, faults=self.faults) as endpoint:
            endpoint.create("g")
            client = endpoint.client(max_pool_connections=16, read_timeout=self.read_timeout)

            def take_stored() -> None:
                for name in {f"s{n}" for n in range(self.streams)}:
                    found = (
                        [event.message for event in endpoint.events("g", name)] if has_stream(endpoint, name) else []
                    )
                    stored.update(message[:6] for message in found)
                    in_order.append([message[:6] for message in found])

            def delete_stream(_: cordwood.SettledBatch) -> None:
                # Only where one worker sends, which is here now: nothing is stored between the look and the deletion.
                if self._deletions.random() < 0.1:
                    take_stored()
                    for name in {f"s{n}" for n in range(self.streams)}:
                        if has_stream(endpoint, name):
                            endpoint.client().delete_log_stream(logGroupName="g", logStreamName=name)

            def name_of(event: Any) -> str:
                return f"s{zlib.crc32(event[1].encode()) % self.streams}"

            report = cordwood.upload(
                iter(self.events) if self.as_iterator else self.events,
                log_group_name="g",
                log_stream_name="s0" if self.streams == 1 else name_of,
                client=cordwood.PutLogEventsClient(client, create_log_stream=True, compression=self.compression),
                max_concurrency=self.workers,
                ordered=self.ordered,
                at_most_once=self.at_most_once,
                on_batch=delete_stream if self.deletes_stream else None,
                dead_letters=letters,
                check=False,
            )
            take_stored()
            tally.faults += sum(one.fault is not None for one in endpoint.requests("PutLogEvents"))
        self._check(report, read_letters(letters), stored, in_order, tally)

    def _check(
        self,
        report: cordwood.Report,
        letters: dict[int, Outcome],
        stored: Counter[str],
        in_order: list[list[str]],
        tally: Tally,
    ) -> None:
        tally.schedules += 1
        tally.events += report.events
        tally.requests += report.requests
        tally.outcomes.update({str(outcome): count for outcome, count in report.counts.items()})

        def expect(holds: bool, what: str) -> None:
            if not holds:
                tally.wrong.append(f"{what}: {self}")

        expect(report.events <= len(self.events), "more events than there are")
        expect(bool(report.stopped) or report.events == len(self.events), "events were not read")
        expect(sum(report.counts.values()) == report.events, "the counts do not add up")
        of_letters = Counter(letters.values())
        told = {outcome: count for outcome, count in report.counts.items() if count and outcome is not Outcome.ACCEPTED}
        expect(of_letters == Counter(told), f"the dead letters are {of_letters}, the report says {told}")
        doubled = 0
        # A job that stopped has read the first so many events, and no others.
        for position in range(report.events):
            copies = stored[self.events[position][1][:6]]
            outcome = letters.get(position, Outcome.ACCEPTED)
            if outcome is Outcome.ACCEPTED and not copies:
                tally.lost += 1
                expect(False, f"event {position} is accepted and not stored")
            if outcome in _NOT_STORED:
                expect(not copies, f"event {position} is {outcome} and stored")
            if self.at_most_once:
                expect(copies <= 1, f"event {position} is stored {copies} times, and was to be sent at most once")
            doubled += outcome is Outcome.ACCEPTED and copies > 1
        unreported = max(0, doubled - report.possible_duplicates)
        tally.unreported_duplicates += unreported
        expect(not unreported, f"{doubled} events are doubled, the report counts {report.possible_duplicates}")
        expect(report.possible_duplicates <= report.accepted, "more events are doubted than accepted")
        if (self.ordered or self.workers == 1) and not self.as_iterator and self.streams == 1 and len(in_order) == 1:
            first = list(dict.fromkeys(in_order[0]))
            at = {f"{position:06d}": (timestamp, position) for position, (timestamp, _) in enumerate(self.events)}
            expect(first == sorted(first, key=at.__getitem__), "the order is not that of the input")


def has_stream(endpoint: LocalCloudWatchLogs, name: str) -> bool:
    """Whether the stream is there."""
    found = endpoint.client().describe_log_streams(logGroupName="g", logStreamNamePrefix=name)["logStreams"]
    return any(one["logStreamName"] == name for one in found)


def read_letters(path: pathlib.Path) -> dict[int, Outcome]:
    """The outcomes in a dead-letter file, by position."""
    letters = [json.loads(line) for line in path.read_text().splitlines()]
    found = {letter["position"]: Outcome(letter["outcome"]) for letter in letters}
    assert len(found) == len(letters), "an event has two letters"
    return found


def schedules(seeds: range, tally: Tally) -> None:
    """Run the schedules of these seeds."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cordwood-soak-"))
    try:
        with hurried():
            for seed in seeds:
                Schedule(seed).run(folder, tally)
    finally:
        shutil.rmtree(folder)


@dataclass
class Kills:
    """What killing the command came to."""

    kills: int = 0
    events: int = 0
    lost: int = 0
    unreported_duplicates: int = 0
    too_many_duplicates: int = 0

    def __str__(self) -> str:
        return (
            f"{self.kills:,} kills -9, {self.events:,} events, {self.lost:,} lost, "
            f"{self.unreported_duplicates:,} unreported duplicates, "
            f"{self.too_many_duplicates:,} more than the requests then in flight"
        )


_LENGTH = 4_000


def in_doubt(journal: pathlib.Path) -> list[list[int]]:
    """The positions of the requests that were out when the last run of a journal was killed, one list each."""
    if not journal.exists():
        return []
    with contextlib.closing(sqlite3.connect(journal)) as connection:
        try:
            found = connection.execute(
                "SELECT packed FROM intent WHERE run = (SELECT value FROM fact WHERE name = 'run')"
            ).fetchall()
        except sqlite3.OperationalError:  # killed before there was a table
            return []
    return [unpack_positions(packed) for (packed,) in found]


def kill_until_done(kills: int, seed: int, *, workers: int = 4, events: int = 60_000) -> Kills:
    """Kill `cordwood upload` at random moments, resume it as often, let it end, and look at what is stored."""
    chosen = random.Random(seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cordwood-kills-"))
    now = time.time_ns() // 1_000_000
    file = folder / "events.json"
    with file.open("w") as lines:
        for n in range(events):
            lines.write(json.dumps({"timestamp": now - DAY + n, "message": f"{n:08d}".ljust(_LENGTH, "x")}) + "\n")
    done = Kills(events=events)
    possible = None
    in_flight = 0
    try:
        with LocalCloudWatchLogs(faults=Faults(slow=1.0, slow_seconds=0.02)) as endpoint:
            endpoint.create("g", "s")
            options = ("--journal", str(folder / "journal"), "--max-concurrency", str(workers), "--output", "json")
            command = [COMMAND, "upload", str(file), *NAMES, *options, "--progress", "none"]
            while True:
                process = subprocess.Popen(
                    command, env=environment_of(endpoint), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
                )
                if done.kills < kills:
                    before = len(endpoint.requests("PutLogEvents"))
                    wanted = before + chosen.randint(0, 6)
                    until = time.monotonic() + chosen.uniform(0.3, 1.5)
                    while len(endpoint.requests("PutLogEvents")) < wanted and time.monotonic() < until:
                        time.sleep(0.002)
                    process.send_signal(signal.SIGKILL)
                out, err = process.communicate(timeout=PATIENCE)
                if process.returncode == -signal.SIGKILL:
                    done.kills += 1
                    out_then = in_doubt(folder / "journal")
                    assert len(out_then) <= workers
                    in_flight += sum(map(len, out_then))
                    continue
                assert process.returncode == 0, err
                if not out:  # killed when everything was sent and written down, and only the report was not
                    assert "already uploaded" in err, err
                    break
                report = json.loads(out)
                assert sum(report["counts"].values()) == report["events"] == events, report
                assert report["counts"]["accepted"] == events, report
                possible = report["possible_duplicates"]
                break
            stored = Counter(event.message[:8] for event in endpoint.events("g", "s"))
    finally:
        shutil.rmtree(folder)
    done.lost = sum(not stored[f"{n:08d}"] for n in range(events))
    further_copies = sum(copies - 1 for copies in stored.values())
    done.too_many_duplicates = max(0, further_copies - in_flight)
    if possible is not None:
        doubled = sum(copies > 1 for copies in stored.values())
        done.unreported_duplicates = max(0, doubled - possible)
    return done


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=400)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, help="run this one schedule")
    options = parser.parse_args()
    tally = Tally()
    if options.seed is not None:
        schedules(range(options.seed, options.seed + 1), tally)
        print(tally, *tally.wrong, sep="\n")
        return int(bool(tally.wrong))
    schedules(range(options.schedules), tally)
    print(tally, *tally.wrong, sep="\n", flush=True)
    kills = kill_until_done(options.kills, 1)
    print(kills)
    bad = kills.lost or kills.unreported_duplicates or kills.too_many_duplicates or kills.kills < options.kills
    return int(bool(tally.wrong or bad))


if __name__ == "__main__":
    sys.exit(main())
