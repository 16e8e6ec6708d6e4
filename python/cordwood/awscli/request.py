"""The members of a request, from what was given for each option."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordwood.awscli import cli_input
from cordwood.awscli.errors import ValueSyntaxError
from cordwood.awscli.model import Structure, option_name
from cordwood.awscli.unpacking import unpack
from cordwood.awscli.values import FileValueError, read_option


def read_request(model: Structure, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read what options name, in the order of the model: it decides which of two faults is told.

    Args:
        model: the members of the request.
        given: by option, the word or the words that stand there; None where it doesn't. What is neither is taken for
            the member itself.

    Returns:
        The members that options give, and the text of each --cli-input document.

    Raises:
        ValueSyntaxError: a file cannot be read, or its content or a word is not what the member's type takes.

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
    except FileValueError as fault:
        raise ValueSyntaxError(option, str(fault)) from None
