"""Global options whose values are checked and converted before the command's own options are parsed."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import urlsplit

from cordwood.awscli.errors import ParameterError

_DEFAULT_TIMEOUT_SECONDS = 60


def check_prompting(arguments: list[str]) -> None:
    """Reject --cli-auto-prompt.

    Raises:
        ParameterError: it is given.

    """
    if "--cli-auto-prompt" not in arguments:
        return
    if "--no-cli-auto-prompt" in arguments:
        raise ParameterError("Both --cli-auto-prompt and --no-cli-auto-prompt cannot be specified at the same time.")
    raise ParameterError("--cli-auto-prompt is not supported: type the options, or start from --generate-cli-skeleton")


def resolve(options: argparse.Namespace) -> None:
    """Compile the query, check the endpoint, and make timeouts numbers (None: no limit), in this order.

    Raises:
        ParameterError: the query or the endpoint is invalid.
        ValueError: a timeout is not a whole number.

    """
    if options.query is not None:
        options.query = compile_query(options.query)
    if options.endpoint_url is not None and not urlsplit(options.endpoint_url).scheme:
        raise ParameterError(
            f'Bad value for --endpoint-url "{options.endpoint_url}": scheme is missing.  Must be of the form '
            "http://<hostname>/ or https://<hostname>/"
        )
    options.read_timeout = timeout(options.read_timeout)
    options.connect_timeout = timeout(options.connect_timeout)


def compile_query(expression: str) -> Any:
    """Compile a JMESPath expression.

    Raises:
        ParameterError: it is invalid.

    """
    import jmespath

    try:
        return jmespath.compile(expression)
    except Exception as error:
        raise ParameterError(f"Bad value for --query {expression}: {error}") from None


def timeout(value: str | int | None) -> int | None:
    """Return the seconds to wait: 60 by default, None for 0, which waits indefinitely.

    Raises:
        ValueError: it is not a whole number.

    """
    return (_DEFAULT_TIMEOUT_SECONDS if value is None else int(value)) or None
