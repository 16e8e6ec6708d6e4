"""The extension module: cordwood's boundary to its Rust core. Import these names from `cordwood`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, Protocol, SupportsIndex, TypeAlias, final, overload

from cordwood._model import Rejected

_Timestamp: TypeAlias = SupportsIndex | datetime
_Message: TypeAlias = str | bytes
_Event: TypeAlias = Mapping[str, Any] | tuple[_Timestamp, _Message] | list[Any]

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: Any = None) -> Any: ...

_Arrow: TypeAlias = _ArrowStream | _ArrowArray

__all__ = [
    "Batch",
    "Batcher",
    "Batches",
    "Decompressor",
    "DocumentReader",
    "FileFormat",
    "Limits",
    "LineRules",
    "TextDecoder",
    "__version__",
    "_debug_build",
    "batches",
    "detect",
    "pack_positions",
    "packed_range",
    "unpack_positions",
]

__version__: str
_debug_build: bool

@final
class Limits:
    """The limits of PutLogEvents; each may be overridden, for an endpoint whose limits differ.

    The defaults are the service's own (PutLogEvents in the CloudWatch Logs API reference). An instance is
    immutable, hashable, and equal to another with the same numbers.

    Args:
        max_batch_bytes: most bytes in a batch, counted as the sum over its events of the UTF-8 length of the
            message plus `event_overhead_bytes`.
        max_batch_events: most events in a batch.
        max_batch_span_ms: most milliseconds from a batch's first timestamp to its last; exactly this is legal.
        max_event_bytes: most bytes of one event, its overhead included; an event larger than this, or than
            `max_batch_bytes`, is `oversize`.
        event_overhead_bytes: bytes that the service counts for each event besides its message.
        max_future_ms: how far after `now` a timestamp may lie; beyond, the event is `too_new`.
        max_age_ms: how far before `now` a timestamp may lie; beyond, the event is `too_old`.

    Raises:
        ValueError: a number is out of range (the first two and `max_event_bytes` are at least 1, the others at
            least 0; byte limits are at most 512 MiB), or the limits leave no room for a message of one
            character (4 bytes).
    """

    def __new__(
        cls,
        *,
        max_batch_bytes: int = 1_048_576,
        max_batch_events: int = 10_000,
        max_batch_span_ms: int = 86_400_000,
        max_event_bytes: int = 1_048_576,
        event_overhead_bytes: int = 26,
        max_future_ms: int = 7_200_000,
        max_age_ms: int = 1_209_600_000,
    ) -> Limits: ...
    @property
    def max_batch_bytes(self) -> int:
        """Most counted bytes in a batch."""
    @property
    def max_batch_events(self) -> int:
        """Most events in a batch."""
    @property
    def max_batch_span_ms(self) -> int:
        """Most milliseconds from a batch's first timestamp to its last."""
    @property
    def max_event_bytes(self) -> int:
        """Most counted bytes of one event, its overhead included."""
    @property
    def event_overhead_bytes(self) -> int:
        """Bytes counted for each event besides its message."""
    @property
    def max_future_ms(self) -> int:
        """How many milliseconds after `now` a timestamp may lie."""
    @property
    def max_age_ms(self) -> int:
        """How many milliseconds before `now` a timestamp may lie."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Batch:
    """What one PutLogEvents request carries: events in order of time, within every limit.

    A batch is immutable and stays valid for ever: it owns a copy of its messages and never looks at the
    caller's objects again. The batches of one sequence share one copy, which lives as long as any of them. (What never
    changes is not copied but kept: a plain `str` of ASCII or `bytes` of 64 KiB and more, and the memory of an Arrow
    column.)
    `len(batch)` is its number of log events, `batch[i]` one of them as boto3 takes it, `batch[i:j]` a batch of
    some (a ValueError where it would be empty).
    """

    @property
    def nbytes(self) -> int:
        """Size as the service counts it: UTF-8 bytes of every message plus 26 (the overhead) for each event."""
    @property
    def first_timestamp(self) -> int:
        """Timestamp of the first event, in milliseconds since 1970-01-01 00:00 UTC: the smallest."""
    @property
    def last_timestamp(self) -> int:
        """Timestamp of the last event, in milliseconds since 1970-01-01 00:00 UTC: the greatest."""
    @property
    def positions(self) -> list[int]:
        """For each event of the batch, its 0-based position in the caller's input.

        The parts of an event that was split share its position.
        """
    @property
    def timestamps(self) -> list[int]:
        """Timestamp of each event of the batch, in milliseconds since 1970-01-01 00:00 UTC: never decreasing."""
    @property
    def parts(self) -> list[tuple[int, int, bool]]:
        """The events of which this batch holds parts: `(position, parts, last)`, in order of time.

        `parts` is how many of the event's parts are here; `last` tells whether its last one is among them. Empty
        where no event was split.
        """
    def packed_positions(self, *, whole_events_only: bool = True) -> bytes:
        """Return the positions, in increasing order, each once, in few bytes: LEB128 of their distances.

        `unpack_positions` gives them back. Some 8,000 of events of a file take 8 to 16 KB.

        Args:
            whole_events_only: leave out the events of which other batches have parts too.
        """
    def events(self) -> list[dict[str, Any]]:
        """Return the events as boto3 takes them: dicts of `timestamp` (int, ms) and `message` (str)."""
    def body(
        self,
        log_group_name: str,
        log_stream_name: str,
        *,
        sequence_token: str | None = None,
        entity: Mapping[str, Mapping[str, str]] | None = None,
        gzip: bool = False,
    ) -> bytes:
        """Write the finished PutLogEvents request body: minimal JSON in UTF-8.

        Only the quote, the backslash and control characters are escaped. `entity`, where given, precedes the
        events; `sequenceToken`, where given, is the last member. The interpreter lock is released meanwhile.

        Args:
            log_group_name: 1 to 512 of the characters A-Z a-z 0-9 . - _ / #.
            log_stream_name: 1 to 512 characters, neither `:` nor `*`.
            sequence_token: the `nextSequenceToken` of the call before; at least one character.
            entity: the API's Entity: `keyAttributes` and `attributes`, each a mapping of str to str.
            gzip: compress it, as `Content-Encoding: gzip` has it.

        Raises:
            ValueError: a name or the token breaks its rule, or cannot be encoded as UTF-8.
            TypeError: an argument, or something inside `entity`, has the wrong type.
        """
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice, /) -> Batch: ...
    def __len__(self) -> int: ...

@final
class Batches:
    """Iterator of `Batch`, as `batches` returns it.

    Over a sequence all events were read when it was made. Over an iterator it reads on as batches are asked
    for. An exception of that iterator comes through untouched and loses nothing: batches handed out stay
    valid, what was held comes from `flush`, and asking for the next batch reads on.
    """

    @property
    def rejected(self) -> list[Rejected]:
        """The events rejected so far, in order of position: `(position, outcome, reason)`.

        Those that `drain_rejected` has handed over are no longer among them.
        """
    @property
    def counts(self) -> dict[str, int]:
        """Events by what became of them so far.

        `events`: read from the input. `batched`: in batches handed out (a split event counts once, with its
        last part). `held`: read, but not handed out yet. Then one count for each outcome an event can be
        rejected with: `too_old`, `too_new`, `expired`, `oversize`, `empty`, `invalid`. Always: events =
        batched + held + the rejected. `altered` counts besides, among the events that were not rejected, those
        whose text was changed: truncated, split, or given U+FFFD.
        """
    def drain_rejected(self) -> list[Rejected]:
        """Hand over the rejected events so far and forget them; `counts` still counts them.

        `rejected` grows with every rejected event; a long stream stays small by draining it.
        """
    def flush(self) -> list[Batch]:
        """Hand back all batches that are held, full or not, without reading on."""
    def __iter__(self) -> Batches: ...
    def __next__(self) -> Batch: ...

@final
class Batcher:
    """The streaming form: takes events as they come, hands back batches as they become full.

    Up to 8 batches are open at once, each at most 24 h wide, so that interleaved times still fill their
    batches; memory is bounded whatever the input. One instance may be shared by threads: each event has the
    position at which it was added.

    Args:
        limits: the numbers to obey; the service's own where not given.
        on_reject: as in `batches`.
        oversize: as in `batches`.
        invalid_text: as in `batches`.
        now: as in `batches`.
        retention_in_days: as in `batches`.
        keep_rejected: as in `batches`.
    """

    def __new__(
        cls,
        *,
        limits: Limits | None = None,
        on_reject: Literal["error", "collect"] = "error",
        oversize: Literal["reject", "truncate", "split", "error"] = "reject",
        invalid_text: Literal["replace", "reject"] = "replace",
        now: SupportsIndex | datetime | None = None,
        retention_in_days: int | None = None,
        keep_rejected: bool = False,
    ) -> Batcher: ...
    def add(
        self, timestamp: SupportsIndex | datetime, message: str | bytes, *, position: int | None = None
    ) -> list[Batch]:
        """Take one event and return the batches that it closed, most often none.

        Args:
            timestamp: as in `batches`.
            message: as in `batches`.
            position: of the event in the caller's input, at most 2**63 - 1; one after the event before where not
                given.

        Raises:
            cordwood.EventError: the event is not a legal log event and `on_reject` is `"error"`; it is counted
                as rejected, and everything held is still held.
        """
    def extend(
        self,
        events: Iterable[_Event] | _Arrow | None = None,
        *,
        timestamps: Iterable[SupportsIndex | datetime] | _Arrow | None = None,
        messages: Iterable[str | bytes] | _Arrow | None = None,
        position: int | None = None,
    ) -> list[Batch]:
        """Take many events, or two columns, and return the batches that they closed.

        Where it raises, the events before are taken, and batches that they closed come from the next call.

        Args:
            events: as in `batches`.
            timestamps: as in `batches`.
            messages: as in `batches`.
            position: of the first event, as in `add`; the others follow it one by one.

        Raises:
            cordwood.EventError: as in `add`.
            TypeError: the input as a whole is not what it should be, as in `batches`.
            RuntimeError: a column became shorter while it was read, as in `batches`.
        """
    def flush(self, *, opened_before: int | None = None) -> list[Batch]:
        """Close and hand back open batches, the first opened first.

        Args:
            opened_before: a position: only the batches whose first event came before it; all where not given.
        """
    @property
    def held_nbytes(self) -> int:
        """Size of the events in open batches, as the service counts it: message bytes plus 26 for each."""
    @property
    def rejected(self) -> list[Rejected]:
        """The events rejected so far, in order of position: `(position, outcome, reason)`.

        Those that `drain_rejected` has handed over are no longer among them.
        """
    @property
    def counts(self) -> dict[str, int]:
        """Events by what became of them so far; the keys are those of `Batches.counts`."""
    def drain_rejected(self) -> list[Rejected]:
        """Hand over the rejected events so far and forget them; `counts` still counts them."""

@final
class FileFormat:
    """What samples of a file show."""

    @property
    def name(self) -> str:
        """`events`, `json` or `text`."""
    @property
    def timestamps(self) -> str:
        """In a few words, how lines write their timestamps; empty for event documents."""
    @property
    def fitting(self) -> int:
        """Of the lines looked at, those that fit."""
    @property
    def lines(self) -> int:
        """Lines looked at; empty ones do not count."""
    @property
    def first_line(self) -> bytes:
        """The first line that fits; empty for event documents."""
    @property
    def needs_zone(self) -> bool:
        """Whether lines write no zone."""
    @property
    def needs_year(self) -> bool:
        """Whether lines write no year."""
    @property
    def otherwise(self) -> FileFormat | None:
        """What another part of the file is; None where all parts agree."""
    def first_timestamp(self, *, zone: str, year: int | None = None, now: int) -> int | None:
        """The first line's timestamp, read so; None for event documents.

        Raises:
            ValueError: there is no such zone.
        """
    def last_timestamp(self, *, zone: str, year: int | None = None, now: int) -> int | None:
        """Likewise of the last line that fits.

        Raises:
            ValueError: there is no such zone.
        """
    def rules(
        self,
        *,
        zone: str,
        year: int | None = None,
        now: int,
        message_field: str | None = None,
        multiline_start: str | None = None,
        untimed_as_before: bool = False,
    ) -> LineRules | None:
        """How its lines become events; None for event documents.

        Args:
            zone: of timestamps that write none: `UTC`, `local`, or a name of the IANA database.
            year: of timestamps that write none; the latest that puts them no more than a day after now where not given.
            now: milliseconds since 1970.
            message_field: of JSON lines: the member that is the message, in place of the whole line.
            multiline_start: of text: the regular expression of lines that begin an event; else those with a timestamp
                do.
            untimed_as_before: of text: a line without a timestamp is an event of that of the one before; else it
                continues that.

        Raises:
            ValueError: there is no such zone, or the regular expression is none.
        """

@final
class LineRules:
    """How lines become events: a shape, with what its lines leave out."""

    @staticmethod
    def told(format: str, *, message_field: str | None = None, multiline_start: str | None = None) -> LineRules:
        """Rules for lines whose timestamps are told when they are read, and not looked for in them.

        Args:
            format: `text`: each line is an event; or `json`: each is a JSON object.
            message_field: of JSON lines: the member that is the message, in place of the whole line.
            multiline_start: of text: the regular expression of lines that begin an event, which others continue.

        Raises:
            ValueError: there is no such format, or the regular expression is none.
        """

def detect(
    samples: list[bytes],
    *,
    format: str | None = None,
    timestamp_format: str | None = None,
    timestamp_regex: str | None = None,
    timestamp_field: str | None = None,
) -> FileFormat | None:
    """What a file is, by samples of whole lines from its start, its middle and its end; None where it is nothing known.

    Args:
        samples: that of the start first.
        format: only this: `events`, `json` or `text`.
        timestamp_format: how text writes its timestamps, in the letters of `strftime`.
        timestamp_regex: where in a line of text the timestamp is: all of the group `timestamp`, or of the first, or of
            what is matched.
        timestamp_field: where JSON lines have theirs, as a dotted path.

    Raises:
        ValueError: a letter of the format is not known, or the regular expression is none.
    """

@final
class Decompressor:
    """What compressed bytes hold, whatever pieces they come in; of several members, one behind the other, all.

    Args:
        kind: `"gzip"` or `"zstd"`.

    Raises:
        ValueError: there is no such kind.
    """

    def __new__(cls, kind: str) -> Decompressor: ...
    def feed(self, chunk: bytes) -> None:
        """Take the next compressed bytes; what of those before was not read is lost."""
    def read(self, length: int) -> bytes:
        """What the bytes that were fed hold, up to a length; empty once they are used up.

        The interpreter lock is released meanwhile.

        Raises:
            ValueError: they are damaged; the message says how.
        """
    @property
    def is_whole(self) -> bool:
        """Whether what was fed ends where a member does."""

@final
class TextDecoder:
    """Text of another encoding as UTF-8, whatever pieces it comes in.

    What is malformed becomes a byte 0xFF, which is malformed in UTF-8 too: `invalid_text` then judges it.

    Args:
        encoding: a name that the WHATWG's standard of encodings knows: `"utf-16"`, `"latin1"`, `"shift_jis"`, ...

    Raises:
        ValueError: there is no such encoding.
    """

    def __new__(cls, encoding: str) -> TextDecoder: ...
    @property
    def name(self) -> str:
        """The encoding's name, as the standard has it."""
    def decode(self, chunk: bytes, *, last: bool = False) -> bytes:
        """The text of the next bytes; the interpreter lock is released meanwhile."""

