"""The service: what each action does. No HTTP, no signatures, no faults."""

import hashlib
import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from cordwood.local import errors
from cordwood.local.filters import filter_pattern
from cordwood.local.groups import Groups, Json
from cordwood.local.members import STREAM_NAME, Members
from cordwood.local.reading import PAGE_EVENTS, TimeRange, filter_log_events, get_log_events
from cordwood.local.rules import InputEvents, judge_times, read_events
from cordwood.local.store import Keeper, LogStream, StoredEvent

KeepEvents = Literal["all", "counts"] | int

_JANUARY_2024_MS = 1_704_067_200_000


def wall_clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Counts(NamedTuple):
    """What was accepted, kept or not."""

    requests: int
    """PutLogEvents requests that were answered with success."""
    events: int
    bytes: int
    """As the service counts them: the UTF-8 length of each message, and 26."""


class Service:
    """A CloudWatch Logs in memory.

    Args:
        region: the region that it says it is in.
        now: its clock, in milliseconds since 1970; it decides what is too old, too new and expired.
        insist_on_sequence_tokens: be the service from before 2023, whose streams take one call after the other.
        return_sequence_tokens: whether answers carry nextSequenceToken; today's service may leave it out.
        keep_events: "all"; "counts": check and count events, keep none; or keep the newest so many, over all
            streams.

    Raises:
        ValueError: tokens are insisted on but not returned, or `keep_events` is no such thing.
    """

    def __init__(
        self,
        *,
        region: str = "us-east-1",
        now: Callable[[], int] = wall_clock,
        insist_on_sequence_tokens: bool = False,
        return_sequence_tokens: bool = True,
        keep_events: KeepEvents = "all",
    ) -> None:
        if insist_on_sequence_tokens and not return_sequence_tokens:
            raise ValueError("a service that insists on sequence tokens has to return them")
        self._keeper = Keeper(_most_kept(keep_events))
        self._now = now
        self._insists = insist_on_sequence_tokens
        self._returns = return_sequence_tokens
        self._groups = groups = Groups(region, now, tell_tokens=return_sequence_tokens, deleted=self._keeper.gone)
        self._actions: dict[str, Callable[[Json], Json | None]] = {
            "CreateLogGroup": groups.create_log_group,
            "CreateLogStream": groups.create_log_stream,
            "DeleteLogGroup": groups.delete_log_group,
            "DeleteLogStream": groups.delete_log_stream,
            "DescribeLogGroups": groups.describe_log_groups,
            "DescribeLogStreams": groups.describe_log_streams,
            "FilterLogEvents": self._filter_log_events,
            "GetLogEvents": self._get_log_events,
            "PutLogEvents": self._put_log_events,
            "PutRetentionPolicy": groups.put_retention_policy,
        }

    def call(self, action: str, body: Json) -> Json | None:
        """Does what a request asks for.

        Args:
            action: the action's name.
            body: the request's members.

        Returns:
            The answer's members; None for an answer without a body.

        Raises:
            ServiceError: the service refuses the request.
        """
        function = self._actions.get(action)
        if function is None:
            raise errors.unknown_operation(f"This local endpoint has no action {action}")
        return function(body)

    def _put_log_events(self, body: Json) -> Json:
        members = Members(body)
        group_name, stream_name = members.group_name(), members.stream_name()
        token = members.text("sequenceToken")
        entity_fault = _entity_fault(members)
        members.check()
        events = read_events(body.get("logEvents"))
        digest = _digest(events) if self._insists else None
        with self._groups.lock:
            group, stream = self._groups.stream(group_name, stream_name)
            now = self._now()
            window = judge_times(events.timestamps, now, group.retention_days)
            if self._insists:
                _check_token(stream, token, digest)
                stream.last_carried, stream.last_digest = token, digest
            taken = events.part(*window.accepted)
            stream.count(taken, now)
            self._keeper.keep(stream, taken, now)
            answer: Json = {"nextSequenceToken": stream.token} if self._returns else {}
        if rejected := window.rejected():
            answer["rejectedLogEventsInfo"] = rejected
        if entity_fault:
            answer["rejectedEntityInfo"] = {"errorType": entity_fault}
        return answer

    def _get_log_events(self, body: Json) -> Json:
        members = Members(body)
        stream_name = members.stream_name()
        times = TimeRange.of(members.number("startTime"), members.number("endTime"))
        limit = members.number("limit", least=1, most=PAGE_EVENTS)
        token = members.text("nextToken")
        from_head = members.flag("startFromHead", False)
        group_name = members.group()
        with self._groups.lock:
            view = self._groups.stream(group_name, stream_name)[1].view()
        return get_log_events(view, times, limit=limit, token=token, start_from_head=from_head)

    def _filter_log_events(self, body: Json) -> Json:
        members = Members(body)
        names = members.stream_names("logStreamNames")
        prefix = members.text("logStreamNamePrefix", most=512, pattern=STREAM_NAME)
        start, last = members.number("startTime"), members.number("endTime")
        pattern = members.text("filterPattern", least=0, most=1024)
        limit = members.number("limit", least=1, most=PAGE_EVENTS)
        token = members.text("nextToken")
        from_head = members.flag("startFromHead", True)
        group_name = members.group()
        if names is not None and prefix is not None:
            raise errors.invalid_parameter("Only one of logStreamNames and logStreamNamePrefix can be specified.")
        if not from_head and (start or 0) < _JANUARY_2024_MS:
            raise errors.invalid_parameter(
                "startFromHead can be false only if startTime is on or after 2024-01-01T00:00:00Z."
            )
        matches = filter_pattern(pattern or "")
        # Unlike that of GetLogEvents, this endTime is inclusive: "a timestamp later than this time" is left out.
        times = TimeRange.of(start, None if last is None else last + 1)
        with self._groups.lock:
            group = self._groups.group(group_name)
            for name in names or ():
                self._groups.stream(group_name, name)
            views = {
                stream.name: stream.view()
                for stream in group.streams.values()
                if (names is None or stream.name in names) and stream.name.startswith(prefix or "")
            }
        return filter_log_events(views, times, matches, limit=limit, token=token, start_from_head=from_head)

    # --- for whoever runs the endpoint --------------------------------------------------------------------------

    def create(self, group_name: str, stream_name: str | None = None) -> None:
        """Creates a log group and a log stream in it; what exists stays as it is.

        Raises:
            ServiceError: a name is not legal.
        """
        requests: list[tuple[str, Json]] = [("CreateLogGroup", {"logGroupName": group_name})]
        if stream_name is not None:
            requests.append(("CreateLogStream", {"logGroupName": group_name, "logStreamName": stream_name}))
        for action, body in requests:
            try:
                self.call(action, body)
            except errors.ServiceError as error:
                if error.type != "ResourceAlreadyExistsException":
                    raise

    def events(self, group_name: str, stream_name: str) -> list[StoredEvent]:
        """The events kept of a stream, by timestamp, and equal ones as they came in.

        Raises:
            ServiceError: there is no such group or stream.
        """
        with self._groups.lock:
            view = self._groups.stream(group_name, stream_name)[1].view()
        return list(view)

    def counts(self, group_name: str | None = None, stream_name: str | None = None) -> Counts:
        """What was accepted by all streams that still exist, by those of one group, or by one stream.

        Raises:
            ServiceError: there is no such group or stream.
        """
        with self._groups.lock:
            if group_name is None:
                streams = [stream for group in self._groups.all() for stream in group.streams.values()]
            elif stream_name is None:
                streams = list(self._groups.group(group_name).streams.values())
            else:
                streams = [self._groups.stream(group_name, stream_name)[1]]
            return Counts(
                sum(stream.requests for stream in streams),
                sum(stream.accepted_events for stream in streams),
                sum(stream.accepted_bytes for stream in streams),
            )


