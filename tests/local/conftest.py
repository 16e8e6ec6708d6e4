"""A connection to the endpoint that is under test."""

from collections.abc import Iterator

import pytest
from cordwood.local import LocalCloudWatchLogs
from local_wire import Wire


@pytest.fixture
def wire(endpoint: LocalCloudWatchLogs) -> Iterator[Wire]:
    """Open a connection to the test's endpoint."""
    wire = Wire(endpoint)
    yield wire
    wire.close()
