"""The extension module: cordwood's boundary to its Rust core. Import these names from `cordwood`."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, NoReturn, Protocol, SupportsIndex, TypeAlias, final, overload

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
    "FileFormat",
    "FileReader",
    "Layout",
    "Limits",
    "LineRules",
    "Problem",
    "Router",
    "TextDecoder",
    "Times",
    "__version__",
    "_debug_build",
    "batches",
    "check_regex",
    "check_zone",
    "detect",
    "pack_positions",
    "packed_range",
    "unit_hint",
    "unpack_positions",
]

__version__: str
_debug_build: bool

@final
class Limits:
    """The limits of PutLogEvents; each may be overridden, for an endpoint whose limits differ.

    The defaults are the service's own (PutLogEvents in the CloudWatch Logs API reference). An instance is
    immutable, hashable, picklable, and equal to another with the same numbers.

    Args:
        max_batch_bytes: most bytes in a batch, counted as the sum over its events of the UTF-8 length of the
            message plus `event_overhead_bytes`.
        max_batch_events: most events in a batch.
        max_batch_span_ms: most milliseconds from a batch's first timestamp to its last; exactly this is legal.
        max_event_bytes: most bytes of one event, its overhead included; an event larger than this, or than
            `max_batch_bytes`, is `oversize`.
        event_overhead_bytes: bytes that the service counts for each event besides its message.
        max_future_ms: how far after `now` a timestamp may be; beyond that, the event is `too_new`.
        max_age_ms: how far before `now` a timestamp may be; beyond that, the event is `too_old`.

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
        """How many milliseconds after `now` a timestamp may be."""
    @property
    def max_age_ms(self) -> int:
        """How many milliseconds before `now` a timestamp may be."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, int]]:
        """Return the arguments that make the same again, for `pickle` and `copy`."""

@final
class Batch:
    """What one PutLogEvents request carries: events in order of time, within every limit.

    A batch is immutable and always stays valid: it owns a copy of its messages and never reads the caller's objects
    again. The batches of one sequence share one copy, which lives as long as any of them. (What cannot change is kept
    instead of copied: a plain `str` of ASCII or `bytes` of 64 KiB and more, and the memory of an Arrow column.)
    `len(batch)` is its number of log events, `batch[i]` one of them as boto3 takes it, `batch[i:j]` a batch of
    some (a ValueError if it would be empty). It cannot be pickled: send its `body` or its `events` to another process.
    """

    @property
    def nbytes(self) -> int:
        """Size as the service counts it: UTF-8 bytes of every message plus 26 (the overhead) for each event."""
    @property
    def closed_by(self) -> Literal["bytes", "events", "span", "input", "linger", "memory", "window", "end"]:
        """Why it closed, that is, why it is not larger.

        `"bytes"`: the next event did not fit by size; `"events"`: it has as many as a request may; `"span"`: in
        order of time, the next event came more than 24 h after the first; `"input"`: 64 MiB of a stream came in
        since it opened; `"linger"`: `flush(opened_before=)` closed it, as uploads do with batches that have waited;
        `"memory"`: the batches of all log streams took too much memory; `"window"`: 32 batches were open, and an
        event fitted none; `"end"`: the input ended, or `flush()` closed it. A slice of a batch says the same.
        """

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

        `parts` is how many of the event's parts are here; `last` is whether its last one is among them. Empty if no
        event was split.
        """
    def packed_positions(self, *, whole_events_only: bool = True) -> bytes:
        """Return the positions, in increasing order, each once, in few bytes: LEB128 of their distances.

        `unpack_positions` returns them. Those of 8,000 events of a file take 8 to 16 KB.

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

        Only the quote, the backslash and control characters are escaped. `entity`, if given, precedes the events;
        `sequenceToken`, if given, is the last member. The interpreter lock is released meanwhile.

        Args:
            log_group_name: 1 to 512 of the characters A-Z a-z 0-9 . - _ / #.
            log_stream_name: 1 to 512 characters, neither `:` nor `*`.
            sequence_token: the `nextSequenceToken` of the call before; at least one character.
            entity: the API's Entity: `keyAttributes` and `attributes`, each a mapping of str to str.
            gzip: compress it, for `Content-Encoding: gzip`.

        Raises:
            ValueError: a name or the token breaks its rule, or cannot be encoded as UTF-8.
            TypeError: an argument, or something inside `entity`, has the wrong type.
        """
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice, /) -> Batch: ...
    def __len__(self) -> int: ...
    def __reduce__(self) -> NoReturn:
        """Raise TypeError: a batch does not pickle."""

