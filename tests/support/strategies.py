"""What the property tests draw: texts, times, events, and rules small enough to be broken often."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import cordwood
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from reference import DAY_MS, Row, Rules

Event: TypeAlias = tuple[Any, Any]
Case: TypeAlias = tuple[Rules, list[Event]]

ALPHABETS = {
    "ascii": st.characters(min_codepoint=0x20, max_codepoint=0x7E),
    "latin-1": st.characters(min_codepoint=0x01, max_codepoint=0xFF),
    "cjk": st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    "emoji": st.characters(min_codepoint=0x1F300, max_codepoint=0x1FAFF),
    "surrogates": st.characters(categories=["Cs"]),
    "controls": st.sampled_from([chr(code) for code in range(0x20)] + ["\x7f", "\x80", "\u2028", "\ufeff"]),
    "quotes": st.sampled_from('"\\/abc'),
}
FRAGMENTS = [
    "a",
    "log ",
    "\0",
    '"',
    "\\",
    "\n",
    "\x7f",
    "é",
    "ß",
    "水",
    "\ufffd",
    "\uffff",
    "🪵",
    "\U0010ffff",
]
BROKEN = ["\ud83d", "\udeb5", "\ud83d\udeb5", "\udeb5\ud83d", "\ud800", "\udfff"]
BYTES = [
    b"a",
    "é水🪵".encode(),
    b"\xff",
    b"\xc3",
    b"\xe6\xb0",
    b"\xf0\x9f\xaa",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\x80",
]

WRONG_TYPES: list[Any] = [None, 1.5, "1", b"1", True, [], object()]
OUT_OF_RANGE = [-1, -(2**63), -(2**70), 2**63, 2**70]


def texts(max_size: int = 40, min_size: int = 0) -> SearchStrategy[str]:
    """Texts of one kind, so that each width of CPython's str occurs, and mixtures."""
    kinds = [st.text(alphabet, min_size=min_size, max_size=max_size) for alphabet in ALPHABETS.values()]
    mixed = st.lists(st.sampled_from(FRAGMENTS + BROKEN), min_size=min_size, max_size=max_size).map("".join)
    return st.one_of(*kinds, mixed)


def valid_texts(max_size: int = 40, min_size: int = 1) -> SearchStrategy[str]:
    """Texts without surrogates."""
    fragments = st.lists(st.sampled_from(FRAGMENTS), min_size=min_size, max_size=max_size).map("".join)
    return st.one_of(st.text(min_size=min_size, max_size=max_size), fragments)


def raw_messages(max_size: int = 40) -> SearchStrategy[bytes]:
    """Bytes of valid and of broken UTF-8."""
    encoded = texts(max_size).map(lambda text: text.encode("utf-8", "surrogatepass"))
    fragments = st.lists(st.sampled_from(BYTES), max_size=max_size).map(b"".join)
    return st.one_of(encoded, fragments, st.binary(max_size=max_size))


def messages(max_size: int = 40) -> SearchStrategy[str | bytes]:
    """Messages as a caller may pass them, legal or not."""
    return st.one_of(texts(max_size), raw_messages(max_size))


def timestamps(span_ms: int) -> SearchStrategy[int]:
    """Times with ties, in clusters that lie a span apart, give or take a millisecond."""
    near = st.integers(0, 3)
    clustered = st.builds(lambda cluster, shift: cluster * (span_ms + 1) + shift, st.integers(0, 12), near)
    return st.one_of(near, clustered, clustered, st.integers(0, 4 * span_ms))


