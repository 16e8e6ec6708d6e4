"""Send a list of log events to one log stream, whatever its size and order.

It is sent as it is if one request can carry it; else it is sorted, cut, and sent in several requests.
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
"""Attempts at each request by botocore's retry mode, unless configured otherwise; 3 in its other modes."""


def put(
    client: Any, request: Mapping[str, Any], *, batching: bool = True, notify: Callable[[str], object] = log.info
) -> dict[str, Any]:
    """Send a PutLogEvents request, or as many as its list needs, and return the members of the response.

    botocore sends the request once and unchanged if it can carry its list, if an event of it is not legal, or if
    events of it are only too old or too new; and always without `batching`.

    Args:
        client: a boto3 logs client.
        request: the members of the request.
        batching: sort and cut a list that one request cannot carry.
        notify: called with a sentence that says how many requests it took, if the list was sorted or cut.

    Returns:
        The service's response. Of several: `nextSequenceToken` of the last, and `rejectedLogEventsInfo` with indexes
        into the whole sorted list.

    Raises:
        PartialPutError: a request failed after others had stored events, or its response was lost.
        botocore.exceptions.ClientError: the service refused the request; nothing was stored.
        botocore.exceptions.BotoCoreError: the request was not sent; nothing was stored.

    """
    cut = needed_batches(request) if batching else None
    if cut is None:
        answer: dict[str, Any] = client.put_log_events(**request)
        answer.pop("ResponseMetadata", None)
        return answer
    return _Sequence(client, request, cut, notify).send()


def needed_batches(request: Mapping[str, Any]) -> list[Batch] | None:
    """Return the batches to sort and cut the list of a request into; None if it is to be sent as it is."""
    events = request.get("logEvents")
    if not isinstance(events, list) or not request.keys() <= _MEMBERS or not all(map(_is_plain, events)):
        return None
    found = batches(events, on_reject="collect", invalid_text="reject")
    cut = list(found)
    if not cut or found.rejected or not _is_framed(cut[0], request):
        return None
    return None if _fits_one_request(events, cut) else cut


def _is_plain(event: Any) -> bool:
    """Return whether an event is as JSON makes it, with the members that it must have and no others."""
    return (
        type(event) is dict
        and len(event) == 2
        and type(event.get("timestamp")) is int
        and type(event.get("message")) is str
    )


def _is_framed(batch: Batch, request: Mapping[str, Any]) -> bool:
    """Return whether the members besides the events are legal; if not, the service or botocore reports it."""
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
    # The service counts the span of the events that it accepts, and rejects the others one by one.
    now = time.time_ns() // 1_000_000
    first = bisect_left(timestamps, now - limits.max_age_ms)
    last = bisect_right(timestamps, now + limits.max_future_ms) - 1
    return first > last or timestamps[last] - timestamps[first] <= limits.max_batch_span_ms


class _Sequence:
    """The batches of one list, sent one request after the other."""

    def __init__(
        self, client: Any, request: Mapping[str, Any], cut: list[Batch], notify: Callable[[str], object]
    ) -> None:
        self._client = PutLogEventsClient(client)
        self._request = request
        self._cut = cut
        self._notify = notify
        self._tries = _tries_of(client)
        self._sent = 0
        """Events of the requests that were accepted."""
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
                raise self._error(number, answer)
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
                # The first token is the caller's: if it is wrong, that is an error.
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
        # Ends of a prefix: all events before it are in it. Start of a suffix: all events after it are in it.
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

    def _error(self, number: int, answer: Answer) -> BaseException:
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
                f"{len(lost):,} may be stored, because a response was lost: positions {format_positions(lost)}."
            )
        if not_stored:
            were = "was" if len(not_stored) == 1 else "were"
            summary.append(
                f"{len(not_stored):,} {were} not stored: positions {format_positions(not_stored)} of the input."
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
