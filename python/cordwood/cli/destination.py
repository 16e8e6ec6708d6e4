"""Where an upload goes, and as whom: resolved, and looked up, before anything is read."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from cordwood.cli.exit_codes import CONFIGURATION_ERROR, SERVICE_ERROR, USAGE_ERROR, Failure
from cordwood.sources.stream_names import StreamNames

_HOW = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile (--profile), or run where a role gives them"


class Destination(NamedTuple):
    """An endpoint and who asks it."""

    client: Any
    """A boto3 logs client."""
    credentials: str
    """Which they are and where they come from, without a secret."""

    @property
    def where(self) -> str:
        """Address and region."""
        return f"{self.client.meta.endpoint_url}, region {self.client.meta.region_name}"


@contextmanager
def destination(options: argparse.Namespace) -> Iterator[Destination]:
    """The destination that the options name; with `--local` one that ends with the context.

    Raises:
        Failure: no region, no such profile, no credentials, or an AWS configuration that makes no sense.

    """
    if not options.local:
        yield _remote(options)
        return
    from cordwood.local import spawn

    # Nobody can look at the events before the endpoint ends: it counts them, and memory stays what it is.
    with spawn(keep_events="counts") as endpoint:
        client = endpoint.client(max_pool_connections=_connections(options))
        endpoint.create(options.log_group_name, StreamNames(options.log_stream_name).fixed)
        if options.retention_in_days is not None:
            client.put_retention_policy(logGroupName=options.log_group_name, retentionInDays=options.retention_in_days)
        yield Destination(client, "the local endpoint's own demo credentials")


def _remote(options: argparse.Namespace) -> Destination:
    from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

    from cordwood.client._botocore import signing_credentials
    from cordwood.client.connection import connect
    from cordwood.client.error_messages import credentials_of

    try:
        client = connect(
            profile_name=options.profile,
            region_name=options.region,
            endpoint_url=options.endpoint_url,
            max_pool_connections=_connections(options),
        )
        credentials = signing_credentials(client)
        # Also fetches those that a role or a process gives: whoever has none is told before anything is read.
        told = credentials_of(client)
    except NoRegionError as fault:
        raise Failure(
            CONFIGURATION_ERROR, "no region: give --region, set AWS_REGION, or name a profile that has one (--profile)"
        ) from fault
    except (BotoCoreError, ClientError) as fault:
        raise Failure(CONFIGURATION_ERROR, str(fault)) from fault
    except OSError as fault:  # of a credential_process, for example
        raise Failure(CONFIGURATION_ERROR, f"the credentials could not be looked up: {fault}") from fault
    except ValueError as fault:
        if options.endpoint_url is not None and options.endpoint_url in str(fault):
            raise Failure(USAGE_ERROR, f"--endpoint-url: {fault}") from fault
        raise Failure(CONFIGURATION_ERROR, f"the AWS configuration makes no sense: {fault}") from fault
    if credentials is None:
        raise Failure(CONFIGURATION_ERROR, f"no credentials were found: {_HOW}")
    return Destination(client, told + _profile(options, credentials))


def log_group_retention(to: Destination, options: argparse.Namespace) -> int | None:
    """The log group's retention in days; None where it has none, or there is no such group yet.

    Raises:
        Failure: the service does not tell.

    """
    from botocore.exceptions import BotoCoreError, ClientError

    name = options.log_group_name
    try:
        found = to.client.describe_log_groups(logGroupNamePrefix=name, limit=50)["logGroups"]
    except (BotoCoreError, ClientError) as fault:
        raise Failure(SERVICE_ERROR, f"--check-log-group: the log group's retention is not told: {fault}") from fault
    # Names come in order, so the group itself is the first of those that begin with its name.
    return next((group.get("retentionInDays") for group in found if group["logGroupName"] == name), None)


def _connections(options: argparse.Namespace) -> int:
    """As many connections are kept as requests may be under way; botocore's 10 at least."""
    return max(10, getattr(options, "max_concurrency", 0))


def _profile(options: argparse.Namespace, credentials: Any) -> str:
    named = options.profile or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")
    return f", profile {named}" if named and credentials.method != "env" else ""
