"""The tokens of paged answers. Opaque to callers, as the service's are."""

import base64
import json
import re
from typing import Any

from cordwood.local import errors
from cordwood.local.store import Key

_EVENT_TOKEN = re.compile(r"([fb])/(\d{20})(\d{36})")


def invalid_token() -> errors.ServiceError:
    """The error of a token that no answer contained."""
    return errors.invalid_parameter("The specified nextToken is invalid.")


def event_token(direction: str, key: Key) -> str:
    """A place between events: from here forward (`f`), or from before here backward (`b`).

    It is a key, not an index, so that it stays good while events arrive.
    """
    return f"{direction}/{key.timestamp:020d}{key.ordinal:036d}"


def read_event_token(token: str) -> tuple[str, Key]:
    """Direction and place of an event token.

    Raises:
        ServiceError: InvalidParameterException if it is not valid.
    """
    parts = _EVENT_TOKEN.fullmatch(token)
    if parts is None:
        raise invalid_token()
    return parts[1], Key(int(parts[2]), int(parts[3]))


def list_token(key: list[Any]) -> str:
    """A place in a list of groups or streams: after the item with this sort key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def read_list_token(token: str, types: tuple[type, ...]) -> list[Any]:
    """The sort key in a list token, whose parts are of these types.

    Raises:
        ServiceError: InvalidParameterException if it is not valid.
    """
    try:
        key = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
    except ValueError:
        raise invalid_token() from None
    if type(key) is not list or tuple(map(type, key)) != types:
        raise invalid_token()
    return key
