"""Switches for what goes wrong: at random but seeded, or scripted request by request."""

import math
import random
import threading
from collections import deque
from dataclasses import dataclass, fields
from http import HTTPStatus
from typing import Any, Literal, get_args

Kind = Literal[
    "none",
    "throttle",
    "internal_error",
    "internal_error_after",
    "unavailable",
    "reset_before",
    "reset_after",
    "html_200",
    "empty_200",
    "status_204",
    "truncated",
    "shortened",
    "answer",
]
"""What happens to one request:

- none: it is served.
- throttle: ThrottlingException, nothing stored.
- internal_error: status 500 InternalFailure, nothing stored.
- internal_error_after: the same words, but the events were stored.
- unavailable: status 503 ServiceUnavailableException, nothing stored.
- reset_before: the connection is reset (a TCP RST) when the request was read, nothing stored.
- reset_after: the connection is reset when the events were stored.
- html_200: status 200 and a web page, as a proxy's login answers; nothing stored.
- empty_200: status 200 without a body; nothing stored.
- status_204: status 204; nothing stored.
- truncated: stored; the answer's JSON is cut, and its Content-Length fits what is left.
- shortened: stored; the answer is `{}`, valid JSON, but its Content-Length promised more.
- answer: an answer of your own; nothing stored.
"""

KINDS: tuple[Kind, ...] = get_args(Kind)
_STORING = frozenset({"none", "internal_error_after", "reset_after", "truncated", "shortened"})
_DRAWN: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind not in ("none", "answer"))


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to one request."""

    kind: Kind = "none"
    stored: bool | None = None
    """Whether the request is carried out all the same; None: as the description of the kind says."""
    delay_seconds: float = 0.0
    """How long the answer is held back after the request was carried out."""
    request_id: bool = True
    """Whether the answer carries x-amzn-RequestId."""
    status: int = 200
    """For "answer": its HTTP status."""
    body: str = ""
    """For "answer": its body."""
    content_type: str = "application/x-amz-json-1.1"
    """For "answer": its Content-Type."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no fault {self.kind!r}; the faults are {', '.join(KINDS)}")
        HTTPStatus(self.status)

    @property
    def stores(self) -> bool:
        """Whether the request is carried out."""
        return self.kind in _STORING if self.stored is None else self.stored

    def names(self) -> str | None:
        """What the log of requests says of it; None where nothing is wrong."""
        told: list[str] = [] if self.kind == "none" else [self.kind]
        if self.delay_seconds:
            told.append("slow")
        if not self.request_id:
            told.append("no_request_id")
        return "+".join(told) or None


@dataclass(kw_only=True)
class Faults:
    """The switches of an endpoint. They may be set while it runs; a request sees the switches as they then are.

    The numbers are probabilities from 0 to 1. Those from `throttle` to `shortened` exclude one another in one
    request, so that their sum is at most 1; `slow` and `no_request_id` come on top.

    With the same seed, the same switches and requests one after the other, the same requests fail.

    Raises:
        ValueError: a probability is out of range, or their sum.
    """

    seed: int = 0
    throttle: float = 0.0
    internal_error: float = 0.0
    internal_error_after: float = 0.0
    unavailable: float = 0.0
    reset_before: float = 0.0
    reset_after: float = 0.0
    html_200: float = 0.0
    empty_200: float = 0.0
    status_204: float = 0.0
    truncated: float = 0.0
    shortened: float = 0.0
    slow: float = 0.0
    slow_seconds: float = 1.0
    """How long a slow answer takes; its events are stored before."""
    no_request_id: float = 0.0
    """Answers that lack x-amzn-RequestId but are true."""
    refuse_containing: str = ""
    """A poison: a request with an event whose message has this text is refused as invalid, and not told which event it
    is. Empty: none."""
    clock_offset_seconds: float = 0.0
    """How far the service's clock is ahead: in Date headers, for signatures and for the age of events."""
    actions: frozenset[str] | None = frozenset({"PutLogEvents"})
    """The actions that the switches and the script apply to; None: all."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(self.seed)
        self._script: deque[Fault] = deque()
        self.check()

    def check(self) -> None:
        """Raises ValueError if the switches make no sense together."""
        chances = {kind: getattr(self, kind) for kind in (*_DRAWN, "slow", "no_request_id")}
        for name, chance in chances.items():
            if not 0 <= chance <= 1:
                raise ValueError(f"{name} is a probability from 0 to 1, not {chance!r}")
        total = math.fsum(chances[kind] for kind in _DRAWN)
        if total > 1 + 1e-9:
            raise ValueError(f"the probabilities of faults that exclude one another add up to {total:g}, more than 1")

    def script(self, *faults: Kind | Fault) -> None:
        """The next requests, one each, meet these instead of what the switches say."""
        made = [fault if isinstance(fault, Fault) else Fault(kind=fault) for fault in faults]
        with self._lock:
            self._script.extend(made)

    @property
    def scripted(self) -> int:
        """How many scripted faults no request has met yet."""
        return len(self._script)

    def take_script(self) -> list[Fault]:
        """The scripted faults that no request has met yet; they are taken off the script."""
        with self._lock:
            taken = list(self._script)
            self._script.clear()
        return taken

    def next(self, action: str) -> Fault:
        """What the next request, which is for this action, meets."""
        if self.actions is not None and action not in self.actions:
            return Fault()
        with self._lock:
            if self._script:
                return self._script.popleft()
            # Always the same number of draws, so that one switch does not shift the others' luck.
            chance, slow, silent = (self._random.random() for _ in range(3))
        kind: Kind = "none"
        for candidate in _DRAWN:
            chance -= getattr(self, candidate)
            if chance < 0:
                kind = candidate
                break
        return Fault(
            kind=kind,
            delay_seconds=self.slow_seconds if slow < self.slow else 0.0,
            request_id=silent >= self.no_request_id,
        )

    def refuses(self, action: str, log_events: Any) -> bool:
        """Whether one of these events has the text that is refused."""
        poison = self.refuse_containing
        if not poison or action != "PutLogEvents" or type(log_events) is not list:
            return False
        messages = (event.get("message") for event in log_events if type(event) is dict)
        return any(type(message) is str and poison in message for message in messages)

    def settings(self) -> dict[str, Any]:
        """The switches by name, such that `Faults(**settings)` has them again."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
