"""One resolver of session, profile, region and endpoint, for every client and command.

The rules are those of AWS CLI v2: AWS_PROFILE before AWS_DEFAULT_PROFILE, AWS_REGION before AWS_DEFAULT_REGION (boto3
alone reads neither first), then the profile's region, then that of the machine where it is one of AWS's; and retries in
standard mode, so 3 tries of what botocore itself tries again, where nothing else is configured.
"""

from __future__ import annotations

import os
import weakref
from typing import Any

from cordwood.options import ConnectOptions


def connect(
    service: str = "logs",
    *,
    session: Any = None,
    profile_name: str | None = None,
    region_name: str | None = None,
    endpoint_url: str | None = None,
    config: Any = None,
    max_pool_connections: int = 10,
    **client_options: Any,
) -> Any:
    """Make a boto3 client.

    Args:
        service: in botocore's words.
        session: a boto3 session; else one of `profile_name`.
        profile_name: else AWS_PROFILE, AWS_DEFAULT_PROFILE; an empty name counts as none.
        region_name: else AWS_REGION, AWS_DEFAULT_REGION, the profile's, the instance metadata's.
        endpoint_url: else what the AWS configuration names, else AWS's own.
        config: a botocore Config, over what is set here.
        max_pool_connections: connections that are kept, 10 at least, where `config` says nothing of it.
        client_options: whatever else `session.client` takes.

    Raises:
        TypeError: both a session and a profile are given.
        botocore.exceptions.ProfileNotFound: there is no such profile.
        botocore.exceptions.NoRegionError: no region is given anywhere.

    """
    import botocore.session
    from botocore.config import Config

    pool = Config(max_pool_connections=max(10, max_pool_connections))
    config = pool if config is None else pool.merge(config)
    if session is not None and profile_name:
        raise TypeError("pass either a session or a profile_name: a session has its profile already")
    if session is not None:
        return session.client(
            service, region_name=region_name, endpoint_url=endpoint_url, config=config, **client_options
        )
    # As session variables, and not as arguments: a profile that is only in the environment must not win over keys that
    # are there too. botocore's own session makes the same clients as boto3's, without the import of boto3.
    made = botocore.session.Session(profile=profile_name or None, session_vars=_V2_VARIABLES)
    if region_name is None and not made.get_config_variable("region"):
        region_name = _region_of_this_machine(made)
    client = made.create_client(
        service, region_name=region_name, endpoint_url=endpoint_url, config=config, **client_options
    )
    _profiles[client] = profile_name or None
    return client


def connection_of(options: ConnectOptions, *, service: str = "logs", max_concurrency: int = 0) -> Any:
    """Make the boto3 client that options name.

    Args:
        options: what it is made of; `endpoint_url` is that of CloudWatch Logs.
        service: in botocore's words.
        max_concurrency: connections that are kept.

    """
    return connect(
        service,
        session=options.session,
        profile_name=options.profile_name,
        region_name=options.region_name,
        endpoint_url=options.endpoint_url if service == "logs" else None,
        max_pool_connections=max_concurrency,
    )


def profile_of(client: Any) -> str:
    """The profile that a client was made with, in its options or in the environment; empty if it has none."""
    named = _profiles.get(client)
    return named or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or ""


_profiles: weakref.WeakKeyDictionary[Any, str | None] = weakref.WeakKeyDictionary()
"""Of the clients made here whose credentials were looked up here, the profile that was asked for."""


def look_up_credentials_again(client: Any) -> Any:
    """What a client made here would be given as credentials now; None where it was not, or there are none any more.

    botocore reads the environment and the files once, when a client is made; a login tool may have written new keys
    since.
    """
    import botocore.session

    if client not in _profiles:
        return None
    return botocore.session.Session(profile=_profiles[client], session_vars=_V2_VARIABLES).get_credentials()


def _region_of_this_machine(session: Any) -> str | None:
    from botocore.utils import IMDSRegionProvider

    region: str | None = IMDSRegionProvider(session).provide()
    return region


_V2_VARIABLES = {
    "profile": (None, ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"], None, None),
    "region": ("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], None, None),
    "retry_mode": ("retry_mode", "AWS_RETRY_MODE", "standard", None),
}
