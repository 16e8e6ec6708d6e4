"""The parts of a command: its members, their types and their documentation, as in an API's service model.

A command is described in code, not read from botocore, because help, skeletons and errors of the command line must not
wait for botocore's import. A test holds each description against botocore's own model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A string or a number."""

    type: str
    """As the API calls it: string, integer, long, float, double, boolean."""
    documentation: str = ""
    allowed: tuple[str, ...] = ()
    """The values of an enumeration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """A list."""

    member: Shape
    documentation: str = ""
    type: str = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOf:
    """A map from strings."""

    value: Shape
    documentation: str = ""
    type: str = "map"


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Named members, in the model's order."""

    members: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    documentation: str = ""
    type: str = "structure"


Shape: TypeAlias = Scalar | ListOf | MapOf | Structure


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """An option of a command that is not a member of its request and takes no value."""

    name: str
    """With its dashes."""
    documentation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An operation of an AWS service as a command.

    Attributes:
        name: as typed on a command line.
        operation: as the API calls it.
        input: the members of the request; each becomes an option.
        output: the members of the response.
        documentation: paragraphs for the help page.
        flags: further options of this program.
        examples: for the help page.

    """

    name: str
    operation: str
    input: Structure
    output: Structure
    documentation: str
    flags: tuple[Flag, ...] = field(default=())
    examples: str = ""


def option_name(member: str) -> str:
    """Return the option of a member: `--bucket-name` for `bucketName`."""
    return "--" + re.sub(r"(?<=[a-z0-9])([A-Z])", r"-\1", member).lower()


def takes_shorthand(shape: Shape) -> bool:
    """Return whether values may be written in shorthand: structures, maps, and lists of these or of lists."""
    if isinstance(shape, ListOf):
        return not isinstance(shape.member, Scalar)
    return not isinstance(shape, Scalar)


def overview(documentation: str) -> str:
    """Return the first sentence of a documentation."""
    first = re.split(r"[.:]+", documentation, maxsplit=1)[0]
    return first.replace("\n", " ") + "." if first else ""
