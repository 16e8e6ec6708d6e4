"""`Journal`: the requests that were about to go out, and the events that are settled, across the runs of one upload."""

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
from cordwood._text import plural
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
"""The fact that holds where a source, by its index, ended."""

_WAY_OUT = "name another file with `journal`, or start over with `force`"


class Journal:
    """The record of one upload; made by `open`. Threads may share it.

    Positions are those of the source, packed as `Batch.packed_positions` does. A key identifies the events of one
    request within one run.

    Attributes:
        path: of its file.
        resumed: an earlier run began this upload.
        finished: an earlier run finished it, and no source has grown since.
        earlier: events settled by earlier runs, by outcome.
        settled_below: all events before this position were settled by earlier runs.
        settled_ranges: ranges of positions that are settled too, each from its first to before its second: what comes
            after a file that has grown since it was read.
        settled: sets of packed positions that are settled too.
        in_doubt: sets of packed positions of events whose request an earlier run may have sent without learning the
            answer; no position is in two of them.
        possible_duplicates: events that earlier runs had accepted, and that may be stored twice.
        broken: why nothing is recorded any more; empty if nothing failed.

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
        """Begin a journal, or continue an existing one. It is locked until it is closed, or the process ends.

        Args:
            path: the file; it and its folder are created if they are missing, for their owner alone.
            sources: in the order in which they are read.
            options: those that decide which events are read and how, as JSON values.
            destination: what decides where they go, as JSON values.
            force: forget what earlier runs recorded.

        Raises:
            JournalUnwritableError: it cannot be created or written.
            JournalError: another process has it open; or it is of other sources, options or another destination; or the
                file is no journal.
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
        job = {"sources": json.dumps(records)}
        job |= {name: json.dumps(setting, sort_keys=True) for name, setting in settings.items()}
        grown: list[int] = []
        if self.resumed:
            for name in settings:
                self._check_setting(name, json.loads(job[name]))
            if grown := self._check_sources(sources):
                self.finished = False
                self._open_ends(grown)
        facts: dict[str, Any] = {
            **job,
            "run": self._run,
            "finished": int(self.finished),
            "settled_below": self.settled_below,
            "possible_duplicates": self.possible_duplicates,
            "settled_ranges": json.dumps(self.settled_ranges),
        }
        # What is still in doubt is written again: otherwise each run that is killed would add its own requests with the
        # same events.
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
        """Return the indexes of those that have grown."""
        old = [SourceIdentity(**record) for record in json.loads(self._facts["sources"])]
        if len(sources) != len(old):
            raise JournalError(
                f"{self.path}: this journal is of {plural(len(old), 'source')}, and now there are {len(sources):,}; "
                f"{_WAY_OUT}"
            )
        for source, before in zip(sources, old, strict=True):
            if differs := difference(source, before):
                raise JournalError(
                    f"{source.name}: has changed since the journal {self.path} was written: {differs}; {_WAY_OUT}"
                )
        pairs = enumerate(zip(sources, old, strict=True))
        return [index for index, (source, before) in pairs if source.size > before.size]

    def _open_ends(self, grown: list[int]) -> None:
        """Take what grown files have after their old ends out of what is settled."""
        settled = [(0, self.settled_below), *self.settled_ranges]
        for index in grown:
            # If no end is known, nothing after the file is settled by ranges, because it was not read to its end.
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
        """Record where a source, by its index, ended when it was read to its end.

        Call it before anything after the source is recorded: until then only what comes before can be settled.
        """
        self._write([(_PUT_FACT, (_END.format(index), position))], durable=False)

    def recall(self, name: str, find: Callable[[], int]) -> int:
        """Return the number that the first run found, for all later runs to use. On return it is on the disk."""
        return int(self.recall_text(name, lambda: str(find())))

    def recall_text(self, name: str, find: Callable[[], str]) -> str:
        """Return the text that the first run found, for all later runs to use. On return it is on the disk."""
        fact = f"remembered {name}"
        if fact not in self._facts:
            self._facts[fact] = find()
            self._write([(_PUT_FACT, (fact, self._facts[fact]))], durable=True)
        return str(self._facts[fact])

    def intend(self, key: int, packed: bytes) -> bool:
        """Record that a request with these events is about to go out. On return that is on the disk.

        If the key has an intent already, this one replaces it.

        Returns:
            False if it could not be recorded. Then the request must not go out: no later run would know of it.

        """
        span = packed_range(packed)
        last = -1 if span is None else span[1]
        return self._write([(_PUT_INTENT, (self._run, key, last, packed))], durable=True)

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

        Not forced to the disk: if it is lost, so is every later record, and the events are in doubt.
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

        Not forced to the disk: if it is lost, the events are in doubt, which is safe.
        """
        self._write([("DELETE FROM intent WHERE run = ? AND key = ?", (self._run, key))], durable=False)

    def finish(self) -> None:
        """Record that every event of the sources has its outcome. On return that is on the disk."""
        self._write([(_PUT_FACT, ("finished", 1))], durable=True)

    def _write(self, statements: list[Statement], *, durable: bool) -> bool:
        try:
            return self._store.write(statements, durable=durable)
        except sqlite3.Error as error:
            self.broken = f"{self.path}: {error}"
            log.error("the journal cannot be written: %s", self.broken)
            return False

    def close(self) -> None:
        """Close the file. What was recorded stays; later calls record nothing."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _without(intents: list[bytes], settled: list[bytes], settled_below: int) -> list[bytes]:
    """Return the intents without what was settled later, when a later run sent those events again and got an answer.

    Each position is in one of them at most, although several runs may have sent it.
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
