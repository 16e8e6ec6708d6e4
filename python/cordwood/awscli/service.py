"""A client for the command's service, and a call that is not sent."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from cordwood.awscli.model import Command
from cordwood.awscli.skeleton import sample
from cordwood.client.connection import connect


def connect_by_options(
    *,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    verify_ssl: bool = True,
    sign_request: bool = True,
    ca_bundle: str | None = None,
    read_timeout: int | None = 60,
    connect_timeout: int | None = 60,
) -> Any:
    """Make a client from the global options.

    Args:
        profile: of `--profile`.
        region: of `--region`.
        endpoint_url: of `--endpoint-url`.
        verify_ssl: False for `--no-verify-ssl`, which overrides any bundle.
        sign_request: False for `--no-sign-request`.
        ca_bundle: by default AWS_CA_BUNDLE, or the profile's.
        read_timeout: in seconds; None waits indefinitely.
        connect_timeout: in seconds; None waits indefinitely.

    """
    from botocore import UNSIGNED
    from botocore.config import Config

    settings: dict[str, Any] = {"read_timeout": read_timeout, "connect_timeout": connect_timeout}
    if not sign_request:
        settings["signature_version"] = UNSIGNED
    return connect(
        profile_name=profile,
        region_name=region,
        endpoint_url=endpoint_url,
        verify=ca_bundle if verify_ssl else False,
        config=Config(**settings),
    )


@contextlib.contextmanager
def modelled_errors(client: Any) -> Iterator[None]:
    """Attach to the service's errors the names of the members of their model: only these are shown."""
    try:
        yield
    except Exception as error:
        for refusal in (error, error.__cause__):
            if isinstance(refusal, client.exceptions.ClientError):
                code = refusal.response.get("Error", {}).get("Code")
                shape = client.meta.service_model.shape_for_error_code(code)
                refusal.modelled_members = tuple(shape.members) if shape else ()
        raise


def call_without_sending(client: Any, command: Command, request: Mapping[str, Any]) -> dict[str, Any]:
    """Validate a request, send nothing, and return a sample response."""
    from botocore import xform_name
    from botocore.stub import Stubber

    method = xform_name(command.operation)
    with Stubber(client) as stubber:
        stubber.add_response(method, sample(command.output, named=True))
        answer: dict[str, Any] = getattr(client, method)(**request)
    answer.pop("ResponseMetadata", None)
    return answer
