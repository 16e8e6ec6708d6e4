"""The members of a request, from the values of options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordwood.awscli import cli_input
from cordwood.awscli.errors import ValueSyntaxError
from cordwood.awscli.model import Structure, option_name
from cordwood.awscli.unpacking import unpack
from cordwood.awscli.values import FileValueError, read_option


def read_request(model: Structure, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the values of options, in the order of the model, which decides which of two errors is reported.

    Args:
        model: the members of the request.
        given: by option, its word or list of words; None if it is not given. Any other value is the member itself.

    Returns:
        The members given by options, and the text of each --cli-input document.

    Raises:
        ValueSyntaxError: a file cannot be read, or its content or a word does not fit the member's type.

    """
    request: dict[str, Any] = {}
    for member, shape in model.members.items():
        option = option_name(member)
        value = _read(option, given.get(option))
        if value is not None:
            request[member] = unpack(option, value, shape) if _is_text(value) else value
    return request, {option: _read(option, given.get(option)) for option in cli_input.OPTIONS}


def _is_text(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(word, str) for word in value)
    return isinstance(value, (str, bytes))


def _read(option: str, value: Any) -> Any:
    try:
        return read_option(value)
    except FileValueError as error:
        raise ValueSyntaxError(option, str(error)) from None
