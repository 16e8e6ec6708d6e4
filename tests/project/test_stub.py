"""The stub says what the built module does, in the same words."""

import ast
import inspect
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import cordwood
import pytest
from paths import ROOT
from patience import PATIENCE

STUB = pathlib.Path(cordwood.__file__).with_name("_core.pyi")


def documented(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, str]]:
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                yield prefix + node.name, text
            if isinstance(node, ast.ClassDef):
                yield from documented(node.body, f"{node.name}.")


DOCSTRINGS = dict(documented(ast.parse(STUB.read_text()).body))


@pytest.mark.parametrize("name", DOCSTRINGS)
def test_help_and_stub_say_the_same(name: str) -> None:
    found: object = cordwood._core
    for part in name.split("."):
        found = getattr(found, part)
    assert inspect.getdoc(found) == DOCSTRINGS[name]


def test_every_public_name_has_a_docstring() -> None:
    public = [
        f"{owner}.{name}"
        for owner in ("Batch", "Batches", "Batcher", "Limits")
        for name in vars(getattr(cordwood, owner))
        if not name.startswith("_")
    ]
    assert set(public) <= set(DOCSTRINGS)
    assert all(inspect.getdoc(getattr(cordwood, name)) for name in cordwood.__all__)


@pytest.mark.slow
def test_the_stub_is_true_of_the_built_module() -> None:
    options = ["--mypy-config-file", "pyproject.toml", "--allowlist", "tools/stubtest-allowlist.txt"]
    command = [sys.executable, "-m", "mypy.stubtest", "cordwood", *options]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=ROOT)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import version

    assert cordwood.__version__ == version("cordwood")