@final
class Batches:
    """Iterator of `Batch`, as `batches` returns it.

    Over a sequence, all events were read when it was made. Over an iterator, it reads on when the next batch is
    requested. An exception of that iterator propagates unchanged and loses nothing: batches already returned stay
    valid, `flush` returns what is held, and requesting the next batch reads on.
    """

    @property
    def rejected(self) -> list[Rejected]:
        """The events rejected so far, in order of position: `(position, outcome, reason)`.

        Those that `drain_rejected` has returned are no longer among them.
        """
    @property
    def counts(self) -> dict[str, int]:
        """Events by what became of them so far.

        `events`: read from the input. `batched`: in batches already returned (a split event counts once, with its
        last part). `held`: read, but not returned yet. Then one count for each outcome an event can be rejected
        with: `too_old`, `too_new`, `expired`, `oversize`, `empty`, `invalid`. Always: events = batched + held + the
        rejected. `altered` is extra: of the events that were not rejected, those whose text was changed: truncated,
        split, or with U+FFFD put in.
        """
    def drain_rejected(self) -> list[Rejected]:
        """Return the rejected events so far and forget them; `counts` still counts them.

        `rejected` grows with every rejected event; drain it to keep the memory of a long stream small.
        """
    def flush(self) -> list[Batch]:
        """Return all batches that are held, full or not, without reading on."""
    def __iter__(self) -> Batches: ...
    def __next__(self) -> Batch: ...

