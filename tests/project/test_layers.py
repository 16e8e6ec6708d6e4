"""Modules import what stands below them, and no two each other: not even inside functions, or for types only."""

import ast
import functools
import pathlib
from collections.abc import Iterator

import cordwood

PACKAGE = pathlib.Path(cordwood.__file__).parent

LAYERS = [
    {"_core", "_lazy", "_model", "_text", "errors"},
    {"name_template", "options"},
    {"client", "dead_letters", "journal", "report", "sources"},
    {"delivery", "ledger"},
    {"log_file", "uploader"},
    {"awscli"},
    {"cli"},
    {"__main__"},
]
"""The ground first. A module or folder imports those of the layers below it, and those beside it."""

APART = {"local": {"errors"}}
"""What stands beside the layers, and all that it imports of them."""

MAY_USE_LOCAL = {"cli"}

TYPES_ONLY = {("errors", "report.report"), ("errors", "_model")}
"""Named upward for type checkers alone: an error carries a report, and says so."""


@functools.cache
def modules() -> dict[str, ast.Module]:
    """Parse every module, by its name below the package; a package is named as its folder is."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found | {"_core": ast.Module([], [])}


def imported(tree: ast.AST, known: set[str]) -> Iterator[str]:
    """The modules of this package that a module imports: at its top, inside functions, and by name with `lazy`."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                names = [alias.name for alias in node.names]
            case ast.ImportFrom(module=str(module)):
                assert node.level == 0, "imports are absolute here"
                names = [f"{module}.{alias.name}" for alias in node.names]
            case ast.Call(func=ast.Name(id="lazy") | ast.Attribute(attr="import_module")):
                names = [text for part in ast.walk(node) if isinstance(text := getattr(part, "value", None), str)]
            case _:
                continue
        for name in names:
            first, _, rest = name.partition(".")
            if first == "cordwood":
                while rest not in known:
                    rest = rest.rpartition(".")[0]
                yield rest


@functools.cache
def imports() -> dict[str, set[str]]:
    """The modules that each module imports."""
    parsed = modules()
    return {
        name: {other for other in imported(tree, set(parsed)) if other != name and (name, other) not in TYPES_ONLY}
        for name, tree in parsed.items()
    }


def room(module: str) -> str:
    """The folder or module right below the package."""
    return module.split(".")[0]


def layer(module: str) -> int:
    """The number of a module's layer, from the ground."""
    [number] = [number for number, rooms in enumerate(LAYERS) if room(module) in rooms]
    return number


def circle(graph: dict[str, set[str]]) -> list[str]:
    """One way from a module back to itself; empty if there is none."""
    done: set[str] = set()

    def look(module: str, way: list[str]) -> list[str]:
        if module in way:
            return [*way[way.index(module) :], module]
        if module not in done:
            for other in sorted(graph[module]):
                if found := look(other, [*way, module]):
                    return found
            done.add(module)
        return []

    return next((found for module in sorted(graph) if (found := look(module, []))), [])


def test_every_module_has_its_layer() -> None:
    rooms = {room(module) for module in modules() if module}
    assert rooms == set().union(*LAYERS) | set(APART)


def test_imports_look_down_or_beside() -> None:
    upward = [
        f"{module} imports {other}"
        for module, others in imports().items()
        for other in others
        # The package itself hands out what all its modules make.
        if module and other and room(module) not in APART and room(other) not in APART
        if layer(other) > layer(module)
    ]
    assert not upward


def test_what_stands_apart_shares_next_to_nothing() -> None:
    graph = imports()
    for name, allowed in APART.items():
        used = {room(other) for module, others in graph.items() if room(module) == name for other in others}
        assert used - {name} <= allowed
        users = {room(module) for module, others in graph.items() if name in map(room, others)} - {name, ""}
        assert users <= MAY_USE_LOCAL


def test_no_two_modules_import_each_other() -> None:
    assert " → ".join(circle(imports())) == ""


def test_no_two_rooms_import_each_other() -> None:
    rooms: dict[str, set[str]] = {}
    for module, others in imports().items():
        rooms.setdefault(room(module), set()).update(room(other) for other in others if room(other) != room(module))
    assert " → ".join(circle(rooms)) == ""


def test_modules_ask_each_other_and_not_the_package() -> None:
    assert [module for module, others in imports().items() if "" in others and module] == []
