"""Global options whose values are checked, and made what they mean, before the command is looked at."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import urlsplit

from cordwood.awscli.errors import ParameterError

_DEFAULT_TIMEOUT_SECONDS = 60


def check_prompting(arguments: list[str]) -> None:
    """Refuse to prompt.

    Raises:
        ParameterError: prompting is asked for, or asked for and forbidden.

    """
    if "--cli-auto-prompt" not in arguments:
        return
    if "--no-cli-auto-prompt" in arguments:
        raise ParameterError("Both --cli-auto-prompt and --no-cli-auto-prompt cannot be specified at the same time.")
    raise ParameterError("--cli-auto-prompt is not offered: type the options, or start from --generate-cli-skeleton")


def resolve(options: argparse.Namespace) -> None:
    """Compile the query, check the endpoint, and make timeouts numbers (None: no limit), in this order.

    Raises:
        ParameterError: query or endpoint are not what they should be.
        ValueError: a timeout is no whole number.

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
    """The compiled form of a JMESPath expression.

    Raises:
        ParameterError: it is none.

    """
    import jmespath

    try:
        return jmespath.compile(expression)
    except Exception as fault:
        raise ParameterError(f"Bad value for --query {expression}: {fault}") from None


def timeout(value: str | int | None) -> int | None:
    """Seconds to wait: 60 where nothing is said, None for 0, which has no end.

    Raises:
        ValueError: it is no whole number.

    """
    return (_DEFAULT_TIMEOUT_SECONDS if value is None else int(value)) or None
