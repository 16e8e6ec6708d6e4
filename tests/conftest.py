"""What all tests share: how hard the property tests search, which tests are of which size, and endpoints.

HYPOTHESIS_PROFILE=thorough looks at twenty times as many inputs.
"""

import os
import signal
from collections.abc import Iterator

import pytest
from cordwood.local import LocalCloudWatchLogs
from cordwood.local.pytest import cloudwatch_logs
from endpoints import NOW
from examples import PROFILE, PROFILES
from hypothesis import settings

__all__ = ["cloudwatch_logs"]

# A shell starts what runs in the background with Ctrl-C ignored, which processes pass on. Here, because also what tests
# start is to be ended by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test asks anything but this machine for a region or for credentials.
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")

for name, examples in PROFILES.items():
    settings.register_profile(name, deadline=None, max_examples=examples, print_blob=True)
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs the AWS CLI beside the command: it needs an environment of its own."""
    for item in items:
        if "shells" in getattr(item, "fixturenames", ()):
            item.add_marker("twin")


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