@final
class Batcher:
    """The streaming form: takes events as they come, returns batches as they become full.

    Up to 32 batches are open at once, each at most 24 h wide, so that times in any order still fill their batches;
    memory is bounded for any input. Threads may share an instance: each event has the position at which it was added.

    Args:
        limits: the limits to obey; the service's own if not given.
        on_reject: as in `batches`.
        oversize: as in `batches`.
        invalid_text: as in `batches`.
        now: as in `batches`.
        retention_in_days: as in `batches`.
        keep_rejected: as in `batches`.
        timezone: as in `batches`.
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
        timezone: str | None = None,
    ) -> Batcher: ...
    def add(
        self, timestamp: SupportsIndex | datetime, message: str | bytes, *, position: int | None = None
    ) -> list[Batch]:
        """Take one event and return the batches that it closed, most often none.

        Args:
            timestamp: as in `batches`.
            message: as in `batches`.
            position: of the event in the caller's input, at most 2**63 - 1; one after that of the event before if not
                given.

        Raises:
            cordwood.EventError: the event is not a legal log event and `on_reject` is `"error"`; it is counted
                as rejected, and everything that is held stays held.
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

        If it raises, the events before that are taken, and the next call returns the batches that they closed.

        Args:
            events: as in `batches`.
            timestamps: as in `batches`.
            messages: as in `batches`.
            position: of the first event, as in `add`; the others follow it one by one.

        Raises:
            cordwood.EventError: as in `add`.
            TypeError: the input as a whole has the wrong type, as in `batches`.
            RuntimeError: a column became shorter while it was read, as in `batches`.
        """
    def flush(self, *, opened_before: int | None = None) -> list[Batch]:
        """Close and return open batches, the first opened first.

        Args:
            opened_before: a position: only the batches whose first event came before it; all if not given.
        """
    @property
    def held_nbytes(self) -> int:
        """Size of the events in open batches, as the service counts it: message bytes plus 26 for each."""
    @property
    def rejected(self) -> list[Rejected]:
        """The events rejected so far, in order of position: `(position, outcome, reason)`.

        Those that `drain_rejected` has returned are no longer among them.
        """
    @property
    def counts(self) -> dict[str, int]:
        """Events by what became of them so far; the keys are those of `Batches.counts`."""
    def drain_rejected(self) -> list[Rejected]:
        """Return the rejected events so far and forget them; `counts` still counts them."""

@final
class Router:
    """Events to the log streams that a function of each event names, each with open batches of its own.

    All together hold at most `max_held_nbytes`: beyond, the log stream that was fed least recently closes its batches.
    Threads may share an instance, as they may a `Batcher`. A name that a log stream cannot have makes the event
    `invalid`.

    Args:
        name_of: is given each event as it is, and returns the name of its log stream.
        oversize: as in `batches`.
        invalid_text: as in `batches`.
        keep_rejected: as in `batches`.
        timezone: as in `batches`.
        max_held_nbytes: of the events in open batches as the service counts them, and 1 KiB for each open batch.
    """

    def __new__(
        cls,
        name_of: Callable[[Any], str],
        *,
        oversize: Literal["reject", "truncate", "split", "error"] = "reject",
        invalid_text: Literal["replace", "reject"] = "replace",
        keep_rejected: bool = False,
        timezone: str | None = None,
        max_held_nbytes: int = 67_108_864,
    ) -> Router: ...
    def extend(self, events: Iterable[Any], *, position: int | None = None) -> list[tuple[Batch, str]]:
        """Take events and return the batches that closed, each with the name of its log stream.

        If it raises, the events before that are taken, and the next call returns the batches that closed.

        Args:
            events: an iterable of them.
            position: of the first event, as in `Batcher.add`; the others follow it one by one.
        """

    def flush(self, *, opened_before: int | None = None) -> list[tuple[Batch, str]]:
        """Close and return open batches, those of the least recently fed log stream first.

        Args:
            opened_before: as in `Batcher.flush`.
        """

    @property
    def held_nbytes(self) -> int:
        """What `max_held_nbytes` bounds."""

    @property
    def counts(self) -> dict[str, int]:
        """Events by what became of them so far; the keys are those of `Batches.counts`."""

    def drain_rejected(self) -> list[Rejected]:
        """Return the rejected events so far and forget them; `counts` still counts them."""

@final
class Layout:
    """A layout of timestamps that was considered."""

    @property
    def example(self) -> bytes:
        """The timestamp of the first line that has it, as it is written; empty for values of JSON."""
    @property
    def strftime(self) -> str:
        """The `timestamp_format` that reads it."""
    @property
    def place(self) -> str:
        """Where in the line it is, in words."""
    @property
    def lines(self) -> int:
        """Lines of the samples that have it."""
    @property
    def has_zone(self) -> bool:
        """Whether it writes a zone."""
    @property
    def has_year(self) -> bool:
        """Whether it writes a year."""
    @property
    def lost(self) -> str | None:
        """Why lines are not read in it; None if they are."""

@final
class Problem:
    """Why a file cannot be read, and which options would have it read."""

    @property
    def kind(self) -> str:
        """What is wrong.

        `no_timestamps`, `too_few`, `ambiguous_date`, `ambiguous_part`, `no_date`, `other_layouts`,
        `option_fits_no_line`, `json_without_time`, `pretty_json`, `json_records`, or `journal_export`.
        """
    @property
    def lines(self) -> list[bytes]:
        """Up to two lines that show it."""
    @property
    def suggestions(self) -> list[tuple[str, str]]:
        """Options with values that would have it read."""
    @property
    def subject(self) -> str:
        """What it is about.

        The text that may be part of a time, the option that fits no line, the member that holds the records, or why the
        likeliest layout is not believed.
        """

@final
class FileFormat:
    """What samples of a file show."""

    @property
    def name(self) -> Literal["events", "json", "text"] | None:
        """`events`, `json` or `text`; None if the file cannot be read: then there is a `problem`."""
    @property
    def layouts(self) -> list[Layout]:
        """All layouts that were considered."""
    @property
    def fields(self) -> list[str]:
        """The members of JSON objects that hold the time."""
    @property
    def problem(self) -> Problem | None:
        """Why it cannot be read."""
    @property
    def line_counts(self) -> dict[str, int]:
        """Lines of the samples that are not blank: `all`, `begin_event`, `continuing`, `other_layouts`, `header`."""
    @property
    def other_lines(self) -> list[bytes]:
        """The first lines that begin with a time in another layout than those that are read."""
    @property
    def first_line(self) -> bytes:
        """The first line that has a timestamp; empty for event documents."""
    @property
    def needs_zone(self) -> bool:
        """Whether lines write no time zone."""
    @property
    def needs_year(self) -> bool:
        """Whether lines write no year."""
    def times(self, *, zone: str, year: int | None = None, now: int, modified: int | None = None) -> Times:
        """Return the times of its lines, with what they leave out.

        Args:
            zone: of timestamps that write none: `UTC`, `local`, or a name of the IANA database.
            year: of the first timestamp, if they write none; if None, it is inferred.
            now: milliseconds since 1970: no log was written later.
            modified: milliseconds since 1970 when the file was last modified; None if that is not known.

        Raises:
            ValueError: the zone is unknown, one that lines write is ambiguous, or the years are not known.
        """

@final
class Times:
    """The times of a file, with the zone and the years that its lines leave out."""

    @property
    def first_of_file(self) -> int | None:
        """The timestamp of the first line that has one."""
    @property
    def first_timestamp(self) -> int | None:
        """The earliest timestamp of the samples, in milliseconds since 1970."""
    @property
    def last_timestamp(self) -> int | None:
        """The latest timestamp of the samples."""
    @property
    def years(self) -> tuple[int, int]:
        """The years of the first and the last timestamp."""
    @property
    def year_source(self) -> Literal["given", "weekday", "leap_day", "modified", "latest"]:
        """What shows years that lines do not write: `given`, `weekday`, `leap_day`, `modified`, or `latest`."""
    @property
    def ambiguous_times(self) -> int:
        """Timestamps in an hour that a change of clocks repeats, whose pass the order of lines does not show."""
    @property
    def saved(self) -> str:
        """What the file was found to be, as a text from which `restored` makes the same."""
    @staticmethod
    def restored(saved: str, *, zone: str, now: int, timestamp_regex: str | None = None) -> Times | None:
        """Return what an earlier run found a file to be; None if the text is something else.

        Args:
            saved: as that run has it.
            zone: as it was given.
            now: milliseconds since 1970: no log was written later.
            timestamp_regex: as it was given.

        Raises:
            ValueError: the zone is unknown, or the regular expression is invalid.
        """
    @property
    def name(self) -> Literal["events", "json", "text"] | None:
        """`events`, `json` or `text`."""
    def line_rules(
        self,
        *,
        message_field: str | None = None,
        multiline_start: str | None = None,
        untimed_as_before: bool = False,
        other_layouts: str | None = None,
    ) -> LineRules | None:
        """Return how the lines become events; None for event documents.

        Args:
            message_field: of JSON lines: the member that is the message, instead of the whole line.
            multiline_start: of text: the regular expression of lines that begin an event; if None, those with a
                timestamp do.
            untimed_as_before: of text: a line without a timestamp is an event with that of the one before; otherwise it
                continues that event.
            other_layouts: of text: a line that begins with a timestamp in another layout is no event (`refuse`, the
                default), one with that timestamp (`event`), or part of the event before (`continue`).

        Raises:
            ValueError: the regular expression is invalid.
        """

@final
class LineRules:
    """How lines become events: their format, and what the user says that they leave out."""

    @staticmethod
    def without_timestamps(
        format: str, *, message_field: str | None = None, multiline_start: str | None = None
    ) -> LineRules:
        """Return rules for lines whose timestamps the reader is given, and does not look for in them.

        Args:
            format: `text`: each line is an event; or `json`: each is a JSON object.
            message_field: of JSON lines: the member that is the message, instead of the whole line.
            multiline_start: of text: the regular expression of lines that begin an event, which others continue.

        Raises:
            ValueError: the format is unknown or has no lines, or the regular expression is invalid.
        """

def detect(
    samples: list[bytes],
    *,
    now: int,
    format: str | None = None,
    timestamp_format: str | None = None,
    timestamp_regex: str | None = None,
    timestamp_field: str | None = None,
    multiline_start: str | None = None,
    takes_other_layouts: bool = False,
) -> FileFormat:
    """Detect what a file is, by samples of whole lines, in the order of the file.

    Args:
        samples: the first is the start of the file.
        now: milliseconds since 1970: no log was written later.
        format: only this: `events`, `json` or `text`.
        timestamp_format: how timestamps are written, in the letters of `strftime`.
        timestamp_regex: where in a line of text the timestamp is: all of the group `timestamp`, or of the first group,
            or of the match.
        timestamp_field: where JSON lines have theirs, as a dotted path.
        multiline_start: the regular expression of lines of text that begin an event.
        takes_other_layouts: lines in other layouts are no problem.

    Raises:
        ValueError: a letter of the format is unknown, or a regular expression is invalid.
    """

def check_regex(name: str, pattern: str) -> None:
    """Raise if a pattern is not a regular expression that the reader takes.

    Args:
        name: of the argument, for the error.
        pattern: what to check.

    Raises:
        ValueError: the regular expression is invalid; the message names the argument.
    """

def check_zone(zone: str) -> None:
    """Raise if a time zone is unknown.

    Args:
        zone: `UTC`, `local`, or a name of the IANA database.

    Raises:
        ValueError: the zone is unknown.
    """

def unit_hint(timestamp: int) -> str:
    """Return what to do with a timestamp that is plainly of another unit than milliseconds; empty of any other."""

@final
class Decompressor:
    """Decompresses a stream in chunks of any size; of several members, one behind the other, all.

    Args:
        kind: `"gzip"` or `"zstd"`.

    Raises:
        ValueError: the kind is unknown.
    """

    def __new__(cls, kind: str) -> Decompressor: ...
    def feed(self, chunk: bytes) -> None:
        """Take the next compressed bytes; those before that were not read are dropped."""
    def read(self, length: int) -> bytes:
        """Return what the bytes that were fed hold, up to a length; empty once they are used up.

        The interpreter lock is released meanwhile.

        Raises:
            ValueError: the bytes are damaged; the message says how.
        """
    @property
    def is_whole(self) -> bool:
        """Whether what was fed ends with the end of a member."""

@final
class TextDecoder:
    """Decodes text of another encoding to UTF-8, in chunks of any size.

    What is malformed becomes a byte 0xFF, which is malformed in UTF-8 too: the option `invalid_text` then decides.

    Args:
        encoding: a name in the WHATWG's Encoding Standard: `"utf-16"`, `"latin1"`, `"shift_jis"`, ...

    Raises:
        ValueError: the encoding is unknown.
    """

    def __new__(cls, encoding: str) -> TextDecoder: ...
    @property
    def name(self) -> str:
        """The encoding's name in the standard."""
    def decode(self, chunk: bytes, *, last: bool = False) -> bytes:
        """Return the text of the next bytes; the interpreter lock is released meanwhile."""

