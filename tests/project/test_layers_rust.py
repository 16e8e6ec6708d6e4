"""The layers of the Rust crates: core below input below the binding, and no module in a circle with another."""

import graphlib
import pathlib
import re
import tomllib

import pytest

RUST = pathlib.Path(__file__).parents[2] / "rust"

BELOW: dict[str, set[str]] = {"core": set(), "input": {"core"}, "py": {"core", "input"}}
"""The crates of ours that each may use."""

USE = re.compile(r"\buse ([\w:]+?)(?:::)?(?:\{([^;]*)\})?(?: as \w+)?;", re.DOTALL)


def code(source: str) -> str:
    """The source without its tests (which end a file), comments and strings."""
    source = re.split(r"^#\[cfg\(test\)\]\nmod tests \{", source, maxsplit=1, flags=re.MULTILINE)[0]
    source = re.sub(r"'(?:\\.|[^'\\])'", "''", source)  # a quote is one of them, and begins no string
    source = re.sub(r"//[^\n]*", "", source)
    return re.sub(r'"(?:\\.|[^"\\])*"', '""', source)


def modules(crate: str) -> dict[tuple[str, ...], str]:
    """The code of each module of a crate, by its path."""
    root = RUST / crate / "src"
    files = {file: file.relative_to(root).with_suffix("").parts for file in root.rglob("*.rs")}
    return {() if parts == ("lib",) else parts: code(file.read_text()) for file, parts in files.items()}


def paths(source: str) -> set[str]:
    """The paths that are named, those in braces one by one."""
    found = set(re.findall(r"\b(?:\w+::)+\w+", source))
    for start, inside in USE.findall(source):
        # One level of braces: deeper ones name no other module here.
        names = re.findall(r"[\w:]+", re.sub(r"\{[^{}]*\}", "", inside or ""))
        found |= {f"{start}::{name}" for name in names} | {start}
    return found


def uses(module: tuple[str, ...], source: str, known: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """The modules of the same crate that a module names."""
    found = set()
    for path in paths(source):
        first, *rest = path.split("::")
        match first:
            case "crate":
                parts = tuple(rest)
            case "super":
                parts = (*module[:-1], *rest)
            case _:
                # A child, by its name.
                parts = (*module, first, *rest)
                if (*module, first) not in known:
                    continue
        while parts not in known:
            parts = parts[:-1]
        found.add(parts)
    return found - {module}


def graph(crate: str) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
    sources = modules(crate)
    known = set(sources)
    # The root declares all modules and passes their names on: it uses all of them, and none uses it.
    return {module: uses(module, source, known) for module, source in sources.items() if module}


@pytest.mark.parametrize("crate", BELOW)
def test_no_module_is_in_a_circle_with_another(crate: str) -> None:
    modules = {
        "::".join(module): {"::".join(other) or "lib.rs" for other in others} for module, others in graph(crate).items()
    }
    # Raises CycleError, which names the modules of the circle.
    assert tuple(graphlib.TopologicalSorter(modules).static_order())
    assert len(modules) > 20, "the modules of the crate are found"


@pytest.mark.parametrize("crate", ["core", "input"])
def test_no_module_uses_the_root_of_its_crate(crate: str) -> None:
    assert [module for module, others in graph(crate).items() if () in others] == []


@pytest.mark.parametrize("crate", BELOW)
def test_a_crate_knows_only_those_below_it(crate: str) -> None:
    manifest = tomllib.loads((RUST / crate / "Cargo.toml").read_text())
    ours = {name.removeprefix("cordwood-") for name in manifest["dependencies"] if name.startswith("cordwood-")}
    assert ours <= BELOW[crate]
    named = set(re.findall(r"\bcordwood_(\w+)", "".join(modules(crate).values()))) & BELOW.keys()
    assert named <= BELOW[crate]


@pytest.mark.parametrize("crate", ["core", "input"])
def test_the_pure_crates_know_nothing_of_python_and_read_no_clock(crate: str) -> None:
    manifest = tomllib.loads((RUST / crate / "Cargo.toml").read_text())
    assert "pyo3" not in manifest["dependencies"]
    for module, source in modules(crate).items():
        assert not re.search(r"\b(pyo3|SystemTime|Instant)\b", source), module


@pytest.mark.parametrize("crate", ["core", "input"])
def test_the_pure_crates_name_no_flag(crate: str) -> None:
    for file in (RUST / crate / "src").rglob("*.rs"):
        text = re.split(r"^#\[cfg\(test\)\]\nmod tests \{", file.read_text(), maxsplit=1, flags=re.MULTILINE)[0]
        messages = re.findall(r'"(?:\\.|[^"\\])*"', re.sub(r"//[^\n]*", "", text))
        assert [message for message in messages if re.search(r"(^|[\s(`])--[a-z]", message)] == [], file


def test_a_circle_would_be_found() -> None:
    known = {("json",), ("json", "line"), ("json", "tokens"), ("time",), ()}
    source = "use crate::{json::line::Line, time};\nuse super::tokens::{self, number};\nfn f() { crate::max(1) }"
    assert uses(("json", "line"), "use super::tokens::{self, number}; use crate::json::line;", known) == {
        ("json", "tokens")
    }
    assert () in uses(("json", "line"), source, known)
    assert uses(("json",), "mod line; use line::Line; fn f() { tokens::number() }", known) == {
        ("json", "line"),
        ("json", "tokens"),
    }
