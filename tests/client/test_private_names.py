"""Private names of other packages are used in one module, which says why."""

import ast
import pathlib
from collections.abc import Iterator

import cordwood
import pytest
from cordwood.client import _botocore

PACKAGE = pathlib.Path(cordwood.__file__).parent
PUBLIC = {"_ArgumentGroup", "_asdict", "_exit", "_fields", "_make", "_replace"}
"""Names of the standard library that are documented, or in its type stubs, in spite of their underscore."""


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def private_names(tree: ast.AST) -> Iterator[str]:
    """The private names that a module uses of objects, directly or through `getattr`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            yield node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("getattr", "hasattr"):
            yield from (
                word.value
                for word in node.args
                if isinstance(word, ast.Constant) and isinstance(word.value, str) and is_private(word.value)
            )


def defined_names(tree: ast.AST) -> Iterator[str]:
    """The private names that a module defines: functions, attributes and variables."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


@pytest.mark.slow
def test_private_names_of_botocore_are_used_in_one_module() -> None:
    trees = {path: ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")}
    own = {name for tree in trees.values() for name in defined_names(tree)}
    foreign = {path: set(private_names(tree)) - own - PUBLIC for path, tree in trees.items()}
    users = {path: names for path, names in foreign.items() if names}
    assert set(users) == {pathlib.Path(_botocore.__file__)}
