"""A small, strict CloudWatch Logs on this machine, for demos and for tests. Nothing sent to it leaves the machine.

    with cordwood.local.LocalCloudWatchLogs() as endpoint:
        logs = endpoint.client()  # or any AWS client, with endpoint.url and the demo credentials

It knows the actions CreateLogGroup, CreateLogStream, DeleteLogGroup, DeleteLogStream, DescribeLogGroups,
DescribeLogStreams, FilterLogEvents, GetLogEvents, PutLogEvents and PutRetentionPolicy.
"""

from cordwood.local.clients import DEFAULT_REGION, client
from cordwood.local.endpoint import LocalCloudWatchLogs
from cordwood.local.errors import ServiceError
from cordwood.local.faults import Fault, Faults
from cordwood.local.process import SpawnedCloudWatchLogs, spawn
from cordwood.local.protocol import RequestRecord
from cordwood.local.service import Counts
from cordwood.local.signature import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from cordwood.local.store import StoredEvent

__all__ = [
    "ACCESS_KEY_ID",
    "DEFAULT_REGION",
    "SECRET_ACCESS_KEY",
    "Counts",
    "Fault",
    "Faults",
    "LocalCloudWatchLogs",
    "RequestRecord",
    "ServiceError",
    "SpawnedCloudWatchLogs",
    "StoredEvent",
    "client",
    "spawn",
]