def _most_kept(keep_events: KeepEvents) -> int | None:
    if keep_events == "all":
        return None
    if keep_events == "counts":
        return 0
    if type(keep_events) is not int or keep_events < 1:
        raise ValueError(f'keep_events is "all", "counts" or a number of events, not {keep_events!r}')
    return keep_events


def _digest(events: InputEvents) -> bytes:
    digest = hashlib.sha256(events.messages)
    digest.update(events.timestamps)
    digest.update(events.ends)
    return digest.digest()


def _check_token(stream: LogStream, token: str | None, digest: bytes | None) -> None:
    """The rule of the service before 2023: each call carries the token that the call before returned."""
    if token == stream.token:
        return
    if stream.token is not None and token == stream.last_carried and digest == stream.last_digest:
        raise errors.data_already_accepted(stream.token)
    raise errors.invalid_sequence_token(stream.token)


def _entity_fault(members: Members) -> str | None:
    """Reads the member entity; what rejectedEntityInfo says of it, if anything.

    The service tells more faults than this one; events are taken whatever becomes of their entity.
    """
    entity = members.structure("entity")
    if entity is None:
        return None
    attributes: dict[str, Any] | None = entity.texts(
        "keyAttributes", least=2, most=4, key_most=32, value_least=1, value_most=512
    )
    entity.texts("attributes", least=0, most=10, key_most=256, value_least=1, value_most=512)
    entity.check()
    return None if attributes and "Type" in attributes else "MissingRequiredFields"
