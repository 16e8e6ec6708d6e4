"""Names that a package imports once somebody asks for them: whoever needs one of them does not wait for the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def lazy(package: str, names: dict[str, Any], modules: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package.

    Args:
        package: its name.
        names: its `globals()`.
        modules: of each name, the module that has it.

    """

    def find(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from importlib import import_module

        names[name] = getattr(import_module(modules[name]), name)
        return names[name]

    return find
