"""Whether the first byte of a request can have left this machine, by what was raised instead of an answer.

botocore's event `before-send` comes after credentials, signing and endpoint: what is raised before it was not sent.
After it, what is raised while a connection is made (names, sockets, proxies, TLS) was not sent either. urllib3 and
botocore wrap all of these, and behind a proxy lost answers too, in the same types; so what counts is where the
exception was raised: in the connecting, or later.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import FrameType, TracebackType

_CONNECTING = {
    ("urllib3.connection", "connect"),
    ("urllib3.connection", "_new_conn"),
    ("urllib3.connection", "_tunnel"),
    ("urllib3.connectionpool", "_prepare_proxy"),
    ("urllib3.connectionpool", "_validate_conn"),
    ("botocore.httpsession", "_get_connection_manager"),
    ("botocore.httpsession", "_setup_ssl_cert"),
}
"""Functions in which no byte of a request is sent."""


def was_connecting(exception: BaseException) -> bool:
    """Whether an exception of botocore's HTTP session was raised before there was a connection to send on."""
    return any(
        (frame.f_globals.get("__name__"), frame.f_code.co_name) in _CONNECTING
        for error in with_wrapped(exception)
        for frame in _frames(error.__traceback__)
    )


def with_wrapped(exception: BaseException) -> Iterator[BaseException]:
    """The exception, and those that it wraps, as botocore and urllib3 keep them.

    Not its context: what a caller was handling when it made the request has nothing to do with that.
    """
    waiting, seen = [exception], set[int]()
    while waiting:
        error = waiting.pop()
        if id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        members = getattr(error, "kwargs", None)
        kept = members.values() if isinstance(members, dict) else ()
        wrapped = (error.__cause__, *error.args, *kept, getattr(error, "original_error", None))
        waiting += [one for one in wrapped if isinstance(one, BaseException)]


def _frames(traceback: TracebackType | None) -> Iterator[FrameType]:
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next
