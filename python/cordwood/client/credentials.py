"""New credentials, where those in use have expired."""

from __future__ import annotations

import logging
import math
import threading
import time
from typing import Any

from cordwood.client import _botocore
from cordwood.client.connection import look_up_credentials_again

log = logging.getLogger("cordwood")

_JUST_NOW = 30.0
"""Seconds for which a renewal counts for all requests that failed with what was in use before."""


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
        """Get new credentials where they come from; whether others than before are in use now.

        Those of a role, a container or a process renew themselves before they expire; here they are renewed although
        they seem valid. Those of a file, or of the environment, are looked up again, for a client that cordwood made.
        """
        with self._lock:
            if time.monotonic() - self._renewed_at < _JUST_NOW:
                return True
            credentials = _botocore.signing_credentials(self._client)
            if credentials is None:
                return False
            before = _key(credentials)
            try:
                if (
                    not _botocore.refresh(credentials)
                    and (found := look_up_credentials_again(self._client)) is not None
                ):
                    frozen = found.get_frozen_credentials()
                    credentials.access_key = frozen.access_key
                    credentials.secret_key = frozen.secret_key
                    credentials.token = frozen.token
            except Exception as fault:
                log.warning("the credentials have expired, and could not be renewed: %s", fault)
                return False
            renewed = _key(credentials) != before
            if renewed:
                log.info("the credentials had expired; those in use now are of access key %s", _key(credentials)[0])
                self._renewed_at = time.monotonic()
            return renewed


def _key(credentials: Any) -> tuple[str, str | None]:
    frozen = credentials.get_frozen_credentials()
    return frozen.access_key, frozen.token
