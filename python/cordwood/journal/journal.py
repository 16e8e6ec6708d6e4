"""`Journal`: the intents of requests, what is settled, and up to where all is, across the runs of one upload."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from cordwood._core import pack_positions, packed_range, unpack_positions
from cordwood._model import Outcome, SourceIdentity, position_of
from cordwood.errors import JournalError
from cordwood.journal.identity import difference
from cordwood.journal.store import Statement, Store

log = logging.getLogger("cordwood")

_PUT_FACT = "INSERT OR REPLACE INTO fact VALUES (?, ?)"
_PUT_INTENT = "INSERT OR REPLACE INTO intent VALUES (?, ?, ?, ?)"
_RAISE_FACT = "UPDATE fact SET value = max(value, ?) WHERE name = 'settled_below'"
_ADD_DUPLICATES = "UPDATE fact SET value = value + ? WHERE name = 'possible_duplicates'"
_COUNT = "INSERT INTO counted VALUES (?, ?) ON CONFLICT DO UPDATE SET events = events + excluded.events"

_END = "end {}"
"""The fact that tells where a source ended, by its number."""

_WAY_OUT = "name another file with `journal`, or start over with `force`"


class Journal:
    """One upload's record; made by `open`. Threads may share it.

    Positions are those of the source, packed as `Batch.packed_positions` does. A key names the events of one request
    within one run.

    Attributes:
        path: of its file.
        resumed: an earlier run has begun this upload.
        finished: an earlier run has ended it, and no source has grown since.
        earlier: events settled by earlier runs, by outcome.
        settled_below: all events before this position were settled by earlier runs.
        settled_ranges: ranges of positions of which the same holds, each from the one to before the other: what lies
            behind a file that has grown since it was read.
        settled: packed positions of which it holds too, in sets.
        in_doubt: packed positions of events whose request an earlier run may have sent, and knew no answer; each
            position is in one of the sets at most.
        possible_duplicates: events that earlier runs had accepted, and that may be stored twice.
        broken: why nothing is recorded any more; empty while all is well.

    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.path = store.path
        self.broken = ""
        facts = dict(store.read("SELECT name, value FROM fact"))
        self._run: int = facts.get("run", 0) + 1
        self.resumed = self._run > 1
        self.finished = bool(facts.get("finished", 0))
        self.settled_below: int = facts.get("settled_below", 0)
        self.possible_duplicates: int = facts.get("possible_duplicates", 0)
        self.earlier = {Outcome(name): events for name, events in store.read("SELECT outcome, events FROM counted")}
        self.settled: list[bytes] = [packed for (packed,) in store.read("SELECT packed FROM settled ORDER BY rowid")]
        intents = [packed for (packed,) in store.read("SELECT packed FROM intent ORDER BY run, key")]
        self.in_doubt = _without(intents, self.settled, self.settled_below)
        self.settled_ranges = [(start, end) for start, end in json.loads(facts.get("settled_ranges", "[]"))]
        self._facts = facts

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        sources: Sequence[SourceIdentity],
        options: Mapping[str, Any],
        destination: Mapping[str, Any],
        force: bool = False,
    ) -> Self:
        """Begin a journal, or go on with the one that is there. It is locked until it is closed, or the process ends.

        Args:
            path: the file; it and its folder are made where they are missing, for their owner alone.
            sources: in the order in which they are read.
            options: those that decide which events are read and how, as values that JSON knows.
            destination: what decides where they go; likewise.
            force: forget what an earlier run recorded.

        Raises:
            JournalUnwritableError: it cannot be made or written.
            JournalError: another process has it; or it is of other sources, options or another destination; or no
                journal.
            InputError: a source cannot be read.

        """
        store = Store(path)
        try:
            if force:
                store.begin([(f"DELETE FROM {table}", ()) for table in ("fact", "counted", "intent", "settled")])
            journal = cls(store)
            journal._begin_run(sources, {"options": dict(options), "destination": dict(destination)})
        except BaseException:
            store.close()
            raise
        return journal

    def _begin_run(self, sources: Sequence[SourceIdentity], settings: dict[str, dict[str, Any]]) -> None:
        records = [source._asdict() for source in sources]
        told = {"sources": json.dumps(records)}
        told |= {name: json.dumps(setting, sort_keys=True) for name, setting in settings.items()}
        grown: list[int] = []
        if self.resumed:
            for name in settings:
                self._check_setting(name, json.loads(told[name]))
            if grown := self._check_sources(sources):
                self.finished = False
                self._open_ends(grown)
        facts: dict[str, Any] = {
            **told,
            "run": self._run,
            "finished": int(self.finished),
            "settled_below": self.settled_below,
            "possible_duplicates": self.possible_duplicates,
            "settled_ranges": json.dumps(self.settled_ranges),
        }
        # What is in doubt still, written anew: else each run that is killed would add its own tries of the same events.
        doubts = [(0, key, unpack_positions(packed)[-1], packed) for key, packed in enumerate(self.in_doubt)]
        self._store.begin(
            [(_PUT_FACT, fact) for fact in facts.items()]
            + [("DELETE FROM fact WHERE name = ?", (_END.format(index),)) for index in grown]
            + [("DELETE FROM intent", ())]
            + [(_PUT_INTENT, doubt) for doubt in doubts]
        )

    def _check_setting(self, name: str, new: dict[str, Any]) -> None:
        old = json.loads(self._facts[name])
        what = "option " if name == "options" else ""
        differing = [
            f"{what}{key} is {_shown(new, key)}, and was {_shown(old, key)}"
            for key in sorted(old.keys() | new.keys())
            if _shown(old, key) != _shown(new, key)
        ]
        if differing:
            raise JournalError(
                f"{self.path}: this journal was begun with other {name}: {'; '.join(differing)}. Use what it was "
                f"begun with, or {_WAY_OUT}"
            )

    def _check_sources(self, sources: Sequence[SourceIdentity]) -> list[int]:
        """The numbers of those that have grown."""
        old = [SourceIdentity(**record) for record in json.loads(self._facts["sources"])]
        if len(sources) != len(old):
            raise JournalError(
                f"{self.path}: this journal is of {_files(len(old))}, and now there are {len(sources):,}; {_WAY_OUT}"
            )
        for source, before in zip(sources, old, strict=True):
            if differs := difference(source, before):
                raise JournalError(f"{source.name}: not what the journal {self.path} is of: {differs}; {_WAY_OUT}")
        pairs = enumerate(zip(sources, old, strict=True))
        return [index for index, (source, before) in pairs if source.size > before.size]

    def _open_ends(self, grown: list[int]) -> None:
        """Take what grown files have behind their old ends out of what is settled, which may lie below it."""
        settled = [(0, self.settled_below), *self.settled_ranges]
        for index in grown:
            # Where no end is known, nothing behind the file is settled by ranges, for it was not read to its end.
            end = self._facts.get(_END.format(index))
            if end is not None:
                following = position_of(index + 1, 0)
                settled = [
                    part
                    for start, stop in settled
                    for part in ((start, min(stop, end)), (max(start, following), stop))
                    if part[0] < part[1]
                ]
        settled = settled if settled and settled[0][0] == 0 else [(0, 0), *settled]
        self.settled_below, self.settled_ranges = settled[0][1], settled[1:]

    def record_end(self, index: int, position: int) -> None:
        """Record where a source, by its number, ended when it was read to its end.

        To be told before anything behind it is: only what lies before can be settled by then.
        """
        self._write([(_PUT_FACT, (_END.format(index), position))], durable=False)

    def recall(self, name: str, find: Callable[[], int]) -> int:
        """Return the number that the first run found, for all later runs to use. On return it is on the disk."""
        fact = f"remembered {name}"
        if fact not in self._facts:
            self._facts[fact] = find()
            self._write([(_PUT_FACT, (fact, self._facts[fact]))], durable=True)
        return int(self._facts[fact])

    def intend(self, key: int, packed: bytes) -> None:
        """Record that a request with these events is about to go out. On return that is on the disk.

        Where the key has an intent already, this one takes its place.
        """
        span = packed_range(packed)
        last = -1 if span is None else span[1]
        self._write([(_PUT_INTENT, (self._run, key, last, packed))], durable=True)

    def settle(
        self,
        key: int,
        packed: bytes,
        counts: Mapping[Outcome, int],
        settled_below: int,
        possible_duplicates: int = 0,
    ) -> None:
        """Record that these events, the last of the key's, have their final outcome, and that all before a position do.

        `possible_duplicates` of them may be stored twice.

        Not forced to the disk: where that is lost, so is every later record, and the events are in doubt.
        """
        span = packed_range(packed)
        statements: list[Statement] = [("DELETE FROM intent WHERE run = ? AND key = ?", (self._run, key))]
        statements += [(_COUNT, (str(outcome), events)) for outcome, events in counts.items() if events]
        if span is not None and span[1] >= settled_below:
            statements.append(("INSERT INTO settled VALUES (?, ?)", (span[1], packed)))
        statements.append((_RAISE_FACT, (settled_below,)))
        if possible_duplicates:
            statements.append((_ADD_DUPLICATES, (possible_duplicates,)))
        statements.append(("DELETE FROM settled WHERE last < ?", (settled_below,)))
        statements.append(("DELETE FROM intent WHERE run < ? AND last < ?", (self._run, settled_below)))
        self._write(statements, durable=False)

    def withdraw(self, key: int) -> None:
        """Record that the key's events are certainly not stored, and stay to be sent.

        Not forced to the disk: where that is lost the events are in doubt, which errs to the safe side.
        """
        self._write([("DELETE FROM intent WHERE run = ? AND key = ?", (self._run, key))], durable=False)

    def finish(self) -> None:
        """Record that every event of the sources has its outcome. On return that is on the disk."""
        self._write([(_PUT_FACT, ("finished", 1))], durable=True)

    def _write(self, statements: list[Statement], *, durable: bool) -> None:
        try:
            self._store.write(statements, durable=durable)
        except sqlite3.Error as fault:
            self.broken = f"{self.path}: {fault}"
            log.error("the journal cannot be written, and the upload goes on without it: %s", self.broken)

    def close(self) -> None:
        """Let go of the file. What was recorded stays; what is recorded later is not."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _without(intents: list[bytes], settled: list[bytes], settled_below: int) -> list[bytes]:
    """Intents less what was settled later: a run after theirs has sent those events again, and had an answer.

    Each position is in one of them at most, though several runs may have tried it.
    """
    spans = [(packed_range(packed), packed) for packed in settled]
    left = []
    seen: set[int] = set()
    for intent in intents:
        doubtful = {position for position in unpack_positions(intent) if position >= settled_below} - seen
        for span, packed in spans:
            if doubtful and span is not None and span[0] <= max(doubtful) and span[1] >= min(doubtful):
                doubtful.difference_update(unpack_positions(packed))
        if doubtful:
            left.append(pack_positions(list(doubtful)))
            seen |= doubtful
    return left


def _shown(setting: Mapping[str, Any], key: str) -> str:
    return json.dumps(setting[key], ensure_ascii=False) if key in setting else "not set"


def _files(count: int) -> str:
    return f"{count:,} source" + ("" if count == 1 else "s")
