"""What a command prints: json, text, table, yaml, yaml-stream, or nothing at all."""

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
    """Write an answer, or what a query made of it.

    Args:
        data: maps, lists and scalars.
        output: the format.
        title: of a table.
        color: of a table: on, off, auto.
        stream: where to. One that nobody reads any more, or that is full, is no error: the command has done its work.

    Raises:
        ValueError: there is no such format.

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
    """Refuse a format that does not exist.

    Raises:
        ValueError: there is no such format.

    """
    if output not in OUTPUT_FORMATS:
        raise ValueError(f"Unknown output type: {output}")


def _flush(stream: TextIO) -> None:
    try:
        stream.flush()
    except OSError:
        # What is left in the buffer goes nowhere, or the interpreter would fail over it when it ends.
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
    raise TypeError(f"a {type(value).__name__} has no form in JSON")


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
