"""The session, profile, region and endpoint of every client and command.

The rules are those of AWS CLI v2: AWS_PROFILE before AWS_DEFAULT_PROFILE, AWS_REGION before AWS_DEFAULT_REGION (boto3
alone prefers neither), then the profile's region, then that of the EC2 instance. Unless configured otherwise, retries
are in standard mode: 3 attempts at what botocore itself retries.
"""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Any

from cordwood.errors import OptionError

if TYPE_CHECKING:
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
        service: botocore's name of the service.
        session: a boto3 session; by default one for `profile_name`.
        profile_name: by default AWS_PROFILE, AWS_DEFAULT_PROFILE; an empty name counts as none.
        region_name: by default AWS_REGION, AWS_DEFAULT_REGION, the profile's, the instance metadata's.
        endpoint_url: by default the one of the AWS configuration, or AWS's own.
        config: a botocore Config, which overrides what is set here.
        max_pool_connections: connections to keep, at least 10, unless `config` sets it.
        client_options: further arguments of `session.client`.

    Raises:
        OptionError: both a session and a profile are given.
        botocore.exceptions.ProfileNotFound: the profile does not exist.
        botocore.exceptions.NoRegionError: no region is configured.

    """
    import botocore.session
    from botocore.config import Config

    pool = Config(max_pool_connections=max(10, max_pool_connections))
    config = pool if config is None else pool.merge(config)
    if session is not None and profile_name:
        raise OptionError("pass either `session` or `profile_name`: a session has its profile already")
    if session is not None:
        client = session.client(
            service, region_name=region_name, endpoint_url=endpoint_url, config=config, **client_options
        )
        _sessions[client] = session
        return client
    # As session variables, not as arguments: a profile that is only in the environment must not win over keys that are
    # there too. botocore's own session makes the same clients as boto3's, without importing boto3.
    own_session = botocore.session.Session(profile=profile_name or None, session_vars=_V2_VARIABLES)
    if region_name is None and not own_session.get_config_variable("region"):
        region_name = _region_of_instance(own_session)
    client = own_session.create_client(
        service, region_name=region_name, endpoint_url=endpoint_url, config=config, **client_options
    )
    _profiles[client] = profile_name or None
    return client


def connection_of(options: ConnectOptions, *, service: str = "logs", max_concurrency: int = 0) -> Any:
    """Make the boto3 client that options name.

    Args:
        options: those of the connection; `endpoint_url` is that of CloudWatch Logs.
        service: botocore's name of the service.
        max_concurrency: connections to keep.

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
    """Return the profile of a client, from its options or the environment; empty if it has none."""
    named = _profiles.get(client)
    return named or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or ""


_profiles: weakref.WeakKeyDictionary[Any, str | None] = weakref.WeakKeyDictionary()
"""The profile, as given, of each client whose session was made here."""
_sessions: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
"""The session of each client that was made with one."""


def look_up_credentials_again(client: Any) -> Any:
    """Return the credentials that `connect` would find for a client now; None if it did not make it, or finds none.

    botocore reads the environment and the files once, when a client is made. Since then, a login tool may have
    written new keys. Those of a session are looked up where that found its own; keys that it was given are all it has.
    """
    import botocore.session

    if (session := _sessions.get(client)) is not None:
        before = session.get_credentials()
        if before is None or before.method == "explicit":
            return None
        # A boto3 session has its profile's name; one of botocore's, its profile.
        profile = getattr(session, "profile_name", None) or getattr(session, "profile", None)
        named = None if profile == "default" else profile
        return botocore.session.Session(profile=named).get_credentials()
    if client not in _profiles:
        return None
    return botocore.session.Session(profile=_profiles[client], session_vars=_V2_VARIABLES).get_credentials()


def _region_of_instance(session: Any) -> str | None:
    from botocore.utils import IMDSRegionProvider

    region: str | None = IMDSRegionProvider(session).provide()
    return region


_V2_VARIABLES = {
    "profile": (None, ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"], None, None),
    "region": ("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], None, None),
    "retry_mode": ("retry_mode", "AWS_RETRY_MODE", "standard", None),
}
