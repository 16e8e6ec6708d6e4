"""Events that were split, whose parts may travel in several requests: each is settled with the last of its parts."""

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
    """What became of the parts of one event so far."""

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
        """Keep the text of a part that is handed out: a dead letter has the whole message."""
        self.timestamp, self.total = part.timestamp, part.total
        self.texts[part.number] = part.text.encode()

    def take(self, parts: int, outcome: Outcome, reason: str) -> bool:
        """Settle some of the parts; whether this was the worst that became of any so far."""
        self.settled += parts
        worse = _FROM_BEST_TO_WORST.index(outcome) > _FROM_BEST_TO_WORST.index(self.worst)
        if worse:
            self.worst, self.reason = outcome, reason
        return worse

    @property
    def decided(self) -> bool:
        """Whether no part of it is on its way any more."""
        return self.all_handed_out and self.settled == self.handed_out

    @property
    def why(self) -> str:
        """The reason, and which parts are missing where that is known."""
        missing = sorted(set(range(1, self.total + 1)) - self.accepted)
        which = f"part {', '.join(map(str, missing[:20]))} of {self.total}" if missing else "a part of it"
        more = f" and {len(missing) - 20} further ones" if len(missing) > 20 else ""
        return f"{which}{more}: {self.reason}"

    def message(self) -> tuple[bytes, Parts | None]:
        """The text of all parts that are known, and which are missing; None for that where the text has gaps."""
        texts = [self.texts[number] for number in sorted(self.texts)]
        if len(texts) < self.total:
            return b"".join(texts), None
        ends = tuple(itertools.accumulate(map(len, texts)))
        missing = tuple(number for number in range(1, self.total + 1) if number not in self.accepted)
        return b"".join(texts), Parts(ends, missing)


def parts_of(batch: Batch, positions: Iterable[int]) -> Iterator[Part]:
    """The parts in a batch of the events of these positions."""
    wanted = set(positions)
    for index, position in enumerate(batch.positions):
        if position in wanted:
            event = batch[index]
            found = _NUMBER.match(event["message"])
            if found:
                yield Part(position, event["timestamp"], int(found[1]), int(found[2]), event["message"][found.end() :])
