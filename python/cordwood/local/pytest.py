"""A pytest fixture for tests of programs that write to CloudWatch Logs.

Import it into a conftest.py; it is no plugin, so that it costs nothing where it isn't used:

    from cordwood.local.pytest import cloudwatch_logs
"""

from collections.abc import Iterator

import pytest

from cordwood.local import LocalCloudWatchLogs

__all__ = ["cloudwatch_logs"]


@pytest.fixture
def cloudwatch_logs() -> Iterator[LocalCloudWatchLogs]:
    """A local CloudWatch Logs of the test's own, empty at first."""
    with LocalCloudWatchLogs() as endpoint:
        yield endpoint
