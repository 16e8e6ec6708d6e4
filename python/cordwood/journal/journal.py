"""The journal of an upload: a SQLite file with one writer."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cordwood._core import pack_positions, packed_range, unpack_positions
from cordwood.errors import JournalError, JournalUnavailableError
from cordwood.journal.identity import SourceIdentity
from cordwood.outcomes import Outcome
from cordwood.terminal import inert

log = logging.getLogger("cordwood")

_APPLICATION_ID = 0x436F7264
"""In the file's header, where it reads Cord: the file is ours."""
_VERSION = 1

_SCHEMA = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source (place INTEGER PRIMARY KEY, identity TEXT NOT NULL);
CREATE TABLE outcome (name TEXT PRIMARY KEY, events INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE settled (last INTEGER NOT NULL, positions BLOB NOT NULL);
CREATE INDEX settled_by_last ON settled (last);
CREATE TABLE intent (run INTEGER, piece INTEGER, last INTEGER NOT NULL, positions BLOB NOT NULL, PRIMARY KEY (run,
piece));
"""


class Journal:
    """Remembers what became of the events of one input, sent to one destination. Threads may share it.

    Before a request goes out, the positions of its events are written down and on the disk: its intent. Once it is
    answered, they become settled; that need not be on the disk at once, for without it the intent still stands, and the
    events are in doubt, which means sent again and counted. So whenever a run ends, be it by loss of power, the next
    one knows of each event that it is settled, in doubt, or was never sent.

    Made by `open`.

    Attributes:
        path: of the file.
        resumed: an earlier run left something to go on from.
        finished: an earlier run settled everything, and nothing was added to the sources since.
        earlier: events that earlier runs settled, by outcome.
        settled_below: position below which earlier runs settled every legal event.
        settled: sets of packed positions beyond that which they settled.
        in_doubt: sets of packed positions that they sent, and never learned what became of.
        broken: why nothing more could be written; empty while it could. Nothing is raised then: the upload goes on, and
            a later run sends again what this one could not write down.

    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self.broken = ""
        self._lock = threading.Lock()
        self._connection = connection
        self._run = int(self._fact("runs") or 0) + 1
        self.resumed = self._run > 1
        self.finished = self._fact("finished") is not None
        self.settled_below = int(self._fact("settled_below") or 0)
        self._settled_below = self.settled_below
        self.earlier = {Outcome(name): events for name, events in self._rows("SELECT name, events FROM outcome")}
        self.settled: list[bytes] = [
            positions
            for (positions,) in self._rows("SELECT positions FROM settled WHERE last >= ?", self.settled_below)
        ]
        self.in_doubt = self._read_in_doubt()

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        sources: Sequence[SourceIdentity],
        options: Mapping[str, Any],
        destination: Mapping[str, Any],
        force: bool = False,
    ) -> Journal:
        """Open a journal, or begin one.

        Args:
            path: of the file; its folder is made where it is missing.
            sources: what is read, in this order.
            options: how it is read: what, if changed, would make other events of the same bytes. Values are those of
                JSON.
            destination: where the events go; likewise.
            force: forget what an earlier run wrote down.

        Raises:
            JournalError: it belongs to another job, or its sources have changed, or it is no journal.
            JournalUnavailableError: it cannot be written, or another process has it open.

        """
        path = Path(path)
        connection = _connect(path)
        try:
            with closing(connection.cursor()) as cursor:
                _lay_out(cursor, path)
                _check(cursor, path, sources, options, destination, force=force)
                journal = cls(connection, path)
                if not journal.finished:
                    _set(cursor, "runs", journal._run)
        except sqlite3.Error as fault:
            connection.close()
            raise _unavailable(path, fault) from fault
        except BaseException:
            connection.close()
            raise
        return journal

    def intend(self, key: int, packed: bytes) -> None:
        """Write down, before a request goes out, what it holds. On the disk on return.

        Args:
            key: names the request in what follows; of this run.
            packed: the positions, as `pack_positions` packs them.

        """
        found = packed_range(packed)
        self._write(
            [("INSERT OR REPLACE INTO intent VALUES (?, ?, ?, ?)", (self._run, key, found[1] if found else 0, packed))],
            durable=True,
        )

    def settle(self, key: int, packed: bytes, counts: Mapping[Outcome, int], settled_below: int) -> None:
        """Write down that events have their outcome, which no later run is to change.

        Args:
            key: that they were intended under, if they were.
            packed: their positions.
            counts: how many they are, by outcome.
            settled_below: below this position every legal event is settled, with these.

        """
        found = packed_range(packed)
        with self._lock:
            # Another thread may have come to know of more meanwhile.
            self._settled_below = settled_below = max(settled_below, self._settled_below)
        writes: list[tuple[str, tuple[Any, ...]]] = [
            ("DELETE FROM intent WHERE run = ? AND piece = ?", (self._run, key)),
            ("DELETE FROM settled WHERE last < ?", (settled_below,)),
            ("DELETE FROM intent WHERE run < ? AND last < ?", (self._run, settled_below)),
            ("INSERT OR REPLACE INTO fact VALUES ('settled_below', ?)", (str(settled_below),)),
        ]
        if found and found[1] >= settled_below:
            writes.append(("INSERT INTO settled VALUES (?, ?)", (found[1], packed)))
        for outcome, events in counts.items():
            sql = "INSERT INTO outcome VALUES (?, ?) ON CONFLICT DO UPDATE SET events = events + excluded.events"
            writes.append((sql, (str(outcome), events)))
        self._write(writes)

    def give_up(self, packed: bytes, outcome: Outcome) -> None:
        """Settle, as this run begins, what earlier runs left in doubt: it is not to be sent again.

        Args:
            packed: the positions.
            outcome: theirs.

        """
        positions = len(unpack_positions(packed))
        self.settle(0, packed, {outcome: positions}, 0)
        self.earlier[outcome] = self.earlier.get(outcome, 0) + positions
        self.in_doubt = []

    def withdraw(self, key: int) -> None:
        """Write down that nothing of a request was stored, and its events stay to be sent."""
        self._write([("DELETE FROM intent WHERE run = ? AND piece = ?", (self._run, key))])

    def finish(self) -> None:
        """Write down that everything is settled."""
        self._write(
            [
                ("DELETE FROM intent", ()),
                ("INSERT OR REPLACE INTO fact VALUES ('finished', 'yes')", ()),
            ],
            durable=True,
        )

    def close(self) -> None:
        """Let go of the file. To do it again does nothing."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, writes: Sequence[tuple[str, tuple[Any, ...]]], *, durable: bool = False) -> None:
        with self._lock:
            if self.broken:
                return
            try:
                # In WAL mode FULL waits for the disk at each commit, NORMAL only when the log is taken over into the
                # file. One log holds both kinds, so what waits takes all before it to the disk.
                self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                self._connection.execute("BEGIN")
                for sql, values in writes:
                    self._connection.execute(sql, values)
                self._connection.execute("COMMIT")
            except sqlite3.Error as fault:
                self._break(fault)

    def _break(self, fault: sqlite3.Error) -> None:
        self.broken = str(fault)
        log.warning(
            "the journal %s cannot be written any more (%s): the upload goes on, but would send again what it sends "
            "from here on, if it were interrupted",
            inert(str(self.path)),
            fault,
        )

    def _fact(self, name: str) -> str | None:
        found = self._rows("SELECT value FROM fact WHERE name = ?", name)
        return found[0][0] if found else None

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def _read_in_doubt(self) -> list[bytes]:
        doubted = {
            position
            for (packed,) in self._rows("SELECT positions FROM intent")
            for position in unpack_positions(packed)
            if position >= self.settled_below
        }
        if doubted:
            doubted.difference_update(position for packed in self.settled for position in unpack_positions(packed))
        return [pack_positions(sorted(doubted))] if doubted else []


def _connect(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made here, for its mode: it tells which files were sent where.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as fault:
        raise JournalUnavailableError(f"the journal {path} cannot be written: {fault.strerror}") from None
    try:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as fault:
        raise _unavailable(path, fault) from fault
    try:
        # Held for as long as it is open: one writer, and no file of shared memory beside it.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
    except sqlite3.Error as fault:
        connection.close()
        raise _unavailable(path, fault) from fault
    return connection


def _unavailable(path: Path, fault: sqlite3.Error) -> JournalError:
    if fault.sqlite_errorcode == sqlite3.SQLITE_BUSY:
        return JournalError(
            f"the journal {path} is in use: another process is sending the same input; wait for it, or name another "
            "journal"
        )
    if fault.sqlite_errorcode in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return _no_journal(path)
    return JournalUnavailableError(f"the journal {path} cannot be written: {fault}")


def _no_journal(path: Path) -> JournalError:
    return JournalError(f"{path} is there already, and is no journal of cordwood: name another file, or move it away")


def _lay_out(cursor: sqlite3.Cursor, path: Path) -> None:
    [(application,)] = cursor.execute("PRAGMA application_id").fetchall()
    [(version,)] = cursor.execute("PRAGMA user_version").fetchall()
    if application == _APPLICATION_ID and version == _VERSION:
        return
    if application == _APPLICATION_ID and version > _VERSION:
        raise JournalError(f"the journal {path} was written by a newer cordwood (its version is {version})")
    if cursor.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
        raise _no_journal(path)
    cursor.execute("BEGIN")
    for statement in _SCHEMA.split(";"):
        cursor.execute(statement)
    cursor.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    cursor.execute(f"PRAGMA user_version = {_VERSION}")
    cursor.execute("COMMIT")


def _set(cursor: sqlite3.Cursor, name: str, value: Any) -> None:
    cursor.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, str(value)))


def _check(
    cursor: sqlite3.Cursor,
    path: Path,
    sources: Sequence[SourceIdentity],
    options: Mapping[str, Any],
    destination: Mapping[str, Any],
    *,
    force: bool,
) -> None:
    """Hold this job against the one that the journal is of, and write it down."""
    facts = dict(cursor.execute("SELECT name, value FROM fact").fetchall())
    known = [
        SourceIdentity(**json.loads(identity))
        for (identity,) in cursor.execute("SELECT identity FROM source ORDER BY place").fetchall()
    ]
    job = {"options": json.dumps(options, sort_keys=True), "destination": json.dumps(destination, sort_keys=True)}
    if known and not force:
        _refuse_another_job(path, sources, known)
        for name, now in job.items():
            _refuse_other_values(path, name, json.loads(facts[name]), json.loads(now))
    cursor.execute("BEGIN")
    if force:
        for table in ("fact", "source", "outcome", "settled", "intent"):
            cursor.execute(f"DELETE FROM {table}")
    for name, now in job.items():
        _set(cursor, name, now)
    for place, source in enumerate(sources):
        identity = json.dumps({field: getattr(source, field) for field in source.__slots__})
        cursor.execute("INSERT OR REPLACE INTO source VALUES (?, ?)", (place, identity))
    if any(now.has_grown_since(before) for now, before in zip(sources, known, strict=False)):
        cursor.execute("DELETE FROM fact WHERE name = 'finished'")
    cursor.execute("COMMIT")


_WHAT_TO_DO = "name another journal (--journal FILE), or forget this one, and send all of it again (--force)"


def _refuse_another_job(path: Path, sources: Sequence[SourceIdentity], known: Sequence[SourceIdentity]) -> None:
    if [source.name for source in sources] != [source.name for source in known]:
        names = ", ".join(source.name for source in known[:3]) + (" and others" if len(known) > 3 else "")
        raise JournalError(f"the journal {path} is of other files, or in another order: {names}; {_WHAT_TO_DO}")
    for source, before in zip(sources, known, strict=True):
        if change := source.change_since(before):
            raise JournalError(
                f"{source.name} has changed since the journal {path} was written: {change}. Positions in it may be "
                f"those of other events now: {_WHAT_TO_DO}"
            )


def _refuse_other_values(path: Path, what: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            raise JournalError(
                f"the journal {path} was begun with {what[:-1] if what == 'options' else what} {name} = "
                f"{before.get(name)!r}, and not {now.get(name)!r}: {_WHAT_TO_DO}"
            )
