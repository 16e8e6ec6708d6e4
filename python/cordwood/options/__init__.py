"""Every option, defined once: its name, type, default, sentence, flag and check.

| file | what it holds |
|---|---|
| `read_options`, `send_options`, `connect_options`, `record_options` | the options: to add one, add a line there |
| `option_type` | what an option is, and what is derived from that |
| `types`, `values` | the words that options take; values as text |
| `signatures` | which function takes which |
| `keywords` | the same as `TypedDict`s for type checkers, generated: `make options` |
"""

from cordwood.options.connect_options import ClientOption, ConnectOptions, CreateOptions
from cordwood.options.option_type import Options, OptionSet, resolve
from cordwood.options.read_options import BatchingOptions, MessageOptions, ReadOptions
from cordwood.options.record_options import DeadLetterOptions, JournalOptions, ResendOptions, ResultOptions
from cordwood.options.send_options import LingerOptions, SendOptions

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