def crowds(event: SearchStrategy[Event], max_size: int) -> SearchStrategy[list[Event]]:
    """Few events as often as many: left alone, hypothesis would seldom draw more than ten."""
    return st.one_of(st.lists(event, max_size=max_size), st.lists(event, min_size=max_size // 2, max_size=max_size))


@st.composite
def small_rules(draw: st.DrawFn, *, min_payload: int = 4, max_payload: int = 40) -> Rules:
    """Rules whose limits of bytes, count and span are all reached by a handful of short events."""
    overhead = draw(st.integers(0, 6))
    now = draw(st.one_of(st.none(), st.integers(0, 60), st.integers(DAY_MS, DAY_MS + 60)))
    batch = overhead + draw(st.integers(min_payload, 4 * max_payload))
    event = overhead + draw(st.integers(min_payload, max_payload))
    return Rules(
        max_batch_bytes=batch,
        max_batch_events=draw(st.integers(1, 7)),
        max_batch_span_ms=draw(st.integers(0, 12)),
        max_event_bytes=event,
        event_overhead_bytes=overhead,
        max_future_ms=draw(st.integers(0, 30)),
        max_age_ms=draw(st.one_of(st.integers(0, 60), st.just(4 * DAY_MS))),
        oversize=draw(st.sampled_from(["reject", "truncate", "split"])),
        invalid_text=draw(st.sampled_from(["replace", "reject"])),
        now=now,
        retention_in_days=None if now is None else draw(st.one_of(st.none(), st.integers(1, 3))),
    )


def legal_events(rules: Rules, max_size: int = 30) -> SearchStrategy[list[Event]]:
    """Events that need no policy: short valid texts at times within reach."""
    short = st.text("ab水🪵", min_size=1, max_size=max(1, rules.payload // 4))
    return crowds(st.tuples(timestamps(rules.max_batch_span_ms), short), max_size)


def any_events(rules: Rules, max_size: int = 30) -> SearchStrategy[list[Event]]:
    """Events of all sorts, a good part of them illegal."""
    times = timestamps(rules.max_batch_span_ms)
    fair = st.tuples(times, messages(max_size=12))
    long = st.tuples(times, messages(max_size=120))
    odd_time = st.tuples(st.sampled_from(OUT_OF_RANGE + WRONG_TYPES), texts(max_size=4))
    odd_message = st.tuples(times, st.sampled_from([None, 1, bytearray(b"a"), ["a"], ""]))
    return crowds(st.one_of(fair, fair, fair, long, odd_time, odd_message), max_size)


@st.composite
def cases(draw: st.DrawFn, *, max_size: int = 30) -> Case:
    """Rules and events of all sorts."""
    rules = draw(small_rules())
    return rules, draw(any_events(rules, max_size))


@st.composite
def legal_cases(draw: st.DrawFn, *, max_size: int = 30) -> Case:
    """Rules and events that are all admitted as they are: only the cut is in question."""
    drawn = draw(small_rules())
    rules = Rules(
        max_batch_bytes=drawn.max_batch_bytes,
        max_batch_events=drawn.max_batch_events,
        max_batch_span_ms=drawn.max_batch_span_ms,
        max_event_bytes=drawn.max_event_bytes,
        event_overhead_bytes=drawn.event_overhead_bytes,
    )
    return rules, draw(legal_events(rules, max_size))


def limits_of(rules: Rules) -> cordwood.Limits:
    """Hand the numbers of the rules to cordwood."""
    return cordwood.Limits(
        max_batch_bytes=rules.max_batch_bytes,
        max_batch_events=rules.max_batch_events,
        max_batch_span_ms=rules.max_batch_span_ms,
        max_event_bytes=rules.max_event_bytes,
        event_overhead_bytes=rules.event_overhead_bytes,
        max_future_ms=rules.max_future_ms,
        max_age_ms=rules.max_age_ms,
    )


def options(rules: Rules) -> dict[str, Any]:
    """Hand the rules to cordwood, as options that reject nothing by raising."""
    return {
        "limits": limits_of(rules),
        "on_reject": "collect",
        "oversize": rules.oversize,
        "invalid_text": rules.invalid_text,
        "now": rules.now,
        "retention_in_days": rules.retention_in_days,
    }


def contents(batches: Iterable[cordwood.Batch]) -> list[list[Row]]:
    """Read finished batches back into rows."""
    return [
        [
            Row(event["timestamp"], event["message"], position)
            for event, position in zip(batch.events(), batch.positions, strict=True)
        ]
        for batch in batches
    ]


def refusals(rejected: Iterable[cordwood.Rejected]) -> list[tuple[int, str]]:
    """Leave out the reasons, whose wording is free."""
    return [(each.position, each.outcome) for each in rejected]
