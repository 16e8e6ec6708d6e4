"""A list of log events into one log stream, whatever its size and order.

It goes out as it is where one request can carry it, else it is sorted, cut, and sent in turn.
"""

from __future__ import annotations

import logging
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from cordwood._core import Batch, Limits, batches
from cordwood._text import format_positions
from cordwood.client.answer import Answer, Fate, rejected_of
from cordwood.client.client import PutLogEventsClient
from cordwood.delivery.retry import Decision, decide, wait_before
from cordwood.errors import PartialPutError, RequestError, UnknownOutcomeError

log = logging.getLogger("cordwood")

_MEMBERS = {"logGroupName", "logStreamName", "logEvents", "sequenceToken", "entity"}
_TRIES = {"legacy": 5}
"""Of each request, by botocore's retry mode, where the configuration doesn't say otherwise; in its other modes 3."""


def put(
    client: Any, request: Mapping[str, Any], *, batching: bool = True, notify: Callable[[str], object] = log.info
) -> dict[str, Any]:
    """Send a PutLogEvents request, or the several that its list needs, and return the answer's members.

    What one request can carry, what holds an event that is illegal by itself, and what is only too old or too new goes
    out once and as it is, by botocore; so does everything without `batching`.

    Args:
        client: a boto3 logs client.
        request: the members of the request.
        batching: whether a list that one request cannot carry is sorted and cut.
        notify: receives a sentence on how many requests it took, if the list was sorted or cut.

    Returns:
        The service's answer. Of several: `nextSequenceToken` of the last, and `rejectedLogEventsInfo` with indexes
        over the whole sorted list.

    Raises:
        PartialPutError: a request failed after others had stored events, or its answer was lost.
        botocore.exceptions.ClientError: the service refused; nothing was stored.
        botocore.exceptions.BotoCoreError: likewise, of what did not come so far.

    """
    cut = needed_batches(request) if batching else None
    if cut is None:
        answer: dict[str, Any] = client.put_log_events(**request)
        answer.pop("ResponseMetadata", None)
        return answer
    return _InTurn(client, request, cut, notify).send()


def needed_batches(request: Mapping[str, Any]) -> list[Batch] | None:
    """What the list of a request must be sorted and cut into; None where it is to go out as it is."""
    events = request.get("logEvents")
    if not isinstance(events, list) or not request.keys() <= _MEMBERS or not all(map(_is_plain, events)):
        return None
    found = batches(events, on_reject="collect", invalid_text="reject")
    cut = list(found)
    if not cut or found.rejected or not _is_framed(cut[0], request):
        return None
    return None if _fits_one_request(events, cut) else cut


def _is_plain(event: Any) -> bool:
    """Whether an event is what JSON makes of one, with the members that it must have and no others."""
    return (
        type(event) is dict
        and len(event) == 2
        and type(event.get("timestamp")) is int
        and type(event.get("message")) is str
    )


def _is_framed(batch: Batch, request: Mapping[str, Any]) -> bool:
    """Whether the members besides the events are legal; if not, the service or botocore shall say so."""
    try:
        _body(batch[:1], request)
    except (KeyError, TypeError, ValueError):
        return False
    return True


def _body(batch: Batch, request: Mapping[str, Any]) -> bytes:
    return batch.body(
        request["logGroupName"],
        request["logStreamName"],
        sequence_token=request.get("sequenceToken"),
        entity=request.get("entity"),
    )


def _fits_one_request(events: list[dict[str, Any]], cut: list[Batch]) -> bool:
    limits = Limits()
    timestamps = [event["timestamp"] for event in events]
    if len(events) > limits.max_batch_events or sum(batch.nbytes for batch in cut) > limits.max_batch_bytes:
        return False
    if any(before > after for before, after in pairwise(timestamps)):
        return False
    # The service counts the span over the events that it takes, and refuses the others one by one.
    now = time.time_ns() // 1_000_000
    first = bisect_left(timestamps, now - limits.max_age_ms)
    last = bisect_right(timestamps, now + limits.max_future_ms) - 1
    return first > last or timestamps[last] - timestamps[first] <= limits.max_batch_span_ms


