"""The journal's file: SQLite, open in one process only, and written in groups.

The write-ahead log of SQLite is appended to, and is valid up to the first damaged frame. So a power loss removes the
end of what was written, never something in between; and a write that is forced to the disk forces all that were
written before it.
"""

from __future__ import annotations

import ctypes
import os
import sqlite3
import threading
import weakref
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cordwood.errors import JournalError, JournalUnwritableError

Statement = tuple[str, tuple[Any, ...]]

_OTHER_FILE = "name another file with `journal`"

_APPLICATION = 0x43574A4C
_VERSION = 1

_SCHEMA = (
    "CREATE TABLE fact (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE counted (outcome TEXT PRIMARY KEY, events INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE intent (run INTEGER, key INTEGER, last INTEGER, packed BLOB, PRIMARY KEY (run, key))",
    "CREATE TABLE settled (last INTEGER, packed BLOB)",
    "CREATE INDEX settled_last ON settled (last)",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_VERSION}",
)


@dataclass(slots=True, eq=False)
class _Write:
    statements: list[Statement]
    durable: bool
    done: bool = False


class Store:
    """One file, locked while it is open; `write` may be called from any thread.

    Raises:
        JournalUnwritableError: it cannot be created or written.
        JournalError: another process has it open, or it is no journal, or damaged.

    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fsdecode(os.fspath(path))
        self._make_file()
        # Held by itself: a condition's `with` runs Python code, and an interrupt in it would leave the lock taken.
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._waiting: deque[_Write] = deque()
        self._committing: list[_Write] = []
        self._writing = False
        self._open = True
        self._process = os.getpid()
        self._durable: bool | None = None
        try:
            self.connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._as_journal_error(error) from None
        try:
            self._claim()
        except BaseException as error:
            self.connection.close()
            if isinstance(error, sqlite3.Error):
                raise self._as_journal_error(error) from None
            raise
        _stores.add(self)

    def _make_file(self) -> None:
        """Create it for its owner only. An existing one is not opened here: closing it would free a lock on it."""
        folder = os.path.dirname(os.path.abspath(self.path))
        try:
            _make_folder(folder)
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            raise JournalUnwritableError(f"{self.path}: the journal cannot be written: {error.strerror}") from None

    def _claim(self) -> None:
        execute = self.connection.execute
        execute("PRAGMA locking_mode = EXCLUSIVE")
        is_new = self._number("schema_version") == 0
        if not is_new and self._number("application_id") != _APPLICATION:
            raise self._foreign()
        if not is_new and self._number("user_version") != _VERSION:
            raise JournalError(f"{self.path}: a journal of another version of cordwood; {_OTHER_FILE}")
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA journal_size_limit = 1048576")
        execute("BEGIN EXCLUSIVE")
        if is_new:
            for statement in _SCHEMA:
                execute(statement)
        execute("COMMIT")

    def _number(self, pragma: str) -> int:
        return int(self.connection.execute(f"PRAGMA {pragma}").fetchone()[0])

    def _foreign(self) -> JournalError:
        return JournalError(f"{self.path}: not a journal of cordwood, and was left as it is; {_OTHER_FILE}")

    def _as_journal_error(self, error: sqlite3.Error) -> JournalError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return JournalError(f"{self.path}: another upload is writing this journal; wait for it, or {_OTHER_FILE}")
        if code == sqlite3.SQLITE_NOTADB:
            return self._foreign()
        if code == sqlite3.SQLITE_CORRUPT:
            return JournalError(f"{self.path}: the journal is damaged ({error}); remove it, or {_OTHER_FILE}")
        return JournalUnwritableError(f"{self.path}: the journal cannot be written: {error}")

    def begin(self, statements: list[Statement]) -> None:
        """Write durably, while opening.

        Raises:
            JournalUnwritableError: as in the class.
            JournalError: as in the class.

        """
        try:
            self._commit([_Write(statements, durable=True)])
        except sqlite3.Error as error:
            raise self._as_journal_error(error) from None

    def read(self, query: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Return all rows; only while opening, when no other thread uses the store.

        Raises:
            JournalError: as in the class.

        """
        try:
            return self.connection.execute(query, parameters).fetchall()
        except sqlite3.Error as error:
            raise self._as_journal_error(error) from None

    def write(self, statements: list[Statement], *, durable: bool) -> bool:
        """Write these together, after everything that was passed before.

        Durable: on the disk at return. Otherwise it is passed to the operating system, so that it survives this
        process: at return, or, while another thread is forcing something to the disk, right after that. One thread
        writes for all that wait, so that one forced write serves them together.

        Returns:
            False if it is durable and was not written: the store is closed, or another thread failed to write it.

        Raises:
            sqlite3.Error: in the thread that wrote; none of it is written, nor anything after it.

        """
        mine = _Write(statements, durable)
        writing = False
        try:
            with self._lock:
                if not self._open:
                    return not durable
                self._waiting.append(mine)
                while self._writing and durable and not mine.done:
                    self._changed.wait()
                if mine.done or self._writing or not self._open:
                    return mine.done or not durable
                self._writing = writing = True
            self._write_what_waits()
        except BaseException as error:
            if writing:
                with self._lock:
                    self._writing = False
                    self._open = self._open and not isinstance(error, sqlite3.Error)
                    self._changed.notify_all()
            raise
        return True

    def _write_what_waits(self) -> None:
        """Write until nothing waits, or only what another thread is about to write."""
        while True:
            with self._lock:
                group = list(self._waiting)
            self._commit(group)
            with self._lock:
                self._forget_committed()
                if not self._waiting or any(write.durable for write in self._waiting):
                    # Under the same lock, or what comes in between would be written by no thread.
                    self._writing = False
                    self._changed.notify_all()
                    return

    def _commit(self, group: list[_Write]) -> None:
        durable = any(write.durable for write in group)
        execute = self.connection.execute
        if durable is not self._durable:
            # NORMAL writes the log and forces nothing; FULL forces the log to the disk with each commit.
            execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable
        try:
            execute("BEGIN IMMEDIATE")
            for write in group:
                for statement, parameters in write.statements:
                    execute(statement, parameters)
            self._committing = group
            execute("COMMIT")
        except sqlite3.Error:
            self._roll_back()
            raise
        except BaseException:  # an interrupt: if it came after the commit, nothing may be written twice
            if self.connection.in_transaction:
                self._roll_back()
            else:
                self._forget_committed()
            raise

    def _roll_back(self) -> None:
        self._committing = []
        with suppress(sqlite3.Error):
            self.connection.rollback()

    def _forget_committed(self) -> None:
        """Take what was committed out of what waits; it waits until then, so that an interrupt loses none of it."""
        with self._lock:
            for write in self._committing:
                write.done = True
            self._committing = []
            while self._waiting and self._waiting[0].done:
                self._waiting.popleft()

    def close(self) -> None:
        """Close the file as soon as no thread writes."""
        with self._lock:
            while self._writing:
                self._changed.wait()
            self._open = False
        if self._process == os.getpid():
            with suppress(sqlite3.Error):
                self.connection.close()

    def abandon(self) -> None:
        """Leave the file to the parent, in a child made by fork.

        The connection must not be closed here, not even as the interpreter ends: that would write what is the parent's
        to write. So one reference to it is never released.
        """
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._open = self._writing = False
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self.connection))


def _make_folder(folder: str) -> None:
    """Make a folder and its parents so that they survive a power loss."""
    above = os.path.dirname(folder)
    if os.path.isdir(folder) or above == folder:
        return
    _make_folder(above)
    with suppress(FileExistsError):
        os.mkdir(folder, 0o700)
    if os.name == "posix":  # elsewhere a folder cannot be opened
        descriptor = os.open(above, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_stores: weakref.WeakSet[Store] = weakref.WeakSet()


def _after_fork() -> None:
    for store in _stores:
        store.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
