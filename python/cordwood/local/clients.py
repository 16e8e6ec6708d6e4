"""The one factory of boto3 clients that talk to a local endpoint, and to nothing else.

A client made the usual way listens to dozens of environment variables and to two files of its user. Here they are
cut off at the root: the session's variables keep their defaults but lose the places where they are looked up, its
config files are empty, its models are those that botocore brings along, its proxies are none.
"""

import os
from typing import Any

from cordwood.local.signature import ACCESS_KEY_ID, SECRET_ACCESS_KEY

DEFAULT_REGION = "us-east-1"


def client(
    endpoint_url: str, *, region: str = DEFAULT_REGION, credentials: tuple[str, str] | None = None, **config: Any
) -> Any:
    """A boto3 CloudWatch Logs client for a local endpoint, deaf to the user's AWS configuration and proxies.

    Args:
        endpoint_url: for example `http://127.0.0.1:4586`.
        region: the region that the client signs for; the endpoint checks it.
        credentials: access key id and secret, where they are not to be the demo credentials.
        config: further options of `botocore.config.Config`, for example `retries` or `read_timeout`.

    Returns:
        A `CloudWatchLogs.Client`; a new one, with connections of its own, each time.

    Raises:
        ImportError: boto3 is not installed.
    """
    import boto3
    from botocore.config import Config
    from botocore.session import Session

    variables = {
        name: (None, None, default, convert) for name, (_, _, default, convert) in Session.SESSION_VARIABLES.items()
    }
    for name in ("config_file", "credentials_file"):
        variables[name] = (None, None, os.devnull, None)
    core = Session(session_vars=variables)
    core.register_component("data_loader", _loader())
    access_key_id, secret_access_key = credentials or (ACCESS_KEY_ID, SECRET_ACCESS_KEY)
    settled: dict[str, Any] = {
        "proxies": {},
        "signature_version": "v4",
        "use_fips_endpoint": False,
        "use_dualstack_endpoint": False,
    }
    return boto3.session.Session(botocore_session=core).client(
        "logs",
        region_name=region,
        endpoint_url=endpoint_url,
        # Otherwise REQUESTS_CA_BUNDLE is looked up.
        verify=True,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
        config=Config(**(settled | config)),
    )


_shared_loader: Any = None


def _loader() -> Any:
    """Return the loader of botocore's description of the service, which takes most of the time of a client to read."""
    global _shared_loader
    if _shared_loader is None:
        from botocore.loaders import Loader

        # Otherwise ~/.aws/models can put another description in front of botocore's.
        _shared_loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    return _shared_loader
