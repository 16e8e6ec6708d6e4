"""The types of all sources: `Source`, and `FileSource` for those that read files."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordwood._model import Location, Rejected, SourceFile, SourceIdentity
    from cordwood.sources.file_format import FileDetails
    from cordwood.sources.routing import Routed

log = logging.getLogger("cordwood")


class Source(ABC):
    """What an upload reads: yields batches with the name of their log stream, and counts what it read.

    Attributes:
        names: of the files; empty for events in memory.
        file_ends: of the files that were read to their end, by their index, the position behind the last byte.

    """

    names: tuple[str, ...] = ()
    file_ends: Mapping[int, int] = {}

    @abstractmethod
    def __iter__(self) -> Iterator[list[Routed]]:
        """Yield the batches as they become full; from time to time an empty list, while there is none."""

    @abstractmethod
    def flush(self) -> Iterable[Routed]:
        """Close and return the open batches, without reading on."""

    @abstractmethod
    def drain_rejected(self) -> list[Rejected]:
        """Return the rejected events, each once."""

    @property
    @abstractmethod
    def counts(self) -> dict[str, int]:
        """`events` read, `altered`, among others."""

    @property
    def held_from(self) -> int:
        """The position of the first event in open batches, or else of what is read next; 0 without a journal."""
        return 0

    @property
    def cut_short(self) -> Sequence[str]:
        """Which files are truncated or damaged, or were cut while they were read; what they held before was read."""
        return ()

    @abstractmethod
    def locate(self, positions: list[int]) -> list[Location]:
        """Locate events by their positions, which are in increasing order."""


class FileSource(Source):
    """A source that reads files.

    Attributes:
        total_bytes: of all files; None if one is a pipe.
        first_timestamp: of the first event, in ms since 1970, as a look at the files shows it; None if it does not.
        last_timestamp: the same of the last event.
        shift: milliseconds by which all timestamps are moved.
        on_description: called, while a pipe is read, with what it is read as; logs it by default.

    """

    total_bytes: int | None = None

    def __init__(self) -> None:
        self.on_description: Callable[[str], object] = log.info

    @property
    def first_timestamp(self) -> int | None:
        """See the class."""
        return None

    @property
    def last_timestamp(self) -> int | None:
        """See the class."""
        return None

    @property
    def shift(self) -> int:
        """See the class."""
        return 0

    @property
    @abstractmethod
    def bytes_read(self) -> int:
        """Bytes of the files that were read so far. Another thread may ask."""

    @property
    @abstractmethod
    def damaged(self) -> bool:
        """Whether part of a file could not be read as events; it is among the `invalid` too."""

    @property
    def can_resume(self) -> bool:
        """Whether a journal can be kept of it: a later run finds the same files, and what is sent leaves no trace."""
        return False

    @abstractmethod
    def identities(self) -> list[SourceIdentity]:
        """Return what a journal recognizes the files by.

        Raises:
            JournalError: no journal can be kept of them.
            InputError: one of them cannot be read.

        """

    def descriptions(self) -> list[str]:
        """Say, of each file whose format was detected, what it is read as."""
        return []

    def format_details(self) -> list[FileDetails]:
        """Return how each file is read whose format was detected, if this is a rehearsal."""
        return []

    @abstractmethod
    def files(self) -> list[SourceFile]:
        """Say what was read of each file."""
