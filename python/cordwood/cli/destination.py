"""Where an upload goes, and as whom: resolved, and looked up, before anything is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from cordwood.cli.exit_codes import CONFIGURATION_ERROR, SERVICE_ERROR, USAGE_ERROR, Failure
from cordwood.options import ConnectOptions, CreateOptions, SendOptions

if TYPE_CHECKING:
    from cordwood.cli.arguments import UploadArguments

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
def destination(arguments: UploadArguments) -> Iterator[Destination]:
    """The destination that the options name; with `--local` one that ends with the context.

    Raises:
        Failure: no region, no such profile, no credentials, or an invalid AWS configuration.

    """
    if not arguments.local:
        yield _remote(arguments)
        return
    from cordwood.local import spawn

    # Nobody can look at the events before the endpoint ends: it counts them, and memory stays what it is.
    with spawn(keep_events="counts") as endpoint:
        client = endpoint.client(max_pool_connections=_connections(arguments))
        endpoint.create(arguments.log_group_name, arguments.template.fixed)
        retention = arguments.options[CreateOptions].retention_in_days
        if retention is not None:
            client.put_retention_policy(logGroupName=arguments.log_group_name, retentionInDays=retention)
        yield Destination(client, "the local endpoint's own demo credentials")


def _remote(arguments: UploadArguments) -> Destination:
    from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

    from cordwood.client._botocore import signing_credentials
    from cordwood.client.connection import connection_of, profile_of
    from cordwood.client.error_messages import credentials_of

    connection = arguments.options[ConnectOptions]
    try:
        client = connection_of(connection, max_concurrency=_connections(arguments))
        credentials = signing_credentials(client)
        # Also fetches those that a role or a process gives: if there are none, that is said before anything is read.
        description = credentials_of(client)
    except NoRegionError as error:
        raise Failure(
            CONFIGURATION_ERROR, "no region: give --region, set AWS_REGION, or name a profile that has one (--profile)"
        ) from error
    except (BotoCoreError, ClientError) as error:
        raise Failure(CONFIGURATION_ERROR, str(error)) from error
    except OSError as error:  # of a credential_process, for example
        raise Failure(CONFIGURATION_ERROR, f"the credentials could not be looked up: {error}") from error
    except ValueError as error:
        if connection.endpoint_url is not None and connection.endpoint_url in str(error):
            raise Failure(USAGE_ERROR, f"--endpoint-url: {error}") from error
        raise Failure(CONFIGURATION_ERROR, f"the AWS configuration is invalid: {error}") from error
    if credentials is None:
        raise Failure(CONFIGURATION_ERROR, f"no credentials were found: {_HOW}")
    profile = profile_of(client) if credentials.method != "env" else ""
    return Destination(client, description + (f", profile {profile}" if profile else ""))


def log_group_retention(to: Destination, log_group_name: str) -> int | None:
    """The log group's retention in days; None if it has none, or does not exist yet.

    Raises:
        Failure: the service does not tell.

    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found = to.client.describe_log_groups(logGroupNamePrefix=log_group_name, limit=50)["logGroups"]
    except (BotoCoreError, ClientError) as error:
        raise Failure(SERVICE_ERROR, f"--check-log-group: the log group's retention is not known: {error}") from error
    # Names come in order, so the group itself is the first of those that begin with its name.
    return next((group.get("retentionInDays") for group in found if group["logGroupName"] == log_group_name), None)


def _connections(arguments: UploadArguments) -> int:
    """As many connections are kept as requests may be under way; botocore's 10 at least."""
    return max(10, arguments.options[SendOptions].max_concurrency)