@final
class FileReader:
    """Files, one after the other and in chunks, into batches.

    A file is an event document (an array of events, one event a line, or what `aws logs get-log-events` and
    `filter-log-events` print), or lines that become events by `LineRules`. All of them go through one window of open
    batches, as in `Batcher`; an event's position is its byte offset in its file, added to the position at which the
    file starts.

    Args:
        extra: what a member besides those of a log event does: `"reject"` the event, or `"ignore"` the member.
        oversize: as in `batches`.
        invalid_text: as in `batches`.
        keep_rejected: as in `batches`; for what is not an event, its text in the file.
        settled_below: legal events at positions below this one are read and counted, and not batched.
        settled_ranges: ranges of positions for which the same holds, each from its start to before its end.
        settled: sets of packed positions for which it holds too.
        since: events before this time, in milliseconds since 1970, are skipped.
        until: events from this time on are skipped.
        filter: events whose message has no match of this regular expression are skipped.
        exclude: events whose message has a match of this one are skipped.
        shift_by: milliseconds that are added to all timestamps; `since` and `until` mean the original ones.

    Raises:
        ValueError: an option has an unknown value, a set is damaged, or a regular expression is invalid.
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
    ) -> FileReader: ...
    def start_file(self, position: int, rules: LineRules | None = None, timestamp: int | None = None) -> None:
        """Start the next file.

        Without this call, a file starts behind the one before, and is read the same way.

        Args:
            position: of its first byte.
            rules: how its lines become events; None for an event document.
            timestamp: of all its events, for rules that do not look for one in the lines; if None, each event has the
                time at which it was fed.

        Raises:
            ValueError: a file is being read, or the position lies before its end: positions only grow.
        """
    def feed(self, chunk: bytes) -> list[Batch]:
        """Read the next bytes of a file and return the batches that they closed.

        The interpreter lock is released meanwhile.

        Raises:
            ValueError: the file is not an event document; the message is how it starts. Or too many lines begin with a
                timestamp in another layout than those of the file; the arguments are how many, and the first.
            cordwood.EventError: a message is too long, and `oversize` is `"error"`.
        """
    def finish_file(self) -> list[Batch]:
        """End a file and return the batches that closed.

        Raises:
            ValueError: as in `feed`.
            cordwood.EventError: as in `feed`.
        """
    def flush(self) -> list[Batch]:
        """Close and return open batches, the first opened first."""
    @property
    def damaged(self) -> bool:
        """Whether part of a file could not be read; it is counted as `invalid` too."""
    @property
    def newest_timestamp(self) -> int | None:
        """The latest original timestamp of the events that were not skipped; None if there was no event."""
    @property
    def held_from(self) -> int:
        """Position before which all legal events were returned in batches, or were settled already.

        That of the first event that is held, or else of what is read next. It stays at what the end of its file cut
        off: if the file grows, that may become an event.
        """
    @property
    def counts(self) -> dict[str, int]:
        """Events by what became of them so far; the keys are those of `Batches.counts`, `settled` and `skipped`.

        `skipped`: events that were left out, and empty lines that belong to no event; not among the events. `settled`:
        legal, and not batched, because they are settled already. Always: events = batched + held + settled + the
        rejected.

        Of text and JSON: `header_lines`, which are among the skipped; `other_layout_lines`, which begin with a time in
        another layout than those of their file; `continuing_lines`, which continue the line before; and
        `ambiguous_times`, in an hour that a change of clocks repeats and whose pass the order of lines does not show.
        """
    def drain_rejected(self) -> list[Rejected]:
        """Return the rejected events so far and forget them; `counts` still counts them."""

def pack_positions(positions: list[int]) -> bytes:
    """Pack positions, in any order, each once, as `Batch.packed_positions` does.

    Raises:
        OverflowError: one is negative or beyond 64 bits.
    """

def unpack_positions(packed: bytes) -> list[int]:
    """Unpack positions, in increasing order.

    Raises:
        ValueError: these are not packed positions.
    """

def packed_range(packed: bytes) -> tuple[int, int] | None:
    """Return the smallest and the greatest of packed positions; None if there are none.

    Raises:
        ValueError: these are not packed positions.
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
    timezone: str | None = None,
) -> Batches:
    """Cut log events into the fewest batches that PutLogEvents accepts.

    A sequence (list, tuple, anything registered as one) or a pair of columns is read at once, sorted as a
    whole by timestamp (equal ones keep their input order) and cut greedily: no cut into consecutive runs of
    the sorted events has fewer batches. Any other iterable is a stream: it is read as batches are requested,
    through a window of up to 32 open batches (see `Batcher`), in constant memory. The caller's objects are copied, not
    kept (except for the memory of Arrow columns, and messages of 64 KiB and more: see `Batch`).

    Args:
        events: mappings with `timestamp` and `message` (other members are ignored), or `(timestamp, message)`
            pairs (tuples or lists of two); or an Arrow table with columns of these names, of any library that has the
            PyCapsule interface, read without a Python object for each event; a reader of record batches is a stream; or
            a structured array of numpy with such fields. A timestamp is a whole number of milliseconds since 1970-01-01
            00:00 UTC (int, or anything with `__index__` but bool), or an aware datetime, taken down to its millisecond.
            A message is str, or bytes of UTF-8. A null in any form (None, NaT, NA, a masked value) is neither, which
            makes its row `invalid`.
        timestamps: instead of `events`, with `messages`: the column of timestamps. An `array.array("q")`, a
            numpy array of int64 or datetime64, another buffer of 64-bit integers, or an Arrow column of int64 or of
            timestamps (of any unit) is read without a Python object for each.
        messages: the column of messages, as long as `timestamps`; an Arrow column of strings or binary, also
            dictionary-encoded, and numpy's of str or bytes, without a Python object for each. A list is read in place:
            as a column it must not change meanwhile.
        limits: the limits to obey; the service's own if not given.
        on_reject: what an event that is not a legal log event does: `"error"` raises EventError at the first;
            `"collect"` leaves it out and lists it in `Batches.rejected`.
        oversize: what becomes of a message too long for one event: `"reject"`; `"truncate"` at a character
            boundary, ending in `[Truncated...]`; `"split"` at character boundaries into events of the same
            timestamp whose messages start with `[part 1/3] ` and so on; `"error"` raises, whatever `on_reject`.
        invalid_text: what becomes of text that is not valid Unicode: `"replace"` puts in U+FFFD before the
            message is measured (one for each surrogate code point of a str; in bytes as `errors="replace"`
            does); `"reject"` makes the event `invalid`.
        now: the time, as a timestamp, that the age of events is counted from: `too_new` is more than 2 h after it,
            `too_old` more than 14 days before. Without it, no age rule applies: the clock is never read.
        retention_in_days: with `now`, the log group's retention: older events are `expired`.
        keep_rejected: list rejected events as `RejectedEvent`, with what they held: up to 1 MiB of the message, or of
            the object's `repr` if it has none.
        timezone: what a time without a zone means (a naive datetime, `datetime64`, an Arrow timestamp without a zone):
            `"UTC"`, `"local"`, or a name such as `"Europe/Berlin"`. Without it such an event is `invalid`, as is one
            at a time that the zone's clocks skip or show twice (but a datetime with `fold=1` is the second). For a
            sequence or columns without such a time it is an error; for an iterator, it is for those that come.

    Returns:
        Batches: an iterator of `Batch`.

    Raises:
        cordwood.EventError: at the first event that is not a legal log event, unless `on_reject` is
            `"collect"`. It is a ValueError, and also a TypeError if the type is wrong. It has `.position`, `.outcome`
            and `.reason`.
        TypeError: the input as a whole is a str, bytes, a single mapping or not iterable, or both `events` and
            columns, or one column, were given; or `timezone`, and all times have a zone or need none.
        ValueError: the columns differ in length, or an option has an unknown value.
        RuntimeError: a column became shorter while it was read, by code of its own items or of another thread.
    """
