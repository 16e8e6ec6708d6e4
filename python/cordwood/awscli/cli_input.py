"""--cli-input-json and --cli-input-yaml: all members of a request as one document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cordwood.awscli.errors import ParameterError, ValueSyntaxError

OPTIONS = ("--cli-input-json", "--cli-input-yaml")


def merge(request: Mapping[str, Any], documents: Mapping[str, str | bytes | None]) -> dict[str, Any]:
    """Add the members of a document to a request, except those that it has already.

    Args:
        request: the members given by options.
        documents: the text for each of `OPTIONS`; None if it is not given.

    Raises:
        ParameterError: both are given, or one is not valid JSON or YAML.

    """
    merged = dict(request)
    given = {option: text for option, text in documents.items() if text is not None}
    if len(given) > 1:
        raise ParameterError("Only one --cli-input- parameter may be specified.")
    for option, text in given.items():
        members = _of_json(text) if option == "--cli-input-json" else _of_yaml(text)
        if not isinstance(members, dict):
            raise ValueSyntaxError(option, f"Invalid type: expecting map, received {type(members)}")
        for name, value in members.items():
            merged.setdefault(name, value)
    return merged


# The option is named without its dashes here, as AWS CLI v2 does.


def _of_json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ValueSyntaxError("cli-input-json", "Invalid JSON received.") from None


def _of_yaml(text: str | bytes) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        raise ValueSyntaxError("cli-input-yaml", "Invalid YAML received.") from None