class _InTurn:
    """The batches of one list on their way, one request after the other."""

    def __init__(
        self, client: Any, request: Mapping[str, Any], cut: list[Batch], notify: Callable[[str], object]
    ) -> None:
        self._client = PutLogEventsClient(client)
        self._request = request
        self._cut = cut
        self._notify = notify
        self._tries = _tries_of(client)
        self._sent = 0
        """Events of the requests that were answered."""
        self._requests = 0
        self._rejected: list[int] = []
        self._doubtful = 0
        self._answer: dict[str, Any] = {}
        self._rejected_info: dict[str, int] = {}

    def send(self) -> dict[str, Any]:
        for number, batch in enumerate(self._cut):
            try:
                answer = self._send(batch, first=number == 0)
            except KeyboardInterrupt:
                # The request under way may have been carried out.
                self._notify(f"interrupted: {self._failure(number, None, unknown=True)}")
                raise
            if answer.fate is not Fate.ACCEPTED:
                raise self._fault(number, answer)
            self._take(batch, answer)
        self._notify(self._summary())
        if self._rejected_info:
            self._answer["rejectedLogEventsInfo"] = {
                name: self._rejected_info[name] for name in _INDEXES if name in self._rejected_info
            }
        return {name: self._answer[name] for name in _ANSWER_MEMBERS if name in self._answer}

    def _send(self, batch: Batch, *, first: bool) -> Answer:
        lost = False
        tried = 0
        while True:
            tried += 1
            answer = self._client.send(
                batch,
                self._request["logGroupName"],
                self._request["logStreamName"],
                sequence_token=self._request.get("sequenceToken") if first else None,
                entity=self._request.get("entity"),
                # The first token is the caller's word, and wrong where the service says so.
                token_tries=0 if first else None,
            )
            self._requests += answer.requests
            if answer.fate is Fate.ACCEPTED:
                self._doubtful += len(batch) if lost and not answer.already_accepted else 0
                return answer
            refused_token = answer.code == "InvalidSequenceTokenException"
            lost |= answer.fate is Fate.UNKNOWN
            if refused_token or tried >= self._tries or decide(answer) is not Decision.AGAIN:
                return replace(answer, fate=Fate.UNKNOWN) if lost else answer
            log.debug("a request failed (%s), try %d of %d", answer.why, tried, self._tries)
            time.sleep(wait_before(tried))

    def _take(self, batch: Batch, answer: Answer) -> None:
        offset, count = self._sent, len(batch)
        self._sent += count
        self._rejected += [rejected.position for rejected in rejected_of(answer.response, batch)]
        for name in ("nextSequenceToken", "rejectedEntityInfo"):
            if name in answer.response:
                self._answer[name] = answer.response[name]
        info, whole = answer.response.get("rejectedLogEventsInfo") or {}, self._rejected_info
        # The ends of a prefix: whatever came before is in it. The start of a suffix: whatever comes after is.
        for name in ("tooOldLogEventEndIndex", "expiredLogEventEndIndex"):
            if info.get(name):
                whole[name] = max(whole.get(name, 0), offset + info[name])
        start = info.get("tooNewLogEventStartIndex")
        if start is not None and start < count:
            whole.setdefault("tooNewLogEventStartIndex", offset + start)

    def _summary(self) -> str:
        events = sum(map(len, self._cut))
        doubtful = f"; {self._doubtful:,} of them may be stored twice" if self._doubtful else ""
        requests = "1 request" if self._requests == 1 else f"{self._requests:,} requests"
        return f"{events:,} log events were sorted by timestamp and sent in {requests}{doubtful}"

    # --- failures -------------------------------------------------------------------------------------------------

    def _fault(self, number: int, answer: Answer) -> BaseException:
        cause = answer.exception
        if cause is None:
            kind = UnknownOutcomeError if answer.fate is Fate.UNKNOWN else RequestError
            cause = kind(answer.why, code=answer.code, request_id=answer.request_id)
        unknown = answer.fate is Fate.UNKNOWN
        if not self._sent and not unknown:
            return cause
        return self._failure(number, cause, unknown=unknown)

    def _failure(self, number: int, cause: BaseException | None, *, unknown: bool) -> PartialPutError:
        failed, unsent = self._cut[number], self._cut[number + unknown :]
        not_stored = sorted([*self._rejected, *(position for batch in unsent for position in batch.positions)])
        events, stored = sum(map(len, self._cut)), self._sent - len(self._rejected)
        lost = sorted(failed.positions) if unknown else []
        summary = [f"{stored:,} of {events:,} log events were stored before it."]
        if lost:
            summary.append(
                f"The answer for {len(lost):,} was lost, they may be stored: positions {format_positions(lost)}."
            )
        if not_stored:
            summary.append(
                f"{len(not_stored):,} were not stored: positions {format_positions(not_stored)} of the input."
            )
        summary.append(f"The first request that failed begins with timestamp {failed.first_timestamp}.")
        return PartialPutError(
            cause, " ".join(summary), events=events, stored=stored, not_stored=not_stored, unknown=lost
        )


_ANSWER_MEMBERS = ("nextSequenceToken", "rejectedLogEventsInfo", "rejectedEntityInfo")
_INDEXES = ("tooNewLogEventStartIndex", "tooOldLogEventEndIndex", "expiredLogEventEndIndex")


def _tries_of(client: Any) -> int:
    retries = client.meta.config.retries or {}
    if "total_max_attempts" in retries:
        return int(retries["total_max_attempts"])
    return int(retries["max_attempts"]) + 1 if "max_attempts" in retries else _TRIES.get(retries.get("mode", ""), 3)
