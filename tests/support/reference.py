"""The slow, obvious twin, written from the rules alone: what PutLogEvents lets become of log events."""

import operator
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

DAY_MS = 86_400_000
LAST_TIMESTAMP = 2**63 - 1
MAX_OPEN = 32
MAX_INPUT_WHILE_OPEN = 64 * 1024 * 1024
TRUNCATION_MARK = "[Truncated...]"
REFUSALS = ("too_old", "too_new", "expired", "oversize", "empty", "invalid")

SURROGATE = re.compile("[\ud800-\udfff]")
SHORT_ESCAPES = dict(zip('"\\\b\t\n\f\r', ('\\"', r"\\", r"\b", r"\t", r"\n", r"\f", r"\r"), strict=True))


class Row(NamedTuple):
    """One log event as the service gets it. The parts of a split event share a position."""

    timestamp: int
    text: str
    position: int


class Refusal(NamedTuple):
    """One event that is in no batch."""

    position: int
    outcome: str


class Admitted(NamedTuple):
    """One event that is: as one row, or as the parts it was split into."""

    rows: list[Row]
    altered: bool


@dataclass(frozen=True)
class Rules:
    """The numbers of the service and the caller's policies."""

    max_batch_bytes: int = 1_048_576
    max_batch_events: int = 10_000
    max_batch_span_ms: int = DAY_MS
    max_event_bytes: int = 1_048_576
    event_overhead_bytes: int = 26
    max_future_ms: int = 2 * 3_600_000
    max_age_ms: int = 14 * DAY_MS
    oversize: Literal["reject", "truncate", "split"] = "reject"
    invalid_text: Literal["replace", "reject"] = "replace"
    now: int | None = None
    retention_in_days: int | None = None

    @property
    def payload(self) -> int:
        return min(self.max_event_bytes, self.max_batch_bytes) - self.event_overhead_bytes

    def size(self, text: str) -> int:
        return utf8_length(text) + self.event_overhead_bytes


def utf8_length(text: str) -> int:
    """Bytes of the text in UTF-8, each surrogate code point counted as the U+FFFD that replaces it."""
    return len(SURROGATE.sub("\ufffd", text).encode("utf-8"))


def decode(message: str | bytes) -> tuple[str, bool]:
    """Return the message as valid Unicode, and whether that took replacing anything."""
    if isinstance(message, bytes):
        text = message.decode("utf-8", errors="replace")
        return text, text.encode("utf-8") != message
    text = SURROGATE.sub("\ufffd", message)
    return text, text != message


def prefix(text: str, room: int) -> str:
    """Return the longest prefix of whole characters that has at most `room` bytes."""
    used = 0
    for end, character in enumerate(text):
        used += utf8_length(character)
        if used > room:
            return text[:end]
    return text


def truncated(text: str, payload: int) -> list[str] | None:
    """Return the longest prefix that fits with the mark behind it; None where not one character does."""
    head = prefix(text, payload - len(TRUNCATION_MARK))
    return [head + TRUNCATION_MARK] if head else None


def pieces(text: str, room: int) -> list[str] | None:
    """Cut greedily at characters; None where there is no room for any character, that is for 4 bytes."""
    if room < 4:
        return None
    found: list[str] = []
    while text:
        found.append(prefix(text, room))
        text = text[len(found[-1]) :]
    return found


def parts(text: str, payload: int) -> list[str] | None:
    """Number the pieces, with the fewest digits that their own number can be written in."""
    width = 1
    while True:
        found = pieces(text, payload - len("[part /] ") - 2 * width)
        if found is None:
            return None
        if len(str(len(found))) <= width:
            n = str(len(found)).zfill(width)
            return [f"[part {str(i).zfill(width)}/{n}] {piece}" for i, piece in enumerate(found, 1)]
        width += 1


def texts_within(rules: Rules, text: str) -> list[str] | None:
    """Apply the oversize policy: the text or texts to send, or None to reject the event."""
    if utf8_length(text) <= rules.payload:
        return [text]
    if rules.oversize == "truncate":
        return truncated(text, rules.payload)
    return parts(text, rules.payload) if rules.oversize == "split" else None


def age_outcome(rules: Rules, timestamp: int) -> str | None:
    """Apply the three rules that look at the clock."""
    if rules.now is None:
        return None
    if timestamp > rules.now + rules.max_future_ms:
        return "too_new"
    if timestamp < rules.now - rules.max_age_ms:
        return "too_old"
    if rules.retention_in_days is not None and timestamp < rules.now - rules.retention_in_days * DAY_MS:
        return "expired"
    return None


