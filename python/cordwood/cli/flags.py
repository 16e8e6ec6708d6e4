"""Options as flags: what the parser takes, and how texts name them, both made from the definitions of options."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable
from dataclasses import Field, fields
from typing import Any

from cordwood.options import (
    ConnectOptions,
    CreateOptions,
    DeadLetterOptions,
    JournalOptions,
    LingerOptions,
    MessageOptions,
    Options,
    OptionSet,
    ReadOptions,
    ResendOptions,
    SendOptions,
    resolve,
)
from cordwood.options.option_type import Signature, flag_of, meta

PLAN = Signature(
    "cordwood plan", (ConnectOptions, CreateOptions, MessageOptions, ReadOptions, DeadLetterOptions, ResendOptions)
)
"""What `cordwood plan` takes; `open_files` asks for the groups of dead letters too, of which it has no flags."""

UPLOAD = Signature(
    "cordwood upload",
    (
        ConnectOptions,
        CreateOptions,
        MessageOptions,
        ReadOptions,
        SendOptions,
        LingerOptions,
        JournalOptions,
        DeadLetterOptions,
        ResendOptions,
    ),
)

_OTHERS = {"log_group_name": "--log-group-name", "log_stream_name": "--log-stream-name", "recursive": "--recursive"}
"""Flags of what is an argument in Python, and not an option."""


def add_flags(group: argparse._ArgumentGroup, options: type[Options], names: Iterable[str] | None = None) -> None:
    """Add a flag for each option of a group that the command line takes, or for these.

    An option that is not given is not in the namespace: so its default stays where it is defined.
    """
    wanted = None if names is None else set(names)
    for of in fields(options):
        if flag_of(of) and (wanted is None or of.name in wanted):
            _add_flag(group, of)


def _add_flag(group: argparse._ArgumentGroup, of: Field[Any]) -> None:
    rule = meta(of)
    flag = rule.flag
    assert flag is not None
    shared: dict[str, Any] = {"dest": of.name, "default": argparse.SUPPRESS, "help": _help(of)}
    if flag.sets is not None:
        group.add_argument(flag_of(of), action="store_const", const=flag.sets, **shared)
    elif rule.choices:
        group.add_argument(flag_of(of), choices=rule.choices, **shared)
    else:
        group.add_argument(flag_of(of), metavar=flag.metavar, type=value_of(flag.parse or str), **shared)


def value_of(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """A parser of values, as in `cordwood.options.values`, whose ValueError argparse shows."""

    def parse_value(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parse_value


_FOR_PYTHON = re.compile(r" \(in Python [^)]*\)")


def _help(of: Field[Any]) -> str:
    rule = meta(of)
    assert rule.flag is not None
    sentence = with_flags(_FOR_PYTHON.sub("", rule.flag.help or rule.sentence)).replace("%", "%%").rstrip(".")
    default = rule.flag.default if rule.flag.default is not None else of.default
    if rule.flag.sets is not None or default is None:
        return sentence
    return f"{sentence} (default: {_written(default)})"


def _written(value: Any) -> str:
    """A default as the command line takes it."""
    if isinstance(value, float):
        return f"{value / 60:g}m" if value >= 60 else f"{value:g}s"
    return str(value)


def chosen(signature: Signature, arguments: argparse.Namespace, **others: Any) -> OptionSet:
    """The options that a command line gives.

    Args:
        signature: which options the command takes.
        arguments: what argparse made of it.
        others: options with the values that they have instead.

    Raises:
        ValueError: an option has no such value, or two contradict each other; the message names them in backticks.
        TypeError: an option has a value of another type.

    """
    given = {of.name: getattr(arguments, of.name) for of in signature.fields() if hasattr(arguments, of.name)}
    return resolve(signature, {name: value for name, value in {**given, **others}.items() if value is not None})


_IN_BACKTICKS = re.compile(r"`([a-z][a-z_]*)`")


def with_flags(text: str) -> str:
    """A text of the library in the words of the command line: `timezone` becomes --timezone."""
    return _IN_BACKTICKS.sub(lambda found: _flags().get(found[1], found[0]), text)


def _flags() -> dict[str, str]:
    if not _FLAGS:
        _FLAGS.update(_OTHERS)
        for signature in (UPLOAD, PLAN):
            _FLAGS.update({of.name: flag_of(of) for of in signature.fields() if flag_of(of)})
    return _FLAGS


_FLAGS: dict[str, str] = {}
