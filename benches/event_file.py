"""Event documents as Python's own json reads them, to hold cordwood's reader against. Nothing here asks cordwood."""

import json
import pathlib
import re
from typing import Any

MEMBERS = {"timestamp", "message", "ingestionTime", "eventId", "logStreamName"}
"""What a log event has, and what the AWS CLI prints of one besides. Any other member makes an event invalid."""

_SPACE = re.compile(r"[ \t\r\n,]*")
_NEXT_VALUE = re.compile(r"\n(?=[{\[])")
_LIST = re.compile(r'\[|\{\s*"events"\s*:\s*\[')


class Unreadable(ValueError):
    """Python's json makes nothing of the document, so that there is nothing to compare with."""


def read(path: pathlib.Path) -> list[Any]:
    """The events of a document: arrays, one event a line or several lines an event, or as the AWS CLI prints them.

    An event that is none stands as None: a line that is no JSON, or one with members that no log event has.

    Raises:
        Unreadable: an array is damaged; which of its events are whole, only another reader could tell.
        OSError: the file cannot be read.
    """
    text = path.read_bytes().decode("utf-8-sig", "replace")
    decoder = json.JSONDecoder(parse_constant=_no_number)
    events: list[Any] = []
    at = _behind_space(text, 0)
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as fault:
            if _LIST.match(text, at):
                raise Unreadable(f"{path}: Python's json cannot read it, so nothing can be proved: {fault}") from None
            events.append(None)
            following = _NEXT_VALUE.search(text, at)
            at = following.end() if following else len(text)
        else:
            events += _events_of(value)
        at = _behind_space(text, at)
    return [event if isinstance(event, dict) and event.keys() <= MEMBERS else None for event in events]


def _events_of(value: Any) -> list[Any]:
    if isinstance(value, dict) and isinstance(value.get("events"), list):
        value = value["events"]
    return value if isinstance(value, list) else [value]


def _behind_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
