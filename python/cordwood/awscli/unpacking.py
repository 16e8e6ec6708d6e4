"""The value of an option as the member of a request: shorthand, JSON, or a plain value."""

from __future__ import annotations

import json
from typing import Any

from cordwood.awscli.errors import PlainError, ValueSyntaxError
from cordwood.awscli.model import ListOf, MapOf, Scalar, Shape, Structure, takes_shorthand
from cordwood.awscli.shorthand import ShorthandError, parse


def unpack(option: str, value: Any, shape: Shape) -> Any:
    """Convert the value of an option to the member of a request.

    Args:
        option: its name, for messages.
        value: one word, or the list of words; or the text or bytes of the file that they named.
        shape: the member's.

    Raises:
        ValueSyntaxError: it is neither shorthand nor JSON.
        ValueError: a number is invalid; without the option's name, as in the AWS CLI.

    """
    if takes_shorthand(shape) and not _looks_like_json(value):
        return _of_shorthand(option, value, shape)
    return _of_words(option, value, shape)


def _looks_like_json(value: Any) -> bool:
    first = value[0] if value and isinstance(value, list) else value
    return isinstance(first, str) and first.strip().startswith(("[", "{"))


def _of_shorthand(option: str, value: Any, shape: Shape) -> Any:
    if isinstance(value, bytes):
        raise PlainError(
            f"Error parsing parameter '{option}': fileb:// reads bytes, and shorthand and JSON are text; use file://"
        )
    try:
        parsed = [parse(word) for word in value] if isinstance(value, list) else parse(value)
    except ShorthandError as error:
        raise ValueSyntaxError(option, str(error)) from None
    # A single text for a list (from a file) is not a list; botocore's validation reports that.
    return parsed if isinstance(shape, ListOf) and isinstance(parsed, dict) else _convert(parsed, shape)


def _convert(value: Any, shape: Shape) -> Any:
    """Convert the numbers and booleans of parsed shorthand, according to the model."""
    if value is None:
        return None
    match shape:
        case Structure() if isinstance(value, dict):
            known = {name: _convert(value[name], member) for name, member in shape.members.items() if name in value}
            return {**value, **known}
        case MapOf() if isinstance(value, dict):
            return {name: _convert(item, shape.value) for name, item in value.items()}
        case ListOf() if isinstance(value, list):
            return [_convert(item, shape.member) for item in value]
        case ListOf():
            # `names=one` is a list of one.
            return [value]
        case Scalar(type="integer" | "long"):
            return int(value)
        case Scalar(type="double" | "float"):
            return float(value)
        case Scalar(type="boolean"):
            return {"true": True, "false": False}.get(value.lower(), value)
    return value


def _of_words(option: str, value: Any, shape: Shape) -> Any:
    match shape:
        case Structure() | MapOf():
            if not value.strip():
                raise PlainError(f"Error parsing parameter '{option}': a word is empty, where JSON is expected")
            if value.lstrip()[:1] == "{":
                return _of_json(option, value)
            raise ValueSyntaxError(option, f"Invalid JSON:\n{value}")
        case ListOf():
            return _list_of_words(option, value, shape)
        case Scalar(type="integer" | "long"):
            return int(value)
        case Scalar(type="double" | "float"):
            return float(value)
    return value


def _list_of_words(option: str, value: Any, shape: ListOf) -> Any:
    if isinstance(value, str):
        if value.lstrip().startswith("["):
            return _of_json(option, value)
        return _no_list(option, value)
    if len(value) == 1 and value[0].strip().startswith("["):
        return _of_json(option, value[0])
    return [_of_words(option, word, shape.member) for word in value]


def _no_list(option: str, text: str) -> Any:
    """Report a file whose JSON is not a list: the AWS CLI's misleading words, and what they mean."""
    try:
        json.loads(text.lstrip()[:1])
    except ValueError as error:
        raise ValueSyntaxError(
            option,
            f"Invalid JSON: {error}\nJSON received: {text.lstrip()[:1]}\n"
            "A file for this option holds one JSON list: put [ ] round the objects, and commas between them.",
        ) from None
    raise AssertionError("a lone brace is not JSON")


def _of_json(option: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueSyntaxError(option, f"Invalid JSON: {error}\nJSON received: {text}") from None
