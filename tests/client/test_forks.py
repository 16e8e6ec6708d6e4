"""A client that was used before a fork, in the child: it has connections of its own."""

import os

import cordwood
import pytest
from endpoints import now
from http_server import serving


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_uses_no_connection_of_its_parent() -> None:
    ports: list[int] = []
    with serving(lambda port, _: ports.append(port)) as client:

        def send() -> None:
            cordwood.PutLogEventsClient(client).put_log_events("g", "s", [(now(), "m")])

        send()
        child = os.fork()
        if child == 0:
            try:
                send()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        send()
    before, of_child, after = ports
    assert of_child != before
    assert after == before
