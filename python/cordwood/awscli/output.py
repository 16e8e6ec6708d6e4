"""The output of a command: json, text, table, yaml, yaml-stream, or off."""

from __future__ import annotations

import base64
import contextlib
import json
import os
from datetime import datetime
from typing import Any, TextIO

from cordwood.awscli.arguments import OUTPUT_FORMATS
from cordwood.awscli.table import write_table
from cordwood.awscli.text import write_text


def write(data: Any, output: str, title: str, color: str, stream: TextIO) -> None:
    """Write a response, or what a query extracts from it.

    Args:
        data: maps, lists and scalars.
        output: the format.
        title: of a table.
        color: of a table: on, off, auto.
        stream: receives the text. A closed pipe or a full disk is not an error: the command has done its work.

    Raises:
        ValueError: the format does not exist.

    """
    check(output)
    if output == "text":
        try:
            write_text(data, stream)
        finally:
            _flush(stream)
        return
    if output == "off":
        return
    try:
        with contextlib.suppress(OSError):
            match output:
                case "json":
                    _write_json(data, stream)
                case "table":
                    write_table(data, title, color, stream)
                case "yaml":
                    _write_yaml(data, stream)
                case "yaml-stream" if data != {}:
                    _dump_yaml([data], stream)
    finally:
        _flush(stream)


def check(output: str) -> None:
    """Reject a format that does not exist.

    Raises:
        ValueError: the format does not exist.

    """
    if output not in OUTPUT_FORMATS:
        raise ValueError(f"Unknown output type: {output}")


def _flush(stream: TextIO) -> None:
    try:
        stream.flush()
    except OSError:
        # Discard what is left in the buffer, or the interpreter would fail to flush it at exit.
        with contextlib.suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _write_json(data: Any, stream: TextIO) -> None:
    if data != {}:
        json.dump(data, stream, indent=4, ensure_ascii=False, default=_encode)
        stream.write("\n")


def _encode(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")


def _write_yaml(data: Any, stream: TextIO) -> None:
    if data == {}:
        return
    if data is None or isinstance(data, (bool, int, float, str)):
        # YAML ends a lone scalar with an ellipsis; JSON is YAML too.
        json.dump(data, stream, ensure_ascii=False)
        stream.write("\n")
    else:
        _dump_yaml(data, stream)


def _dump_yaml(data: Any, stream: TextIO) -> None:
    from ruamel.yaml import YAML

    yaml: Any = YAML(typ="safe")
    # The stream encodes.
    yaml.encoding = None
    yaml.representer.default_flow_style = False
    yaml.dump(data, stream)
