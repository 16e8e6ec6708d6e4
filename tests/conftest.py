"""What all tests share: how hard the property tests search, and endpoints.

HYPOTHESIS_PROFILE=thorough looks at twenty times as many inputs.
"""

import os
import signal
from collections.abc import Iterator

import pytest
from cordwood.local import LocalCloudWatchLogs
from cordwood.local.pytest import cloudwatch_logs
from endpoints import NOW
from hypothesis import settings

__all__ = ["cloudwatch_logs"]

# A shell starts what runs in the background with Ctrl-C ignored, which processes pass on. Here, because also what tests
# start is to be ended by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test asks anything but this machine for a region or for credentials.
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")

settings.register_profile("default", deadline=None, max_examples=100, print_blob=True)
settings.register_profile("thorough", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture
def endpoint() -> Iterator[LocalCloudWatchLogs]:
    """A local CloudWatch Logs with the group `g` and the stream `s`, at a fixed time."""
    with LocalCloudWatchLogs(now=lambda: NOW) as endpoint:
        endpoint.create("g", "s")
        yield endpoint


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back-off starts at a tenth of a millisecond, not at half a second."""
    monkeypatch.setattr("cordwood.delivery.retry._FIRST_WAIT", 1e-4)


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """The address of moto's server: a second opinion, which enforces little."""
    # Here, because most tests do not wait for what it imports.
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
