"""Log groups and log streams: the actions that create, describe, change and delete them."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from cordwood.local import errors
from cordwood.local.members import Members
from cordwood.local.paging import list_token, read_list_token
from cordwood.local.store import LogGroup, LogStream

ACCOUNT = "000000000000"
CLASSES = ("STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS")
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
DESCRIBE_LIMIT = 50

Json = dict[str, Any]


class Groups:
    """All log groups of an endpoint.

    Args:
        region: for the ARNs.
        now: the clock, in milliseconds since 1970.
        tell_tokens: whether descriptions carry uploadSequenceToken.
        deleted: called with streams that were deleted, under the lock.
    """

    def __init__(
        self,
        region: str,
        now: Callable[[], int],
        *,
        tell_tokens: bool,
        deleted: Callable[[Iterable[LogStream]], None],
    ) -> None:
        self.lock = threading.Lock()
        """Held by whoever reads or changes groups, streams or their events."""
        self._region = region
        self._now = now
        self._tell_tokens = tell_tokens
        self._deleted = deleted
        self._groups: dict[str, LogGroup] = {}

    def all(self) -> Iterable[LogGroup]:
        """Every log group; the caller holds the lock."""
        return self._groups.values()

    def group(self, name: str) -> LogGroup:
        """The log group of this name; the caller holds the lock."""
        group = self._groups.get(name)
        if group is None:
            raise errors.group_not_found()
        return group

    def stream(self, group_name: str, name: str) -> tuple[LogGroup, LogStream]:
        """The log stream of this name, and its group; the caller holds the lock."""
        group = self.group(group_name)
        stream = group.streams.get(name)
        if stream is None:
            raise errors.stream_not_found()
        return group, stream

    def create_log_group(self, body: Json) -> None:
        """CreateLogGroup."""
        members = Members(body)
        name = members.group_name()
        group_class = members.choice("logGroupClass", CLASSES, "STANDARD")
        kms_key_id = members.text("kmsKeyId", least=0, most=256)
        tags = members.texts("tags", least=1, most=50, key_most=128, value_least=0, value_most=256)
        members.check()
        with self.lock:
            if name in self._groups:
                raise errors.group_exists()
            group = self._groups[name] = LogGroup(name, self._now())
            group.log_group_class = group_class
            group.kms_key_id = kms_key_id
            group.tags = tags or {}

    def delete_log_group(self, body: Json) -> None:
        """DeleteLogGroup."""
        members = Members(body)
        name = members.group_name()
        members.check()
        with self.lock:
            group = self.group(name)
            del self._groups[name]
            self._deleted(group.streams.values())

    def create_log_stream(self, body: Json) -> None:
        """CreateLogStream."""
        members = Members(body)
        group_name, name = members.group_name(), members.stream_name()
        members.check()
        with self.lock:
            group = self.group(group_name)
            if name in group.streams:
                raise errors.stream_exists()
            group.streams[name] = LogStream(name, self._now())

    def delete_log_stream(self, body: Json) -> None:
        """DeleteLogStream."""
        members = Members(body)
        group_name, name = members.group_name(), members.stream_name()
        members.check()
        with self.lock:
            group, stream = self.stream(group_name, name)
            del group.streams[name]
            self._deleted([stream])

    def put_retention_policy(self, body: Json) -> None:
        """PutRetentionPolicy."""
        members = Members(body)
        name = members.group_name()
        days = members.number("retentionInDays", required=True, least=None)
        if days is not None and days not in RETENTION_DAYS:
            allowed = ", ".join(map(str, RETENTION_DAYS))
            members.violated(str(days), "retentionInDays", f"Member must satisfy enum value set: [{allowed}]")
        members.check()
        with self.lock:
            self.group(name).retention_days = days

    def describe_log_groups(self, body: Json) -> Json:
        """DescribeLogGroups, by prefix or pattern, in ASCII order of the names."""
        members = Members(body)
        prefix = members.group_name("logGroupNamePrefix", required=False)
        pattern = members.text("logGroupNamePattern", least=0, most=512)
        wanted_class = members.choice("logGroupClass", CLASSES, "")
        limit = members.number("limit", least=1, most=DESCRIBE_LIMIT) or DESCRIBE_LIMIT
        token = members.text("nextToken")
        members.check()
        if prefix and pattern:
            raise errors.invalid_parameter("logGroupNamePrefix and logGroupNamePattern are mutually exclusive.")
        after = read_list_token(token, (str,))[0] if token else ""
        with self.lock:
            groups = sorted(
                (
                    group
                    for group in self._groups.values()
                    if group.name > after
                    and group.name.startswith(prefix)
                    and (pattern or "") in group.name
                    and wanted_class in ("", group.log_group_class)
                ),
                key=lambda group: group.name,
            )
            answer: Json = {"logGroups": [self._describe_group(group) for group in groups[:limit]]}
        if len(groups) > limit:
            answer["nextToken"] = list_token([groups[limit - 1].name])
        return answer

    def _arn(self, *names: str) -> str:
        return ":".join(["arn:aws:logs", self._region, ACCOUNT, *names])

    def _describe_group(self, group: LogGroup) -> Json:
        arn = self._arn("log-group", group.name)
        told: Json = {
            "logGroupName": group.name,
            "creationTime": group.creation_time,
            "metricFilterCount": 0,
            "arn": f"{arn}:*",
            "storedBytes": sum(stream.accepted_bytes for stream in group.streams.values()),
            "logGroupClass": group.log_group_class,
            "logGroupArn": arn,
        }
        if group.retention_days is not None:
            told["retentionInDays"] = group.retention_days
        if group.kms_key_id is not None:
            told["kmsKeyId"] = group.kms_key_id
        return told

    def describe_log_streams(self, body: Json) -> Json:
        """DescribeLogStreams, by prefix, in order of name or of the last event."""
        members = Members(body)
        group_name = members.group()
        prefix = members.stream_name("logStreamNamePrefix", required=False)
        order = members.choice("orderBy", ("LogStreamName", "LastEventTime"), "LogStreamName")
        descending = members.flag("descending", False)
        limit = members.number("limit", least=1, most=DESCRIBE_LIMIT) or DESCRIBE_LIMIT
        token = members.text("nextToken")
        members.check()
        by_time = order == "LastEventTime"
        if by_time and prefix:
            raise errors.invalid_parameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
        after = read_list_token(token, (int, str) if by_time else (str,)) if token else None

        def key(stream: LogStream) -> list[Any]:
            return [stream.last_event_timestamp or 0, stream.name] if by_time else [stream.name]

        def follows(stream: LogStream) -> bool:
            return after is None or (key(stream) < after if descending else key(stream) > after)

        with self.lock:
            group = self.group(group_name)
            streams = [
                stream for stream in group.streams.values() if stream.name.startswith(prefix) and follows(stream)
            ]
            streams.sort(key=key, reverse=descending)
            answer: Json = {"logStreams": [self._describe_stream(group, stream) for stream in streams[:limit]]}
            if len(streams) > limit:
                answer["nextToken"] = list_token(key(streams[limit - 1]))
        return answer

    def _describe_stream(self, group: LogGroup, stream: LogStream) -> Json:
        told: Json = {
            "logStreamName": stream.name,
            "creationTime": stream.creation_time,
            "arn": self._arn("log-group", group.name, "log-stream", stream.name),
            # "As of June 17, 2019, this parameter is no longer supported for log streams, and is always zero."
            "storedBytes": 0,
        }
        for name, value in (
            ("firstEventTimestamp", stream.first_event_timestamp),
            ("lastEventTimestamp", stream.last_event_timestamp),
            ("lastIngestionTime", stream.last_ingestion_time),
            ("uploadSequenceToken", stream.token if self._tell_tokens else None),
        ):
            if value is not None:
                told[name] = value
        return told
