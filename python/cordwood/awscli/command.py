"""`cordwood put-log-events`: `aws logs put-log-events`, also for a list that one request cannot carry."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from cordwood._text import position_ranges
from cordwood.awscli import arguments as parsing
from cordwood.awscli.errors import DetailedError
from cordwood.awscli.put_log_events import COMMAND


def add_to(commands: Any) -> None:
    """List the command in the help of the whole; its command lines are parsed by `run`."""
    commands.add_parser(COMMAND.name, help="aws logs put-log-events, for lists of any order and size", add_help=False)


def is_meant(arguments: list[str]) -> bool:
    """Return whether a command line is one for this command; global options may stand before its name."""
    return parsing.calls(COMMAND.name, arguments)


def run(arguments: list[str]) -> int:
    """Run a command line, without the program's name, and return its exit code."""
    from cordwood.awscli import driver

    return driver.run(COMMAND, arguments, _call)


def _call(client: Any, request: Mapping[str, Any], options: Any) -> Mapping[str, Any]:
    """Send the request, or the several that its list needs."""
    from cordwood.awscli.batched import put
    from cordwood.errors import PartialPutError

    try:
        return put(client, request, batching=not options.no_batching, notify=_notify)
    except PartialPutError as error:
        members = {
            "storedLogEvents": error.stored,
            "notStoredPositions": position_ranges(error.not_stored),
            "unknownPositions": position_ranges(error.unknown),
        }
        raise DetailedError(error.__cause__ or error, error.summary, members) from error.__cause__


def _notify(text: str) -> None:
    print(f"cordwood: {text}", file=sys.stderr)
