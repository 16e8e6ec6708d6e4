"""Errors in the forms and with the exit codes of AWS CLI v2."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

from cordwood.awscli.errors import (
    ConfigurationError,
    DetailedError,
    PagerError,
    ParameterError,
    UnknownOptionsError,
)
from cordwood.awscli.exit_codes import (
    CONFIGURATION_ERROR,
    INTERRUPTED,
    OTHER_ERROR,
    SERVICE_ERROR,
    USAGE_ERROR,
)

_MAX_INLINE = 5
"""A list or map with as many items or more is not written on one line."""


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error in the words of AWS CLI v2."""

    exit_code: int
    message: str
    """As the legacy format writes it."""
    heading: str = ""
    """As the enhanced format writes it."""
    members: Mapping[str, Any] = field(default_factory=dict)
    """As structured formats write it: Code, Message and more. Without members, all formats write the message."""


def describe(error: BaseException) -> ErrorText:
    """Return the text and the exit code that AWS CLI v2 has for an error, by its class."""
    text = str(error)
    if isinstance(error, DetailedError):
        cause = describe(error.cause)
        members = {**cause.members, **error.members} if cause.members else {}
        return ErrorText(
            cause.exit_code, f"{cause.message}\n{error.detail}", f"{cause.heading}\n{error.detail}", members
        )
    if isinstance(error, ParameterError):
        return _named(USAGE_ERROR, "ParamValidation", text)
    if isinstance(error, UnknownOptionsError):
        return ErrorText(USAGE_ERROR, text)
    if isinstance(error, ConfigurationError):
        return _named(CONFIGURATION_ERROR, "Configuration", text)
    if isinstance(error, PagerError):
        return _named(CONFIGURATION_ERROR, "Pager", text)
    # If botocore was not imported, the error is not one of its own.
    of_botocore = _of_botocore(error, text) if "botocore.exceptions" in sys.modules else None
    return of_botocore or ErrorText(OTHER_ERROR, text)


def _named(exit_code: int, code: str, message: str) -> ErrorText:
    return ErrorText(exit_code, message, f"An error occurred ({code}): {message}", {"Code": code, "Message": message})


def _of_botocore(error: BaseException, text: str) -> ErrorText | None:
    from botocore import exceptions as botocore

    if isinstance(error, botocore.ParamValidationError):
        return _named(USAGE_ERROR, "ParamValidation", text)
    if isinstance(error, botocore.NoRegionError):
        text += ' You can also configure your region by running "aws configure".'
        return _named(CONFIGURATION_ERROR, "NoRegion", text)
    if isinstance(error, botocore.NoCredentialsError):
        text += '. You can configure credentials by running "aws login".'
        return _named(CONFIGURATION_ERROR, "NoCredentials", text)
    if isinstance(error, botocore.ClientError):
        return ErrorText(SERVICE_ERROR, text, text, _members_of(error))
    return None


def _members_of(error: Any) -> Mapping[str, Any]:
    """Return the members of a service's error that its model names; the others are not shown."""
    # `service.modelled_errors` sets the names; a ClientError itself does not have them.
    modelled = {"code", "message", *(name.lower() for name in getattr(error, "modelled_members", ()))}
    found = {**error.response.get("Error", {})}
    for name, value in error.response.items():
        if name not in ("Error", "ResponseMetadata", "Code", "Message"):
            found.setdefault(name, value)
    return {name: value for name, value in found.items() if name.lower() in modelled}


def write_error(error: BaseException, error_format: str, color: str, stream: TextIO) -> int:
    """Write an error and return the exit code.

    Args:
        error: any exception.
        error_format: one of `ERROR_FORMATS`.
        color: for the table format: on, off, auto.
        stream: receives the text.

    """
    if isinstance(error, KeyboardInterrupt):
        _end_line()
        return INTERRUPTED
    text = describe(error)
    if isinstance(error, UnknownOptionsError):
        stream.write(f"\nusage: {error.usage}\n")
    if not text.members or error_format == "legacy" or not _structured(text, error_format, color, stream):
        _write(stream, text.message)
    return text.exit_code


def _end_line() -> None:
    # So that the terminal's echo of Ctrl-C has a line of its own.
    if sys.stdout is not None:
        sys.stdout.write("\n")


def _write(stream: TextIO, message: str) -> None:
    message = message.strip()
    stream.write(f"\ncordwood: [ERROR]: {message}\n" if message else "\ncordwood: [ERROR]:\n")


def _structured(text: ErrorText, error_format: str, color: str, stream: TextIO) -> bool:
    """Write it in a format that has members, and return whether that succeeded."""
    if error_format == "enhanced":
        _write(stream, text.heading)
        _write_details(
            {name: value for name, value in text.members.items() if name.lower() not in ("code", "message")}, stream
        )
        return True
    from cordwood.awscli.output import write

    try:
        write(text.members, error_format, title="error", color=color, stream=stream)
    except Exception:
        return False
    return True


def _write_details(details: Mapping[str, Any], stream: TextIO) -> None:
    if not details:
        return
    stream.write("\nAdditional error details:\n")
    complex_values = False
    for name, value in details.items():
        inline = _inline(value)
        complex_values |= inline is None
        stream.write(f"{name}: {'<complex value>' if inline is None else inline}\n")
    if complex_values:
        stream.write('Use "--cli-error-format json" or another error format to see the full details.\n')


def _inline(value: object) -> str | None:
    """Return a scalar, or a small list or map of scalars, on one line; None for anything else."""
    if isinstance(value, list) and len(value) < _MAX_INLINE and all(map(_is_scalar, value)):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, dict) and len(value) < _MAX_INLINE and all(map(_is_scalar, value.values())):
        return "{" + ", ".join(f"{name}: {item}" for name, item in value.items()) + "}"
    return str(value) if _is_scalar(value) else None


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, (str, int, float))