def admit(rules: Rules, position: int, timestamp: Any, message: Any) -> Admitted | Refusal:
    """Judge one event by itself; the first rule it breaks names its outcome."""
    if isinstance(timestamp, bool) or not hasattr(timestamp, "__index__"):
        return Refusal(position, "invalid")
    if not isinstance(message, str | bytes):
        return Refusal(position, "invalid")
    milliseconds = operator.index(timestamp)
    if not 0 <= milliseconds <= LAST_TIMESTAMP:
        return Refusal(position, "invalid")
    if not message:
        return Refusal(position, "empty")
    text, replaced = decode(message)
    if replaced and rules.invalid_text == "reject":
        return Refusal(position, "invalid")
    texts = texts_within(rules, text)
    if texts is None:
        return Refusal(position, "oversize")
    age = age_outcome(rules, milliseconds)
    if age is not None:
        return Refusal(position, age)
    return Admitted([Row(milliseconds, each, position) for each in texts], replaced or texts != [text])


def order(rows: Iterable[Row]) -> list[Row]:
    """Sort by time; ties keep the order of the input."""
    return sorted(rows, key=lambda row: row.timestamp)


def cut(rules: Rules, rows: Iterable[Row]) -> list[list[Row]]:
    """Fill one batch after the other with the ordered rows."""
    batches: list[list[Row]] = []
    nbytes = 0
    for row in rows:
        size = rules.size(row.text)
        if (
            not batches
            or len(batches[-1]) == rules.max_batch_events
            or nbytes + size > rules.max_batch_bytes
            or row.timestamp - batches[-1][0].timestamp > rules.max_batch_span_ms
        ):
            batches.append([])
            nbytes = 0
        batches[-1].append(row)
        nbytes += size
    return batches


def legal(rules: Rules, batch: Sequence[Row]) -> bool:
    """Say whether the service would take this batch."""
    times = [row.timestamp for row in batch]
    return (
        1 <= len(batch) <= rules.max_batch_events
        and sum(rules.size(row.text) for row in batch) <= rules.max_batch_bytes
        and times == sorted(times)
        and times[-1] - times[0] <= rules.max_batch_span_ms
    )


def fewest_cuts(rules: Rules, rows: Sequence[Row]) -> int:
    """Try all ways to cut the ordered rows into consecutive legal runs; return the fewest runs."""
    fewest = [0]
    for end in range(1, len(rows) + 1):
        starts = [start for start in range(end) if legal(rules, rows[start:end])]
        fewest.append(min(fewest[start] + 1 for start in starts))
    return fewest[-1]


@dataclass
class OpenBatch:
    """A batch of the window that still takes events; opened when so many bytes had come in, fed last as the n-th."""

    first: int
    last: int
    opened_at: int
    last_fed: int = 0
    nbytes: int = 0
    rows: list[Row] = field(default_factory=list)

    def width_with(self, timestamp: int) -> int:
        return max(self.last, timestamp) - min(self.first, timestamp)

    def growth_with(self, timestamp: int) -> int:
        return self.width_with(timestamp) - (self.last - self.first)


