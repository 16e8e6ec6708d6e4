"""Split events, whose parts may go out in several requests: each event is settled with the last of its parts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from cordwood._model import Outcome
from cordwood.dead_letters import Parts

if TYPE_CHECKING:
    from cordwood._core import Batch

_FROM_BEST_TO_WORST = (
    Outcome.ACCEPTED,
    Outcome.TOO_OLD,
    Outcome.EXPIRED,
    Outcome.TOO_NEW,
    Outcome.REFUSED,
    Outcome.UNDELIVERED,
    Outcome.UNKNOWN,
)

_NUMBER = re.compile(r"\[part (\d+)/(\d+)\] ")


class Part(NamedTuple):
    """One part of a split event, as it is sent."""

    position: int
    timestamp: int
    number: int
    total: int
    text: str


@dataclass(slots=True)
class SplitEvent:
    """The parts of one event, and what became of them so far."""

    handed_out: int = 0
    settled: int = 0
    all_handed_out: bool = False
    worst: Outcome = Outcome.ACCEPTED
    reason: str = ""
    timestamp: int | None = None
    total: int = 0
    texts: dict[int, bytes] = field(default_factory=dict)
    accepted: set[int] = field(default_factory=set)

    def keep(self, part: Part) -> None:
        """Keep the text of a part that is handed out, for a dead letter, which has the whole message."""
        self.timestamp, self.total = part.timestamp, part.total
        self.texts[part.number] = part.text.encode()

    def settle(self, parts: int, outcome: Outcome, reason: str) -> None:
        """Settle some of the parts. The event takes the outcome of its worst part."""
        self.settled += parts
        if _FROM_BEST_TO_WORST.index(outcome) > _FROM_BEST_TO_WORST.index(self.worst):
            self.worst, self.reason = outcome, reason

    @property
    def decided(self) -> bool:
        """Whether all of its parts are settled."""
        return self.all_handed_out and self.settled == self.handed_out

    @property
    def full_reason(self) -> str:
        """The reason, and which parts are missing, if that is known."""
        missing = sorted(set(range(1, self.total + 1)) - self.accepted)
        which = f"part {', '.join(map(str, missing[:20]))} of {self.total}" if missing else "a part of it"
        more = f" and {len(missing) - 20} more" if len(missing) > 20 else ""
        return f"{which}{more}: {self.reason}"

    def message(self) -> tuple[bytes, Parts | None]:
        """Return the text of all known parts, and which are missing; None for the latter if the text has gaps."""
        texts = [self.texts[number] for number in sorted(self.texts)]
        if len(texts) < self.total:
            return b"".join(texts), None
        ends = tuple(itertools.accumulate(map(len, texts)))
        missing = tuple(number for number in range(1, self.total + 1) if number not in self.accepted)
        return b"".join(texts), Parts(ends, missing)


def parts_of(batch: Batch, positions: Iterable[int]) -> Iterator[Part]:
    """Yield the parts in a batch that belong to the events at these positions."""
    wanted = set(positions)
    for index, position in enumerate(batch.positions):
        if position in wanted:
            event = batch[index]
            found = _NUMBER.match(event["message"])
            if found:
                yield Part(position, event["timestamp"], int(found[1]), int(found[2]), event["message"][found.end() :])
