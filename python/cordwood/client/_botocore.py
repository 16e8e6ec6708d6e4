"""botocore's private names, all that cordwood uses: botocore has no public way to do what they do.

Checked against botocore 1.34.0 to 1.44.8. A release without one of them raises nothing here: the functions then
report that there is nothing to be had, and the caller goes on as it would without credentials to renew.
"""

from __future__ import annotations

from typing import Any


def signing_credentials(client: Any) -> Any:
    """Return the credentials object that a client signs with; None if it has none.

    The public `session.get_credentials()` needs the session, which a client does not hand out.
    """
    return getattr(getattr(client, "_request_signer", None), "_credentials", None)


def close_connections(client: Any) -> None:
    """Close the connections of a client that are open and not in use; it opens others as it needs them.

    The public `client.close()` says that the client must not be used again.
    """
    session = getattr(getattr(client, "_endpoint", None), "http_session", None)
    close = getattr(session, "close", None)
    if close is not None:
        close()


def access_key_of(credentials: Any) -> str:
    """Return the access key's id; its public member would first renew credentials that are about to expire."""
    known = getattr(credentials, "_access_key", None) or getattr(credentials, "access_key", "")
    return str(known)


def refresh(credentials: Any) -> bool:
    """Refresh credentials of a role, a container or a process, although they seem valid.

    The public `get_frozen_credentials` refreshes only those that are about to expire by their own date.

    Returns:
        Whether they are of a kind that can be refreshed.

    Raises:
        Exception: whatever their provider raises.

    """
    if not (hasattr(credentials, "_protected_refresh") and hasattr(credentials, "_refresh_lock")):
        return False
    with credentials._refresh_lock:
        credentials._protected_refresh(is_mandatory=True)
    return True