@dataclass
class Window:
    """The open batches of a stream, in the order in which they were opened."""

    rules: Rules
    open: list[OpenBatch] = field(default_factory=list)
    input_bytes: int = 0
    rows: int = 0

    def add(self, row: Row) -> list[list[Row]]:
        """Take one row; return the batches that it closed, in order of closing."""
        size = self.rules.size(row.text)
        closed: list[list[Row]] = []
        chosen = self._best(self.open, row)
        if chosen is not None and not self._has_room(chosen, size):
            closed.append(self._close(chosen))
            chosen = self._best([b for b in self.open if self._has_room(b, size)], row)
        elif chosen is None and len(self.open) == MAX_OPEN:
            # One without room leaves first.
            leaves = min(self.open, key=lambda b: (self._has_room(b, size), b.last_fed))
            closed.append(self._close(leaves))
        if chosen is None:
            chosen = OpenBatch(row.timestamp, row.timestamp, self.input_bytes)
            self.open.append(chosen)
        self.input_bytes += size
        self.rows += 1
        chosen.rows.append(row)
        chosen.nbytes += size
        chosen.first, chosen.last = min(chosen.first, row.timestamp), max(chosen.last, row.timestamp)
        chosen.last_fed = self.rows
        stale = [b for b in self.open if self.input_bytes - b.opened_at >= MAX_INPUT_WHILE_OPEN]
        return closed + [self._close(b) for b in stale]

    def flush(self) -> list[list[Row]]:
        """Close all: as they are, or cut as a whole if that makes fewer."""
        rows = sorted((row for b in self.open for row in b.rows), key=lambda row: (row.timestamp, row.position))
        as_a_whole, as_they_are = cut(self.rules, rows), [self._close(b) for b in self.open]
        return min(as_they_are, as_a_whole, key=len)

    def _best(self, batches: list[OpenBatch], row: Row) -> OpenBatch | None:
        """Of those that the row fits by span, return the one that it widens least, the oldest on a tie."""
        fitting = [b for b in batches if b.width_with(row.timestamp) <= self.rules.max_batch_span_ms]
        return min(fitting, key=lambda b: b.growth_with(row.timestamp), default=None)

    def _has_room(self, batch: OpenBatch, size: int) -> bool:
        by_events = len(batch.rows) < self.rules.max_batch_events
        return by_events and batch.nbytes + size <= self.rules.max_batch_bytes

    def _close(self, batch: OpenBatch) -> list[Row]:
        self.open = [b for b in self.open if b is not batch]
        return order(batch.rows)


class Tally:
    """What became of the events so far; `batched` are those with no row left behind."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.events = 0
        self.altered = 0
        self.refused: list[Refusal] = []

    def admit(self, timestamp: Any, message: Any) -> list[Row]:
        """Judge the next event and note the outcome; return its rows."""
        judged = admit(self.rules, self.events, timestamp, message)
        self.events += 1
        if isinstance(judged, Refusal):
            self.refused.append(judged)
            return []
        self.altered += judged.altered
        return judged.rows

    def counts(self, held: Iterable[Row]) -> dict[str, int]:
        """Count the events by outcome, given the rows that were not handed out yet."""
        waiting = len({row.position for row in held})
        refused = [refusal.outcome for refusal in self.refused]
        return {
            "events": self.events,
            "held": waiting,
            "batched": self.events - waiting - len(refused),
            "altered": self.altered,
            **{outcome: refused.count(outcome) for outcome in REFUSALS},
        }


class Stream(Tally):
    """Events through the window, one call at a time; each call returns the batches that it closed."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.window = Window(rules)

    def add(self, timestamp: Any, message: Any) -> list[list[Row]]:
        return [batch for row in self.admit(timestamp, message) for batch in self.window.add(row)]

    def extend(self, events: Iterable[tuple[Any, Any]]) -> list[list[Row]]:
        return [batch for timestamp, message in events for batch in self.add(timestamp, message)]

    def flush(self) -> list[list[Row]]:
        return self.window.flush()

    def run(self, events: Iterable[tuple[Any, Any]]) -> list[list[Row]]:
        return self.extend(events) + self.flush()

    def held(self) -> list[Row]:
        return [row for batch in self.window.open for row in batch.rows]


class Whole(Tally):
    """A sequence of events, ordered and cut as a whole."""

    def __init__(self, rules: Rules, events: Iterable[tuple[Any, Any]]) -> None:
        super().__init__(rules)
        self.rows = order(row for timestamp, message in events for row in self.admit(timestamp, message))
        self.batches = cut(rules, self.rows)


def quoted(value: str | Mapping[str, Any]) -> str:
    """Write a JSON string, or an object of them, escaping what JSON demands and nothing else."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{quoted(key)}:{quoted(member)}" for key, member in value.items()) + "}"
    return '"' + "".join(SHORT_ESCAPES.get(c) or (c if c >= " " else f"\\u{ord(c):04x}") for c in value) + '"'


def body(group: str, stream: str, rows: Iterable[Row], token: str | None = None, entity: Any = None) -> bytes:
    """Write the body of a PutLogEvents request, without a byte that could be left out."""
    events = ",".join(f'{{"timestamp":{row.timestamp},"message":{quoted(row.text)}}}' for row in rows)
    written = f'{{"logGroupName":{quoted(group)},"logStreamName":{quoted(stream)}'
    if entity is not None:
        written += f',"entity":{quoted(entity)}'
    written += f',"logEvents":[{events}]'
    if token is not None:
        written += f',"sequenceToken":{quoted(token)}'
    return (written + "}").encode("utf-8")
