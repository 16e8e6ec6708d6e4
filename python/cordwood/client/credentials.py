"""New credentials after those in use have expired."""

from __future__ import annotations

import logging
import math
import threading
import time
from typing import Any

from cordwood.client import _botocore
from cordwood.client.connection import look_up_credentials_again

log = logging.getLogger("cordwood")

_WAITS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds between looks for keys that a tool is about to write."""

_SETTLING_SECONDS = 30.0
"""For so long, a renewal counts for all requests that failed with the credentials used before."""


class Credentials:
    """Renews the credentials that a boto3 client signs with. Threads share it.

    Args:
        client: the boto3 client.

    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._renewed_at = -math.inf

    def renew(self) -> bool:
        """Get new credentials from their source, and return whether they differ from those used before.

        Those of a role, a container or a process refresh themselves before they expire; here they are refreshed
        although they seem valid. Those of a file or the environment are read again, for a client that cordwood made.
        """
        with self._lock:
            if time.monotonic() - self._renewed_at < _SETTLING_SECONDS:
                return True
            credentials = _botocore.signing_credentials(self._client)
            if credentials is None:
                return False
            before = _key(credentials)
            try:
                if not _botocore.refresh(credentials):
                    self._look_up(credentials, before)
            except Exception as error:
                log.warning("the credentials have expired and could not be renewed: %s", error)
                return False
            renewed = _key(credentials) != before
            if renewed:
                log.info(
                    "the credentials had expired and were renewed; now in use: access key %s", _key(credentials)[0]
                )
                self._renewed_at = time.monotonic()
            return renewed

    def _look_up(self, credentials: Any, before: tuple[str, str | None]) -> None:
        """Take other keys than those before from where they came; look again for some seconds: a tool may be late."""
        for wait in (*_WAITS, None):
            found = look_up_credentials_again(self._client)
            if found is None:
                return
            frozen = found.get_frozen_credentials()
            if (frozen.access_key, frozen.token) != before:
                credentials.access_key = frozen.access_key
                credentials.secret_key = frozen.secret_key
                credentials.token = frozen.token
                return
            if wait is not None:
                time.sleep(wait)


def _key(credentials: Any) -> tuple[str, str | None]:
    frozen = credentials.get_frozen_credentials()
    return frozen.access_key, frozen.token
