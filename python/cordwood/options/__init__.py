"""Every option, defined once: its name, type, default, sentence, flag and check.

| file | what it holds |
|---|---|
| `definition` | how an option is defined, and what is derived from that |
| `reading`, `sending`, `connecting`, `recording` | the options, in groups: frozen dataclasses |
| `types`, `values` | the words that options take; values as text |
| `signatures` | which function takes which |
| `keywords` | the same as `TypedDict`s for type checkers, generated: `make options` |
"""

from cordwood.options.connecting import ClientOption, ConnectOptions, CreateOptions
from cordwood.options.definition import Options, OptionSet, resolve
from cordwood.options.reading import BatchingOptions, MessageOptions, ReadOptions
from cordwood.options.recording import DeadLetterOptions, JournalOptions, ResendOptions, ResultOptions
from cordwood.options.sending import LingerOptions, SendOptions

__all__ = [
    "BatchingOptions",
    "ClientOption",
    "ConnectOptions",
    "CreateOptions",
    "DeadLetterOptions",
    "JournalOptions",
    "LingerOptions",
    "MessageOptions",
    "OptionSet",
    "Options",
    "ReadOptions",
    "ResendOptions",
    "ResultOptions",
    "SendOptions",
    "resolve",
]
