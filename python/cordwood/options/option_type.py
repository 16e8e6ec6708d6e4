"""How an option is defined: once, as a field of a frozen dataclass, with everything that others derive from it.

`option` makes the field. The signatures and their checks (`resolve`), the `TypedDict`s of `keywords.py`, the command
line's flags, the journal's list and the reference page `docs/options.md` all read it from there.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, TypeVar, get_args

from cordwood.errors import OptionError, OptionValueError

__all__ = [
    "Flag",
    "OptionSet",
    "Options",
    "Signature",
    "documented",
    "flag_of",
    "meta",
    "option",
    "resolve",
    "type_of",
    "unknown_option",
]

_Check = Callable[[str, Any], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """How the command line takes an option.

    Attributes:
        name: the flag, if it is not `--` and the option's name.
        metavar: stands for the value in the help; for one of a few words, those words.
        parse: makes a value of text; raises ValueError saying what would be right.
        default: the command's default, if it is not the library's.
        help: the sentence of the help, if the library's does not fit.
        sets: for a switch, the value that it sets.

    """

    name: str = ""
    metavar: str | None = None
    parse: Callable[[str], Any] | None = None
    default: Any = None
    help: str = ""
    sets: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What an option is, besides its name, type and default."""

    sentence: str
    choices: tuple[Any, ...] = ()
    check: _Check | None = None
    flag: Flag | None = None
    changes_events: bool = False
    for_memory: bool = False


def option(
    default: Any,
    sentence: str,
    *,
    choices: Any = None,
    check: _Check | None = None,
    flag: Flag | None = None,
    changes_events: bool = False,
    for_memory: bool = False,
) -> Any:
    """Define an option.

    Args:
        default: its value when it is not given.
        sentence: what it does, in one sentence for the help of both faces. Options are named in backticks: the command
            line shows them as its flags.
        choices: the `Literal` whose words are the legal values.
        check: raises ValueError or TypeError when it is called with the name and an illegal value. It is not called
            with the default.
        flag: how the command line takes it; None if it does not.
        changes_events: whether the same bytes of a file give other events with another value: a journal holds them
            against each other.
        for_memory: of the options for files, whether it is for events in memory too.

    """
    meta = Meta(
        sentence=sentence,
        choices=get_args(choices) if choices is not None else (),
        check=check,
        flag=flag,
        changes_events=changes_events,
        for_memory=for_memory,
    )
    return field(default=default, metadata={"option": meta})


def meta(of: Field[Any]) -> Meta:
    """What `option` was called with."""
    found: Meta = of.metadata["option"]
    return found


def flag_of(of: Field[Any]) -> str:
    """The flag of an option: `--timestamp-regex`; empty if the command line does not take it."""
    flag = meta(of).flag
    if flag is None:
        return ""
    return flag.name or f"--{of.name.replace('_', '-')}"


@dataclass(frozen=True, repr=False)
class Options:
    """Base of the groups of options: frozen, comparable, picklable, with a `repr` that leaves out defaults.

    Raises:
        ValueError: an option has no such value.
        TypeError: an option has a value of another type.

    """

    def __post_init__(self) -> None:
        for of in fields(self):
            value = getattr(self, of.name)
            rule = meta(of)
            if rule.choices and value is not None and value != of.default and value not in rule.choices:
                *most, last = map(repr, rule.choices)
                raise OptionValueError(f"`{of.name}` is {value!r}; it must be {', '.join(most)} or {last}")
            _check_type(of, value)
            if rule.check is not None and value is not of.default:
                rule.check(of.name, value)

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.given().items())
        return f"{type(self).__name__}({given})"

    def given(self) -> dict[str, Any]:
        """The options that differ from their defaults."""
        return {of.name: getattr(self, of.name) for of in fields(self) if _differs(getattr(self, of.name), of.default)}


_TYPES: Mapping[str, tuple[type, ...]] = {
    "bool": (bool,),
    "str": (str,),
    "str | None": (str, type(None)),
    "str | os.PathLike[str] | None": (str, os.PathLike, type(None)),
}
"""Those that say all, as annotations have them. What else an option may be, its check says."""


def _check_type(of: Field[Any], value: Any) -> None:
    types = _TYPES.get(str(of.type))
    if types and not isinstance(value, types):
        raise OptionError(f"`{of.name}` is {value!r}; it must be {' or '.join(_NAMES[one] for one in types)}")


_NAMES: Mapping[type, str] = {bool: "True or False", str: "a str", os.PathLike: "a path", type(None): "None"}


def _differs(value: Any, default: Any) -> bool:
    return value is not default and (type(value) is not type(default) or bool(value != default))


G = TypeVar("G", bound=Options)