@final
class DocumentReader:
    """Event documents, one after the other and in pieces, into batches.

    A document is an array of events, one event a line, or what `aws logs get-log-events` and
    `filter-log-events` print. All of them go through one window of open batches, as in `Batcher`; an event's
    position is its byte offset in its document, from the position on that the document starts at.

    Args:
        extra: what a member besides those of a log event does: `"reject"` the event, or `"ignore"` the member.
        oversize: as in `batches`.
        invalid_text: as in `batches`.
        keep_rejected: as in `batches`; of what is no event, its text in the document.
        settled_below: legal events at positions below this one are read and counted, and not batched.
        settled_ranges: ranges of positions of which the same holds; each from the one to before the other.
        settled: sets of packed positions of which it holds too.
        since: events before this time, in milliseconds since 1970, are skipped.
        until: events from this time on are skipped.
        filter: events whose message has not this regular expression are skipped.
        exclude: events whose message has this one are skipped.
        shift_by: milliseconds by which all timestamps are moved; what `since` and `until` look at is not.

    Raises:
        ValueError: an option has no such value, a set is damaged, or a regular expression is none.
    """

    def __new__(
        cls,
        *,
        extra: Literal["reject", "ignore"] = "reject",
        oversize: Literal["reject", "truncate", "split", "error"] = "reject",
        invalid_text: Literal["replace", "reject"] = "replace",
        keep_rejected: bool = False,
        settled_below: int = 0,
        settled_ranges: list[tuple[int, int]] = [],
        settled: list[bytes] = [],
        since: int | None = None,
        until: int | None = None,
        filter: str | None = None,
        exclude: str | None = None,
        shift_by: int = 0,
    ) -> DocumentReader: ...
    def start_document(self, position: int, rules: LineRules | None = None, timestamp: int | None = None) -> None:
        """Say at which position the next document starts, and how it is read.

        Where the position is not said, it is behind the document before.

        Args:
            position: of its first byte.
            rules: how its lines become events; None where it is an event document.
            timestamp: of all its events, for rules to which that is told; else they are of the moment when they are
                fed.

        Raises:
            ValueError: a document is under way, or the position lies before its end: positions only grow.
        """
    def feed(self, chunk: bytes) -> list[Batch]:
        """Take the next bytes of a document and return the batches that they closed.

        The interpreter lock is released meanwhile.

        Raises:
            ValueError: this is no event document; the message is how it starts.
            cordwood.EventError: a message is too long, and `oversize` is `"error"`.
        """
    def finish_document(self) -> list[Batch]:
        """End a document, make ready for the next, and return the batches that closed.

        Raises:
            ValueError: as in `feed`.
            cordwood.EventError: as in `feed`.
        """
    def flush(self) -> list[Batch]:
        """Close and hand back open batches, the first opened first."""
    @property
    def damaged(self) -> bool:
        """Whether part of a document could not be read; it is among the `invalid` too."""
    @property
    def newest_timestamp(self) -> int | None:
        """The latest timestamp of the events so far, as it is written; None where there was none."""
    @property
    def held_from(self) -> int:
        """Position before which all legal events have left, in batches returned, or were settled already.

        That of the first event that is held, or else of what is read next. It stays at what the end of its document
        cut off: where the document grows, that may become an event.
        """
    @property
    def counts(self) -> dict[str, int]:
        """Events by what became of them so far; the keys are those of `Batches.counts`, `settled` and `skipped`.

        `skipped`: events that were left out, and empty lines that belong to no event; not among the events. `settled`:
        legal, and not batched, for they are settled already. Always: events = batched + held + settled + the rejected.
        """
    def drain_rejected(self) -> list[Rejected]:
        """Hand over the rejected events so far and forget them; `counts` still counts them."""

