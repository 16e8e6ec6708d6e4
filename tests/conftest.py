"""What tests share: how hard the property tests search, the AWS CLI as a twin, and moto.

HYPOTHESIS_PROFILE=thorough looks at twenty times as many inputs.
"""

import os
import pathlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

# No test asks anything but this machine for a region or for credentials.
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")

settings.register_profile("default", deadline=None, max_examples=100, print_blob=True)
settings.register_profile("thorough", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


if TYPE_CHECKING:
    from twin import Shell, Twin


@pytest.fixture(scope="session")
def shells() -> Iterator[tuple["Shell", "Shell"]]:
    """The AWS CLI and `cordwood`, each with its imports behind it."""
    # Here, because the tests that run without the AWS CLI run without what it needs, too.
    from twin import aws_shell, cordwood_shell

    with aws_shell() as aws, cordwood_shell() as cordwood:
        yield aws, cordwood


@pytest.fixture
def twin(shells: tuple["Shell", "Shell"], tmp_path: pathlib.Path) -> "Twin":
    """Both programs, in a folder of this test's own."""
    from twin import Twin

    return Twin(*shells, tmp_path)


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
