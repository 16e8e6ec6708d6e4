"""The command run in this process, and the endpoint that it talks to."""

from collections.abc import Iterator

import pytest
from cli_upload import Here
from cordwood.local import LocalCloudWatchLogs


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Here:
    """Run the command in this process."""
    return Here(monkeypatch, capfd)


@pytest.fixture
def endpoint() -> Iterator[LocalCloudWatchLogs]:
    """A local CloudWatch Logs with the group `g` and the stream `s`, by the real clock: the command has no other."""
    with LocalCloudWatchLogs() as endpoint:
        endpoint.create("g", "s")
        yield endpoint
