"""Connections in a child made by fork: it shares the parent's, and a response may come to either."""

from __future__ import annotations

import os
import weakref
from typing import Any

from cordwood.client._botocore import close_connections

_owners: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
"""The process that last used each client."""
_first_process = os.getpid()


def use_own_connections(client: Any) -> None:
    """Before a request: in a child, close its copies of the parent's connections once. The parent's stay open."""
    process = os.getpid()
    # Of a client that was never seen here, nobody knows whether it was used before a fork.
    if _owners.get(client, _first_process) != process:
        close_connections(client)
    _owners[client] = process
