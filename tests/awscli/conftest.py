"""The AWS CLI and `cordwood`, and the endpoint that both talk to."""

import pathlib
from collections.abc import Iterator

import pytest
from twin import Endpoint, Shell, Twin, aws_shell, cordwood_shell


@pytest.fixture(scope="session")
def shells() -> Iterator[tuple[Shell, Shell]]:
    """Start the AWS CLI and `cordwood`, each with its imports done."""
    with aws_shell() as aws, cordwood_shell() as cordwood:
        yield aws, cordwood


@pytest.fixture
def twin(shells: tuple[Shell, Shell], tmp_path: pathlib.Path) -> Twin:
    """Both programs, in a folder of this test's own."""
    return Twin(*shells, tmp_path)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A local CloudWatch Logs that keeps every request as it came, at the time of the documentation's examples."""
    with Endpoint() as endpoint:
        yield endpoint