@dataclass(frozen=True)
class Signature:
    """The options that one function takes: groups of them, and single ones of others."""

    name: str
    groups: tuple[type[Options], ...]
    only: Mapping[type[Options], tuple[str, ...]] = field(default_factory=dict)
    """Of these groups, the options that it takes; of others it takes all."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Defaults that are not those of the groups."""

    def fields(self) -> Iterator[Field[Any]]:
        """Every option, in the order of the groups."""
        for group in self.groups:
            names = self.only.get(group)
            yield from (of for of in fields(group) if names is None or of.name in names)

    def default(self, of: Field[Any]) -> Any:
        """The default of an option."""
        return self.defaults.get(of.name, of.default)


class OptionSet:
    """The options of one call by their groups: `options[SendOptions].max_concurrency`. Picklable and comparable."""

    __slots__ = ("_groups",)

    def __init__(self, groups: Mapping[type[Options], Options]) -> None:
        self._groups = dict(groups)

    def __getitem__(self, group: type[G]) -> G:
        found = self._groups[group]
        assert isinstance(found, group)
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OptionSet) and self._groups == other._groups

    __hash__ = None  # type: ignore[assignment]  # a mapping of tags may be in it

    def __repr__(self) -> str:
        return f"OptionSet({', '.join(map(repr, self._groups.values()))})"

    def given(self, *groups: type[Options]) -> dict[str, Any]:
        """The options of these groups, or of all, that differ from their defaults."""
        wanted = groups or tuple(self._groups)
        return {name: value for group in wanted for name, value in self[group].given().items()}


def resolve(signature: Signature, given: Mapping[str, Any]) -> OptionSet:
    """Make the groups of what a caller gave by name.

    Raises:
        TypeError: an option is unknown; the message has the nearest name. Or a value has the wrong type.
        ValueError: an option has no such value.

    """
    known = {of.name for of in signature.fields()}
    for name in given:
        if name not in known:
            raise unknown_option(signature.name, name, known)
    values = {**signature.defaults, **given}
    return OptionSet(
        {
            group: group(**{of.name: values[of.name] for of in fields(group) if of.name in values})
            for group in signature.groups
        }
    )


def unknown_option(function: str, name: str, known: Iterable[str]) -> OptionError:
    """The error for an option that a function does not have, with the nearest name that it has."""
    import difflib  # for the error only: it takes a while to import

    near = difflib.get_close_matches(name, known, 1)
    hint = f". Did you mean {near[0]!r}?" if near else ""
    return OptionError(f"{function}() got an unexpected keyword argument {name!r}{hint}")


# --- documentation ------------------------------------------------------------------------------------------------


F = TypeVar("F", bound=Callable[..., Any] | type)


def documented(signature: Signature) -> Callable[[F], F]:
    """Put every option of a signature, with type, default and sentence, where the docstring says `Options:`."""

    def decorate(documented: F) -> F:
        text = documented.__doc__
        if text is not None:  # which it is under `python -OO`
            indent = _INDENT.search(text)
            assert indent is not None, f"{documented} has no section of options"
            import textwrap

            inner = indent[1] + " " * 4
            lines = "\n".join(
                textwrap.fill(line, 120, initial_indent=inner, subsequent_indent=inner + " " * 4)
                for line in option_lines(signature)
            )
            documented.__doc__ = text.replace(indent[0], f"{indent[1]}Options:\n{lines}\n", 1)
        return documented

    return decorate


_INDENT = re.compile(r"^( *)Options:\n", re.MULTILINE)


def option_lines(signature: Signature) -> Iterable[str]:
    """A line for each option: name, type, default, sentence."""
    for of in signature.fields():
        yield f"{of.name} ({type_of(of)}, default {signature.default(of)!r}): {meta(of).sentence}"


def type_of(of: Field[Any]) -> str:
    """The type of an option for a reader: its words if it takes words."""
    choices = meta(of).choices
    if not choices:
        return str(of.type).replace("'", '"')
    return " | ".join([*(f'"{choice}"' for choice in choices), *(["None"] if of.default is None else [])])


# --- checks that several options share ------------------------------------------------------------------------------


def above_zero(name: str, value: Any) -> None:
    """A number above 0, or None."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise OptionError(f"`{name}` is {value!r}; it must be a number above 0, or None")
    if not value > 0:
        raise OptionValueError(f"`{name}` is {value}; it must be above 0, or None")


def seconds(name: str, value: Any) -> None:
    """A number of seconds, at least 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise OptionError(f"`{name}` is {value!r}; it must be a number of seconds")
    if math.isnan(value) or value < 0:
        raise OptionValueError(f"`{name}` is {value}; it must be a number of seconds, at least 0")
