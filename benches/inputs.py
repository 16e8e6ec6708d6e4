"""Log events to measure with: seeded, the same on every machine and on every day."""

import random
from array import array
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

Event: TypeAlias = dict[str, Any]


class Columns(NamedTuple):
    """Events as a column of timestamps and a column of messages."""

    timestamps: Sequence[int]
    messages: list[str]


SEED = 20_260_101
START = 1_767_225_600_000
"""2026-01-01 00:00 UTC, in milliseconds: the first timestamp of every input."""
GAP_MS = 10
DAY_MS = 86_400_000
STREAMS = 4
MAX_MESSAGE_BYTES = 1_048_550

CJK = "日志事件批次時間戳記服务器请求成功失敗接続切断エラー処理完了ログ出力데이터베이스연결실패"
EMOJI = "🚀🔥✅❌🐛🎉💥🧵📦🪵⏱🌲"
PROSE = (
    "request served from cache; upstream connect timeout, retry; user session opened, session closed; worker "
    "started; queue drained, shard moved; replica lag; disk full; checkpoint written, index rebuilt. "
)
OPERATIONS = ("checkout", "login", "search", "refund")


# --- messages by shape ----------------------------------------------------------------------------------------


def _prose(rng: random.Random, length: int) -> str:
    start = rng.randrange(len(PROSE))
    return (PROSE * (length // len(PROSE) + 2))[start : start + length]


def _ascii(rng: random.Random, count: int) -> Iterator[str]:
    tails = [_prose(rng, 91) for _ in range(512)]
    for number, tail in enumerate(rng.choices(tails, k=count)):
        yield f"{number:08d} {tail}"


def _json(rng: random.Random, count: int) -> Iterator[str]:
    tails = [
        f'"level":"{rng.choice(("info", "warn"))}","op":"{rng.choice(OPERATIONS)}","user":"u{rng.randrange(99)}",'
        f'"ms":"{rng.randrange(1000)}","ok":"{rng.choice("yn")}","at":"{rng.choice(OPERATIONS)}"}}'
        for _ in range(512)
    ]
    for number, tail in enumerate(rng.choices(tails, k=count)):
        yield f'{{"id":"{number:08d}",{tail}'


def _cjk(rng: random.Random, count: int) -> Iterator[str]:
    tails = ["".join(rng.choices(CJK, k=30)) for _ in range(512)]
    for number, tail in enumerate(rng.choices(tails, k=count)):
        yield f"{number:08d}: {tail}"


def _emoji(rng: random.Random, count: int) -> Iterator[str]:
    tails = ["".join(rng.choices(EMOJI, k=23)) for _ in range(512)]
    for number, tail in enumerate(rng.choices(tails, k=count)):
        yield f"{number:08d}{tail}"


def _tiny(_rng: random.Random, count: int) -> Iterator[str]:
    for number in range(count):
        yield f"{number % 100_000:05d}"


def _near_limit(rng: random.Random, count: int) -> Iterator[str]:
    filler = _prose(rng, MAX_MESSAGE_BYTES)
    for number in range(count):
        yield f"{number:08d}" + filler[rng.randrange(9, 64) :]


SHAPES: dict[str, Callable[[random.Random, int], Iterator[str]]] = {
    "ascii": _ascii,
    "json": _json,
    "cjk": _cjk,
    "emoji": _emoji,
    "tiny": _tiny,
    "near_limit": _near_limit,
}


# --- timestamps by order --------------------------------------------------------------------------------------


def _in_order(_rng: random.Random, count: int) -> list[int]:
    return [START + GAP_MS * number for number in range(count)]


def _jittered(rng: random.Random, count: int) -> list[int]:
    """Events that come up to half a second late."""
    return [START + GAP_MS * number - int(500 * rng.random()) + 500 for number in range(count)]


def _interleaved(rng: random.Random, count: int) -> list[int]:
    """Sorted streams, each of a day of its own, read side by side."""
    clocks = [START + DAY_MS * stream for stream in range(STREAMS)]
    timestamps = []
    for stream in rng.choices(range(STREAMS), k=count):
        clocks[stream] += GAP_MS
        timestamps.append(clocks[stream])
    return timestamps


def _random(rng: random.Random, count: int) -> list[int]:
    return [START + int(GAP_MS * count * rng.random()) for _ in range(count)]


ORDERS: dict[str, Callable[[random.Random, int], list[int]]] = {
    "in_order": _in_order,
    "jittered": _jittered,
    "interleaved": _interleaved,
    "random": _random,
    # Made in random order and sorted afterwards: in order of time, but neighbours lie far apart in memory.
    "shuffled": _random,
}


# --- events ---------------------------------------------------------------------------------------------------


def count_of(shape: str, events: int) -> int:
    """How many events of a shape stand for `events` of 100 bytes: near-limit ones are few."""
    return max(8, events // 10_000) if shape == "near_limit" else events


def _rows(shape: str, order: str, events: int) -> Iterator[tuple[int, str]]:
    count = count_of(shape, events)
    timestamps = ORDERS[order](random.Random(SEED), count)
    return zip(timestamps, SHAPES[shape](random.Random(SEED + 1), count), strict=True)


def dicts(shape: str, order: str, events: int) -> list[Event]:
    """Events as mappings with `timestamp` and `message`."""
    made: list[Event] = [{"timestamp": t, "message": m} for t, m in _rows(shape, order, events)]
    if order == "shuffled":
        made.sort(key=itemgetter("timestamp"))
    return made


def pairs(shape: str, order: str, events: int) -> list[tuple[int, str]]:
    """Events as `(timestamp, message)`."""
    made = list(_rows(shape, order, events))
    if order == "shuffled":
        made.sort(key=itemgetter(0))
    return made


def columns(shape: str, order: str, events: int) -> Columns:
    """Events as two lists."""
    made = pairs(shape, order, events)
    return Columns([timestamp for timestamp, _ in made], [message for _, message in made])


def arrow_table(shape: str, order: str, count: int) -> Any:
    """The same events as an Arrow table: timestamps as int64, messages as utf8."""
    import pyarrow

    events = dicts(shape, order, count)
    return pyarrow.table({name: pyarrow.array([event[name] for event in events]) for name in ("timestamp", "message")})


def packed_columns(shape: str, order: str, events: int) -> Columns:
    """Events as 64-bit integers side by side, and a list of messages."""
    timestamps, messages = columns(shape, order, events)
    return Columns(array("q", timestamps), messages)


def unread(events: list[Event]) -> list[Event]:
    """Copies whose messages nobody has read yet.

    A `str` beyond ASCII keeps its UTF-8 form inside the object once orjson or msgspec has asked for it, and
    every later reader is spared the work. A real event is read once.
    """
    return [{"timestamp": event["timestamp"], "message": event["message"].encode().decode()} for event in events]


def endless(days: int = 1) -> Iterator[Event]:
    """Events of about 100 bytes without end, of several days side by side."""
    rng = random.Random(SEED)
    messages = list(_ascii(rng, 10_000))
    clocks = [START + DAY_MS * day for day in range(days)]
    while True:
        for message in messages:
            day = int(days * rng.random())
            clocks[day] += 1
            yield {"timestamp": clocks[day], "message": f"{message}{clocks[day]}"}


# --- a realistic mixture, for the demo ------------------------------------------------------------------------

BURST = 0.12
QUIET = 0.004
QUIET_DAYS = 4
LATE_MS = 2_000
NAMES = ("Zoë", "Jürgen Groß", "山田太郎", "Łukasz", "Søren", "Ирина", "محمد", "José Núñez")
TRACE = """Traceback (most recent call last):
  File "/srv/app/orders.py", line {0}, in place
    stock = reserve(order.items, timeout=2.5)
  File "/srv/app/stock.py", line 88, in reserve
    raise OutOfStock(f"item {{item!r}} is gone")
app.errors.OutOfStock: item '{1}' is gone"""

Draw: TypeAlias = Callable[[random.Random], str]

MIXTURE: tuple[tuple[str, int, Draw], ...] = (
    (
        "access log lines",
        48,
        lambda r: (
            f'203.0.113.{int(256 * r.random())} - - "GET /api/v1/orders/{int(1e6 * r.random())} HTTP/1.1" '
            f'{"200" if r.random() < 0.97 else "503"} {int(9e4 * r.random())} "-" "Mozilla/5.0 (X11; Linux)"'
        ),
    ),
    (
        "JSON lines",
        35,
        lambda r: (
            f'{{"level":"info","msg":"order placed","order":{int(1e6 * r.random())},"sku":"A-{r.random():.6f}",'
            f'"path":"C:\\\\app\\\\log","ms":{1000 * r.random():.1f},"tags":["web","eu-west-1"]}}'
        ),
    ),
    ("stack traces", 4, lambda r: TRACE.format(int(400 * r.random()), int(1e6 * r.random()))),
    (
        "lines with non-ASCII names",
        9,
        lambda r: f"payment of {100 * r.random():.2f} € by {NAMES[int(8 * r.random())]} accepted",
    ),
    (
        "lines with emoji",
        4,
        lambda r: f"{EMOJI[int(12 * r.random())]} deploy {int(1e4 * r.random())} finished {EMOJI[2]}",
    ),
)

FAULTY: tuple[Event, ...] = (
    {"timestamp": START, "message": ""},
    {"timestamp": -1, "message": "written before 1970"},
    {"timestamp": START, "message": "x" * (MAX_MESSAGE_BYTES + 1)},
    {"timestamp": START + 0.5, "message": "half a millisecond"},
    {"timestamp": START, "message": "é" * 600_000},
    {"timestamp": START},
    {"timestamp": True, "message": "a bool is no time"},
)


def realistic(events: int) -> list[Event]:
    """A busy day of mixed lines, a burst of health checks, four quiet days; a few illegal events among them."""
    rng = random.Random(SEED)
    burst, quiet = int(events * BURST), int(events * QUIET)
    busy = max(0, events - burst - quiet - len(FAULTY))
    draws = rng.choices([draw for *_, draw in MIXTURE], [weight for _, weight, _ in MIXTURE], k=busy)
    made: list[Event] = [
        {"timestamp": START + GAP_MS * number + int(LATE_MS * rng.random()), "message": draw(rng)}
        for number, draw in enumerate(draws)
    ]
    clock = START + GAP_MS * busy + LATE_MS
    made += [
        {"timestamp": clock + number, "message": f"health check {number} ok in {int(9 * rng.random())} ms"}
        for number in range(burst)
    ]
    clock += burst
    made += [
        {"timestamp": clock + QUIET_DAYS * DAY_MS * number // quiet, "message": f"still alive, tick {number}"}
        for number in range(quiet)
    ]
    for fault in FAULTY:
        made.insert(rng.randrange(len(made) + 1), dict(fault))
    return made
