"""Which options each function takes."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from cordwood.errors import OptionError
from cordwood.options.connect_options import ClientOption, ConnectOptions, CreateOptions
from cordwood.options.option_type import OptionSet, Signature, meta, unknown_option
from cordwood.options.read_options import NORMALIZED, BatchingOptions, MessageOptions, ReadOptions
from cordwood.options.record_options import (
    DeadLetterOptions,
    JournalOptions,
    ResendOptions,
    ResultOptions,
)
from cordwood.options.send_options import LingerOptions, SendOptions

FOR_MEMORY = tuple(of.name for of in fields(ReadOptions) if meta(of).for_memory)
"""The options of files that events in memory take too."""
BATCHES = Signature("batches", (BatchingOptions, MessageOptions, ReadOptions), only={ReadOptions: FOR_MEMORY})
READ = Signature("read", (ReadOptions, MessageOptions))
CLIENT = Signature(
    "PutLogEventsClient",
    (ConnectOptions, CreateOptions, SendOptions),
    only={SendOptions: ("compression", "max_concurrency")},
    defaults={"create_log_stream": False, "compression": "none", "max_concurrency": 10},
)
UPLOADER = Signature(
    "Uploader",
    (ClientOption, ConnectOptions, CreateOptions, MessageOptions, ReadOptions, LingerOptions, SendOptions),
    only={ReadOptions: FOR_MEMORY},
)
UPLOAD = Signature(
    "upload",
    (
        ClientOption,
        ConnectOptions,
        CreateOptions,
        MessageOptions,
        ReadOptions,
        SendOptions,
        JournalOptions,
        DeadLetterOptions,
        ResendOptions,
        ResultOptions,
    ),
)
SIGNATURES = {
    "BatchesOptions": BATCHES,
    "LogFileOptions": READ,
    "ClientOptions": CLIENT,
    "UploaderOptions": UPLOADER,
    "UploadOptions": UPLOAD,
}
"""By the name of the `TypedDict` in `keywords.py` that is made of each."""


def event_options(options: OptionSet) -> dict[str, Any]:
    """The options which, if changed, would make other events of the same bytes: what a journal holds of them."""
    read = options[ReadOptions]
    found: dict[str, Any] = {}
    for group in (options[MessageOptions], read):
        for of in fields(group):
            if meta(of).changes_events:
                found[of.name] = NORMALIZED[of.name](read) if of.name in NORMALIZED else getattr(group, of.name)
    return found


def unknown_batching_option(function: str, name: str) -> OptionError:
    """The error of `batches` and `Batcher`, which are in Rust, for an option that they do not have."""
    return unknown_option(function, name, ["timestamps", "messages", *(of.name for of in BATCHES.fields())])
