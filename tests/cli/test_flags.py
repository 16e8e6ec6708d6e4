"""The library names options in backticks; the command shows them as its flags, and no library text names a flag."""

import ast
import pathlib
import re

import cordwood
import pytest
from cordwood.cli.flags import with_flags

PACKAGE = pathlib.Path(cordwood.__file__).parent
COMMAND_LINES = ("cli", "awscli")
FLAG = re.compile(r"(?<![-\w])--[a-z]")
OF_OTHER_PROGRAMS = ("`maturin develop --release`", "(journalctl --file FILE -o json)")


def strings(path: pathlib.Path) -> list[str]:
    """The strings of a module, docstrings and other bare ones left out."""
    tree = ast.parse(path.read_text())
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in bare]
    return [node.value for node in found if isinstance(node.value, str)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("app.log: no zone: say which with `timezone`", "app.log: no zone: say which with --timezone"),
        ("`timestamp_from` or `year`", "--timestamp-from or --year"),
        ("no option", "no option"),
        ("`Not one`, nor `this one`", "`Not one`, nor `this one`"),
    ],
)
def test_options_are_shown_as_flags(text: str, shown: str) -> None:
    assert with_flags(text) == shown


def test_no_text_of_the_library_names_a_flag() -> None:
    modules = [
        path
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] not in (*COMMAND_LINES, "options", "local")
    ]
    assert len(modules) > 50
    found = {(path.name, text) for path in modules for text in strings(path) if FLAG.search(text)}
    assert {text for text in found if not any(command in text[1] for command in OF_OTHER_PROGRAMS)} == set()
