"""Writes what is generated from the definitions of options: `options/keywords.py` and `docs/options.md`.

Usage: options.py [--check]. With --check nothing is written, and the exit code is 1 if a file is not up to date.
"""

import pathlib
import sys
from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Any

from cordwood.options.option_type import Options, Signature, flag_of, meta, type_of
from cordwood.options.signatures import SIGNATURES

ROOT = pathlib.Path(__file__).parents[1]
KEYWORDS = ROOT / "python" / "cordwood" / "options" / "keywords.py"
REFERENCE = ROOT / "docs" / "options.md"

TITLES = {
    "BatchesOptions": "`cordwood.batches`",
    "LogFileOptions": "`cordwood.read`",
    "ClientOptions": "`cordwood.PutLogEventsClient`",
    "UploaderOptions": "`cordwood.Uploader`",
    "UploadOptions": "`cordwood.upload`",
}


def keywords() -> str:
    """The `TypedDict`s: one a group, and one a function."""
    groups: dict[type[Options], None] = {}
    for signature in SIGNATURES.values():
        groups.update(dict.fromkeys(group for group in signature.groups if group not in signature.only))
    return "\n\n".join([_HEAD, *(_group(group) for group in groups), *map(_function, SIGNATURES)])


_HEAD = '''"""The options of each function as a `TypedDict`, for `**options: Unpack[...]`.

Generated from the definitions beside it by `make options`: do not edit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from cordwood._core import Limits
    from cordwood._model import Outcome, SettledBatch
    from cordwood.options.types import (
        Compression,
        Extra,
        Format,
        InvalidText,
        OnReject,
        OtherLayouts,
        Oversize,
        TimestampFrom,
    )
'''


def _name(group: type[Options]) -> str:
    return f"_{group.__name__}"


def _group(group: type[Options]) -> str:
    return _typed_dict(_name(group), "TypedDict", group.__doc__ or "", list(fields(group)))


def _typed_dict(name: str, bases: str, doc: str, members: list[Field[Any]]) -> str:
    kind = f"{bases}, total=False" if bases == "TypedDict" or members else bases
    head = f"class {name}({kind}):"
    if len(head) > 120:
        head = "\n    ".join([f"class {name}(", *(f"{base}," for base in kind.split(", "))]) + "\n):"
    lines = [head, f'    """{doc.strip().splitlines()[0]}"""', ""]
    for of in members:
        lines += [f"    {of.name}: {_type(of)}", f'    """{_wrapped(meta(of).sentence)}"""', ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _type(of: Field[Any]) -> str:
    return str(of.type).replace("'", '"')


def _wrapped(sentence: str) -> str:
    import textwrap

    return "\n    ".join(textwrap.wrap(sentence, 110))


def _function(name: str) -> str:
    signature = SIGNATURES[name]
    whole = [group for group in signature.groups if group not in signature.only]
    single = [of for of in signature.fields() if not any(of in fields(group) for group in whole)]
    bases = ", ".join(map(_name, whole)) or "TypedDict"
    return _typed_dict(name, bases, f"The options of `cordwood.{signature.name}`.", single)


def reference() -> str:
    """The page of all options: one table a group, and which function takes what."""
    return "\n".join(_reference())


def _reference() -> Iterator[str]:
    yield "# Options\n"
    yield (
        "Every option of every function and of the command line, generated from their definitions (`make options`). "
        "An option that is unknown, or that does not apply to the input, is an error: it is never ignored.\n"
    )
    yield "| function | groups of options |\n|---|---|"
    for name, signature in SIGNATURES.items():
        yield f"| {TITLES[name]} | {', '.join(_link(group, signature) for group in signature.groups)} |"
    yield ""
    groups: dict[type[Options], None] = {}
    for signature in SIGNATURES.values():
        groups.update(dict.fromkeys(signature.groups))
    for group in groups:
        yield f"## {group.__name__}\n"
        yield f"{(group.__doc__ or '').strip().splitlines()[0]}\n"
        yield "| option | type | default | flag | what it does |\n|---|---|---|---|---|"
        for of in fields(group):
            kind = type_of(of).replace("|", "\\|")
            flag = f"`{flag_of(of)}`" if flag_of(of) else ""
            yield f"| `{of.name}` | `{kind}` | `{of.default!r}` | {flag} | {meta(of).sentence} |"
        yield ""


def _link(group: type[Options], signature: Signature) -> str:
    link = f"[{group.__name__}](#{group.__name__.lower()})"
    only = signature.only.get(group)
    names = "" if only is None else f" (only {', '.join(f'`{name}`' for name in only)})"
    other = ", ".join(
        f"`{of.name}={signature.defaults[of.name]!r}`" for of in fields(group) if of.name in signature.defaults
    )
    return f"{link}{names}{' with ' if other else ''}{other}"


def main(arguments: list[str]) -> int:
    """Write the files, or compare them."""
    stale = 0
    for path, text in ((KEYWORDS, keywords()), (REFERENCE, reference())):
        if path.exists() and path.read_text() == text:
            continue
        if arguments == ["--check"]:
            print(f"{path.relative_to(ROOT)} is not up to date: run `make options`", file=sys.stderr)
            stale = 1
        else:
            path.write_text(text)
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
