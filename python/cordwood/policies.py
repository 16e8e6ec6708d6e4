"""The words for what becomes of events that are no legal log events as they are."""

from typing import Literal, TypeAlias

Oversize: TypeAlias = Literal["reject", "truncate", "split", "error"]
"""Of a message too long for one event."""

InvalidText: TypeAlias = Literal["replace", "reject"]
"""Of text that is not valid Unicode."""

Extra: TypeAlias = Literal["reject", "ignore"]
"""Of a member of an event in a file besides its timestamp and its message."""

Compression: TypeAlias = Literal["auto", "gzip", "none"]
"""Of the bodies of requests."""
