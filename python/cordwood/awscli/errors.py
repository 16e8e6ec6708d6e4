"""The errors of a command: its options, its values, its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordwood.errors import Error


class ParameterError(Error, ValueError):
    """The command line, or a value on it, is invalid (AWS CLI v2: ParamValidation)."""


class ValueSyntaxError(ParameterError):
    """The value of one option cannot be parsed."""

    def __init__(self, option: str, reason: str) -> None:
        super().__init__(f"Error parsing parameter '{option}': {reason}")


class UnknownOptionsError(Error):
    """Arguments that the command does not have."""

    def __init__(self, unknown: list[str], usage: str) -> None:
        super().__init__(f"Unknown options: {', '.join(unknown)}")
        self.usage = usage


class ConfigurationError(Error):
    """A setting of the AWS configuration is invalid."""


class PagerError(Error):
    """The pager cannot be started."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(
            "Unable to redirect output to pager. Received the following error when opening pager:\n"
            f"{reason}\n\nSet AWS_PAGER to one that is installed, or to an empty string, or use --no-cli-pager."
        )


class DetailedError(Error):
    """An error with further details from the command.

    Args:
        cause: determines format and exit code.
        detail: follows its message.
        members: further members, for structured formats.

    """

    def __init__(self, cause: BaseException, detail: str, members: Mapping[str, Any]) -> None:
        super().__init__(f"{cause}\n{detail}")
        self.cause = cause
        self.detail = detail
        self.members = members


class PlainError(Error):
    """An error that AWS CLI v2 writes without a code, with exit code 255."""
