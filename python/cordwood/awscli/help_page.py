"""`help` as the last word of a command: a page like a manual's, through the pager."""

from __future__ import annotations

import json
import os
import shlex
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from cordwood.awscli import arguments as parsing
from cordwood.awscli.model import Command, ListOf, MapOf, Scalar, Shape, Structure, option_name, takes_shorthand
from cordwood.awscli.pager import page

_WIDTH = 78
_INDENT = 7


def show(command: Command) -> None:
    """Show the page through MANPAGER, PAGER or `less -R`.

    Raises:
        PagerError: the pager does not exist.

    """
    pager = os.environ.get("MANPAGER", os.environ.get("PAGER", "less -R"))
    page(text_of(command), shlex.split(pager))


def text_of(command: Command) -> str:
    """Return the page."""
    sections = {
        "NAME": [command.name],
        "DESCRIPTION": command.documentation.split("\n\n"),
        "SYNOPSIS": ["\n".join(_synopsis(command))],
        "OPTIONS": list(_options(command)),
        "GLOBAL OPTIONS": [
            _option(name, f"({_global_type(name)})", str(settings["help"]) + _choices(settings))
            for name, settings in parsing.GLOBAL_OPTIONS.items()
        ],
        "EXAMPLES": [command.examples],
        "OUTPUT": [_members(name, shape) for name, shape in command.output.members.items()],
    }
    return "\n".join(f"{title}\n{_body(paragraphs)}" for title, paragraphs in sections.items())


def _body(paragraphs: list[str]) -> str:
    return "".join(f"{_wrapped(paragraph, _INDENT)}\n\n" for paragraph in paragraphs)


def _wrapped(text: str, indent: int) -> str:
    """Fill a paragraph to the width; one with line breaks or an indent of its own keeps its lines."""
    prefix = " " * indent
    if "\n" in text or text.startswith(" "):
        return textwrap.indent(text, prefix)
    return textwrap.fill(
        text,
        _WIDTH if indent == _INDENT else _WIDTH - _INDENT,
        initial_indent=prefix,
        subsequent_indent=prefix,
        break_on_hyphens=False,
    )


def _synopsis(command: Command) -> Iterator[str]:
    yield f"  {command.name}"
    for member in command.input.members:
        words = f"{option_name(member)} <value>"
        yield words if member in command.input.required else f"[{words}]"
    for name in (*parsing.CLI_INPUT_HELP, parsing.SKELETON):
        yield f"[{name} <value>]"
    for flag in command.flags:
        yield f"[{flag.name}]"
    for name in parsing.GLOBAL_OPTIONS:
        yield f"[{name}]" if _global_type(name) == "boolean" else f"[{name} <value>]"


def _options(command: Command) -> Iterator[str]:
    for member, shape in command.input.members.items():
        required = " [required]" if member in command.input.required else ""
        yield _option(option_name(member), f"({shape.type}){required}", shape.documentation)
        if takes_shorthand(shape):
            repeated = " ..." if isinstance(shape, ListOf) else ""
            yield "Shorthand Syntax:\n\n  " + _shorthand(shape, top=True) + repeated
            yield "JSON Syntax:\n\n" + textwrap.indent(_json(shape), "  ")
    for name, text in (*parsing.CLI_INPUT_HELP.items(), (parsing.SKELETON, parsing.SKELETON_HELP)):
        yield _option(name, "(string)", text)
    for flag in command.flags:
        yield _option(flag.name, "(boolean)", flag.documentation)


def _option(name: str, kind: str, text: str) -> str:
    paragraphs = [_wrapped(paragraph, 3) for paragraph in text.split("\n\n")]
    return f"{name} {kind}\n" + "\n\n".join(paragraphs)


def _global_type(name: str) -> str:
    return "boolean" if "action" in parsing.GLOBAL_OPTIONS[name] else "string"


def _choices(settings: Mapping[str, Any]) -> str:
    return f" One of: {', '.join(settings['choices'])}." if "choices" in settings else ""


def _shorthand(shape: Shape, *, top: bool = False) -> str:
    match shape:
        case Structure():
            members = ",".join(f"{name}={_shorthand(member)}" for name, member in shape.members.items())
            return members if top else "{" + members + "}"
        case MapOf():
            pairs = f"KeyName1={_shorthand(shape.value)},KeyName2={_shorthand(shape.value)}"
            return pairs if top else "{" + pairs + "}"
        case ListOf():
            return _shorthand(shape.member, top=True) if top else f"[{_shorthand(shape.member)}]"
    return shape.type


def _json(shape: Shape) -> str:
    """Return a sample with types for values; a list has an ellipsis."""
    text = json.dumps(_types(shape), indent=2)
    for name in ("long", "integer", "double", "float", "boolean"):
        text = text.replace(f'"{name}"', name)
    return text.replace('"..."', "...").replace(",\n  ...", "\n  ...")


def _types(shape: Shape) -> object:
    match shape:
        case Structure():
            return {name: _types(member) for name, member in shape.members.items()}
        case MapOf():
            return {"string": _types(shape.value)}
        case ListOf():
            return [_types(shape.member), "..."]
    return shape.type


def _members(name: str, shape: Shape, indent: int = 0) -> str:
    """Return the lines for a member of the response, and for the members in it."""
    texts = [f"{name} -> ({shape.type})", *(_wrapped(text, 3) for text in shape.documentation.split("\n\n"))]
    match shape:
        case Structure():
            texts += [_members(inner, member, 3) for inner, member in shape.members.items()]
        case ListOf():
            texts.append(_members("(" + shape.member.type + ")", shape.member, 3))
        case Scalar(allowed=allowed) if allowed:
            texts.append(_wrapped(f"Possible values: {', '.join(allowed)}.", 3))
    return textwrap.indent("\n\n".join(texts), " " * indent)