def pack_positions(positions: list[int]) -> bytes:
    """Pack positions, in any order, each once, as `Batch.packed_positions` does.

    Raises:
        OverflowError: one is negative or beyond 64 bits.
    """

def unpack_positions(packed: bytes) -> list[int]:
    """Unpack positions, in increasing order.

    Raises:
        ValueError: these are no packed positions.
    """

def packed_range(packed: bytes) -> tuple[int, int] | None:
    """Return the smallest and the greatest of packed positions; None where there are none.

    Raises:
        ValueError: these are no packed positions.
    """

def batches(
    events: Iterable[_Event] | _Arrow | None = None,
    *,
    timestamps: Iterable[SupportsIndex | datetime] | _Arrow | None = None,
    messages: Iterable[str | bytes] | _Arrow | None = None,
    limits: Limits | None = None,
    on_reject: Literal["error", "collect"] = "error",
    oversize: Literal["reject", "truncate", "split", "error"] = "reject",
    invalid_text: Literal["replace", "reject"] = "replace",
    now: SupportsIndex | datetime | None = None,
    retention_in_days: int | None = None,
    keep_rejected: bool = False,
) -> Batches:
    """Cut log events into the fewest batches that PutLogEvents accepts.

    A sequence (list, tuple, anything registered as one) or a pair of columns is read at once, sorted as a
    whole by timestamp (equal ones keep their input order) and cut greedily: no cut into consecutive runs of
    the sorted events has fewer batches. Any other iterable is a stream: it is read as batches are asked for,
    through a window of up to 8 open batches (see `Batcher`), in constant memory. The caller's objects are
    copied, not kept (but for the memory of Arrow columns, and messages of 64 KiB and more: see `Batch`).

    Args:
        events: mappings with `timestamp` and `message` (other members are ignored), or `(timestamp, message)`
            pairs (tuples or lists of two); or an Arrow table with columns of these names, of any library that has the
            PyCapsule interface, read without a Python object for each event; a reader of record batches is a stream. A
            timestamp is a whole number of milliseconds since 1970-01-01 00:00 UTC (int, or anything with `__index__`
            but bool), or an aware datetime, taken down to its millisecond. A message is str, or bytes of UTF-8.
        timestamps: instead of `events`, with `messages`: the column of timestamps. An `array.array("q")`, a
            numpy array of int64 or datetime64, another buffer of 64-bit integers, or an Arrow column of int64 or of
            timestamps (of any unit and zone) is read without a Python object for each.
        messages: the column of messages, as long as `timestamps`; an Arrow column of strings or binary, also
            dictionary-encoded, and numpy's of str or bytes, without a Python object for each. A list is read where it
            lies: as a column it must not change meanwhile.
        limits: the numbers to obey; the service's own where not given.
        on_reject: what an event that is not a legal log event does: `"error"` raises EventError at the first;
            `"collect"` leaves it out and lists it in `Batches.rejected`.
        oversize: what becomes of a message too long for one event: `"reject"`; `"truncate"` at a character
            boundary, ending in `[Truncated...]`; `"split"` at character boundaries into events of the same
            timestamp whose messages start with `[part 1/3] ` and so on; `"error"` raises, whatever `on_reject`.
        invalid_text: what becomes of text that is not valid Unicode: `"replace"` puts in U+FFFD before the
            message is measured (one for each surrogate code point of a str; in bytes as `errors="replace"`
            does); `"reject"` makes the event `invalid`.
        now: the moment, as a timestamp, against which the age rules apply: `too_new` is more than 2 h after
            it, `too_old` more than 14 days before. Without it no age rule applies: the clock is never read.
        retention_in_days: with `now`, the log group's retention: older events are `expired`.
        keep_rejected: list rejected events as `RejectedEvent`, with what they held: up to 1 MiB of the message, or of
            the object's `repr` where it has none.

    Returns:
        Batches: an iterator of `Batch`.

    Raises:
        cordwood.EventError: at the first event that is not a legal log event, unless `on_reject` is
            `"collect"`. It is a ValueError, and where the type is wrong also a TypeError. It has `.position`,
            `.outcome` and `.reason`.
        TypeError: the input as a whole is a str, bytes, a single mapping or not iterable, or both `events` and
            columns, or one column, were given.
        ValueError: the columns differ in length, or an option has no such value.
        RuntimeError: a column became shorter while it was read, by code of its own items or of another thread.
    """
